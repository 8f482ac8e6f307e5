# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Runtime API that fails: tried again where that is safe, a few times, and
then the process ends and says so."""
import threading
import time

import tap
from lambdacase import LambdaCase

# What the N-th answer may be like, and still all is well.
PASSING = ("status:500", "status:503", "reset", "lose", "cut:1", "cut:40",
           "cut:90", "stall:300")


class Faults(LambdaCase):
    def test_each_fault_of_next_is_survived(self):
        """The second `next` brings the event that the first one lost."""
        for number in (1, 2):
            for what in PASSING:
                with self.subTest(f"next:{number}:{what}"):
                    self.survive(f"next:{number}:{what}")

    def test_each_fault_of_a_response_is_survived(self):
        for what in PASSING:
            with self.subTest(what):
                self.survive(f"response:1:{what}")

    def survive(self, rule):
        """Each event has its answer, and has it once."""
        with self.cloud("--fault", rule, "--timeout", "20") as cloud:
            for number in range(3):
                result = cloud.call({"number": number})
                self.assertEqual((result.json(), result.failed),
                                 ({"number": number}, False))
            taken = [call["id"] for call in cloud.calls("response")
                     if call["status"] == 202]
            self.assertEqual((len(taken), len(set(taken))), (3, 3))
            self.assertNotIn("refused", cloud.log)

    def test_each_fault_of_an_error_is_survived(self):
        for what in PASSING:
            with self.subTest(what):
                cloud = self.cloud("--fault", f"error:1:{what}",
                                   "--timeout", "20")
                self.assert_error(cloud.call({"do": "fail"}),
                                  "Function.GIoError")
                self.assert_answers(cloud)

    def test_next_that_never_works(self):
        for what in ("status:500", "reset"):
            with self.subTest(what):
                cloud = self.cloud("--fault", f"next:*:{what}", command=None)
                begun = time.monotonic()
                process = self.own_function(cloud.runtime_port)
                self.assertEqual(process.wait(60), 1)
                self.assertLess(time.monotonic() - begun, 20)
                self.assertEqual(self.own_log().count("Again in"), 4)
                self.assertIn("FATAL", self.own_log())

    def test_next_that_is_refused_ends_the_process(self):
        cloud = self.cloud("--fault", "next:1:status:403", command=None)
        process = self.own_function(cloud.runtime_port)
        self.assertEqual(process.wait(60), 1)
        self.assertNotIn("Again in", self.own_log())

    def test_response_that_never_works(self):
        cloud = self.cloud("--fault", "response:*:status:500")
        self.assert_error(cloud.call({}), "Runtime.ExitError",
                          "exit status 1")
        self.assertEqual(len(cloud.calls("response")), 5)
        self.assertIn("FATAL", cloud.log)

    def test_answer_for_nobody(self):
        """400 and 403 to a first try are said, and the process goes on."""
        for status in (400, 403, 404):
            with self.subTest(status):
                cloud = self.cloud("--fault", f"response:1:status:{status}",
                                   "--timeout", "1")
                cloud.call({})
                self.assertIn("refused /invocation", cloud.log)
                self.assertIn(f"with {status}", cloud.log)
                self.assertNotIn("FATAL", cloud.log)

    def test_late_answer(self):
        """The event is over before the answer comes: no such id any more."""
        cloud = self.cloud("--fault", "response:1:stall:700", "--timeout",
                           "0.5", command=None)
        process = self.own_function(cloud.runtime_port)
        self.assert_error(cloud.call({}), "Sandbox.Timedout",
                          "Task timed out after 0.50 seconds")
        self.assert_answers(cloud)
        self.assertEqual([call["status"] for call in cloud.calls("response")],
                         [400, 202])
        self.assertIn("InvalidRequestID", self.own_log())
        self.assertIsNone(process.poll())

    def test_response_too_large(self):
        """One byte over the limit is refused; the limit itself is not."""
        cloud = self.cloud("--timeout", "30")
        limit = 6 * 1024 * 1024 + 100
        self.assertEqual(len(cloud.call({"do": "large", "size": limit}).body),
                         limit)
        for size in (limit + 1, 2 * limit):
            self.assert_error(cloud.call({"do": "large", "size": size}),
                              "Function.ResponseSizeTooLarge", str(limit))
            self.assertIn(f"response of {size} bytes", cloud.log)
        self.assertEqual([call["status"] for call in cloud.calls("response")],
                         [202, 413, 413])
        self.assert_answers(cloud)
        self.assertEqual(len({call["fields"]["Host"]
                              for call in cloud.calls("next")}), 1)

    def test_response_too_large_for_an_answer(self):
        """A server may cut a long response off instead of refusing it."""
        cloud = self.cloud("--fault", "response:*:reset", "--timeout", "30")
        size = 7 * 1024 * 1024
        self.assert_error(cloud.call({"do": "large", "size": size}),
                          "Function.ResponseSizeTooLarge", str(size))

    def test_death_of_the_peer(self):
        """Idle, and at an event."""
        for busy in (False, True):
            with self.subTest(busy=busy):
                cloud = self.cloud("--timeout", "30", command=None)
                process = self.own_function(cloud.runtime_port)
                self.assert_answers(cloud)
                if busy:
                    with self.assertRaises(OSError):
                        self.call_and_kill(cloud)
                else:
                    cloud.kill()
                self.assertEqual(process.wait(60), 1)
                self.assertIn("Ending", self.own_log())

    def call_and_kill(self, cloud):
        timer = threading.Timer(0.3, cloud.kill)
        timer.start()
        try:
            cloud.call({"do": "work", "ms": 1000})
        finally:
            timer.join()

    def test_no_extension(self):
        """Without one everything works, and the log says what is missing."""
        for what in ("status:403", "status:500"):
            with self.subTest(what):
                cloud = self.cloud("--fault", f"register:1:{what}")
                self.assert_answers(cloud)
                self.assertIn("No extension could be registered", cloud.log)

    def test_registration_without_an_answer(self):
        """Tried again; but if it was taken, Lambda would wait for an extension
        that does not know its own name: another process has to begin anew."""
        cloud = self.cloud("--fault", "register:1:reset")
        self.assert_answers(cloud)
        self.assertNotIn("No extension", cloud.log)
        for what in ("lose", "cut:10"):
            with self.subTest(what):
                cloud = self.cloud("--fault", f"register:1:{what}")
                self.assert_error(cloud.call({}), "Runtime.ExitError",
                                  "exit status 1")
                self.assert_answers(cloud)

    def test_init_error_that_cannot_be_told(self):
        cloud = self.cloud("--fault", "init-error:*:status:500", "--handler",
                           "init-fails")
        self.assert_error(cloud.call({}), "Runtime.ExitError",
                          "exit status 1")


if __name__ == "__main__":
    tap.main()
