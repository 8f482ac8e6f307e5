# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real servers: that they are what tests take them for."""
import contextlib
import os
import socket
import ssl
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

import process
import tap
import tools
from certificates import Certificates
from faultproxy import FaultProxy
from servers import Moto, Mosquitto, Versitygw

SERVE = Path(__file__).with_name("serve.py")


def mosquitto(verb, broker, *words, port=None):
    """mosquitto_pub or mosquitto_sub: exit code and output."""
    done = subprocess.run(
        [tools.need(f"mosquitto_{verb}"), "-h", "127.0.0.1", "-p",
         str(port or broker.port), "-q", "1", *map(str, words)],
        capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


class Broker(unittest.TestCase):
    def test_retained_message_survives_a_kill(self):
        with Mosquitto() as broker:
            self.assertEqual(mosquitto("pub", broker, "-t", "a", "-m", "hi",
                                       "-r")[0], 0)
            pid = broker.pid
            broker.save()
            broker.restart()
            self.assertNotEqual(broker.pid, pid)
            code, text = mosquitto("sub", broker, "-t", "a", "-C", 1, "-W", 10)
            self.assertEqual((code, text), (0, "hi\n"))
            folder, port = broker.folder, broker.port
        self.assertFalse(folder.exists())
        self.assertFalse(process.listens(port))

    def test_passwords_and_acl(self):
        with Mosquitto(users={"ann": "wörd: #1"}, acl="user ann\n"
                       "topic read $SYS/#\ntopic readwrite a/#\n",
                       verbose=True) as broker:
            for word, code in (("wörd: #1", 0), ("word", 5)):
                self.assertEqual(mosquitto("pub", broker, "-t", "a/b", "-m",
                                           "x", "-u", "ann", "-P", word)[0],
                                 code)
            self.assertEqual(mosquitto("pub", broker, "-t", "a/b", "-m",
                                       "x")[0], 5)
            mosquitto("pub", broker, "-t", "b", "-m", "x", "-u", "ann", "-P",
                      "wörd: #1")
            self.assertRegex(broker.log, "Denied PUBLISH.*'b'")

    def test_tls(self):
        with Certificates() as pki:
            other, _ = pki.authority("other")
            mine = ["--cert", pki.client, "--key", pki.client_key]
            message = ["-t", "a", "-m", "x"]
            with Mosquitto(tls=pki, client_certificates=True) as broker:
                def publish(*words):
                    return mosquitto("pub", broker, *message, *words,
                                     port=broker.tls_port)[0]

                self.assertEqual(publish("--cafile", pki.ca, *mine), 0)
                self.assertIn("u'client'", broker.log)
                self.assertNotEqual(publish("--cafile", pki.ca), 0)
                self.assertNotEqual(publish("--cafile", other, *mine), 0)
                # Plain stays open beside it.
                self.assertEqual(mosquitto("pub", broker, *message)[0], 0)

    def test_websockets(self):
        with Mosquitto(websockets=True) as broker:
            with socket.create_connection((broker.host, broker.ws_port),
                                          20) as sock:
                sock.sendall(b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\n"
                             b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
                             b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                             b"Sec-WebSocket-Version: 13\r\n"
                             b"Sec-WebSocket-Protocol: mqtt\r\n\r\n")
                self.assertTrue(sock.recv(4096).startswith(b"HTTP/1.1 101"))

    def test_through_a_proxy(self):
        with Mosquitto() as broker, FaultProxy(broker, mode="tcp") as proxy:
            proxy.add("reset", after=20)
            message = ["-t", "a", "-m", "x" * 1000]
            self.assertNotEqual(mosquitto("pub", proxy, *message)[0], 0)
            self.assertEqual(mosquitto("pub", proxy, *message)[0], 0)

    def test_suspended(self):
        with Mosquitto() as broker:
            broker.suspend()
            with socket.create_connection((broker.host, broker.port)) as sock:
                sock.settimeout(0.3)
                sock.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
                with self.assertRaises(TimeoutError):
                    sock.recv(4)
                broker.resume()
                sock.settimeout(20)
                self.assertEqual(sock.recv(4), b"\x20\x02\x00\x00")

    def test_failure_shows_the_log(self):
        broker = Mosquitto(config="no_such_setting true")
        with self.assertRaisesRegex(process.ServerFailed, "no_such_setting"):
            with broker:
                pass
        self.assertFalse(broker.folder.exists())


class S3(unittest.TestCase):
    ODD = ("a b+c%2B=&", "ü/😀", "x'\"<>")
    ODDER = ("//a", "a/../b", "./c", "a", "a/b")

    def keep(self, server, keys):
        client = server.client()
        server.create_bucket("bucket")
        for key in keys:
            client.put_object(Bucket="bucket", Key=key, Body=key.encode())
        for key in keys:
            got = client.get_object(Bucket="bucket", Key=key)
            self.assertEqual(got["Body"].read(), key.encode())
        listed = client.list_objects_v2(Bucket="bucket")["Contents"]
        self.assertEqual(sorted(each["Key"] for each in listed), sorted(keys))

    def assert_refused(self, code, function, **words):
        errors = tools.module("botocore.exceptions")
        with self.assertRaises(errors.ClientError) as caught:
            function(**words)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_moto(self):
        with Moto() as server:
            self.keep(server, self.ODD + self.ODDER)
            server.reset()
            self.assertEqual(server.client().list_buckets()["Buckets"], [])

    def test_versitygw(self):
        with Versitygw() as server:
            self.keep(server, self.ODD)
            self.assertEqual((server.data / "bucket" / self.ODD[0]).read_text(),
                             self.ODD[0])
            server.restart()
            with mock.patch.object(server, "secret_key", "wrong"):
                self.assert_refused("SignatureDoesNotMatch",
                                    server.client().list_buckets)

    def test_versitygw_behind_moto(self):
        with Moto() as moto, Versitygw(behind=moto) as server:
            self.keep(server, self.ODD + self.ODDER)

    def test_versions(self):
        with Versitygw(versioning=True) as server:
            client = server.client()
            server.create_bucket("bucket")
            client.put_bucket_versioning(
                Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
            first, second = (client.put_object(
                Bucket="bucket", Key="k", Body=body)["VersionId"]
                for body in (b"1", b"2"))
            self.assertNotEqual(first, second)
            got = client.get_object(Bucket="bucket", Key="k", VersionId=first)
            self.assertEqual(got["Body"].read(), b"1")

    def test_https_and_the_cli(self):
        aws = tools.need("aws")
        with Certificates() as pki, Versitygw(tls=pki) as server:
            server.create_bucket("bucket")
            copied = subprocess.run(
                [aws, "s3", "cp", "--quiet", "-", "s3://bucket/k"],
                input=b"hello", capture_output=True, timeout=60, check=False,
                env={**server.environment(), **server.variables()})
            self.assertEqual(copied.returncode, 0, copied.stderr)
            self.assertEqual((server.data / "bucket/k").read_bytes(), b"hello")
            with self.assertRaises(ssl.SSLCertVerificationError):
                context = ssl.create_default_context()
                with socket.create_connection((server.host, server.port)) as s:
                    context.wrap_socket(s, server_hostname="localhost")

    def test_through_a_proxy(self):
        with Versitygw() as server, FaultProxy(server) as proxy:
            server.create_bucket("bucket")
            client = server.client(proxy.endpoint)
            proxy.add("slow-down", nth=2)
            proxy.add("corrupt-request", nth=3, after=0)
            client.put_object(Bucket="bucket", Key="k", Body=b"x")
            for code in ("SlowDown", "XAmzContentSHA256Mismatch"):
                self.assert_refused(code, client.put_object, Bucket="bucket",
                                    Key="k", Body=b"y")
            self.assertEqual((server.data / "bucket/k").read_bytes(), b"x")

    def test_serve(self):
        tools.need("versitygw")
        tools.module("boto3")
        done = subprocess.run(
            [sys.executable, SERVE, "versitygw", "--bucket", "first"],
            input="bucket second\nbucket second\nrestart\nexplode\n",
            capture_output=True, text=True, timeout=60, check=True)
        facts, answers = done.stdout.split("\n\n")
        self.assertIn("ENDPOINT=http://127.0.0.1:", facts)
        answers = answers.splitlines()
        self.assertEqual([each.split(":")[0] for each in answers],
                         ["ok", "error", "ok", "error"])
        self.assertIn("BucketAlreadyOwnedByYou", answers[1])


class Missing(unittest.TestCase):
    """What is not there is one sentence, never a failure."""

    def setUp(self):
        nowhere = {"ANC_TEST_TOOLS": "", "PATH": "/nowhere"}
        self.enterContext(mock.patch.dict(os.environ, nowhere))
        self.enterContext(mock.patch.object(tools, "SYSTEM", ""))

    def test_servers(self):
        for make, program in ((Mosquitto, "mosquitto"), (Moto, "moto_server"),
                              (Versitygw, "versitygw"),
                              (Certificates, "openssl")):
            with self.assertRaisesRegex(
                    unittest.SkipTest, f"^{program} is not installed; ./run "):
                make()

    def test_module(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.dict(sys.modules, {"boto3": None}))
            with self.assertRaisesRegex(unittest.SkipTest, "boto3"):
                tools.module("boto3")

    def test_serve(self):
        done = subprocess.run(
            [sys.executable, "-c", "import sys, tools; tools.SYSTEM = ''; "
             "import serve; sys.argv[1:] = ['moto']; serve.main()"],
            cwd=SERVE.parent, capture_output=True, text=True, timeout=60,
            check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 77)
        self.assertEqual(done.stdout.splitlines(), [
            "skip: moto_server is not installed; ./run setup test brings it"])


class Ports(unittest.TestCase):
    def test_none_is_given_twice(self):
        """Nor to another process, as long as this one lives."""
        code = "import process; print(*(process.free_port() for _ in range(300)))"
        mine = {process.free_port() for _ in range(300)}
        self.assertEqual(len(mine), 300)
        others = subprocess.run([sys.executable, "-c", code], text=True,
                                cwd=SERVE.parent, check=True,
                                capture_output=True).stdout.split()
        self.assertEqual(mine & set(map(int, others)), set())
        self.assertLess(max(mine), process.first_ephemeral_port())


if __name__ == "__main__":
    tap.main()
