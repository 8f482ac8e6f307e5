# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server as a child process: on a free loopback port, with a folder and a
log of its own, stopped by its process id and no other way."""
import atexit
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

HOST = "127.0.0.1"
READY_SECONDS = 60  # under a sanitizer on a busy machine
LOG_LINES = 60
# Whoever starts a server and is killed takes it along.
LEASH = ("setpriv", "--pdeathsig", "KILL")
SHARED_MEMORY = "/dev/shm"
PORTS = Path(tempfile.gettempdir(), f"anc-ports-{os.getuid()}")
reserved = []  # open files, for their locks


def first_ephemeral_port():
    """Below it nobody is given a port by chance, so that a server can be
    stopped and started again on the one it had."""
    path = Path("/proc/sys/net/ipv4/ip_local_port_range")
    return int(path.read_text(encoding="ascii").split()[0])


def free_port():
    """Nobody listens there, and no other test has been given it."""
    top = max(first_ephemeral_port(), 12000)
    for _ in range(1000):
        port = random.randrange(10000, top)
        if is_free(port) and reserve(port):
            return port
    raise RuntimeError("no free port on loopback")


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def reserve(port):
    """Until this process ends, among all that ask here: a server may bind
    long after, and again."""
    PORTS.mkdir(mode=0o700, exist_ok=True)
    try:
        file = open(PORTS / str(port), "w", encoding="ascii")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    reserved.append(file)
    return True


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


class ServerFailed(Exception):
    """Says which server, how it ended, and the end of its log."""


class Server:
    """What is common to all: `with Mosquitto() as broker: broker.port`.

    Subclasses give `command()`, and `ports()` when they listen on several.
    """

    name = "server"
    host = HOST

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix=f"anc-{self.name}-"))
        atexit.register(self.stop)
        self.log_path = self.folder / "log"
        self.memory = None
        self.port = free_port()
        self.process = None

    def command(self):
        raise NotImplementedError

    def ports(self):
        return [self.port]

    def memory_folder(self):
        """Survives the server and not the machine: where a server that waits
        for the disk would only wait."""
        if self.memory is None and os.access(SHARED_MEMORY, os.W_OK):
            self.memory = Path(tempfile.mkdtemp(prefix=f"anc-{self.name}-",
                                                dir=SHARED_MEMORY))
        return self.memory or self.folder

    def environment(self):
        """Without what is meant for others: a preloaded sanitizer for our
        plugins, the user's own AWS settings for the user's programs."""
        return {key: value for key, value in os.environ.items()
                if key not in ("LD_PRELOAD", "PYTHONPATH")
                and not key.startswith(("AWS_", "VGW_", "ROOT_"))}

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *failure):
        self.stop()

    @property
    def pid(self):
        return self.process.pid if self.process else None

    @property
    def log(self):
        """All that it has said so far."""
        if not self.log_path.exists():
            return ""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def start(self):
        if self.process:
            return self
        command = [str(word) for word in self.command()]
        if threading.current_thread() is threading.main_thread():
            # The signal comes when the starting thread ends, not the process.
            command = [*LEASH, *command]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, env=self.environment())
        self.wait_ready()
        return self

    def is_leashed(self):
        """Whether it is past the program that gives it its leash."""
        try:
            name = Path(f"/proc/{self.pid}/comm").read_text(encoding="utf-8")
        except OSError:
            return True
        return name.strip() != LEASH[0]

    def wait_ready(self):
        end = time.monotonic() + READY_SECONDS
        while not self.ready():
            if self.process.poll() is not None:
                self.fail(f"ended with {self.process.returncode}")
            if time.monotonic() > end:
                self.fail(f"was not ready after {READY_SECONDS} s")
            time.sleep(0.005)

    def ready(self):
        return self.is_leashed() and all(map(listens, self.ports()))

    def fail(self, what):
        tail = "\n".join(self.log.splitlines()[-LOG_LINES:])
        self.end(signal.SIGKILL)
        raise ServerFailed(f"{self.name} on port {self.port} {what}:\n{tail}")

    def end(self, number):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def kill(self):
        """As a crash would: no time to save anything."""
        self.end(signal.SIGKILL)

    def suspend(self):
        """Connections stay open and nothing answers, until resume()."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def restart(self):
        """kill -9 and start, on the same ports and with the same data."""
        self.kill()
        return self.start()

    def stop(self):
        """Ends it and removes its folders."""
        if self.process and self.process.poll() is None:
            self.resume()
        self.end(signal.SIGTERM)
        for folder in (self.folder, self.memory):
            shutil.rmtree(folder or "", ignore_errors=True)
        atexit.unregister(self.stop)
