# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions behind anc-cloud. ANC_TEST_CLOUD and ANC_TEST_DEEDS are the
programs: anc-cloud, and the function that does what its event asks for."""
import base64
import http.client
import json
import os
import signal
import subprocess
import time
import unittest
from pathlib import Path

from process import HOST, LEASH, Server, free_port

CLOUD = os.environ["ANC_TEST_CLOUD"]
DEEDS = os.environ["ANC_TEST_DEEDS"]
# For what takes a second, under a sanitizer on a busy machine.
PATIENCE = 60
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


class Result:
    """What the caller sees."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.failed = "X-Amz-Function-Error" in response.headers

    def json(self):
        return json.loads(self.body)

    @property
    def error_type(self):
        return self.json()["errorType"]

    @property
    def log_tail(self):
        return base64.b64decode(self.headers["X-Amz-Log-Result"]).decode()


class Cloud(Server):
    """anc-cloud with one function; `command` None: nobody starts one."""

    name = "anc-cloud"

    def __init__(self, *options, command=(DEEDS,), **env):
        super().__init__()
        self.runtime_port = free_port()
        self.options = options
        self.function = command
        self.env = env
        self.trace_path = self.folder / "trace"

    def command(self):
        command = [CLOUD, "--port", self.port, "--runtime-port",
                   self.runtime_port, "--trace", self.trace_path,
                   *self.options]
        return command + (["--", *self.function] if self.function else [])

    def environment(self):
        return {**super().environment(), **self.env}

    def ready(self):
        """Also past the lines that say where it is."""
        return super().ready() and "/invocations\n" in self.log

    def call(self, event, **headers):
        """`event`: what becomes JSON, or bytes."""
        body = event if isinstance(event, bytes) else json.dumps(event)
        connection = http.client.HTTPConnection(HOST, self.port,
                                                timeout=PATIENCE)
        headers = {key.replace("_", "-"): value
                   for key, value in headers.items()}
        connection.request("POST", "/2015-03-31/functions/function/"
                           "invocations", body, headers)
        result = Result(connection.getresponse())
        connection.close()
        return result

    def calls(self, name=None):
        """All calls of the Runtime API so far, or those of one name."""
        lines = self.trace_path.read_text(encoding="utf-8").splitlines()
        return [call for call in map(json.loads, lines)
                if name in (None, call["call"])]

    def lines(self):
        """What the function logged as JSON."""
        found = []
        for line in self.log.splitlines():
            if line.startswith("{"):
                found.append(json.loads(line))
        return found

    def wait_for_line(self, message):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for line in self.lines():
                if message in line.get("message", ""):
                    return line
            time.sleep(0.01)
        raise AssertionError(f"nothing logged of {message}:\n{self.log}")


class LambdaCase(unittest.TestCase):
    def cloud(self, *options, **more):
        cloud = Cloud(*options, **more)
        self.addCleanup(self.stop_well, cloud)
        return cloud.start()

    def stop_well(self, cloud):
        """It has nothing to regret at its end, a leak for example."""
        process = cloud.process
        cloud.end(signal.SIGTERM)
        log = cloud.log
        cloud.stop()
        if process is not None:
            self.assertEqual(process.returncode, 0, log[-3000:])

    def own_function(self, port, **env):
        """A function that we started: its end can be seen."""
        log = self.new_log()
        process = subprocess.Popen(
            [*LEASH, DEEDS], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={**os.environ, "AWS_LAMBDA_RUNTIME_API": f"{HOST}:{port}",
                 **env})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def new_log(self):
        cloud = Cloud()  # for its folder, which goes away
        self.addCleanup(cloud.stop)
        self.log_path = Path(cloud.folder, "function.log")
        log = open(self.log_path, "wb")
        self.addCleanup(log.close)
        return log

    def own_log(self):
        return self.log_path.read_text(encoding="utf-8")

    def assert_error(self, result, kind, message=None):
        self.assertEqual(result.status, 200)
        self.assertTrue(result.failed)
        self.assertEqual(result.error_type, kind)
        if message is not None:
            self.assertIn(message, result.json()["errorMessage"])

    def assert_answers(self, cloud):
        """It goes on."""
        self.assertEqual(cloud.call({"still": "there"}).json(),
                         {"still": "there"})
