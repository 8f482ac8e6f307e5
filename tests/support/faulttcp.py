# SPDX-License-Identifier: LGPL-2.1-or-later
"""One connection of the fault-injecting proxy, TCP mode: bytes both ways, and
faults after so many of them."""
import faultwire
from faultwire import Pacer


class Tunnel:
    """Two flows, each with a thread: a peer that takes nothing holds up only
    the one that sends to it."""

    def __init__(self, link, request, rules):
        self.link, self.request, self.rules = link, request, rules

    def run(self):
        client, server = self.link.client, self.link.server
        back = self.link.proxy.spawn(self.flow, server, client, "client")
        self.flow(client, server, "server")
        back.join()

    def setting(self, kind, name, default):
        return next((getattr(rule, name) for rule in self.rules
                     if rule.kind == kind), default)

    def fault(self, toward):
        return next((rule for rule in self.rules if rule.toward == toward
                     and rule.kind not in ("delay", "bandwidth")), None)

    def flow(self, source, sink, toward):
        try:
            self.pump(source, sink, toward)
        except OSError:
            if not self.link.ended.is_set():
                self.break_both(faultwire.arm_reset)
        # An end that arrives is an end to pass on; the other flow goes on.
        if not self.link.ended.is_set():
            faultwire.end_sending(sink.sock)

    def break_both(self, how):
        self.link.ended.set()
        how(self.link.client.sock)
        how(self.link.server.sock)

    def pump(self, source, sink, toward):
        pacer = Pacer(self.setting("bandwidth", "rate", self.link.proxy.rate))
        fault = self.fault(toward)
        if fault and fault.after <= 0:
            self.strike(fault, source, sink)
            return
        passed = 0
        for whole in source.pieces(-1):
            delay = self.setting("delay", "seconds", self.link.proxy.delay)
            self.link.sleep(delay)
            for piece in pacer.cut(whole):
                self.link.pause_point()
                if fault:
                    piece = piece[:fault.after - passed]
                passed += len(piece)
                self.count(toward, len(piece))
                sink.send(piece)
                if fault and passed >= fault.after:
                    self.strike(fault, source, sink)
                    return

    def count(self, toward, size):
        if toward == "server":
            self.request.sent += size
        else:
            self.request.received += size

    def strike(self, fault, source, sink):
        if fault.kind == "stall":
            self.link.wait_for_end()
        elif fault.kind == "half-close":
            # The end is passed on and what still comes is lost.
            faultwire.end_sending(sink.sock)
            for _ in source.pieces(-1):
                pass
        else:
            self.break_both(faultwire.arm_reset if fault.kind == "reset"
                            else faultwire.end_both)


def serve(link):
    request, rules = link.proxy.book.enter(connection=link.number)
    link.connect()
    Tunnel(link, request, rules).run()
