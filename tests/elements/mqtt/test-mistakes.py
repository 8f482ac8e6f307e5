# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each mistake: one sentence that names the thing and the remedy. And no
secret in any of them, nor in the log."""
import tempfile
from pathlib import Path

import mqttcase
import tap
from certificates import Certificates
from peers import ScriptedServer
from process import free_port
from servers import Mosquitto


class Network(mqttcase.Case):
    def test_refused_port(self):
        port = free_port()
        self.refuse(rf"No connection within 1.5 s: 127.0.0.1:{port} refuses "
                    "connections; check that an MQTT broker listens there",
                    f"uri=mqtt://127.0.0.1:{port}/a")

    def test_unknown_host(self):
        self.refuse("host no-such-host.invalid is not known.*check uri",
                    "uri=mqtt://no-such-host.invalid/a")

    def test_not_a_broker(self):
        def hang_up(sock):
            sock.recv(1000)
        with ScriptedServer(hang_up) as peer:
            self.refuse("does not answer as an MQTT broker; check the port",
                        f"uri=mqtt://127.0.0.1:{peer.port}/a")

    def test_silent_port(self):
        def listen(sock):
            while sock.recv(1000):
                pass
        with ScriptedServer(listen) as peer:
            self.refuse("127.0.0.1:[0-9]+ (has not answered|does not answer)",
                        f"uri=mqtt://127.0.0.1:{peer.port}/a")


class Words(mqttcase.Case):
    """Before anything is connected."""

    def test_settings(self):
        aws = "mqtts://x-ats.iot.eu-central-1.amazonaws.com/a"
        for pattern, *words in (
                ("There is no MQTT broker; set uri", ),
                ("^uri: has another scheme; write mqtt://",
                 "uri=http://h/a"),
                ("has a #; in a topic filter it is written %23",
                 "uri=mqtt://h/a#"),
                ("There is no MQTT topic; set one", "uri=mqtt://h"),
                ('The MQTT topic "a/#" has a wildcard', "uri=mqtt://h",
                 "topic=a/#"),
                ("placeholder {roomm} that is not known", "uri=mqtt://h",
                 "topic=a/{roomm}"),
                ("AWS IoT Core has no QoS 2 .*set qos to 1", f"uri={aws}",
                 "qos=2"),
                ("more than the 7 slashes that AWS IoT allows", f"uri={aws}",
                 "topic=1/2/3/4/5/6/7/8/9"),
                ("encrypted connections only; write mqtts://",
                 f"uri={aws.replace('mqtts', 'mqtt')}"),
                ("An MQTT 3.1.1 password needs a username", "uri=mqtt://h/a",
                 "password=secret-word"),
                ("An MQTT session that is kept needs a name .*; set client-id",
                 "uri=mqtt://h/a", "clean-session=false"),
                ("^client-id: empty; leave it unset", "uri=mqtt://h/a",
                 'client-id=""'),
                ("^reconnect-min: must be above 0 and not above reconnect-max",
                 "uri=mqtt://h/a", "reconnect-max=1000000"),
                ("Certificates are set but the connection is not encrypted",
                 "uri=mqtt://h/a", "tls-ca-file=/nowhere")):
            with self.subTest(words=words):
                error = self.refuse(pattern, *words)
                self.assertNotIn("secret-word", error)

    def test_hears_itself(self):
        for filter_, topic in (("a/b", "a/b"), ("a/#", "a/{element}"),
                               ("$share/group/a/+", "a/b")):
            with self.subTest(filter=filter_):
                self.refuse(
                    r"^topic: a/\S+ comes in again, because ear subscribes to "
                    ".* at the same broker, .*; publish to another topic",
                    "uri=mqtt://127.0.0.1:1", "topic=" + topic, source=(
                        "ancmqttsrc", "name=ear", "uri=mqtt://127.0.0.1:1",
                        "topic=" + filter_, "!", "identity", "!"))

    def test_queue_directory(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "file").write_text("x", encoding="utf-8")
            self.refuse("queue .* cannot be written.*check queue-directory",
                        "uri=mqtt://127.0.0.1/a",
                        f"queue-directory={folder}/file/below")


class Broker(mqttcase.Case):
    def test_login(self):
        with Mosquitto(users={"ann": "right-word"}) as broker:
            uri = f"uri=mqtt://ann:wrong-word@127.0.0.1:{broker.port}/a"
            error = self.refuse("check (both|username, password)", uri)
            self.assertNotIn("wrong-word", error)
            code, _, err = self.send(uri, "password=right-word")
            self.assertEqual(code, 0, err)

    def test_denied(self):
        with Mosquitto(acl="topic readwrite open/#\n") as broker:
            self.refuse("Publish to shut/a: the MQTT broker .* does not allow "
                        "it; check", f"uri=mqtt://127.0.0.1:{broker.port}",
                        "topic=shut/a", "protocol-version=5")

    def test_too_large(self):
        with Mosquitto() as broker:
            self.refuse("payload of 10 bytes is larger than the 9 that "
                        "max-payload-size allows; make the buffers smaller",
                        f"uri=mqtt://127.0.0.1:{broker.port}/a",
                        "max-payload-size=9")
        with Mosquitto(config="max_packet_size 100") as broker:
            self.refuse("message of 201 bytes to a is larger than the 100 "
                        "bytes that the MQTT broker takes; set",
                        f"uri=mqtt://127.0.0.1:{broker.port}/a",
                        "protocol-version=5",
                        source=("fakesrc", "num-buffers=1", "sizetype=fixed",
                                "sizemax=200", "!"))

    def test_second_user_of_the_queue(self):
        with Mosquitto() as broker, tempfile.TemporaryDirectory() as folder:
            words = (f"uri=mqtt://127.0.0.1:{broker.port}/a",
                     f"queue-directory={folder}", "client-id=same")
            source = (*mqttcase.SOURCE, "tee", "name=t", "t.", "!",
                      "ancmqttsink", *words, "t.", "!")
            self.refuse("in use by another process or element; give each its "
                        "own client-id", *words, source=source)


class Tls(mqttcase.Case):
    @classmethod
    def setUpClass(cls):
        cls.pki = Certificates()
        cls.addClassCleanup(cls.pki.close)

    def uri(self, broker, host="localhost"):
        return f"uri=mqtts://{host}:{broker.tls_port}/a"

    def client(self):
        return (f"tls-ca-file={self.pki.ca}",
                f"tls-certificate-file={self.pki.client}",
                f"tls-key-file={self.pki.client_key}")

    def test_client_certificate(self):
        wrong_ca, _ = self.pki.authority("wrong")
        late, late_key = self.pki.issue("late", days=-1)
        with Mosquitto(tls=self.pki, client_certificates=True) as broker:
            for version in ("3.1.1", "5"):
                code, _, err = self.send(
                    self.uri(broker), *self.client(),
                    f"protocol-version={version}")
                self.assertEqual(code, 0, err)
            code, _, err = self.send(self.uri(broker, "127.0.0.1"),
                                     *self.client())
            self.assertEqual(code, 0, err)
            self.refuse("it asks for a client certificate; set "
                        "tls-certificate-file and tls-key-file",
                        self.uri(broker), f"tls-ca-file={self.pki.ca}")
            self.refuse("not signed by an authority in .*wrong.*set "
                        "tls-ca-file", self.uri(broker), *self.client()[1:],
                        f"tls-ca-file={wrong_ca}")
            self.refuse("not signed by an authority that the system knows",
                        self.uri(broker), *self.client()[1:])
            self.refuse("late.crt expired at .*; renew it", self.uri(broker),
                        f"tls-ca-file={self.pki.ca}",
                        f"tls-certificate-file={late}",
                        f"tls-key-file={late_key}")
            self.refuse("does not belong to the certificate",
                        self.uri(broker), *self.client()[:2],
                        f"tls-key-file={late_key}")
            self.refuse("^tls-ca-file: .*/nowhere/x.pem", self.uri(broker),
                        "tls-ca-file=/nowhere/x.pem")
            self.refuse("client.key holds no certificate in PEM format",
                        self.uri(broker),
                        f"tls-ca-file={self.pki.client_key}")
            self.refuse("ends the handshake; check that the port speaks TLS",
                        f"uri=mqtts://localhost:{broker.port}/a",
                        f"tls-ca-file={self.pki.ca}")

    def test_aws_payload(self):
        with Mosquitto(tls=self.pki) as broker:
            source = ("fakesrc", "num-buffers=1", "sizetype=fixed",
                      "sizemax=131073", "!")
            self.refuse("payload of 131073 bytes is larger than the 131072 "
                        "that AWS IoT Core allows", self.uri(broker), "aws=on",
                        f"tls-ca-file={self.pki.ca}", source=source)

    def other_server(self, name, **words):
        """The same authority, another certificate for the broker."""
        class Other:
            ca = self.pki.ca
            server, server_key = self.pki.issue(name, **words)
        return Mosquitto(tls=Other)

    def test_host_name(self):
        with self.other_server("elsewhere", names="DNS:elsewhere") as broker:
            words = self.uri(broker), f"tls-ca-file={self.pki.ca}"
            self.refuse("its certificate is not for the host name localhost",
                        *words)
            code, _, err = self.send(*words, "tls-verify=false")
            self.assertEqual(code, 0, err)

    def test_expired_broker(self):
        with self.other_server("old", names="DNS:localhost",
                               days=-1) as broker:
            self.refuse("its certificate has expired", self.uri(broker),
                        f"tls-ca-file={self.pki.ca}")


class Secrets(mqttcase.Case):
    def test_log_of_every_level(self):
        with tempfile.TemporaryDirectory() as folder, \
                Mosquitto(users={"ann": "hidden-word"}) as broker:
            uri = f"uri=mqtt://ann:hidden-word@127.0.0.1:{broker.port}"
            # what the source waits for
            self.send(uri + "/a", "retain=true")
            log = Path(folder) / "log"
            code, out, err = mqttcase.launch(
                "-v", "-m", *mqttcase.SOURCE, "anctelemetry", uri + "/b", "!",
                "ancmqttsink", uri + "/a", "password=hidden-word",
                "ancmqttsrc", uri + "/a", "num-buffers=1", "!", "fakesink",
                GST_DEBUG="*:9", GST_DEBUG_NO_COLOR="1",
                GST_DEBUG_FILE=str(log), GST_DEBUG_DUMP_DOT_DIR=folder)
            self.assertEqual(code, 0, err)
            for graph in Path(folder).glob("*.dot"):
                self.assertNotIn("hidden-word",
                                 graph.read_text(encoding="utf-8"))
            self.assertNotIn("hidden-word", out + err)
            lines = log.read_text(encoding="utf-8", errors="replace")
            for name in ("ancmqttsink", "ancmqttsrc", "anctelemetry"):
                self.assertIn(name, lines)
            # GStreamer's parser of the command line logs what it is given,
            # before any element sees it.
            told = [line for line in lines.splitlines()
                    if "hidden-word" in line and "grammar.y" not in line
                    and "gst_parse" not in line]
            self.assertEqual(told, [])


if __name__ == "__main__":
    tap.main()
