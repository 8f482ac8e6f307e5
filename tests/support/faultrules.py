# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which request suffers what: the rules of the fault-injecting proxy, and what
it writes down about each request."""
import re
import threading
from dataclasses import asdict, dataclass, field, fields

# In the server's place, once the body is read; with `after` at that byte of
# it, and the connection is closed.
ANSWERS = {
    "status": "answer `status` with an S3 error `code`, or `body`",
    "slow-down": "503 SlowDown",
    "error-200": "200 whose body is an <Error>, as Complete may answer",
}
# Instead of forwarding the request; with `after` when so many bytes of its
# body have reached the server, which then loses its connection too.
NOT_FORWARDED = {
    "close": "close in the regular way, without an answer",
    "reset": "reset the connection",
    "stall": "take nothing more and never answer",
    "half-close": "end the own side and go on reading",
}
# The server has done what was asked; its answer suffers.
FORWARDED = {
    "lose-reply": "drop the answer and close",
    "reset-reply": "reset instead of answering",
    "stall-reply": "pass `after` bytes of the body, then nothing more",
    "truncate": "close after `after` bytes of the body (default: half; without"
                " a body half of the head)",
    "replace-reply": "answer as `status` does",
    "edit-reply": "the answer with these `headers` instead of its own",
    "wrong-etag": "the answer with an ETag of nothing",
    "corrupt-reply": "one byte of the body, at `after`, is wrong",
}
# Beside any of those above.
SLOWER = {
    "late": "forward only after `seconds`",
    "delay": "hold back the answer for `seconds`",
    "bandwidth": "`rate` bytes/s, both ways",
    "corrupt-request": "one byte of the body, at `after`, is wrong",
}
KINDS = {**ANSWERS, **NOT_FORWARDED, **FORWARDED, **SLOWER}
# What can be done to a connection whose bytes mean nothing to us.
TCP_KINDS = ("close", "reset", "stall", "half-close", "delay", "bandwidth")


@dataclass
class Rule:
    """What happens, and to which request: of those that `method` (exact), `path`
    (a regular expression, searched in the target as it is on the wire) and
    `connection` (1 is the first) let through, number `nth` and the `count - 1`
    after it; a count of 0 is for ever."""

    kind: str
    nth: int = 1
    count: int = 1
    method: str = ""
    path: str = ""
    connection: int = 0
    status: int = 500
    code: str = "InternalError"
    body: str = ""
    headers: dict = field(default_factory=dict)
    after: int = -1
    seconds: float = 0
    rate: int = 0
    toward: str = "server"  # TCP: whose incoming bytes `after` counts
    seen: int = 0
    struck: int = 0

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f'there is no fault "{self.kind}"; there are '
                             + ", ".join(KINDS))
        if self.kind == "slow-down":
            self.status, self.code = 503, "SlowDown"
        elif self.kind == "error-200":
            self.status = 200
        elif self.kind == "wrong-etag":
            self.headers = {"ETag": '"00000000000000000000000000000000"'}
        re.compile(self.path)

    def concerns(self, request):
        return (self.method in ("", request.method)
                and self.connection in (0, request.connection)
                and re.search(self.path, request.target) is not None)

    def strikes(self, request):
        """Counts the request, and says whether it is its turn."""
        if not self.concerns(request):
            return False
        self.seen += 1
        turn = self.seen - self.nth
        if turn < 0 or (self.count and turn >= self.count):
            return False
        self.struck += 1
        return True

    def error_body(self):
        if self.body:
            return self.body.encode()
        return ('<?xml version="1.0" encoding="UTF-8"?>\n'
                f"<Error><Code>{self.code}</Code><Message>Injected by a test"
                "</Message><RequestId>FAULT</RequestId></Error>").encode()


@dataclass
class Request:
    """A request, or in TCP mode a connection, and what became of it. All is
    written down before the peer can know, so that a test need not wait."""

    number: int
    connection: int
    method: str = ""
    target: str = ""
    headers: dict = field(default_factory=dict)  # names in lower case
    sent: int = 0  # bytes of the body that reached the proxy
    status: int = 0  # what the client was told; 0: nothing
    received: int = 0  # bytes of the answer's body that went to the client
    faults: list = field(default_factory=list)

    def as_dict(self):
        return asdict(self)


class Book:
    """Rules and requests, for all threads of a proxy."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []
        self.requests = []

    def add(self, kind, **settings):
        known = {each.name for each in fields(Rule)} - {"seen", "struck"}
        for name in settings:
            if name not in known:
                raise ValueError(f'a rule has no "{name}"')
        rule = Rule(kind, **settings)
        with self.lock:
            self.rules.append(rule)
        return rule

    def clear(self):
        """Forgets rules and requests; counting begins anew."""
        with self.lock:
            self.rules, self.requests = [], []

    def enter(self, **facts):
        """The new entry and the rules that strike it."""
        with self.lock:
            request = Request(len(self.requests) + 1, **facts)
            self.requests.append(request)
            rules = [rule for rule in self.rules if rule.strikes(request)]
        request.faults = [rule.kind for rule in rules]
        return request, rules

    def find(self, method="", path=""):
        pattern = Rule("close", method=method, path=path)
        with self.lock:
            return [each for each in self.requests if pattern.concerns(each)]
