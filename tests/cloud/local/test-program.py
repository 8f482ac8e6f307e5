# SPDX-License-Identifier: LGPL-2.1-or-later
"""anc-cloud on the command line."""
import os
import signal
import subprocess
import threading
import time

import tap
from lambdacase import CLOUD, DEEDS, PATIENCE, LambdaCase


def run(*arguments):
    return subprocess.run([CLOUD, *map(str, arguments)], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=PATIENCE, check=False)


class Program(LambdaCase):
    def test_help(self):
        shown = run("--help")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        for word in ("--fault", "--timeout", "CALL:N:WHAT", "curl -d",
                     "Not as in AWS"):
            self.assertIn(word, shown.stdout)

    def test_version(self):
        shown = run("--version")
        self.assertRegex(shown.stdout, r"^anc-cloud \d+\.\d+\.\d+\n$")
        self.assertEqual(shown.returncode, 0)

    def test_what_is_wrong_on_the_line(self):
        for arguments, words in (
                (["--port", 70000], "port: 70000"),
                (["--runtime-port", -1], "runtime-port: -1"),
                (["--timeout", 0], "timeout: 0"),
                (["--timeout", 901], "timeout: 901"),
                (["--memory", 64], "memory: 64"),
                (["--name", "a b"], 'name: "a b"'),
                (["--fault", "next:1:burn"], 'fault: "next:1:burn"'),
                (["--trace", "/nonexistent/trace"], "trace: /nonexistent"),
                (["--nonsense"], "--nonsense")):
            with self.subTest(arguments):
                shown = run(*arguments, "--", DEEDS)
                self.assertEqual(shown.returncode, 2)
                self.assertTrue(shown.stderr.startswith("anc-cloud: "))
                self.assertIn(words, shown.stderr)

    def test_port_that_is_taken(self):
        cloud = self.cloud()
        shown = run("--port", cloud.port, "--", DEEDS)
        self.assertEqual(shown.returncode, 1)
        self.assertIn("anc-cloud: ", shown.stderr)
        waiting = self.cloud(command=None)
        shown = run("--runtime-port", waiting.runtime_port)
        self.assertEqual(shown.returncode, 1)
        self.assertIn(str(waiting.runtime_port), shown.stderr)

    def test_address_is_printed(self):
        cloud = self.cloud("--name", "other", command=None)
        self.assertIn(f"http://127.0.0.1:{cloud.port}/2015-03-31/functions/"
                      "other/invocations\n", cloud.log)
        self.assertIn("AWS_LAMBDA_RUNTIME_API=127.0.0.1:"
                      f"{cloud.runtime_port}\n", cloud.log)

    def test_function_goes_with_it(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            cloud = self.cloud()
            pid = cloud.call({"do": "describe"}).json()["pid"]
            os.kill(pid, 0)
            process = cloud.process
            cloud.end(number)
            self.assertEqual(process.returncode, 0)
            with self.assertRaises(ProcessLookupError):
                os.kill(pid, 0)

    def test_end_in_the_middle_of_an_event(self):
        """That is still answered, one way or the other."""
        cloud = self.cloud("--timeout", "1")
        cloud.call({})
        process = cloud.process
        begun = time.monotonic()
        results = []
        caller = threading.Thread(target=lambda: results.append(
            cloud.call({"do": "work", "ms": 60000})))
        caller.start()
        time.sleep(0.3)
        process.terminate()
        caller.join(PATIENCE)
        self.assert_error(results[0], "Function.TimedOut")
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertLess(time.monotonic() - begun, 20)


if __name__ == "__main__":
    tap.main()
