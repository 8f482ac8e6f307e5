# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real servers that tests talk to. Each is a context manager and skips
the test, with one sentence, where its program cannot be had."""
import base64
import hashlib
import os
import signal
import time
import urllib.request

import tools
from process import READY_SECONDS, Server, free_port

ACCESS_KEY = "anctest"
# What a secret must survive: characters that need escaping somewhere.
SECRET_KEY = "anc/secret+key%with=all"
REGION = "us-east-1"
BROKER_LOG = ("error", "warning", "notice", "information", "subscribe",
              "unsubscribe")


def hashed(password):
    """As mosquitto_passwd does it, which takes no colon from a file."""
    salt, rounds = os.urandom(12), 101
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds)
    salt, key = (base64.b64encode(each).decode() for each in (salt, key))
    return f"$7${rounds}${salt}${key}"


class Mosquitto(Server):
    """An MQTT broker. `port` is plain; with `tls` (Certificates) `tls_port`
    too, which with `client_certificates` takes nobody without one, and takes
    the certificate's common name as user name; with `websockets` `ws_port`.

    `users` {name: password} ends anonymous access, `acl` is the text of an
    ACL file, `config` more lines of mosquitto.conf, and with `verbose` each
    packet is in the log, at half the speed. It writes what it queues and
    retains after each turn of its main loop, all of it each time. What it
    acknowledged in its last turn dies with it: see save().
    """

    name = "mosquitto"

    def __init__(self, tls=None, client_certificates=False, users=None,
                 acl=None, websockets=False, persistence=True, verbose=False,
                 config=""):
        self.program = tools.need("mosquitto")
        super().__init__()
        self.tls_port = free_port() if tls else None
        self.ws_port = free_port() if websockets else None
        lines = self.main_lines(users, acl, persistence)
        lines += [f"log_type {kind}" for kind in
                  (("all",) if verbose else BROKER_LOG)]
        lines += [config, f"listener {self.port} {self.host}"]
        if websockets:
            lines += [f"listener {self.ws_port} {self.host}",
                      "protocol websockets"]
        if tls:
            lines += self.tls_lines(tls, client_certificates)
        self.config_path = self.write("mosquitto.conf", "\n".join(lines) + "\n")

    def main_lines(self, users, acl, persistence):
        lines = ["log_dest stderr", "connection_messages true",
                 f"allow_anonymous {'false' if users else 'true'}",
                 "max_queued_messages 0"]
        if os.geteuid() == 0:
            # Else it becomes the user mosquitto, who may not read our folder.
            lines.append("user root")
        if users:
            passwords = "".join(f"{name}:{hashed(word)}\n"
                                for name, word in users.items())
            lines.append(f"password_file {self.write('passwords', passwords)}")
        if acl:
            lines.append(f"acl_file {self.write('acl', acl)}")
        if persistence:
            lines += ["persistence true",
                      f"persistence_location {self.memory_folder()}/",
                      "autosave_on_changes true", "autosave_interval 1"]
        return lines

    def tls_lines(self, tls, client_certificates):
        needs = "true" if client_certificates else "false"
        return [f"listener {self.tls_port} {self.host}",
                f"cafile {tls.ca}", f"certfile {tls.server}",
                f"keyfile {tls.server_key}", f"require_certificate {needs}",
                f"use_identity_as_username {needs}"]

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def command(self):
        return [self.program, "-c", self.config_path]

    def ports(self):
        return [port for port in (self.port, self.tls_port, self.ws_port)
                if port]

    def save(self):
        """Returns when all that it has acknowledged is written."""
        before = self.written()
        self.process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + READY_SECONDS
        while self.written() == before:
            if time.monotonic() > end:
                self.fail("did not write its database")
            time.sleep(0.005)

    def written(self):
        """Changes with each writing: a new file takes the old one's name."""
        try:
            facts = (self.memory_folder() / "mosquitto.db").stat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_mtime_ns


