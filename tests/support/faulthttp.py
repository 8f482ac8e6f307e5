# SPDX-License-Identifier: LGPL-2.1-or-later
"""One client connection of the fault-injecting proxy, HTTP mode: request by
request, each forwarded, answered in the server's place, or spoiled."""
import select

import faultwire
from faultrules import ANSWERS, FORWARDED, NOT_FORWARDED, SLOWER
from faulttcp import Tunnel
from faultwire import Gone, Pacer, readable

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Finished(Exception):
    """The connection ends here, in the way that its fault wants."""


class Answered(Exception):
    """The server has, before the request was complete: the head."""


class Exchange:
    """A request on its way, and its answer."""

    def __init__(self, link, head):
        self.link, self.head = link, head
        self.client, self.proxy = link.client, link.proxy
        words = (head.words + ["", ""])[:2]
        self.request, rules = self.proxy.book.enter(
            connection=link.number, method=words[0], target=words[1],
            headers=head.headers)
        self.slow = {rule.kind: rule for rule in rules if rule.kind in SLOWER}
        self.fault = next((rule for rule in rules if rule.kind not in SLOWER),
                          None)
        limit = self.slow.get("bandwidth")
        self.rate = limit.rate if limit else self.proxy.rate
        self.keeps = not head.closes()

    def run(self):
        """Whether the connection may take another request."""
        if "late" in self.slow:
            self.link.sleep(self.slow["late"].seconds)
        kind = self.fault.kind if self.fault else ""
        if kind in ANSWERS:
            self.own_body(self.fault.after)
            self.link.pause_point()
            self.hold_back()
            self.answer()
        elif kind in NOT_FORWARDED and self.fault.after <= 0:
            self.break_off(kind)
        else:
            early = self.send_request(kind)
            self.take_reply(kind, early or self.next_reply())
        return self.keeps

    # The request

    def own_body(self, limit=-1):
        """What the client sends, to nobody; with a LIMIT no more than that,
        and the connection cannot go on."""
        if limit >= 0:
            self.keeps = False
        if limit == 0:
            return
        if self.head.has("expect", "100-continue"):
            self.client.send(CONTINUE)
        for piece in self.head.body(self.client):
            self.request.sent += len(piece)
            if 0 < limit <= self.request.sent:
                return

    def break_off(self, kind):
        """Ends the connection, or its use, in the way of the fault."""
        self.link.drop_server()
        if kind == "stall":
            self.link.wait_for_end()
        elif kind == "half-close":
            faultwire.end_sending(self.client.sock)
            for piece in self.client.pieces(-1):
                self.request.sent += len(piece)
        elif kind == "reset":
            faultwire.reset(self.client.sock)
        raise Finished

    def send_request(self, kind):
        """Forwards it; the answer's head if that came before the end."""
        server = self.link.connect()
        server.send(self.head.data)
        self.client.before_fill = self.wait_for_either
        try:
            self.send_body(kind, server)
        except Answered as early:
            # The rest of the body may never come, or may be on its way.
            self.keeps = False
            return early.args[0]
        finally:
            self.client.before_fill = lambda: None
        return None

    def wait_for_either(self):
        """More of the request, a 100 on the way to it, or the answer."""
        server = self.link.server
        while True:
            if readable(server):
                head = self.next_reply()
                if head is not None:
                    raise Answered(head)
            elif readable(self.client):
                return
            else:
                select.select([server.sock, self.client.sock], [], [])

    def send_body(self, kind, server):
        room = self.fault.after if kind in NOT_FORWARDED else None
        pacer = Pacer(self.rate)
        wrong = self.slow.get("corrupt-request")
        for whole in self.head.body(self.client):
            whole = spoil(whole, self.request.sent, wrong)
            for piece in pacer.cut(whole):
                self.link.pause_point()
                if room is not None and self.request.sent + len(piece) >= room:
                    server.send(piece[:room - self.request.sent])
                    self.request.sent = room
                    self.break_off(kind)
                self.request.sent += len(piece)
                server.send(piece)
        if room is not None:  # the body was shorter than that
            self.break_off(kind)

    # The answer

    def next_reply(self):
        """The head of the final answer; None after a 100 that was passed on
        while the body is still to be sent."""
        head = self.link.server.head()
        if head is None:
            raise Gone("the server closed without an answer")
        if head.status == 100:
            self.client.send(head.data)
            return None
        return head

    def take_reply(self, kind, head):
        if head is None:
            head = self.next_reply()
        self.keeps = self.keeps and not head.closes()
        self.link.pause_point()
        self.hold_back()
        if head.status == 101:
            self.request.status = 101
            self.client.send(head.data)
            Tunnel(self.link, self.request, []).run()
            raise Finished
        bare = (self.request.method == "HEAD"
                or head.status in (204, 304) or head.status < 200)
        if kind in FORWARDED:
            self.spoil_reply(kind, head, bare)
        else:
            self.pass_reply(head, head.data, bare)

    def hold_back(self):
        rule = self.slow.get("delay")
        self.link.sleep(rule.seconds if rule else self.proxy.delay)

    def pass_reply(self, head, data, bare, limit=None, wrong=None):
        """LIMIT: so many bytes of the body and no more."""
        self.request.status = head.status
        self.client.send(data)
        pacer = Pacer(self.rate)
        for whole in head.body(self.link.server, bare):
            whole = spoil(whole, self.request.received, wrong)
            for piece in pacer.cut(whole):
                self.link.pause_point()
                if limit is not None:
                    piece = piece[:limit - self.request.received]
                self.request.received += len(piece)
                self.client.send(piece)
                if limit is not None and self.request.received >= limit:
                    return
        if head.length() < 0 and not bare and not head.has(
                "transfer-encoding", "chunked"):
            self.keeps = False

    def spoil_reply(self, kind, head, bare):
        fault = self.fault
        if kind in ("edit-reply", "wrong-etag"):
            self.pass_reply(head, head.edited(fault.headers), bare)
        elif kind == "corrupt-reply":
            self.pass_reply(head, head.data, bare, wrong=fault)
        elif kind == "replace-reply":
            for _ in head.body(self.link.server, bare):
                pass
            self.answer()
        elif kind == "truncate":
            self.truncate(head, bare)
        elif kind == "stall-reply":
            if fault.after >= 0:
                self.cut_reply(head, bare, fault.after)
            self.break_off("stall")
        else:
            self.break_off("reset" if kind == "reset-reply" else "close")

    def truncate(self, head, bare):
        """Where there is no body, or no room for any of it, it is the head
        that has no end."""
        half = max(0, head.length()) // 2
        limit = half if self.fault.after < 0 else self.fault.after
        if bare or limit == 0:
            self.client.send(head.data[:len(head.data) // 2])
        else:
            self.cut_reply(head, bare, limit)
        raise Finished

    def cut_reply(self, head, bare, limit):
        if limit == 0:
            self.request.status = head.status
            self.client.send(head.data)
        else:
            self.pass_reply(head, head.data, bare, limit)

    def answer(self):
        """In the server's place."""
        fault = self.fault
        body = b"" if self.request.method == "HEAD" else fault.error_body()
        lines = [f"HTTP/1.1 {fault.status} Injected",
                 "Content-Type: application/xml", "x-amz-request-id: FAULT",
                 f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in fault.headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.request.status = fault.status
        self.request.received = len(body)
        self.client.send(head + body)


def spoil(piece, at, rule):
    """The piece that begins at AT, with the one byte wrong that RULE wants."""
    place = max(0, rule.after) - at if rule else -1
    if not 0 <= place < len(piece):
        return piece
    wrong = bytearray(piece)
    wrong[place] ^= 0x55
    return memoryview(wrong)


def serve(link):
    """All requests of one client, until either end is gone."""
    try:
        while True:
            head = link.client.head()
            if head is None or not Exchange(link, head).run():
                return
    except Finished:
        pass
