"""turnaway-refuse as a test starts, talks to and ends it: on a free loopback port, ended by its process id.

The program is the one named by TURNAWAY_BIN, else build/release/bin. With TURNAWAY_NO_SANDBOX set (sanitizer builds need
system calls the sandbox forbids) it runs without its sandbox.
"""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("TURNAWAY_BIN", ROOT / "build/release/bin"))
HOST = "www.example.org"
GREETING_REFUSAL = f"521 {HOST} Host does not accept mail\r\n".encode()
REFUSAL = f"521 5.3.2 {HOST} Host does not accept mail\r\n".encode()
BYE = f"221 2.0.0 {HOST} closing\r\n".encode()
IS_SANDBOXED = not os.environ.get("TURNAWAY_NO_SANDBOX")
PROGRAM = BIN / "turnaway-refuse"
# A sanitizer keeps freed memory and its own books: what such a build uses says nothing about the program.
IS_SANITIZED = PROGRAM.exists() and b"__sanitizer_" in PROGRAM.read_bytes()


class Daemon:
    """A running daemon. `log` holds its log lines as dictionaries as they come."""

    def __init__(self, *options, listen=("127.0.0.1:0",), env=None, wrapper=(), pass_fds=()):
        name = () if "--hostname" in options else ("--hostname", HOST)
        command = [*wrapper, str(BIN / "turnaway-refuse"), *name, "--log", "json", *options]
        for address in listen:
            command += ["--listen", address]
        if not IS_SANDBOXED:
            command.append("--no-sandbox")
        # A second SIGTERM leaves without joining the workers, which is no leak.
        env = {**(os.environ if env is None else env), "TSAN_OPTIONS": "report_thread_leaks=0"}
        self.log = []
        self.noise = []  # what is no log line: a broken promise, a sanitizer's report
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env, pass_fds=pass_fds)
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        start = self.wait_for_line("listening")
        self.addresses = start["addresses"].split()
        self.metrics = start["metrics"]
        self.port = int(self.addresses[0].rpartition(":")[2])

    def _read_log(self):
        for line in self.process.stderr:
            try:
                self.log.append(json.loads(line))
            except ValueError:
                self.noise.append(line.decode(errors="replace"))

    def wait_for_line(self, event, seconds=10, where=lambda line: True):
        """The first log line of that event for which `where` holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in list(self.log):
                if line["event"] == event and where(line):
                    return line
            if self.process.poll() is not None and not self._reader.is_alive():
                break
            time.sleep(0.01)
        raise AssertionError(f"no log line '{event}' (exit {self.process.poll()}): {self.log[-5:]}")

    def connect(self, source="127.0.0.1", port=None):
        """A client socket with a time limit, from the given loopback address."""
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
        client = socket.socket(family, socket.SOCK_STREAM)
        client.settimeout(20)
        client.bind((source, 0))
        client.connect(("::1" if family == socket.AF_INET6 else "127.0.0.1", port or self.port))
        return client

    def resident_kilobytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def stop(self):
        """SIGTERM; the exit code. A second SIGTERM follows so that held test connections cost no time."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            time.sleep(0.05)
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self._reader.join(5)
        self.process.stderr.close()
        if self.noise:
            raise AssertionError("on standard error, and no log line:\n" + "".join(self.noise))
        return code

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()


def read_line(client):
    """One line with its CRLF, or b"" when the server has closed."""
    line = b""
    while not line.endswith(b"\n"):
        byte = client.recv(1)
        if not byte:
            return line
        line += byte
    return line


def read_all(client):
    """Everything until the server closes; a reset raises ConnectionResetError."""
    data = b""
    while piece := client.recv(65536):
        data += piece
    return data
