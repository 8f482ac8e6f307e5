# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificates for tests: an authority of their own, a server's certificate
for localhost and 127.0.0.1, clients', and bad ones."""
import shutil
import ssl
import subprocess
import tempfile
from pathlib import Path

import tools

SERVER_NAMES = "DNS:localhost,IP:127.0.0.1"


class Certificates:
    """PEM files in one folder. `ca`, `server`, `server_key`, `client`,
    `client_key` are made at once; the rest on demand.

    with Certificates() as pki: Mosquitto(tls=pki)
    """

    def __init__(self, folder=None):
        self.openssl = tools.need("openssl")
        self.holder = None if folder else tempfile.mkdtemp(prefix="anc-pki-")
        self.folder = Path(folder or self.holder)
        self.ca, self.ca_key = self.authority("ca")
        self.server, self.server_key = self.issue("server", SERVER_NAMES)
        self.client, self.client_key = self.issue("client")

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.close()

    def close(self):
        if self.holder:
            shutil.rmtree(self.holder, ignore_errors=True)

    def server_context(self):
        """For Python's own servers."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server, self.server_key)
        return context

    def run(self, *words):
        done = subprocess.run([self.openssl, *map(str, words)],
                              cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {words[0]}: {done.stderr}")

    def new_key(self, name):
        key = self.folder / f"{name}.key"
        self.run("genpkey", "-algorithm", "EC", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-out", key)
        return key

    def authority(self, name):
        """Another authority: the wrong one, for a client that trusts it."""
        key, path = self.new_key(name), self.folder / f"{name}.crt"
        self.run("req", "-x509", "-new", "-key", key, "-out", path, "-days",
                 "30", "-subj", f"/CN=anc test {name}",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        return path, key

    def issue(self, name, names="", days=30, ca=None, ca_key=None):
        """A certificate with the common name NAME. NAMES as in openssl's
        subjectAltName; one with `DNS:elsewhere` only is for another host.
        A negative number of DAYS gives an expired one."""
        key, path = self.new_key(name), self.folder / f"{name}.crt"
        request, extra = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        lines = ["basicConstraints=CA:FALSE"]
        lines += [f"subjectAltName={names}"] if names else []
        extra.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.run("req", "-new", "-key", key, "-out", request, "-subj",
                 f"/CN={name}")
        self.run("x509", "-req", "-in", request, "-CA", ca or self.ca,
                 "-CAkey", ca_key or self.ca_key, "-CAcreateserial", "-days",
                 days, "-extfile", extra, "-out", path)
        return path, key
