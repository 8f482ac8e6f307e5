# SPDX-License-Identifier: LGPL-2.1-or-later
"""Publisher and broker are killed again and again: nothing that the queue had
taken on is lost, the order is kept, and only what QoS 1 allows comes twice.

    test-survival.py SURVIVOR [slow]
"""
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mqttcase
import tap
import tools
from servers import Mosquitto

SURVIVOR = sys.argv[1]
SLOW = len(sys.argv) > 2
# Of the last run; the others go on until they are killed.
MESSAGES, BROKER_KILLS, PUBLISHER_KILLS = \
    (50000, 20, 5) if SLOW else (6000, 3, 2)
ENDLESS = 10000000
# Sent again after each loss: what was on its way. After the publisher's death
# also what the broker had acknowledged and the file had not yet forgotten, at
# most what goes through in some hundredths of a second.
IN_FLIGHT, UNFORGOTTEN = 100, 1000
ALLOWED = (BROKER_KILLS + PUBLISHER_KILLS) * IN_FLIGHT \
    + PUBLISHER_KILLS * UNFORGOTTEN
SEED = 20
SENDER = "sender"


class Survival(mqttcase.Case):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.broker = Mosquitto(config="log_type all").start()
        self.addCleanup(self.broker.stop)
        self.random = random.Random(SEED)
        self.safe = {}

    def listen(self):
        """mosquitto_sub with a session that the broker keeps."""
        heard = open(self.folder / "heard", "wb")
        self.addCleanup(heard.close)
        process = subprocess.Popen(
            [tools.need("mosquitto_sub"), "-p", str(self.broker.port), "-i",
             "listener", "-c", "-q", "1", "-t", "survivor"],
            stdout=heard, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        while "listener 1 survivor" not in self.broker.log:
            time.sleep(0.02)

    def publish(self, run, count):
        sink = (f"appsrc name=src max-buffers=1000 block=true ! ancmqttsink "
                f"name=sink uri=mqtt://127.0.0.1:{self.broker.port}/survivor "
                f"client-id={SENDER} queue-directory={self.folder} "
                "reconnect-min=20000000 reconnect-max=200000000 "
                "connect-timeout=0")
        out = open(self.folder / f"run-{run}", "w+b")
        self.addCleanup(out.close)
        process = subprocess.Popen([SURVIVOR, str(run), str(count), sink],
                                   env=mqttcase.launch_env(), stdout=out)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def note_safe(self, run):
        """The last whole line that a publisher has printed."""
        lines = (self.folder / f"run-{run}").read_text().split("\n")[:-1]
        self.safe[run] = int(lines[-1]) if lines else 0

    def hurt_broker(self, publisher, crash):
        """A crash may take what mosquitto acknowledged in its very last turn;
        so before one nothing comes in for a moment."""
        if crash:
            publisher.send_signal(signal.SIGSTOP)
            time.sleep(0.3)
            self.broker.save()
            time.sleep(0.3)
            self.broker.kill()
            publisher.send_signal(signal.SIGCONT)
        else:
            self.broker.end(signal.SIGTERM)
        time.sleep(self.random.uniform(0, 0.5))
        self.broker.start()

    def test_kills(self):
        self.listen()
        runs = PUBLISHER_KILLS + 1
        kills = [self.random.randrange(runs) for _ in range(BROKER_KILLS)]
        for run in range(runs):
            publisher = self.publish(
                run, ENDLESS if run < PUBLISHER_KILLS else MESSAGES)
            for _ in range(kills.count(run)):
                time.sleep(self.random.uniform(0.2, 1.2))
                self.hurt_broker(publisher, self.random.random() < 0.5)
            if run < PUBLISHER_KILLS:
                time.sleep(self.random.uniform(0.1, 1.0))
                publisher.kill()
                publisher.wait()
            else:
                self.assertEqual(publisher.wait(timeout=300), 0)
            self.note_safe(run)
        self.assertEqual(self.safe[runs - 1], MESSAGES)
        self.compare()

    def heard(self):
        text = (self.folder / "heard").read_text(encoding="ascii")
        return [tuple(map(int, line.split()))
                for line in text.split("\n")[:-1]]

    def compare(self):
        last = len(self.safe) - 1, self.safe[len(self.safe) - 1] - 1
        end = time.monotonic() + 60
        while last not in (heard := self.heard()) and time.monotonic() < end:
            time.sleep(0.2)
        seen, repeats = set(), 0
        highest = (0, -1)
        for each in heard:
            if each in seen:
                repeats += 1
                continue
            self.assertGreater(each, highest)
            seen.add(each)
            highest = each
        for run, safe in self.safe.items():
            missing = [n for n in range(safe) if (run, n) not in seen]
            self.assertEqual(missing, [], f"run {run}, {safe} were safe")
        sent = self.broker.log.count(f"Received PUBLISH from {SENDER} ")
        print(f"# {len(seen)} messages, sent again: {sent - len(seen)}, heard "
              f"again: {repeats}; safe: {self.safe}", flush=True)
        # The listener may hear more twice: a crash makes mosquitto forget what
        # the listener has acknowledged.
        self.assertLessEqual(sent - len(seen), ALLOWED)


if __name__ == "__main__":
    tap.main()
