# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests of the fault-injecting proxy share: a server that keeps what it is
sent, and clients that come through the proxy."""
import hashlib
import http.client
import http.server
import socket
import threading
import unittest

from faultproxy import FaultProxy
from process import HOST

BODY = bytes(range(256)) * 4096  # 1 MiB
ETAG = f'"{hashlib.md5(BODY).hexdigest()}"'


class Keeper(http.server.BaseHTTPRequestHandler):
    """PUT keeps a body under its path, GET gives it back."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        size = int(self.headers["Content-Length"])
        body = self.rfile.read(size)
        if len(body) == size:
            self.server.kept.append((self.path, body))
        self.answer(b"")

    def do_GET(self):
        self.answer(BODY)

    def do_HEAD(self):
        self.answer(BODY, bare=True)

    def answer(self, body, bare=False):
        self.send_response(200)
        self.send_header("ETag", ETAG)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not bare:
            self.wfile.write(body)

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *facts):
        """Its clients are cut off on purpose."""


class KeepingServer:
    """`kept` has the path and the body of each complete PUT."""

    def __init__(self):
        self.server = Server((HOST, 0), Keeper)
        self.server.kept = self.kept = []
        self.host, self.port = self.server.server_address

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True,
                         kwargs={"poll_interval": 0.05}).start()
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.server.server_close()


class Case(unittest.TestCase):
    def setUp(self):
        self.upstream = self.enterContext(KeepingServer())
        self.proxy = self.enterContext(FaultProxy(self.upstream))

    def connect(self, timeout=20):
        client = http.client.HTTPConnection(self.proxy.host, self.proxy.port,
                                            timeout=timeout)
        self.addCleanup(client.close)
        return client

    def ask(self, method, target="/k", body=None, client=None, timeout=20):
        """Status, headers and body."""
        client = client or self.connect(timeout)
        client.request(method, target, body=body)
        reply = client.getresponse()
        return reply.status, reply.headers, reply.read()

    def raw(self, data):
        sock = socket.create_connection((self.proxy.host, self.proxy.port), 20)
        self.addCleanup(sock.close)
        sock.sendall(data)
        return sock
