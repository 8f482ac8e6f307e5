# SPDX-License-Identifier: LGPL-2.1-or-later
"""The preset cancel-mqtt with a broker: what is published noisy comes back
clean, and ^C loses nothing."""
import base64
import json
import signal
import subprocess
import threading
import time
import wave

import scene
import tap
import tools
from servers import Mosquitto

TOPICS = ("input-topic=site/noisy", "output-topic=site/clean")


class Mqtt(scene.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.broker = cls.enterClassContext(Mosquitto(persistence=False))
        cls.uri = f"mqtt://127.0.0.1:{cls.broker.port}"

    def subscribers(self, topic):
        return self.broker.log.count(f" 1 {topic}\n")

    def wait_for_subscriber(self, topic, count):
        self.wait_for(lambda: self.subscribers(topic) >= count, "no subscriber")

    def cancel(self, *words):
        """Starts the preset, and returns when it listens."""
        before = self.subscribers("site/noisy")
        process = self.start_anc("cancel-mqtt", f"uri={self.uri}", *TOPICS,
                                 *words)
        self.wait_for_subscriber("site/noisy", before + 1)
        return process

    def listen(self):
        """Collects what comes clean: JSON objects, one a message."""
        before = self.subscribers("site/clean")
        process = self.start(
            tools.need("mosquitto_sub"), "-p", self.broker.port, "-t",
            "site/clean", "-q", "1", "-c", "-i", f"listener-{before}")
        self.heard = []
        threading.Thread(target=self.collect, args=(process,),
                         daemon=True).start()
        self.wait_for_subscriber("site/clean", before + 1)

    def collect(self, process):
        for line in process.stdout:
            self.heard.append(json.loads(line))

    def publish(self, options="payload-format=json-base64", name="both.wav"):
        self.finish(self.start_launch(
            f"filesrc location={name} ! wavparse ! ancmqttsink "
            f"uri={self.uri}/site/noisy {options}"))

    def write_heard(self, name):
        """What was heard, as a file; its caps are in each message."""
        with wave.open(str(self.dir / name), "wb") as file:
            file.setparams((1, 2, scene.RATE, 0, "NONE", ""))
            for message in self.heard:
                self.assertRegex(message["caps"], r"format=\(string\)S16LE")
                self.assertRegex(message["caps"], r"channels=\(int\)1\b")
                file.writeframes(base64.b64decode(message["data"]))
        return self.dir / name

    def test_cancel(self):
        self.listen()
        process = self.cancel("--json", *scene.FILTER)
        self.publish()
        messages = -(-self.length * 4 // 4096)
        self.wait_for(lambda: len(self.heard) >= messages, "not all came")
        told = json.loads(self.interrupt(process)[0])
        self.assertEqual(told["result"], "interrupted")
        self.assertEqual(told["audio-seconds"], self.length / scene.RATE)
        self.assertEqual(told["warnings"], [])
        self.check_clean(self.write_heard("clean.wav"))

    def test_interrupt_loses_nothing(self):
        """The broker answers nothing while ^C comes; what was cleaned waits
        for it."""
        self.listen()
        process = self.cancel("--json", "filter-length=16")
        self.publish()
        self.wait_for(lambda: len(self.heard) > 10, "nothing came")
        self.broker.suspend()
        try:
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            time.sleep(12)  # longer than a local end may take
            waiting = process.poll()
        finally:
            self.broker.resume()
        out, _ = self.finish(process, 130)
        told = json.loads(out)
        frames = round(told["audio-seconds"] * scene.RATE)
        self.wait_for(lambda: sum(len(m["data"]) // 4 * 3 // 2 for m in
                                  self.heard) >= frames - 4, "some are lost")
        path = self.write_heard("part.wav")
        self.assertEqual(len(scene.read(path)[0]), frames)
        self.assertIn(waiting, (None, 130))

    def test_idle(self):
        """^C while nothing ever came."""
        out, err = self.interrupt(self.cancel())
        self.assertEqual((out, err), ("", ""))

    def test_raw(self):
        """Samples only, what they are is said once, and an end by number."""
        caps = ("audio/x-raw,format=S16LE,layout=interleaved,"
                f"rate={scene.RATE},channels=2")
        process = self.cancel("payload-format=raw", f"caps={caps}",
                              "messages=20", "--json")
        self.publish("payload-format=raw")
        told = self.report(process)
        self.assertEqual(told["result"], "ok")
        self.assertEqual(told["audio-seconds"], 20 * 1024 / scene.RATE)

    def test_bad_message(self):
        process = self.cancel("--json")
        subprocess.run([tools.need("mosquitto_pub"), "-p",
                        str(self.broker.port), "-t", "site/noisy", "-m",
                        "hello"], check=True, timeout=60)
        line = process.stderr.readline()
        self.assertRegex(
            line, "^anc run: warning: input: A message on site/noisy is "
            "skipped: the payload is not json-base64: it is not one JSON "
            "object, or nested too deeply; expected is a JSON object as "
            "ancmqttsink sends it, anything else needs payload-format=raw$")
        self.interrupt(process)

    def test_mistakes(self):
        uri = f"uri={self.uri}"
        for words, code, pattern in (
                ([uri], 2, "also needs input-topic=... output-topic=..."),
                (["uri=localhost", *TOPICS], 2,
                 "must begin with mqtt:// or mqtts://"),
                ([uri, *TOPICS, "password=word"], 2, "is a secret.*env"),
                ([uri, *TOPICS, "qos=2"], 2, "between 0 and 1"),
                ([uri, *TOPICS, "input-topic=a#b"], 1, "a#b"),
                ([uri, *TOPICS, "output-topic=a/#"], 1, "wildcard"),
                ([uri, *TOPICS, "output-topic=site/noisy"], 1,
                 "topic: site/noisy comes in again, because input subscribes "
                 "to site/noisy at the same broker"),
                ([uri, *TOPICS, "input-topic=site/+"], 1,
                 "would hear itself; publish to another topic")):
            with self.subTest(words=words):
                self.refuse(code, pattern, "run", "cancel-mqtt", *words)

    def test_no_broker(self):
        """A warning of each element at once, and the error in the end."""
        code, _, err = self.anc(
            "run", "cancel-mqtt", "uri=mqtt://127.0.0.1:1", *TOPICS,
            "connect-timeout=1000000000")
        self.assertEqual(code, 1, err)
        *warnings, error = err.splitlines()
        self.assertRegex(error, "No connection within 1.0 s: 127.0.0.1:1 "
                                "refuses connections")
        self.assertLessEqual(len(warnings), 2, err)
        for warning in warnings:
            self.assertRegex(warning, "^anc run: warning: (input|output): .* "
                             "waits for the MQTT broker 127.0.0.1:1 and keeps "
                             "trying; .*: 127.0.0.1:1 refuses connections")


class Password(scene.Case):
    def test_reference(self):
        """A password from a file, and none in any output."""
        (self.dir / "word").write_text("hunter2\n")
        with Mosquitto(persistence=False, users={"ann": "hunter2"}) as broker:
            process = self.start_anc(
                "cancel-mqtt", f"uri=mqtt://127.0.0.1:{broker.port}", *TOPICS,
                "username=ann", 'password={"file": "word"}', "--json",
                env={"GST_DEBUG": "*:6", "GST_DEBUG_FILE": "log"})
            self.wait_for(lambda: " 1 site/noisy\n" in broker.log,
                          "not let in")
            out, err = self.interrupt(process)
        log = (self.dir / "log").read_text(errors="replace")
        for text in (out, err, log):
            self.assertNotIn("hunter2", text)


if __name__ == "__main__":
    tap.main()
