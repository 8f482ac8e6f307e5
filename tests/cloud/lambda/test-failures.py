# SPDX-License-Identifier: LGPL-2.1-or-later
"""A function that crashes, leaves, takes too long or is ended."""
import http.client
import json
import signal
import threading
import time

import tap
from lambdacase import PATIENCE, LambdaCase

SIGNALS = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL")


class Crashes(LambdaCase):
    def test_crash_in_a_handler_is_reported(self):
        cloud = self.cloud("--timeout", "20")
        for name in SIGNALS:
            with self.subTest(name):
                result = cloud.call({"do": "crash",
                                     "signal": getattr(signal, name)},
                                    X_Amz_Log_Type="Tail")
                self.assert_error(result, "Runtime.Crashed", name)
                call = cloud.calls("error")[-1]
                self.assertEqual((call["status"], call["whole"]), (202, True))
                self.assertEqual(
                    call["fields"]["Lambda-Runtime-Function-Error-Type"],
                    "Runtime.Crashed")
                cause = json.loads(call["fields"][
                    "Lambda-Runtime-Function-XRay-Error-Cause"])
                self.assertEqual(cause["exceptions"][0]["type"],
                                 "Runtime.Crashed")
                # Where it was, and of which event.
                self.assertIn("lambda-deeds(", result.log_tail)
                self.assertIn(result.headers["x-amzn-RequestId"],
                              result.log_tail)
                self.assert_answers(cloud)
        self.assertEqual(len(cloud.calls("register")), len(SIGNALS) + 1)

    def test_crash_of_a_thread_and_of_the_stack(self):
        cloud = self.cloud("--timeout", "20")
        for how in ("thread", "deep"):
            with self.subTest(how):
                self.assert_error(cloud.call({"do": "crash", how: 1}),
                                  "Runtime.Crashed", "SIGSEGV")
                self.assert_answers(cloud)

    def test_the_process_dies_of_the_signal(self):
        for name in SIGNALS:
            with self.subTest(name):
                number = getattr(signal, name)
                cloud = self.cloud("--timeout", "30", command=None)
                process = self.own_function(cloud.runtime_port)
                self.crash_and_kill(cloud, process, number)
                self.assertEqual(process.wait(PATIENCE), -number)

    def test_crash_in_the_init_phase(self):
        cloud = self.cloud("--handler", "init-crashes")
        self.assert_error(cloud.call({}), "Runtime.Crashed", "SIGSEGV")
        call, = cloud.calls("init-error")
        self.assertEqual(call["status"], 202)

    def test_crash_between_events_tells_nobody(self):
        cloud = self.cloud(command=None)
        process = self.own_function(cloud.runtime_port)
        self.assert_answers(cloud)
        time.sleep(0.1)
        process.send_signal(signal.SIGSEGV)
        self.assertEqual(process.wait(PATIENCE), -signal.SIGSEGV)
        self.assertEqual(cloud.calls("error") + cloud.calls("init-error"), [])
        self.assertIn("SIGSEGV", self.own_log())

    def test_crash_while_nobody_listens(self):
        """The report has no way out; the process dies all the same."""
        cloud = self.cloud("--fault", "error:*:stall:60000", "--timeout",
                           "30", command=None)
        process = self.own_function(cloud.runtime_port)
        begun = time.monotonic()
        self.crash_and_kill(cloud, process, signal.SIGABRT)
        self.assertEqual(process.wait(PATIENCE), -signal.SIGABRT)
        self.assertLess(time.monotonic() - begun, 20)

    def crash_and_kill(self, cloud, process, number):
        """anc-cloud does not see the end of what it did not start."""
        def end():
            process.wait(PATIENCE)
            cloud.kill()
        thread = threading.Thread(target=end)
        thread.start()
        with self.assertRaises((OSError, http.client.HTTPException)):
            cloud.call({"do": "crash", "signal": number})
        thread.join()

    def test_crash_in_the_middle_of_a_stream(self):
        cloud = self.cloud("--timeout", "20")
        result = cloud.call({"do": "stream", "then": "crash"})
        # The report of the crash, on a connection of its own, may come first.
        self.assertIn(result.error_type,
                      ("Runtime.TruncatedResponse", "Runtime.Crashed"))
        self.assert_answers(cloud)


