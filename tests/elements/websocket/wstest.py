# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs of pipelines for the WebSocket tests in Python, and a foreign peer."""
import asyncio
import json
import os
import subprocess
import tempfile
import threading
from pathlib import Path

import websockets

OUTCOME = os.environ["ANC_TEST_OUTCOME"]


class Pipeline:
    """One that runs in a process of its own; `port` is what its element `ws`
    listens at. KEYWORDS: environment for secrets, e.g.
    secrets={"ws.token": "word"}."""

    def __init__(self, launch, secrets=None, debug=None):
        env, words = dict(os.environ), []
        for number, (name, value) in enumerate((secrets or {}).items()):
            env[f"ANC_SECRET_{number}"] = value
            words.append(f"{name}=ANC_SECRET_{number}")
        if debug is not None:
            env.update(debug)
        self.errors = tempfile.TemporaryFile(mode="w+")
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [OUTCOME, launch, *words], env=env, stdout=subprocess.PIPE,
            stderr=self.errors, stdin=subprocess.DEVNULL, text=True)
        self.said = ""
        self.port = int(self.line("PORT ").split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.kill()
        self.process.stdout.close()
        self.process.wait()
        self.errors.close()

    def line(self, start):
        """The next line that begins so; what comes before is kept in `said`."""
        while line := self.process.stdout.readline():
            if line.startswith(start):
                return line
            self.said += line
        self.errors.seek(0)
        raise AssertionError(f"it ended: {self.errors.read()}")

    def end(self, seconds=60):
        """How it ended: {"end": "eos"} or an error with all its details."""
        timer = threading.Timer(seconds, self.process.kill)
        timer.start()
        try:
            found = self.line("{")
            self.said += self.process.stdout.read()
            code = self.process.wait(seconds)
        finally:
            timer.cancel()
        self.errors.seek(0)
        self.said += self.errors.read()
        if code != 0:
            raise AssertionError(f"exit {code}: {self.said}")
        return json.loads(found)


def outcome(launch, seconds=60, **settings):
    with Pipeline(launch, **settings) as pipeline:
        return pipeline.end(seconds)


class Peer:
    """A server by the Python library `websockets`, in a thread of its own.
    `handler(socket)` is a coroutine."""

    def __init__(self, handler, **settings):
        self.handler, self.settings = handler, settings
        self.settings.setdefault("subprotocols", ["anc.v1"])
        self.settings.setdefault("close_timeout", 1)
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.failures = []

    def __enter__(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.ready.wait(20)
        return self

    def __exit__(self, *failure):
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(20)

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.serve())

    async def serve(self):
        self.over = asyncio.Event()
        async with websockets.serve(self.guarded, "127.0.0.1", 0,
                                    **self.settings) as server:
            self.port = server.sockets[0].getsockname()[1]
            self.ready.set()
            await self.over.wait()

    async def guarded(self, socket, *path):
        try:
            await self.handler(socket)
        except websockets.ConnectionClosed:
            pass
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(error)
            raise


def text(**fields):
    return json.dumps(fields)


def binary(seq, payload, pts=2**64 - 1, duration=2**64 - 1, flags=0):
    """A data message by PROTOCOL.md, written without our codec."""
    return (b"ANC\x01\x01" + bytes([flags]) + (32).to_bytes(2, "big")
            + seq.to_bytes(8, "big") + pts.to_bytes(8, "big")
            + duration.to_bytes(8, "big") + payload)


def read_binary(frame):
    """(seq, pts, payload)"""
    assert frame[:5] == b"ANC\x01\x01", frame[:8]
    header = int.from_bytes(frame[6:8], "big")
    return (int.from_bytes(frame[8:16], "big"),
            int.from_bytes(frame[16:24], "big"), frame[header:])


def written(path):
    return Path(path).read_bytes()
