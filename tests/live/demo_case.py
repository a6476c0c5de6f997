"""What the tests of `turnaway demo` share: the demo with a temporary folder of its own, on a pipe or on a terminal.

Promises: what a test started is ended with it; `check_nothing_is_left` fails when the demo left a process or a file.
"""
import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import time
import unittest

BIN = pathlib.Path(os.environ["TURNAWAY_BIN"])
PROGRAMS = ("turnaway", "turnaway-relay", "turnaway-refuse")
LIMIT_S = 120


def children_of(process_id):
    """Process ids of all children, grandchildren included."""
    found = []
    for task in pathlib.Path(f"/proc/{process_id}/task").glob("*"):
        try:
            below = [int(each) for each in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for each in below:
            found += [each, *children_of(each)]
    return found


def is_running(process_id):
    try:
        return ") Z " not in pathlib.Path(f"/proc/{process_id}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


class DemoTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="demo-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)
        self.temporary = pathlib.Path(self.folder, "tmp")
        self.temporary.mkdir(mode=0o777)
        self.temporary.chmod(0o777)
        self.environment = dict(os.environ, TMPDIR=str(self.temporary))

    def run_demo(self, *options, program=BIN / "turnaway", **keywords):
        return subprocess.run([program, "demo", *options], capture_output=True, text=True, timeout=LIMIT_S,
                              env=self.environment, **keywords)

    def start_demo(self, *options, **keywords):
        process = subprocess.Popen([BIN / "turnaway", "demo", *options], env=self.environment, text=True, **keywords)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def check_nothing_is_left(self, children=()):
        self.assertEqual(list(self.temporary.iterdir()), [])
        self.assertEqual([each for each in children if is_running(each)], [])

    def copy_programs(self, *names):
        folder = pathlib.Path(self.folder, "bin")
        folder.mkdir(mode=0o755)
        for name in names:
            shutil.copy(BIN / name, folder / name)
        return folder


class Terminal(DemoTest):
    """The demo in a session of its own on a new terminal."""

    def start_on_terminal(self, *options, lines=24, columns=80, **variables):
        """Process id and our side of the terminal."""
        environment = {**self.environment, "TERM": "xterm", **variables}
        process_id, terminal = pty.fork()
        if process_id == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execve(BIN / "turnaway", ["turnaway", "demo", *options], environment)
        self.addCleanup(os.close, terminal)
        return process_id, terminal

    def read_until(self, terminal, words, text=""):
        end = time.monotonic() + LIMIT_S
        while words not in text:
            ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
            self.assertTrue(ready, f"{words!r} did not come: {text}")
            text += os.read(terminal, 65536).decode()
        return text

    def wait(self, process_id, terminal):
        while True:
            try:
                if not os.read(terminal, 65536):
                    break
            except OSError:  # the terminal has no other side any more
                break
        return os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])

    def press(self, terminal, key, words):
        """What is written after a key, up to `words`."""
        os.write(terminal, key.encode())
        return self.read_until(terminal, words)

    def address_in(self, text):
        return re.search(r"/dev/tcp/([\d.]+)/(\d+)", text).groups()
