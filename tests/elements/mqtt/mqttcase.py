# SPDX-License-Identifier: LGPL-2.1-or-later
"""gst-launch with our MQTT elements, for the tests in Python."""
import os
import re
import subprocess
import unittest

import tools

SOURCE = ("fakesrc", "num-buffers=3", "sizetype=fixed", "sizemax=10",
          "filltype=zero", "!")


def launch_env(**more):
    env = dict(os.environ, **more)
    preload = env.pop("ANC_TEST_PRELOAD", "")
    if preload:
        env["LD_PRELOAD"] = preload
    return env


def launch(*words, timeout=60, **env):
    """Exit code, standard output and standard error."""
    done = subprocess.run(
        [tools.need("gst-launch-1.0"), *map(str, words)],
        env=launch_env(**env), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=timeout, check=False)
    return done.returncode, done.stdout, done.stderr


class Case(unittest.TestCase):
    def send(self, *properties, source=SOURCE, **env):
        return launch("-q", *source, "ancmqttsink", *properties, **env)

    def refuse(self, pattern, *properties, source=SOURCE):
        """One error, one sentence, nothing of GStreamer's own beside it."""
        code, out, err = self.send("connect-timeout=1500000000",
                                   "reconnect-min=100000000", *properties,
                                   source=source)
        self.assertNotEqual(code, 0, out + err)
        errors = re.findall(r"^ERROR: from element \S+: (.*)$", err, re.M)
        self.assertTrue(errors, err)
        self.assertNotIn("failed to post a proper error", err)
        self.assertRegex(errors[0], pattern)
        return errors[0]