class Leaving(LambdaCase):
    def test_exit_in_a_handler(self):
        cloud = self.cloud()
        self.assert_error(cloud.call({"do": "leave", "code": 7}),
                          "Runtime.ExitError", "exit status 7")
        self.assert_answers(cloud)

    def test_exit_in_the_init_phase(self):
        cloud = self.cloud("--handler", "init-leaves")
        self.assert_error(cloud.call({}), "Runtime.ExitError",
                          "exit status 9")

    def test_program_that_is_not_there(self):
        cloud = self.cloud(command=("/nonexistent",))
        self.assert_error(cloud.call({}), "Runtime.InvalidEntrypoint",
                          "/nonexistent")


class Time(LambdaCase):
    def test_deadline_is_reported_before_it_is_there(self):
        cloud = self.cloud("--timeout", "1.5")
        begun = time.monotonic()
        result = cloud.call({"do": "work", "ms": 60000})
        took = time.monotonic() - begun
        self.assert_error(result, "Function.TimedOut", "ran out of time")
        # Not much too early either.
        self.assertGreater(took, 1.2)
        call, = cloud.calls("error")
        self.assertEqual(call["status"], 202)
        self.assertIn("Lambda-Runtime-Function-XRay-Error-Cause",
                      call["fields"])
        self.assert_answers(cloud)
        self.assertTrue(cloud.calls("register")[1:], "a new process")

    def test_handler_that_stops_when_asked(self):
        cloud = self.cloud("--timeout", "2")
        result = cloud.call({"do": "work", "ms": 60000, "obeys": 1})
        self.assertEqual((result.body, result.failed), (b'"partly"', False))
        self.assertEqual(len(cloud.calls("register")), 1)
        self.assert_answers(cloud)

    def test_handler_in_time_is_left_alone(self):
        """Neither by its own deadline nor by that of an earlier event."""
        cloud = self.cloud("--timeout", "1")
        for _ in range(3):
            result = cloud.call({"do": "work", "ms": 500, "obeys": 1})
            self.assertEqual(result.body, b'"worked"')
        self.assertEqual(len(cloud.calls("register")), 1)

    def test_idle_process_has_no_deadline(self):
        cloud = self.cloud("--timeout", "0.3")
        self.assert_answers(cloud)
        time.sleep(0.6)
        self.assert_answers(cloud)
        self.assertEqual(len(cloud.calls("register")), 1)

    def test_deadline_in_a_stream(self):
        cloud = self.cloud("--timeout", "1")
        result = cloud.call({"do": "stream", "then": "work", "ms": 60000})
        self.assert_error(result, "Function.TimedOut")


class Ending(LambdaCase):
    def test_sigterm_runs_the_shutdown_hook(self):
        """Before the SIGKILL that the end of anc-cloud means."""
        cloud = self.cloud(ANC_TEST_SHUTDOWN="mark")
        self.assert_answers(cloud)
        cloud.end(signal.SIGTERM)
        self.assertEqual((cloud.folder / "mark").read_text(encoding="ascii"),
                         "done")
        self.assertIn("Shutdown done", cloud.log)

    def test_without_an_extension_there_is_no_sigterm(self):
        """Which shows that the test above needs it."""
        cloud = self.cloud("--fault", "register:1:status:403",
                           ANC_TEST_SHUTDOWN="mark")
        self.assert_answers(cloud)
        cloud.end(signal.SIGTERM)
        self.assertFalse((cloud.folder / "mark").exists())

    def test_sigterm_exits_with_0(self):
        cloud = self.cloud(command=None)
        process = self.own_function(cloud.runtime_port)
        self.assert_answers(cloud)
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_shutdown_hook_that_hangs(self):
        cloud = self.cloud(command=None)
        process = self.own_function(cloud.runtime_port,
                                    _HANDLER="shutdown-hangs")
        self.assert_answers(cloud)
        begun = time.monotonic()
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertIn("Shutdown given up", self.own_log())

    def test_sigterm_at_an_event(self):
        """That is not waited for."""
        cloud = self.cloud("--timeout", "2", command=None)
        process = self.own_function(cloud.runtime_port)
        timer = threading.Timer(0.3, process.terminate)
        timer.start()
        cloud.call({"do": "work", "ms": 60000})
        timer.join()
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_time_out_sends_sigterm_first(self):
        """To a function that has its answer out and does not ask for more."""
        cloud = self.cloud("--timeout", "1", "--fault", "response:1:stall:5000",
                           ANC_TEST_SHUTDOWN="mark")
        self.assert_error(cloud.call({}), "Sandbox.Timedout")
        self.assertEqual((cloud.folder / "mark").read_text(encoding="ascii"),
                         "done")
        self.assert_answers(cloud)


if __name__ == "__main__":
    tap.main()