class S3Server(Server):
    """What has an `endpoint`, keys and buckets."""

    scheme = "http"
    ca = None  # the file to trust
    access_key, secret_key, region = ACCESS_KEY, SECRET_KEY, REGION

    @property
    def endpoint(self):
        return f"{self.scheme}://{self.host}:{self.port}"

    def create_bucket(self, name):
        self.client().create_bucket(Bucket=name)
        return name

    def client(self, endpoint=None, **config):
        """A boto3 client; `endpoint` names a proxy in front of it."""
        boto3 = tools.module("boto3")
        settings = tools.module("botocore.config").Config(
            **{"retries": {"total_max_attempts": 1}, "connect_timeout": 10,
               "s3": {"addressing_style": "path"}, **config})
        return boto3.client(
            "s3", endpoint_url=endpoint or self.endpoint,
            region_name=self.region, aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key, config=settings,
            verify=str(self.ca) if self.ca else None)

    def variables(self, endpoint=None):
        """What the AWS CLI and SDKs read from the environment."""
        known = {"AWS_ENDPOINT_URL": endpoint or self.endpoint,
                 "AWS_ACCESS_KEY_ID": self.access_key,
                 "AWS_SECRET_ACCESS_KEY": self.secret_key,
                 "AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region,
                 "AWS_EC2_METADATA_DISABLED": "true"}
        return {**known, "AWS_CA_BUNDLE": str(self.ca)} if self.ca else known


class Moto(S3Server):
    """moto's server: many AWS services, byte-exact S3 keys, but no check of
    signatures or checksums, and a connection for each request."""

    name = "moto"

    def __init__(self):
        self.program = tools.need("moto_server")
        super().__init__()

    def command(self):
        return [self.program, "-H", self.host, "-p", self.port]

    def reset(self):
        self.post("reset", b"")

    def post(self, path, body):
        request = urllib.request.Request(
            f"{self.endpoint}/moto-api/{path}", data=body, method="POST",
            headers={"Content-Type": "text/plain"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.read()


class Versitygw(S3Server):
    """A strict S3 server: it checks signatures, checksums and part rules.

    Objects are files below `data`. With `behind` (a Moto) it keeps them there
    instead, for keys that are no path: `//`, `..`, `a` beside `a/b`. `tls`
    (Certificates) makes it https, `versioning` gives objects versions.
    """

    name = "versitygw"

    def __init__(self, behind=None, tls=None, versioning=False):
        self.program = tools.need("versitygw")
        super().__init__()
        self.behind, self.tls, self.versioning = behind, tls, versioning
        if tls:
            self.scheme, self.ca = "https", tls.ca
        self.data = self.folder / "data"
        self.data.mkdir()

    def command(self):
        command = [self.program, "--port", f"{self.host}:{self.port}",
                   "--access", self.access_key, "--secret", self.secret_key,
                   "--region", self.region, "--keep-alive"]
        if self.tls:
            command += ["--cert", self.tls.server, "--key",
                        self.tls.server_key]
        return command + (self.s3_backend() if self.behind
                          else self.posix_backend())

    def s3_backend(self):
        return ["s3", "--endpoint", self.behind.endpoint, "--access",
                self.behind.access_key, "--secret", self.behind.secret_key,
                "--region", self.region, "--use-path-style"]

    def posix_backend(self):
        command = ["posix"]
        if not self.keeps_attributes():
            sidecar = self.folder / "attributes"
            sidecar.mkdir(exist_ok=True)
            command += ["--sidecar", sidecar]
        if self.versioning:
            versions = self.folder / "versions"
            versions.mkdir(exist_ok=True)
            command += ["--versioning-dir", versions]
        return command + [self.data]

    def keeps_attributes(self):
        """A tmpfs may refuse the attributes that metadata are kept in."""
        try:
            os.setxattr(self.data, "user.anc", b"1")
        except OSError:
            return False
        os.removexattr(self.data, "user.anc")
        return True
