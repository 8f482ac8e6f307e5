# SPDX-License-Identifier: LGPL-2.1-or-later
"""The preset cancel-websocket: one client sends both microphones and hears the
clean sound on the same connection; telemetry goes to a broker meanwhile."""
import json
import threading

import scene
import tap
import tools
from process import free_port
from servers import Mosquitto


def listens_at(port):
    """Without connecting, which the server would take for a client."""
    wanted = f":{port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(row.split()[1].endswith(wanted) and row.split()[3] == "0A"
                   for row in table.readlines()[1:])


class WebSocket(scene.Case):
    def serve(self, *words, env=None):
        port = free_port()
        self.uri = f"ws://127.0.0.1:{port}/clean"
        process = self.start_anc("cancel-websocket", f"uri={self.uri}",
                                 *words, env=env)
        self.wait_for(lambda: process.poll() is not None or listens_at(port),
                      "it does not listen")
        return process

    def client(self, pace="", more=""):
        return self.start_launch(
            f"filesrc location=both.wav ! wavparse {pace} ! ancwssink "
            f"uri={self.uri} connection=c slow-client-policy=block {more} "
            "ancwssrc connection=c ! wavenc ! filesink location=heard.wav "
            "buffer-mode=unbuffered")

    def test_cancel(self):
        process = self.serve("--json", *scene.FILTER)
        self.finish(self.client())
        told = self.report(process)
        self.assertEqual(told["result"], "ok")
        self.assertEqual(told["warnings"], [])
        self.assertEqual(told["audio-seconds"], self.length / scene.RATE)
        self.check_clean(self.dir / "heard.wav")

    def test_interrupt(self):
        """^C at the server: the client has all that came out, and its end."""
        process = self.serve("--json")
        client = self.client(pace="! identity sync=true")
        heard = self.dir / "heard.wav"
        self.wait_for(lambda: heard.exists() and heard.stat().st_size > 40000,
                      "nothing came")
        told = json.loads(self.interrupt(process)[0])
        self.assertEqual(told["result"], "interrupted")
        client.communicate(timeout=scene.PATIENCE)
        # The client was cut short; its file has no length in its header.
        frames = (heard.stat().st_size - 44) // 2
        self.assertEqual(frames / scene.RATE, told["audio-seconds"])

    def test_idle(self):
        out, err = self.interrupt(self.serve())
        self.assertEqual((out, err), ("", ""))

    def test_keep_listening(self):
        """Client after client, until ^C."""
        process = self.serve("keep-listening=true", "--json")
        for _ in range(2):
            client = self.client()
            heard = self.dir / "heard.wav"
            self.wait_for(lambda: heard.exists() and heard.stat().st_size
                          >= 44 + 2 * self.length, "not all came")
            self.put_down(client)
            heard.unlink()
        told = json.loads(self.interrupt(process)[0])
        self.assertEqual(told["elements"]["cancel"]["samples"],
                         2 * self.length)

    def test_token(self):
        (self.dir / "word").write_text("hunter2\n")
        process = self.serve('token={"file": "word"}', "--json",
                             env={"GST_DEBUG": "*:6", "GST_DEBUG_FILE": "log"})
        client = self.client()
        _, err = client.communicate(timeout=scene.PATIENCE)
        self.assertNotEqual(client.returncode, 0)
        self.assertRegex(err, "401|[Tt]oken|authoris")
        self.finish(self.client(more="token=hunter2"))
        out, err = self.finish(process)
        log = (self.dir / "log").read_text(errors="replace")
        for text in (out, err, log):
            self.assertNotIn("hunter2", text)

    def test_telemetry(self):
        with Mosquitto(persistence=False) as broker:
            listener = self.start(tools.need("mosquitto_sub"), "-p",
                                  broker.port, "-t", "site/telemetry", "-q",
                                  "1")
            records = []
            threading.Thread(target=lambda: records.extend(
                json.loads(line) for line in listener.stdout),
                daemon=True).start()
            self.wait_for(lambda: " 1 site/telemetry\n" in broker.log,
                          "no subscriber")
            process = self.serve(
                f"telemetry-uri=mqtt://127.0.0.1:{broker.port}/site/telemetry",
                "thing-name=desk-1", "telemetry-interval=100000000")
            self.finish(self.client())
            self.finish(process)
            self.wait_for(lambda: any(
                "cancel" in json.dumps(record) for record in records),
                "no record")
        self.assertIn('"desk-1"', json.dumps(records))
        self.assertIn('"erle-db"', json.dumps(records))

    def test_mistakes(self):
        for words, code, pattern in (
                (["uri=http://x/"], 2, "must begin with ws:// or wss://"),
                (["token=word"], 2, "is a secret.*env"),
                (["uri=wss://127.0.0.1:0/"], 1, "certificate"),
                (["reference-channel=99"], 2, "between 0 and 63")):
            with self.subTest(words=words):
                self.refuse(code, pattern, "run", "cancel-websocket", *words)
        process = self.serve()
        self.refuse(1, "in use.*free port", "run", "cancel-websocket",
                    f"uri={self.uri}")
        self.interrupt(process)


if __name__ == "__main__":
    tap.main()
