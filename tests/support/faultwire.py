# SPDX-License-Identifier: LGPL-2.1-or-later
"""A socket as the fault-injecting proxy reads it: HTTP heads and bodies, in
the exact bytes that came."""
import select
import socket
import struct
import time

PIECE = 256 * 1024
LONGEST_HEAD = 64 * 1024


def readable(wire, seconds=0):
    """Whether bytes, or the end, are there to be read."""
    if wire.start != wire.end:
        return True
    pending = getattr(wire.sock, "pending", None)  # inside TLS
    if pending and pending():
        return True
    return bool(select.select([wire.sock], [], [], seconds)[0])


class Gone(ConnectionError):
    """The peer has closed where more was to come."""


class Wire:
    """Buffered reading. What `pieces` gives is only good until the next;
    `before_fill` is called before a wait for more."""

    def __init__(self, sock):
        self.sock = sock
        self.before_fill = lambda: None
        self.room = memoryview(bytearray(PIECE))
        self.start = self.end = 0

    def fill(self):
        """More bytes behind those at hand; False at the end."""
        if self.start:
            rest = bytes(self.room[self.start:self.end])
            self.room[:len(rest)] = rest
            self.start, self.end = 0, len(rest)
        self.before_fill()
        count = self.sock.recv_into(self.room[self.end:])
        self.end += count
        return count > 0

    def take(self, count):
        self.start += count
        return self.room[self.start - count:self.start]

    def until(self, mark):
        """Bytes up to and including MARK; nothing when the end comes first."""
        while True:
            at = bytes(self.room[self.start:self.end]).find(mark)
            if at >= 0:
                return bytes(self.take(at + len(mark)))
            if self.end - self.start > LONGEST_HEAD:
                raise Gone("a head without an end")
            if not self.fill():
                return b""

    def pieces(self, count):
        """COUNT bytes; -1: all until the end."""
        while count:
            if self.start == self.end:
                self.start = self.end = 0
                if not self.fill():
                    if count < 0:
                        return
                    raise Gone("in the middle of a body")
            size = self.end - self.start
            size = size if count < 0 else min(size, count)
            count -= size if count > 0 else 0
            yield self.take(size)

    def chunked_pieces(self):
        """A chunked body with its framing and trailers."""
        size = None
        while size != 0:
            line = self.until(b"\r\n")
            yield line
            size = int(line.split(b";")[0] or b"0", 16) if line else 0
            if size:
                yield from self.pieces(size + 2)
        while line not in (b"\r\n", b""):
            line = self.until(b"\r\n")
            yield line

    def head(self):
        data = self.until(b"\r\n\r\n")
        return Head(data) if data else None

    def send(self, data):
        self.sock.sendall(data)


class Head:
    """The first line and the headers of a request or an answer."""

    def __init__(self, data):
        self.data = data
        self.line, *lines = data.decode("latin-1").split("\r\n")[:-2]
        self.words = self.line.split(" ", 2)
        self.headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            self.headers[name.strip().lower()] = value.strip()

    @property
    def status(self):
        return int(self.words[1])

    def has(self, name, word):
        return word in self.headers.get(name, "").lower()

    def closes(self):
        return (self.has("connection", "close")
                or (b"HTTP/1.0" in self.data.split(b"\r\n", 1)[0]
                    and not self.has("connection", "keep-alive")))

    def body(self, wire, bare=False):
        """The pieces of the body that follows; BARE: an answer has none."""
        if bare:
            return iter(())
        if self.has("transfer-encoding", "chunked"):
            return wire.chunked_pieces()
        return wire.pieces(self.length())

    def length(self):
        """-1: until the connection ends, which only an answer may."""
        is_answer = self.line.startswith("HTTP/")
        return int(self.headers.get("content-length", -1 if is_answer else 0))

    def edited(self, headers):
        """The bytes with HEADERS in place of those of the same name."""
        gone = {name.lower() for name in headers}
        lines = [line for line in self.data.decode("latin-1").split("\r\n")[1:]
                 if line and line.partition(":")[0].strip().lower() not in gone]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([self.line, *lines, "", ""]).encode("latin-1")


class Pacer:
    """Holds a flow to a number of bytes per second; 0: no limit."""

    def __init__(self, rate):
        self.rate = rate
        self.began = time.monotonic()
        self.passed = 0

    def cut(self, piece):
        """Smaller pieces, so that a slow flow is even."""
        step = max(1, self.rate // 20) if self.rate else len(piece)
        for start in range(0, len(piece), max(1, step)):
            part = piece[start:start + step]
            yield part
            self.passed += len(part)
            if self.rate:
                ahead = self.passed / self.rate - (time.monotonic()
                                                   - self.began)
                if ahead > 0:
                    time.sleep(ahead)


def arm_reset(sock):
    """When it is closed the peer gets a reset, whatever is still under way. A
    thread that waits in recv() wakes up, and nothing is sent before that."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
        sock.shutdown(socket.SHUT_RD)
    except OSError:
        pass


def reset(sock):
    arm_reset(sock)
    sock.close()


def end_sending(sock):
    try:
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def end_both(sock):
    """Both ways at once. A thread that waits in recv() wakes up, which close()
    would not bring about; nor may one thread close what another uses, as the
    number could be that of a new socket by the time it is used."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def close(sock):
    end_both(sock)
    sock.close()
