"""A turnaway-refuse under test: one process at one address and stage.

Promises: `start` returns once it accepts connections; `stop` ends it with SIGTERM and gives its exit status.
Its log is kept as text for whoever wants to look. The program must have been built, see `find`.
"""
import os
import socket
import subprocess
import time
from pathlib import Path

STAGES = ["greeting", "helo", "mail", "rcpt", "auto"]
BUILT = Path(__file__).resolve().parents[2] / "build" / "release" / "bin" / "turnaway-refuse"
READY_LIMIT_S = 10


class RefuseError(Exception):
    """turnaway-refuse did not start; the text says why."""


def find(path=None):
    """The program's path, or None when it is not there."""
    program = Path(path).resolve() if path else BUILT
    return str(program) if os.access(program, os.X_OK) else None


class Refuse:
    def __init__(self, program, address, stage, host_name, port=25, extra=(), where=()):
        self.command = [*where, program, "--listen", f"{address}:{port}", "--hostname", host_name, "--stage", stage,
                        "--log", "json", *extra]
        self.address = address
        self.port = port
        self.process = None

    def start(self):
        self.log = open(os.memfd_create("refuse-log"), "w+b")
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=self.log)
        end = time.monotonic() + READY_LIMIT_S
        while not self.listening():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RefuseError(f"turnaway-refuse did not start: {self.log_text().strip() or 'no word from it'}")
            time.sleep(0.01)
        return self

    def stop(self):
        self.process.terminate()
        try:
            status = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        return status

    def log_text(self):
        return os.pread(self.log.fileno(), 1 << 20, 0).decode(errors="replace")

    def listening(self):
        """Whether its port is open, found without connecting: `auto` remembers who connected."""
        local = "".join(f"{byte:02X}" for byte in reversed(socket.inet_aton(self.address))) + f":{self.port:04X}"
        try:
            with open(f"/proc/{self.process.pid}/net/tcp") as table:
                rows = [line.split() for line in table.readlines()[1:]]
        except OSError:
            return False
        return any(row[1] == local and row[3] == "0A" for row in rows)
