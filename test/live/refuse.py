"""A turnaway-refuse under test: one process at one address and stage.

Promises: `start` returns once it accepts connections (`port` 0 takes any free one); `stop` ends it
with SIGTERM and gives its exit status. Its log is kept as text for whoever wants to look. The
program must have been built, see `find`.
"""
import json
import os
import subprocess
import time
from pathlib import Path

from namespace import NamespaceError

STAGES = ["greeting", "helo", "mail", "rcpt", "auto"]
BUILT = Path(__file__).resolve().parents[2] / "build" / "release" / "bin" / "turnaway-refuse"
READY_LIMIT_S = 10


def find(path=None):
    """The program's path, or None when it is not there."""
    program = Path(path).resolve() if path else BUILT
    return str(program) if os.access(program, os.X_OK) else None


class Refuse:
    def __init__(self, program, address, stage, host_name, port=25, extra=(), where=()):
        self.command = [*where, program, "--listen", f"{address}:{port}", "--hostname", host_name,
                        "--stage", stage, "--log", "json", *extra]
        self.address = address
        self.port = port
        self.process = None

    def start(self):
        """Raises NamespaceError with the program's own words when it does not come up."""
        self.log = open(os.memfd_create("refuse-log"), "w+b")
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=self.log)
        end = time.monotonic() + READY_LIMIT_S
        while not self.listening():
            if self.process.poll() is not None or time.monotonic() > end:
                words = self.log_text().strip() or "no word from it"
                raise NamespaceError(f"turnaway-refuse did not start: {words}")
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
        """Whether its log says so, and on which port. Never connects: `auto` remembers who did."""
        for line in self.log_text().splitlines():
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("event") == "listening":
                self.port = int(event["addresses"].rpartition(":")[2])
                return True
        return False
