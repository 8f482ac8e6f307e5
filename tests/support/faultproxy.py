#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A proxy that stands before a real server and fails on demand.

    with FaultProxy(server) as proxy:          # HTTP; mode="tcp": any protocol
        proxy.add("reset", nth=3, method="PUT")
        proxy.delay = 0.1                      # to each answer, seconds
        ... proxy.endpoint ...
        proxy.requests                         # what came, what became of it

faultrules.py lists the faults and what a rule can pick. All HTTP bytes are
passed as they came, so signatures stay good, and connections are kept alive as
long as client and server keep them.
"""
import socket
import threading

import faulthttp
import faulttcp
import faultwire
from faultrules import TCP_KINDS, Book
from faultwire import Wire
from process import HOST, free_port

CONNECT_SECONDS = 10


class Link:
    """A client's connection, and the one to the server behind it."""

    def __init__(self, proxy, sock, number):
        self.proxy, self.number = proxy, number
        self.client, self.server = Wire(sock), None
        self.ended = threading.Event()

    def run(self):
        serve = faulttcp.serve if self.proxy.mode == "tcp" else faulthttp.serve
        try:
            self.client.sock = self.proxy.secure(self.client.sock)
            serve(self)
        except (OSError, ValueError):
            pass  # either end is gone, or has spoken no HTTP
        finally:
            self.close()
            self.proxy.forget(self)

    def close(self):
        """Where another thread is ending it in the way that it wants, nothing
        must be sent in between."""
        if self.ended.is_set():
            self.client.sock.close()
            if self.server:
                self.server.sock.close()
        else:
            self.drop_server()
            self.close_client()

    def close_client(self):
        """First the own end, then what is still under way, so that the client
        gets the last answer and no reset."""
        sock = self.client.sock
        try:
            sock.settimeout(1)
            if self.proxy.tls:
                sock = sock.unwrap()
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(faultwire.PIECE):
                pass
        except (OSError, ValueError):
            pass
        sock.close()

    def connect(self):
        """The connection to the server; a new one if that has closed it."""
        if self.ended.is_set():
            raise faultwire.Gone("cut")
        if self.server and faultwire.readable(self.server):
            self.drop_server()  # nothing is to come but its end
        if self.server is None:
            sock = socket.create_connection(self.proxy.target, CONNECT_SECONDS)
            sock.settimeout(None)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.server = Wire(sock)
        return self.server

    def drop_server(self):
        if self.server:
            faultwire.close(self.server.sock)
            self.server = None

    def cut(self, how):
        self.ended.set()
        server = self.server
        if server:
            how(server.sock)
        how(self.client.sock)

    def sleep(self, seconds):
        if seconds and self.ended.wait(seconds):
            raise faultwire.Gone("cut")

    def pause_point(self):
        while not self.proxy.flowing.wait(0.05):
            if self.ended.is_set():
                raise faultwire.Gone("cut")

    def wait_for_end(self):
        self.ended.wait()


class FaultProxy:
    """In front of TARGET: a server of servers.py, or (host, port). With `tls`
    (Certificates) clients come with https and the server is spoken to in
    plain HTTP; TLS between the two ends passes through mode "tcp" as it is."""

    def __init__(self, target, mode="http", tls=None):
        self.target = (target if isinstance(target, tuple)
                       else (target.host, target.port))
        self.mode = mode
        self.tls = tls and tls.server_context()
        self.host, self.port = HOST, free_port()
        self.book = Book()
        self.delay = 0.0  # seconds, each answer or in TCP mode each piece
        self.rate = 0  # bytes/s, each connection and direction; 0: no limit
        self.connections = 0
        self.flowing = threading.Event()
        self.flowing.set()
        self.lock = threading.Lock()
        self.links = set()
        self.listener = None

    def __enter__(self):
        self.accept()
        return self

    def __exit__(self, *failure):
        self.stop()

    @property
    def endpoint(self):
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    @property
    def requests(self):
        return list(self.book.requests)

    def add(self, kind, **settings):
        """A fault: see Rule in faultrules.py."""
        if self.mode == "tcp" and kind not in TCP_KINDS:
            raise ValueError(f'"{kind}" needs HTTP; for any protocol there '
                             f"are {', '.join(TCP_KINDS)}")
        return self.book.add(kind, **settings)

    def clear(self):
        self.book.clear()

    def find(self, method="", path=""):
        """Requests by method and by a regular expression in their target."""
        return self.book.find(method, path)

    # All connections at once

    def pause(self):
        """Nothing passes, nothing is closed."""
        self.flowing.clear()

    def resume(self):
        self.flowing.set()

    def cut(self, reset=False):
        """Closes what is open, what is stalled too."""
        with self.lock:
            links = list(self.links)
        for link in links:
            link.cut(faultwire.arm_reset if reset else faultwire.end_both)

    def refuse(self):
        """As if no server was there."""
        with self.lock:
            listener, self.listener = self.listener, None
        if listener:
            faultwire.close(listener)

    def accept(self):
        """Takes connections (again), on the port it had."""
        if self.listener:
            return
        self.listener = socket.create_server((self.host, self.port),
                                             backlog=512)
        self.spawn(self.listen, self.listener)

    def stop(self):
        self.refuse()
        self.resume()
        self.cut()

    # Of each connection

    def listen(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                if self.listener is not listener:
                    # Taken while it was refused: cut () will not know of it.
                    faultwire.close(sock)
                    return
                self.connections += 1
                link = Link(self, sock, self.connections)
                self.links.add(link)
            self.spawn(link.run)

    @staticmethod
    def spawn(function, *words):
        thread = threading.Thread(target=function, args=words, daemon=True,
                                  name="faultproxy")
        thread.start()
        return thread

    def secure(self, sock):
        """With TLS where that is wanted; a peer that never says hello must not
        stay for ever."""
        if not self.tls:
            return sock
        sock.settimeout(CONNECT_SECONDS)
        sock = self.tls.wrap_socket(sock, server_side=True)
        sock.settimeout(None)
        return sock

    def forget(self, link):
        with self.lock:
            self.links.discard(link)
