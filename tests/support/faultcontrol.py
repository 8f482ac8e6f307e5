# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands to a fault-injecting proxy from another process: a word, and JSON
where it needs more. Through serve.py's standard input, or over HTTP:

    POST /add       {"kind": "reset", "nth": 3, "method": "PUT"}
    POST /set       {"delay": 0.1, "rate": 0}
    POST /requests  {"method": "PUT", "path": "partNumber="}   -> a JSON array
    POST /clear, /pause, /resume, /refuse, /accept, /cut [{"reset": true}]
"""
import http.server
import json
import threading

SETTINGS = ("delay", "rate")
VERBS = ("clear", "pause", "resume", "refuse", "accept", "cut")


def command(proxy, verb, text=""):
    """The answer as JSON, or nothing. ValueError says what is wrong."""
    details = json.loads(text) if text.strip() else {}
    if not isinstance(details, dict):
        raise ValueError("a command takes a JSON object")
    try:
        if verb == "add":
            proxy.add(**details)
        elif verb == "set":
            change(proxy, details)
        elif verb == "requests":
            return json.dumps([each.as_dict() for each in
                               proxy.find(**details)])
        elif verb in VERBS:
            getattr(proxy, verb)(**details)
        else:
            raise ValueError(f'a proxy has no command "{verb}"')
    except TypeError as error:
        raise ValueError(str(error)) from error
    return ""


def change(proxy, details):
    for name, value in details.items():
        if name not in SETTINGS:
            raise ValueError(f'a proxy has no setting "{name}"')
        setattr(proxy, name, value)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        text = self.rfile.read(size).decode()
        try:
            self.reply(200, command(self.server.proxy, self.path[1:], text))
        except ValueError as error:
            self.reply(400, json.dumps({"error": str(error)}))

    def reply(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *words):
        pass


class Control:
    """The HTTP form: `with Control(proxy) as control: control.port`."""

    def __init__(self, proxy):
        self.server = http.server.ThreadingHTTPServer((proxy.host, 0), Handler)
        self.server.daemon_threads = True
        self.server.proxy = proxy
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True,
                         kwargs={"poll_interval": 0.05}).start()
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.server.server_close()
