# SPDX-License-Identifier: LGPL-2.1-or-later
"""Credentials of a role and of a device, by the elements' properties: what
loopback servers in the place of AWS STS and AWS IoT hand out opens the bucket,
and they were asked as AWS is."""
import http.server
import json
import ssl
import threading
import unittest
import urllib.parse

import tap
from bucket import BUCKET, BucketTest
from certificates import Certificates
from player import Player, code, play

END = "2099-01-01T00:00:00Z"
ROLE = "arn:aws:iam::123456789012:role/recorder"
SINK = f"audiotestsrc num-buffers=2 ! ancs3sink name=s3 uri=s3://{BUCKET}/b "
SOURCE = f"ancs3src name=s3 uri=s3://{BUCKET}/a "


class Answering:
    """Gives the same answer to everybody, and keeps what came."""

    def __init__(self, answer, context=None):
        requests = self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                size = int(self.headers.get("Content-Length", 0))
                requests.append((self.path, dict(self.headers),
                                 self.rfile.read(size).decode()))
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer.encode())

            do_GET = do_POST = answer

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket,
                                                     server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       args=(0.05,))
        self.thread.start()
        self.address = "127.0.0.1:%d" % self.server.server_address[1]

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Identity(BucketTest):
    def setUp(self):
        super().setUp()
        self.client.put_object(Bucket=BUCKET, Key="a", Body=b"x" * 1000)
        # nothing else that could open the bucket
        self.bare = {name: value for name, value in self.env.items()
                     if "KEY" not in name}
        self.bare.update(HOME=str(self.folder),
                         AWS_EC2_METADATA_DISABLED="true")

    def sts(self):
        return Answering(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials>"
            f"<AccessKeyId>{self.server.access_key}</AccessKeyId>"
            f"<SecretAccessKey>{self.server.secret_key}</SecretAccessKey>"
            f"<Expiration>{END}</Expiration>"
            "</Credentials></AssumeRoleResult></AssumeRoleResponse>")

    def plays(self, line, env):
        _, word, fields = play(line, env)
        self.assertEqual(word, "eos", fields)

    def check_sts(self, sts, session):
        self.assertEqual(len(sts.requests), 1)
        _, headers, body = sts.requests[0]
        form = dict(urllib.parse.parse_qsl(body))
        self.assertEqual(form["Action"], "AssumeRole")
        self.assertEqual(form["RoleArn"], ROLE)
        self.assertEqual(form["ExternalId"], "house 7")
        self.assertEqual(form["RoleSessionName"], session)
        self.assertIn("Credential=BASE/", headers["Authorization"])

    def test_role(self):
        """On top of the keys of the environment, or of properties."""
        role = (f'role-arn={ROLE} external-id="house 7" '
                "role-session-name=hall ")
        found = {"AWS_ACCESS_KEY_ID": "BASE", "AWS_SECRET_ACCESS_KEY": "b"}
        given = "access-key-id=BASE secret-access-key=b "
        for more, keys in ((found, ""), ({}, given)):
            for line in (SINK, SOURCE):
                with self.subTest(line=line, keys=keys), self.sts() as sts:
                    env = {**self.bare, **more,
                           "AWS_ENDPOINT_URL_STS": f"http://{sts.address}"}
                    tail = " ! fakesink" if line == SOURCE else ""
                    self.plays(line + role + keys + tail, env)
                    self.check_sts(sts, "hall")
        self.assertIn("b", self.keys())

    def test_device(self):
        """A certificate in the place of keys; with a key that is not its own it
        opens nothing."""
        answer = json.dumps({"credentials": {
            "accessKeyId": self.server.access_key,
            "secretAccessKey": self.server.secret_key,
            "sessionToken": "", "expiration": END}})
        with Certificates() as pki:
            context = pki.server_context()
            context.load_verify_locations(pki.ca)
            context.verify_mode = ssl.CERT_REQUIRED
            with Answering(answer, context) as iot:
                device = (f"iot-credentials-endpoint={iot.address} "
                          "iot-role-alias=recorder iot-thing-name=hall "
                          f"iot-certificate-file={pki.client} "
                          f"iot-ca-file={pki.ca} ")
                self.plays(f"{SINK}{device} iot-key-file={pki.client_key}",
                           self.bare)
                self.assertEqual(iot.requests[0][0],
                                 "/role-aliases/recorder/credentials")
                self.assertEqual(iot.requests[0][1]["x-amzn-iot-thingname"],
                                 "hall")
                self.refused(f"{SINK}{device} iot-key-file={pki.server_key}",
                             "RESOURCE/OPEN_WRITE", "IoT")
                self.refused(f"{SINK}{device} iot-key-file=/nowhere",
                             "RESOURCE/NOT_AUTHORIZED", "PEM")
        self.assertIn("b", self.keys())

    def refused(self, line, kind, names):
        with Player(line, self.bare) as player:
            player.send("play")
            word, fields = player.until("error", "eos")
        self.assertEqual(word, "error")
        self.assertEqual(code(fields), kind, fields)
        self.assertIn(names, fields["text"])

    def test_what_goes_together(self):
        for properties, names in (
                ("external-id=x", "role-arn"),
                ("role-session-name=x", "role-arn"),
                ("iot-credentials-endpoint=x", "iot-role-alias"),
                ("iot-credentials-endpoint=x iot-role-alias=y",
                 "iot-certificate-file"),
                ("iot-role-alias=y", "iot-credentials-endpoint"),
                ("iot-thing-name=y", "iot-credentials-endpoint"),
                ("iot-key-file=y", "iot-credentials-endpoint"),
                ("access-key-id=x secret-access-key=y iot-role-alias=y "
                 "iot-credentials-endpoint=x iot-certificate-file=z",
                 "one of them")):
            with self.subTest(properties=properties):
                self.refused(SINK + properties, "RESOURCE/SETTINGS", names)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = 500
    tap.main()
