# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pipeline through its states many times, under the leaks tracer: what of it
stays behind (see cycler.c)."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

CYCLER = Path(os.environ["G_TEST_BUILDDIR"], "tests/elements/cycler")
# With its leaks tracer GStreamer loses a GstPlugin at gst_deinit (), which
# LeakSanitizer reports; it sees all that the tracer would.
TRACES = "ANC_TEST_PRELOAD" not in os.environ
# LeakSanitizer finds what one cycle loses; growth has to stand out from caches.
CYCLES = 30 if TRACES else 6
# What caches and allocators of threads still take up in half of the cycles; a
# buffer, a connection or a queue that each of them keeps is more. What is lost
# altogether LeakSanitizer finds, to the byte, where this runs under ASan.
MOST_BYTES = 64 * 1024
# Threads of pools and of Paho end when they like; one of each cycle is more.
MOST_OTHERS = 6



class Lifecycle(unittest.TestCase):
    def cycle(self, line, cycles=CYCLES, **env):
        """Nothing stays behind; how often it ended, and the last error."""
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, "log")
            done = subprocess.run(
                [CYCLER, str(cycles), line], stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=250, check=False,
                env={**os.environ, "GST_TRACERS": "leaks" if TRACES else "",
                     "GST_DEBUG": "GST_TRACER:7", "GST_DEBUG_NO_COLOR": "1",
                     "GST_DEBUG_FILE": str(log), "G_SLICE": "always-malloc",
                     **env})
            self.assertEqual(done.returncode, 0, done.stderr)
            told = json.loads(done.stdout)
            text = log.read_text(encoding="utf-8", errors="replace")
        self.assertEqual("leaks" in text, TRACES)
        # but for the line that declares the record
        self.assertNotRegex(text, r"object-alive, type-name=\(string\)[^%]")
        self.assertLess(max(told["threads"], told["files"]), MOST_OTHERS, told)
        self.assertLess(told["bytes"], MOST_BYTES, told)
        return told

    def cycle_well(self, line, cycles=CYCLES, **env):
        told = self.cycle(line, cycles, **env)
        self.assertEqual((told["eos"], told["errors"]), (cycles // 3, 0), told)

    def cycle_badly(self, pattern, line, cycles=CYCLES, **env):
        told = self.cycle(line, cycles, **env)
        self.assertEqual((told["eos"], told["errors"]), (0, cycles // 3), told)
        self.assertRegex(told["message"], pattern)
