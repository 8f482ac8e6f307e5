# SPDX-License-Identifier: LGPL-2.1-or-later
"""A page in a real browser, as a foreign peer: `run_script` is all of it."""
import http.server
import json
import queue
import threading
import time

import tools
from process import HOST, Server

PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>test</title>
<script type="module">
const report = text => fetch("/report", {method: "POST", body: text});
try {
  const result = await (async () => {%s})();
  await report(JSON.stringify({result: result ?? null}));
} catch (error) {
  await report(JSON.stringify({error: String(error)}));
}
</script>
"""
QUIET = ("--headless=new", "--no-first-run", "--disable-gpu",
         "--disable-extensions", "--disable-sync", "--mute-audio",
         "--disable-background-networking", "--disable-component-update",
         "--disable-dev-shm-usage", "--no-default-browser-check",
         # Neither root nor a container can have it, and the page is our own.
         "--no-sandbox")


class Chromium(Server):
    """Shows one page; FLAGS go on its command line."""

    name = "chromium"

    def __init__(self, url, flags=()):
        self.program = tools.need("chromium")
        super().__init__()
        self.url, self.flags = url, flags

    def ports(self):
        return []

    def command(self):
        return [self.program, *QUIET, *self.flags,
                f"--user-data-dir={self.folder}/profile", self.url]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/"
        body = self.server.page if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.server.reports.put(json.loads(self.rfile.read(size)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words):
        pass


def run_script(script, seconds=60, flags=()):
    """What the body of an async function in a page returns, through JSON. What
    it throws becomes an AssertionError. The page comes from http://127.0.0.1,
    which browsers trust with a microphone."""
    with http.server.ThreadingHTTPServer((HOST, 0), Handler) as server:
        server.page = (PAGE % script).encode()
        server.reports = queue.Queue()
        threading.Thread(target=server.serve_forever, daemon=True,
                         kwargs={"poll_interval": 0.05}).start()
        url = f"http://{HOST}:{server.server_address[1]}/"
        try:
            return wait_for_report(Chromium(url, flags), server, seconds)
        finally:
            server.shutdown()


def next_report(browser, reports, seconds):
    """None: there is none in time, or nobody left to make one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and browser.process.poll() is None:
        try:
            return reports.get(timeout=0.2)
        except queue.Empty:
            pass
    return None


def wait_for_report(browser, server, seconds):
    with browser:
        report = next_report(browser, server.reports, seconds)
        if report is None:
            raise AssertionError(f"no word from the page in {seconds} s:\n"
                                 f"{browser.log}")
    if "error" in report:
        raise AssertionError(f"the page says: {report['error']}")
    return report["result"]
