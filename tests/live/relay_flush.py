"""`turnaway queue flush` of a message whose delivery is under way: it is not lost by that, and the next flush has it tried.

Its next try by itself would be hours away, so whatever comes is the flush's doing.
"""
import subprocess
import threading
import unittest

from relay_daemon import BIN, WAIT_S, wait_until
from relay_scene import Scene


class Flush(unittest.TestCase):
    def setUp(self):
        self.scene = Scene({"lifetime": {"retry_first": "2h", "retry_max": "4h"}, "delivery": {"command_wait": "1m"}}).start()
        self.addCleanup(self.scene.stop)
        self.is_asked, self.may_answer = threading.Event(), threading.Event()
        self.host = self.scene.host({"RCPT": self.answer})
        self.to = self.scene.domain("busy.example", self.host)

    def answer(self, _argument, _dialogue):
        """Waits with its first 450 until it is let go; then takes everything."""
        if self.may_answer.is_set():
            return "250 Ok"
        self.is_asked.set()
        self.may_answer.wait(WAIT_S)
        return "450 4.2.0 not yet"

    def flush(self, *which):
        subprocess.run([BIN / "turnaway", "queue", "flush", *which, "--socket", self.scene.relay.folder / "control"],
                       check=True, capture_output=True, timeout=WAIT_S)

    def flushed_twice(self, *which):
        """The first is what is done already; only the second can be what brings it there."""
        self.scene.send(self.to)
        self.assertTrue(self.is_asked.wait(WAIT_S))
        received = wait_until(lambda: self.scene.relay.lines("received"), "the log")
        which = which or [received[0]["id"]]
        self.flush(*which)
        self.may_answer.set()
        self.scene.relay.delivery(self.to, "deferred")
        self.flush(*which)
        self.scene.relay.delivery(self.to, "sent")
        self.assertEqual(len(self.host.messages), 1)

    def test_one_message(self):
        self.flushed_twice()

    def test_a_domain(self):
        self.flushed_twice("--domain", "busy.example")

    def test_everything(self):
        self.flushed_twice("--all")


if __name__ == "__main__":
    unittest.main()
