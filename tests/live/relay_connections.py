"""Connections to one host: how many there are at once, and what may go over one that is kept (RFC 5321 section 4.5.4.1, RFC 3207)."""
import signal
import threading
import time
import unittest

from relay_daemon import HOST, WAIT_S, toml, wait_until
from relay_scene import SENDER, Scene

PLACES = 20  # what one destination may have, unless set otherwise
MESSAGES = 500
MESSAGE_S = 0.05


class Growth(unittest.TestCase):
    """Places grow with the messages that were delivered, not with the connections that ended: those may carry a hundred each."""

    def setUp(self):
        self.scene = Scene({"delivery": {"command_wait": "1m", "final_dot_wait": "1m"}}).start()
        self.addCleanup(self.scene.stop)
        self.lock, self.open, self.most = threading.Lock(), 0, 0
        self.are_queued = threading.Event()

    def wait_for_all(self, _argument, _dialogue):
        self.are_queued.wait(WAIT_S)
        return "250 Ok"

    def take_time(self, _argument, _dialogue):
        with self.lock:
            self.open += 1
            self.most = max(self.most, self.open)
        time.sleep(MESSAGE_S)
        with self.lock:
            self.open -= 1
        return "250 Taken"

    def test_a_slow_host_soon_has_all_its_places(self):
        host = self.scene.host({"MAIL": self.wait_for_all, ".": self.take_time})
        to = self.scene.domain("slow.example", host)
        with self.scene.relay.client() as client:
            for _ in range(MESSAGES):
                client.sendmail(SENDER, [to], b"Subject: x\r\n\r\nx\r\n")
        self.are_queued.set()
        wait_until(lambda: len(host.messages) == MESSAGES, lambda: f"{len(host.messages)} arrived")
        self.assertGreaterEqual(self.most, PLACES - 2)
        self.assertLessEqual(self.most, PLACES)


class Kept(unittest.TestCase):
    """A connection that was opened in the clear is not for a domain that demands TLS by now."""

    def setUp(self):
        self.scene = Scene({"delivery": {"concurrency": 1, "final_dot_wait": "1m"}}).start()
        self.addCleanup(self.scene.stop)
        self.is_asked, self.may_answer = threading.Event(), threading.Event()

    def answer(self, _argument, _dialogue):
        self.is_asked.set()
        self.may_answer.wait(WAIT_S)
        return "250 Taken"

    def reload(self, **delivery):
        relay = self.scene.relay
        relay.settings["delivery"].update(delivery)
        (relay.folder / "relay.conf").write_text(toml(dict(sorted(relay.settings.items()))), encoding="utf-8")
        relay.process.send_signal(signal.SIGHUP)
        wait_until(lambda: relay.lines("reloaded"), lambda: f"a reload: {relay.log[-3:]}")

    def second_message(self, **delivery):
        """Two messages for one connection, the rules changed while the first is under way; the host, and how the second went."""
        host = self.scene.host({".": self.answer})
        first = self.scene.domain("kept.example", host)
        self.scene.send(first)
        self.assertTrue(self.is_asked.wait(WAIT_S))
        second = "second@kept.example"
        self.scene.send(second)
        self.reload(**delivery)
        self.may_answer.set()
        result = wait_until(lambda: self.scene.relay.lines("delivery", to=second), f"an end for {second} at {HOST}")[0]["result"]
        return host, result

    def test_the_same_demand_goes_on_over_it(self):
        host, result = self.second_message(command_wait="2s")
        self.assertEqual((result, len(host.messages), len(host.dialogues)), ("sent", 2, 1))

    def test_a_new_demand_for_tls_is_not_met_in_the_clear(self):
        host, result = self.second_message(tls_required=["kept.example"])
        self.assertEqual((result, len(host.messages)), ("deferred", 1))
        self.assertEqual(len(host.dialogues), 2)


if __name__ == "__main__":
    unittest.main()
