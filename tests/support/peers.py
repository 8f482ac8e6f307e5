# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small peers that keep every byte, for what no real server shows."""
import socket
import threading

from process import HOST


class ScriptedServer:
    """Each accepted socket is handed to `serve(sock)` in a thread of its own
    and closed after it."""

    def __init__(self, serve):
        self.serve = serve
        self.listener = socket.create_server((HOST, 0))
        self.host, self.port = self.listener.getsockname()
        self.connections = 0

    def __enter__(self):
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *failure):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def listen(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.run, args=(sock,),
                             daemon=True).start()

    def run(self, sock):
        with sock:
            try:
                self.serve(sock)
            except OSError:
                pass


def read_until(sock, mark, data=b""):
    """All bytes up to and with MARK, and what came behind it."""
    while mark not in data:
        more = sock.recv(65536)
        if not more:
            return data, b""
        data += more
    at = data.index(mark) + len(mark)
    return data[:at], data[at:]


def read_all(sock):
    data = b""
    while more := sock.recv(65536):
        data += more
    return data
