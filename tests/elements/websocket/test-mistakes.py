# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can be wrong: one sentence that names it, in the right domain, in
time. TLS, tokens, origins; and secrets that nobody gets to read."""
import asyncio
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import tap
from certificates import Certificates
from peers import ScriptedServer, read_until
from process import free_port
from wstest import Peer, Pipeline, outcome, websockets

RESOURCE = "gst-resource-error-quark"
# Codes of GstResourceError
NOT_FOUND, BUSY, OPEN_READ, OPEN_WRITE, READ, WRITE, SETTINGS, \
    NOT_AUTHORIZED = 3, 4, 5, 6, 9, 10, 13, 15
SINK = "audiotestsrc is-live=true ! ancwssink name=ws reconnect-attempts=0 "
SRC = "ancwssrc name=ws reconnect-attempts=0 %s ! fakesink"
SERVER = "ancwssrc name=ws mode=server uri=%s://127.0.0.1:0/ %s ! fakesink"


class Case(unittest.TestCase):
    def refuse(self, launch, code, pattern, seconds=20, **settings):
        """Both the sentence and the code; the whole end."""
        begin = time.monotonic()
        end = outcome(launch, seconds, **settings)
        self.assertEqual(end["end"], "error", launch)
        self.assertRegex(end["message"], pattern)
        self.assertEqual((end["domain"], end["code"]), (RESOURCE, code),
                         end["message"])
        # one sentence, or two with the remedy
        self.assertLess(len(end["message"]), 250)
        self.assertNotIn("\\n", end["message"])
        self.assertNotEqual(end["details"], "")
        self.assertLess(time.monotonic() - begin, seconds)
        return end


class Addresses(Case):
    def test_addresses(self):
        for uri, pattern in (
                ("", "^uri: no address is given; set it"),
                ("uri=localhost:80", "^uri: it must begin with ws://"),
                ("uri=http://localhost/", "^uri: it must begin with ws://"),
                ("uri=ws://user:hidden@localhost/", "^uri: .*no user or password")):
            with self.subTest(uri=uri):
                end = self.refuse(SINK + uri, SETTINGS, pattern)
                self.assertNotIn("hidden", str(end))
                self.refuse(SRC % uri, SETTINGS, pattern)

    def test_unreachable(self):
        port = free_port()
        self.refuse(SINK + f"uri=ws://127.0.0.1:{port}/", OPEN_WRITE,
                    f"127.0.0.1 port {port}.*is a server running")
        end = self.refuse(SRC % f"uri=ws://127.0.0.1:{port}/", OPEN_READ,
                    f"127.0.0.1 port {port}.*is a server running")
        self.assertIn(f"uri=(string)ws://127.0.0.1:{port}/,", end["details"])
        self.assertIn("websocket-error=(string)unreachable", end["details"])
        self.refuse(SINK + "uri=ws://no-such-host.invalid/", OPEN_WRITE,
                    "no-such-host.invalid.*check the name")

    def test_attempts(self):
        begin = time.monotonic()
        self.refuse(f"audiotestsrc ! ancwssink uri=ws://127.0.0.1:"
                    f"{free_port()}/ reconnect-attempts=3 reconnect-delay=50",
                    OPEN_WRITE, "is a server running")
        self.assertLess(time.monotonic() - begin, 5)

    def test_silence(self):
        with ScriptedServer(lambda sock: time.sleep(5)) as silent:
            self.refuse(SINK + f"uri=ws://127.0.0.1:{silent.port}/ "
                        "timeout=300", OPEN_WRITE,
                        "did not answer within 300 ms", 4)

    def test_port_in_use(self):
        with Pipeline(SERVER % ("ws", "")) as line:
            self.refuse("ancwssrc mode=server uri=ws://127.0.0.1:"
                        f"{line.port}/ ! fakesink", BUSY,
                        f"^uri: .*port {line.port}.*free port")

    def test_foreign_address(self):
        self.refuse("ancwssrc mode=server uri=ws://192.0.2.1:0/ ! fakesink",
                    SETTINGS, "^uri: .*192.0.2.1.*address of this machine")


class Handshakes(Case):
    def say(self, answer):
        def serve(sock):
            read_until(sock, b"\r\n\r\n")
            sock.sendall(answer)
        return ScriptedServer(serve)

    def test_answers(self):
        for answer, code, status, pattern in (
                (b"HTTP/1.1 200 OK\r\n\r\n", OPEN_WRITE, 200,
                 "does not speak WebSocket"),
                (b"HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n", OPEN_WRITE,
                 301, "redirects"),
                (b"HTTP/1.1 401 No\r\n\r\n", NOT_AUTHORIZED, 401, "set token"),
                (b"HTTP/1.1 403 No\r\n\r\n", NOT_AUTHORIZED, 403, "forbids"),
                (b"HTTP/1.1 404 No\r\n\r\n", NOT_FOUND, 404, "no such path"),
                (b"HTTP/1.1 503 No\r\n\r\n", BUSY, 503, "trouble"),
                (b"SSH-2.0-OpenSSH_9\r\n\r\n", OPEN_WRITE, 0,
                 "does not speak HTTP"),
                (b"\0" * 20000, OPEN_WRITE, 0, "does not speak HTTP"),
                (b"", OPEN_WRITE, 0, "closed during the handshake"),
                (b"HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\n"
                 b"Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
                 OPEN_WRITE, 101, "handshake wrongly")):
            with self.subTest(answer=answer[:40]), self.say(answer) as server:
                end = self.refuse(SINK + f"uri=ws://127.0.0.1:{server.port}/",
                                  code, pattern)
                self.assertEqual(end["status"], status)

    def test_subprotocol(self):
        async def handler(socket):
            await socket.wait_closed()

        with Peer(handler, subprotocols=["chat"]) as peer:
            self.refuse(SINK + f"uri=ws://127.0.0.1:{peer.port}/", SETTINGS,
                        "does not speak the subprotocol anc.v1")
            self.refuse(SINK + f"uri=ws://127.0.0.1:{peer.port}/ "
                        "protocol=raw subprotocols=\"a b\"", SETTINGS,
                        "^subprotocols: each is one word")

    def test_refused_subprotocol(self):
        """A server that turns the subprotocol down is one of WebSocket."""
        with Pipeline(SERVER % ("ws", "protocol=raw subprotocols=chat")) \
                as line:
            end = self.refuse(
                SINK + f"uri=ws://127.0.0.1:{line.port}/", SETTINGS,
                "refused the subprotocol anc.v1 .*or protocol=raw with "
                "subprotocols that this one speaks")
            self.assertEqual(end["status"], 400)
            self.refuse(SINK + f"uri=ws://127.0.0.1:{line.port}/ "
                        "protocol=raw", OPEN_WRITE, "may want a subprotocol")

    def test_tokens(self):
        server = SERVER % ("ws", "")
        with Pipeline(server, secrets={"ws.token": "sesame"}) as line:
            uri = f"uri=ws://127.0.0.1:{line.port}/"
            self.refuse(SINK + uri, NOT_AUTHORIZED, "token")
            end = self.refuse(SINK + uri, NOT_AUTHORIZED, "token",
                              secrets={"ws.token": "opensesame"})
            self.assertEqual(end["status"], 401)
            self.assertEqual(
                outcome("audiotestsrc num-buffers=3 ! ancwssink name=ws "
                        + uri, secrets={"ws.token": "sesame"}),
                {"end": "eos"})
            self.assertEqual(line.end(), {"end": "eos"})
        with Pipeline(server, secrets={"ws.token": "sesame"}) as line:
            async def page():
                # a page has no header to put it in
                async with websockets.connect(
                        f"ws://127.0.0.1:{line.port}/",
                        subprotocols=["anc.v1", "anc.bearer.sesame"]) as got:
                    return got.subprotocol
            self.assertEqual(asyncio.run(page()), "anc.v1")

    def test_headers_and_origin(self):
        seen = []

        async def handler(socket):
            seen.append(socket.request_headers)

        with Peer(handler) as peer:
            outcome("audiotestsrc num-buffers=1 ! ancwssink name=ws "
                    f"uri=ws://127.0.0.1:{peer.port}/x?y=z "
                    "origin=https://a.example "
                    'extra-headers="h,X-Api-Key=(string)abc"',
                    secrets={"ws.token": "sesame"})
        self.assertEqual(seen[0]["Origin"], "https://a.example")
        self.assertEqual(seen[0]["X-Api-Key"], "abc")
        self.assertEqual(seen[0]["Authorization"], "Bearer sesame")

    def test_smuggled_header(self):
        self.refuse(SINK + "uri=ws://127.0.0.1:9/", SETTINGS,
                    "^token: .*characters that HTTP forbids",
                    secrets={"ws.token": "a\r\nX-Evil: 1"})

    def test_origins(self):
        with Pipeline(SERVER % ("ws", "allowed-origins=https://a.example,"
                                "https://b.example")) as line:
            uri = f"uri=ws://127.0.0.1:{line.port}/ "
            end = self.refuse(SINK + uri + "origin=https://evil.example",
                              NOT_AUTHORIZED, "origin")
            self.assertEqual(end["status"], 403)
            self.assertEqual(
                outcome("audiotestsrc num-buffers=3 ! ancwssink " + uri
                        + "origin=https://b.example"), {"end": "eos"})

    def test_max_clients(self):
        with Pipeline("audiotestsrc is-live=true ! ancwssink name=ws "
                      "mode=server uri=ws://127.0.0.1:0/ "
                      "max-clients=1") as line:
            uri = f"uri=ws://127.0.0.1:{line.port}/"
            with Pipeline(f"ancwssrc {uri} ! fakesink"):
                deadline = time.monotonic() + 10
                end = {}
                # the first one may not be in yet
                while end.get("status") != 503:
                    self.assertLess(time.monotonic(), deadline)
                    with Pipeline(SRC % uri) as second:
                        try:
                            end = second.end(2)
                        except AssertionError:
                            continue
                self.assertEqual(end["code"], BUSY)

    def test_close_codes(self):
        for close, code, pattern in (
                (1002, WRITE, "against the protocol"),
                (1003, WRITE, "this kind of data"),
                (1008, NOT_AUTHORIZED, "policy.*: go away"),
                (1009, WRITE, "smaller buffers"),
                (1011, WRITE, "trouble of its own"),
                (1013, BUSY, "try again later"),
                (3000, NOT_AUTHORIZED, "valid token"),
                (4711, WRITE, "reason of its own"),
                (1000, WRITE, "closed the connection")):
            async def handler(socket, number=close):
                await socket.close(number, "go away")

            with self.subTest(close=close), Peer(handler) as peer:
                end = self.refuse(SINK + f"uri=ws://127.0.0.1:{peer.port}/",
                                  code, pattern)
                self.assertEqual(end["close"], close)

    def test_no_acknowledgement(self):
        async def handler(socket):
            async for _ in socket:
                pass

        with Peer(handler) as peer:
            self.refuse("audiotestsrc num-buffers=3 ! ancwssink "
                        f"uri=ws://127.0.0.1:{peer.port}/ drain-timeout=300",
                        WRITE, "^drain-timeout: .*did not acknowledge the end")
            self.refuse("audiotestsrc num-buffers=3 ! ancwssink "
                        f"uri=ws://127.0.0.1:{peer.port}/ acknowledge=true "
                        "ack-timeout=200 reconnect-attempts=0",
                        WRITE, "ack-timeout: .*not acknowledged in time")


class Tls(Case):
    @classmethod
    def setUpClass(cls):
        cls.pki = Certificates()
        cls.addClassCleanup(cls.pki.close)
        cls.other, cls.other_key = cls.pki.authority("other")
        cls.elsewhere = cls.pki.issue("elsewhere", "DNS:elsewhere.example")
        cls.expired = cls.pki.issue("expired", "IP:127.0.0.1", days=-1)

    def server(self, certificate=None, more=""):
        path, key = certificate or (self.pki.server, self.pki.server_key)
        # ASan takes its time over TLS.
        return Pipeline(SERVER % ("wss", f"certificate-file={path} "
                                  f"private-key-file={key} timeout=50000 "
                                  f"{more}"))

    def refuse(self, launch, code, pattern, seconds=60, **settings):
        return super().refuse(launch, code, pattern, seconds, **settings)

    def send(self, line, more=""):
        return ("audiotestsrc num-buffers=30 ! ancwssink timeout=50000 "
                "reconnect-attempts=0 slow-client-policy=block "
                f"uri=wss://127.0.0.1:{line.port}/ {more}")

    def test_trusted(self):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "out"
            with Pipeline(
                    f"ancwssrc name=ws mode=server uri=wss://127.0.0.1:0/ "
                    f"certificate-file={self.pki.server} timeout=50000 "
                    f"private-key-file={self.pki.server_key} ! "
                    f"filesink location={output}") as line:
                self.assertEqual(
                    outcome(self.send(line, f"ca-file={self.pki.ca}")),
                    {"end": "eos"})
                self.assertEqual(line.end(), {"end": "eos"})
            self.assertEqual(len(output.read_bytes()), 30 * 2048)

    def test_untrusted(self):
        for certificate, more, pattern in (
                (None, "", "signed by no one trusted.*in ca-file"),
                (None, f"ca-file={self.other}", "signed by no one trusted"),
                (self.elsewhere, f"ca-file={self.pki.ca}",
                 "for another host name"),
                (self.expired, f"ca-file={self.pki.ca}", "expired")):
            with self.subTest(pattern=pattern), \
                    self.server(certificate) as line:
                self.refuse(self.send(line, more), OPEN_WRITE, pattern)

    def test_plain_server(self):
        advice = "use ws:// instead of wss://$"
        with Pipeline(SERVER % ("ws", "")) as line:
            self.refuse(self.send(line), OPEN_WRITE, advice)

        def answer_in_http(sock):
            sock.recv(100)
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        with ScriptedServer(answer_in_http) as server:
            self.refuse(self.send(server), OPEN_WRITE, advice)

    def test_plain_client(self):
        advice = "use wss:// instead of ws://$"
        with self.server() as line:
            self.refuse(SINK + f"uri=ws://127.0.0.1:{line.port}/",
                        OPEN_WRITE, advice)

        def alert(sock):
            # all of the request, so that what is sent is not reset away
            read_until(sock, b"\r\n\r\n")
            sock.sendall(b"\x15\x03\x01\x00\x02\x02\x16")

        with ScriptedServer(alert) as server:
            self.refuse(SINK + f"uri=ws://127.0.0.1:{server.port}/",
                        OPEN_WRITE, f"port {server.port} speaks TLS; {advice}")

    def test_client_certificate(self):
        more = f"ca-file={self.pki.ca}"
        own = (f" certificate-file={self.pki.client} "
               f"private-key-file={self.pki.client_key}")
        path, key = self.pki.issue("stranger", ca=self.other,
                                   ca_key=self.other_key)
        wrong = f" certificate-file={path} private-key-file={key}"
        with self.server(more=more) as line:
            self.refuse(self.send(line, more), OPEN_WRITE, "certificate")
            self.refuse(self.send(line, more + wrong), OPEN_WRITE,
                        "certificate")
            self.assertEqual(outcome(self.send(line, more + own)),
                             {"end": "eos"})
            self.assertEqual(line.end(), {"end": "eos"})

    def test_files(self):
        self.refuse(SERVER % ("wss", ""), SETTINGS,
                    "^certificate-file: a wss:// server needs one")
        self.refuse(SINK + "uri=wss://127.0.0.1:9/ ca-file=/nowhere.pem",
                    SETTINGS, "^ca-file: cannot use /nowhere.pem")
        self.refuse(SERVER % ("wss", f"certificate-file={__file__}"),
                    SETTINGS, "^certificate-file: .*" + re.escape(__file__))

    def test_python_speaks_it(self):
        async def handler(socket):
            async for message in socket:
                if isinstance(message, str) and '"end"' in message:
                    await socket.send(message.replace('"end"', '"ack"'))

        with Peer(handler, ssl=self.pki.server_context()) as peer:
            self.assertEqual(
                outcome(self.send(peer, f"ca-file={self.pki.ca}")),
                {"end": "eos"})


class Secrets(Case):
    def test_nobody_reads_them(self):
        secret, header = "hunter2sesame", "swordfish99"
        with tempfile.TemporaryDirectory() as folder:
            debug = {"GST_DEBUG": "9", "GST_DEBUG_NO_COLOR": "1",
                     "GST_DEBUG_FILE": f"{folder}/log",
                     "GST_DEBUG_DUMP_DOT_DIR": folder,
                     "G_MESSAGES_DEBUG": "all"}
            with Pipeline(SERVER % ("ws", ""),
                          secrets={"ws.token": secret}) as line:
                with Pipeline(
                        "audiotestsrc num-buffers=3 ! ancwssink name=ws "
                        f"uri=ws://127.0.0.1:{line.port}/", debug=debug,
                        secrets={"ws.token": secret, "ws.extra-headers":
                                 f"h,X-Key=(string){header}"}) as sender:
                    self.assertEqual(sender.end(), {"end": "eos"})
            log = Path(folder, "log").read_text(encoding="utf-8",
                                                errors="replace")
            self.assertIn("ancwebsocket", log)
            self.assertIn("GLib-GIO-DEBUG", sender.said)
            for text in (log, sender.said):
                self.assertNotIn(secret, text)
                self.assertNotIn(header, text)

    def test_write_only(self):
        shown = subprocess.run(["gst-inspect-1.0", "ancwssink"],
                               capture_output=True, text=True, check=False)
        if "ancwssink" not in shown.stdout:
            self.skipTest("a sanitized plugin cannot be inspected")
        for name in ("token", "extra-headers"):
            flags = re.search(rf"^  {name} .*\n\s+flags: (.*)$", shown.stdout,
                              re.M).group(1)
            self.assertNotIn("readable", flags)


if __name__ == "__main__":
    tap.main()
