# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fault-injecting proxy from another process: over HTTP, and through
serve.py's standard input."""
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import tap
from faultcontrol import Control
from peers import ScriptedServer
from process import listens
from proxycase import BODY, Case

SERVE = Path(__file__).with_name("serve.py")


class Http(Case):
    def setUp(self):
        super().setUp()
        self.control = self.enterContext(Control(self.proxy))

    def command(self, verb, **details):
        request = urllib.request.Request(
            f"http://{self.proxy.host}:{self.control.port}/{verb}",
            data=json.dumps(details).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=20) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    def refused(self, verb, **details):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.command(verb, **details)
        with caught.exception as reply:
            self.assertEqual(reply.code, 400)
            return json.loads(reply.read())["error"]

    def test_commands(self):
        self.command("add", kind="slow-down", nth=2, method="GET")
        self.assertEqual([self.ask("GET")[0] for _ in range(3)],
                         [200, 503, 200])
        told = self.command("requests")
        self.assertEqual([each["faults"] for each in told],
                         [[], ["slow-down"], []])
        self.assertEqual(self.command("requests", method="PUT"), [])
        self.command("clear")
        self.assertEqual(self.command("requests"), [])
        self.command("set", delay=0.3)
        start = time.monotonic()
        self.ask("GET")
        self.assertGreaterEqual(time.monotonic() - start, 0.3)
        self.command("refuse")
        with self.assertRaises(ConnectionRefusedError):
            self.ask("GET")
        self.command("accept")
        self.command("set", delay=0, rate=0)
        self.assertEqual(self.ask("GET")[2], BODY)

    def test_mistakes(self):
        for sentence, verb, details in (
                ('no command "explode"', "explode", {}),
                ('no fault "x"', "add", {"kind": "x"}),
                ("missing 1 required", "add", {}),
                ('no setting "speed"', "set", {"speed": 1}),
                ("unexpected keyword", "cut", {"softly": True})):
            self.assertIn(sentence, self.refused(verb, **details))


class Lines(Case):
    """serve.py proxy, as a program in C would use it."""

    def setUp(self):
        super().setUp()
        self.program = subprocess.Popen(
            [sys.executable, SERVE, "proxy", "--target",
             f"{self.upstream.host}:{self.upstream.port}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.program.wait)
        self.addCleanup(self.program.stdout.close)
        self.addCleanup(self.program.stdin.close)
        self.facts = {}
        while line := self.program.stdout.readline().strip():
            key, _, value = line.partition("=")
            self.facts[key] = value
        self.proxy.port = int(self.facts["PROXY_PORT"])

    def say(self, line):
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()
        return self.program.stdout.readline().strip()

    def test_commands(self):
        self.assertEqual(self.say('proxy add {"kind": "status", "nth": 2}'),
                         "ok")
        self.assertEqual([self.ask("GET")[0] for _ in range(3)],
                         [200, 500, 200])
        word, _, told = self.say("proxy requests").partition(" ")
        self.assertEqual((word, len(json.loads(told))), ("ok", 3))
        self.assertIn("no command", self.say("kill"))
        self.assertIn("no fault", self.say('proxy add {"kind": "x"}'))
        self.assertTrue(self.say("proxy add {").startswith("error: "))

    def test_ends_with_its_input(self):
        self.program.stdin.close()
        self.assertEqual(self.program.wait(20), 0)
        self.assertFalse(listens(self.proxy.port))

    def test_ends_when_told_to(self):
        self.program.terminate()
        self.assertEqual(self.program.wait(20), 128 + 15)
        self.assertFalse(listens(self.proxy.port))


class Servers(Case):
    def test_none_outlives_a_killed_parent(self):
        """A server is `sleep` here: any machine has it. It is under way once
        it has its own name; before that it may not be on its leash yet."""
        code = ("import pathlib, process, time\n"
                "class Sleep(process.Server):\n"
                "    def command(self): return ['sleep', '1000']\n"
                "    def ports(self): return []\n"
                "with Sleep() as server:\n"
                "    name = pathlib.Path(f'/proc/{server.pid}/comm')\n"
                "    while name.read_text() != 'sleep\\n': time.sleep(0.01)\n"
                "    print(server.pid, flush=True)\n"
                "    time.sleep(1000)\n")
        left = self.enterContext(tempfile.TemporaryDirectory())
        parent = subprocess.Popen([sys.executable, "-c", code], text=True,
                                  cwd=SERVE.parent, stdout=subprocess.PIPE,
                                  env={**os.environ, "TMPDIR": left})
        child = int(parent.stdout.readline())
        parent.stdout.close()
        parent.kill()
        parent.wait()
        end = time.monotonic() + 20
        while running(child) and time.monotonic() < end:
            time.sleep(0.02)
        self.assertFalse(running(child))

    def test_scripted_server_ends(self):
        with ScriptedServer(lambda sock: None) as server:
            self.assertTrue(listens(server.port))
        self.assertFalse(listens(server.port))


def running(pid):
    """A zombie is not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state.rsplit(")", 1)[1].split()[0] != "Z"


if __name__ == "__main__":
    tap.main()
