# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pipelines with the S3 elements, steered from Python through player.c, and
the servers that they talk to."""
import os
import pathlib
import queue
import re
import subprocess
import threading

PROGRAM = pathlib.Path(os.environ["G_TEST_BUILDDIR"], "tests/elements/s3/player")
# What Gst.ResourceError calls them.
CODES = {3: "NOT_FOUND", 5: "OPEN_READ", 6: "OPEN_WRITE", 9: "READ",
         10: "WRITE", 11: "SEEK", 13: "SETTINGS", 14: "NO_SPACE_LEFT",
         15: "NOT_AUTHORIZED"}
FIELD = re.compile(r'([\w-]+)=\(([^)]*)\)("(?:[^"\\]|\\.)*"|[^,;]*)')


def plain(kind, value):
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    if kind in ("uint", "int", "guint64"):
        return int(value)
    if kind == "boolean":
        return value == "true"
    return value


def structure(text):
    """The fields of a serialised GstStructure, its name as ""."""
    name = text.split(",", 1)[0].rstrip(";")
    return {"": name, **{key: plain(kind, value)
                         for key, kind, value in FIELD.findall(text)}}


class Player:
    """with Player(line, env) as player: player.do("play"); player.until(...)"""

    def __init__(self, line, env, cwd=None):
        self.heard = []  # (word, fields), all of it
        self.killed = False
        self.lines = queue.Queue()
        self.process = subprocess.Popen(
            [PROGRAM, line], env=env, cwd=cwd, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.errors = ""
        for read in (self.read_output, self.read_errors):
            threading.Thread(target=read, daemon=True).start()

    def read_output(self):
        for row in self.process.stdout:
            word, _, text = row.rstrip("\n").partition("\t")
            self.lines.put((word, text))
        self.lines.put(("gone", ""))

    def read_errors(self):
        for row in self.process.stderr:
            self.errors += row

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        """It ends well: no crash, and under a sanitizer no leak."""
        if self.killed:
            return
        self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
        if not any(failure):
            assert self.process.returncode == 0, self.errors

    def next(self, timeout):
        word, text = self.lines.get(timeout=timeout)
        fields = structure(text) if "," in text or ";" in text else {"": text}
        self.heard.append((word, fields))
        return word, fields

    def until(self, *words, timeout=60):
        """The next message that is one of these words."""
        while True:
            word, fields = self.next(timeout)
            if word in words:
                return word, fields
            if word == "gone":
                raise AssertionError(f"the player has ended: {self.errors}")

    def send(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def do(self, command, timeout=60):
        """Sends it and waits until it is done; False: it failed."""
        self.send(command)
        return self.until("did", "failed", timeout=timeout)[0] == "did"

    def stats(self):
        self.send("stats")
        return self.until("stats")[1]

    def run(self, timeout=120):
        """Plays to the end: "eos" or "error" and the fields."""
        self.send("play")
        result = self.until("eos", "error", timeout=timeout)
        self.do("null", timeout)
        return result

    def kill(self):
        self.killed = True
        self.process.kill()
        self.process.wait()
        while self.next(10)[0] != "gone":  # what it had said before
            pass

    def messages(self, word, name=None):
        return [fields for heard, fields in self.heard
                if heard == word and name in (None, fields[""])]

    @property
    def objects(self):
        return self.messages("element", "anc-s3-object")


def code(fields):
    """RESOURCE/NOT_FOUND and the like."""
    domain = fields["domain"].split("-")[1].upper()
    return f"{domain}/{CODES.get(fields['code'], fields['code'])}"


def play(line, env, **settings):
    """(player, "eos" or "error", fields)"""
    with Player(line, env, **settings) as player:
        word, fields = player.run()
    return player, word, fields


def environment(server, **more):
    """As a program on a bare machine has it."""
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("AWS_")}
    return {**env, **server.variables(), **more}
