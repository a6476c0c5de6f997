"""Two turnaway-relays with one queue in a database: they share what they learn of hosts and the limits of connections, and one
that slept longer than its lease gives nobody a message that the other has taken over."""
import signal
import subprocess
import threading
import time
import unittest

import postgres_servers
from relay_daemon import BIN, WAIT_S, Relay, wait_until
from relay_metrics import Metrics
from relay_scene import SENDER, Scene

FENCED = 75


class Pair:
    """A scene with two relays, `one` and `two`, each with its `metrics`."""

    def __init__(self, servers, settings):
        self.scene = Scene(settings)
        self.relays = self.one, self.two = self.scene.relay, Relay(self.scene.block, {})
        own = {section: self.two.settings[section] for section in ("listen", "control")}
        self.two.settings = {**self.one.settings, **own}
        for relay, name in zip(self.relays, ("one", "two")):
            # The scene's relay is the one whose metrics are set.
            self.scene.relay = relay
            relay.settings = {**relay.settings, "spool": {"path": servers.address(), "node": name, "free_bytes_min": "1MB"},
                              "metrics": {}}
            relay.metrics = Metrics(self.scene)
        self.scene.relay = self.one
        subprocess.run([str(self.one.program), "--config", str(self.one.configure()), "--migrate-spool"], check=True,
                       stdout=subprocess.DEVNULL)
        for relay in self.relays:
            relay.start()

    def remove(self):
        for relay in self.relays:
            if relay.process.poll() is None:
                relay.kill()
            relay.remove()
        self.scene.letters.close()


@unittest.skipUnless(postgres_servers.is_installed(), "PostgreSQL is not installed")
class ClusterHosts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = postgres_servers.Servers(has_standby=False, syncs=False)
        cls.addClassCleanup(cls.servers.stop)

    def pair(self, settings=None):
        pair = Pair(self.servers, settings)
        self.addCleanup(pair.remove)
        return pair

    @staticmethod
    def rcpt(relay, to):
        """The reply to RCPT; no message follows."""
        with relay.client() as client:
            client.ehlo()
            client.mail(SENDER)
            return client.rcpt(to)

    def test_a_refusal_is_known_to_both(self):
        pair = self.pair()
        host = pair.scene.host({"greeting": "521 Host does not accept mail"})
        to = pair.scene.domain("refused.example", host)
        self.assertEqual(self.rcpt(pair.two, to)[0], 250)
        pair.one.send(SENDER, [to])
        pair.one.delivery(to, "bounced")
        known = time.monotonic()
        code, words = wait_until(lambda: (reply := self.rcpt(pair.two, to))[0] != 250 and reply, "a refusal by the other relay")
        print(f"the other relay refuses {time.monotonic() - known:.2f} s after the bounce")
        self.assertEqual(code, 556)
        self.assertIn(b"521", words)
        self.assertEqual(len(host.dialogues), 1)
        subprocess.run([BIN / "turnaway", "queue", "forget", "--all", "--socket", pair.two.folder / "control"], check=True,
                       capture_output=True, timeout=WAIT_S)
        wait_until(lambda: self.rcpt(pair.one, to)[0] == 250, "the host forgotten by the other relay")

    def test_an_address_that_does_not_respond_rests_for_both(self):
        pair = self.pair()
        dead, other = pair.scene.name(), pair.scene.host()
        to = pair.scene.domain("dead.example", dead, other)
        pair.one.send(SENDER, [to])
        pair.one.delivery(to, "sent")
        wait_until(lambda: self.servers.primary.ask("SELECT count(*) FROM turnaway.resting_host") == "1", "the row")
        alive = pair.scene.listen(dead)
        # The best host listens again, and is passed over by the relay that never dialled it.
        wait_until(lambda: self.is_sent_to(pair.two, to, other), "the other relay passing it over")
        subprocess.run([BIN / "turnaway", "queue", "flush", "--all", "--socket", pair.one.folder / "control"], check=True,
                       capture_output=True, timeout=WAIT_S)
        wait_until(lambda: self.is_sent_to(pair.two, to, alive), "the other relay dialling it again")

    @staticmethod
    def is_sent_to(relay, to, host):
        before, taken = len(relay.lines("delivery", to=to, result="sent")), len(host.messages)
        relay.send(SENDER, [to])
        wait_until(lambda: len(relay.lines("delivery", to=to, result="sent")) > before, "its delivery")
        return len(host.messages) > taken

    def test_they_share_the_connections_to_a_domain(self):
        pair = self.pair({"delivery": {"concurrency": 2, "command_wait": "60s"}})
        for relay in pair.relays:
            wait_until(lambda r=relay: r.metrics.value("relays") == 2, "both relays counted")
            self.assertEqual(relay.metrics.value("destination_connections_max"), 1)
        lock, may_answer, open_now, most = threading.Lock(), threading.Event(), set(), [0]

        def mail(_argument, dialogue):
            with lock:
                open_now.add(id(dialogue))
                most[0] = max(most[0], len(open_now))
            may_answer.wait(WAIT_S)
            return "250 Ok"

        def bye(_argument, dialogue):
            with lock:
                open_now.discard(id(dialogue))
            return "221 Bye"

        host = pair.scene.host({"MAIL": mail, "QUIT": bye})
        to = pair.scene.domain("busy.example", host)
        for relay in pair.relays:
            for _ in range(4):
                relay.send(SENDER, [to])
        wait_until(lambda: len(open_now) >= 2, "a connection of each")
        may_answer.set()
        wait_until(lambda: len(host.messages) == 8, "all messages")
        self.assertEqual(most[0], 2)
        self.assertEqual(pair.two.stop(), 0)
        wait_until(lambda: pair.one.metrics.value("relays") == 1, "one relay counted")
        wait_until(lambda: pair.one.metrics.value("destination_connections_max") == 2, "the whole limit")

    def test_a_relay_that_slept_gives_nobody_what_the_other_has(self):
        pair = self.pair({"delivery": {"data_wait": "60s", "command_wait": "60s"}})
        is_asked, may_answer = threading.Event(), threading.Event()

        def data(_argument, _dialogue):
            if not is_asked.is_set():
                is_asked.set()
                may_answer.wait(WAIT_S)
            return "354 Go on"

        host = pair.scene.host({"DATA": data})
        to = pair.scene.domain("slow.example", host)
        pair.one.send(SENDER, [to])
        self.assertTrue(is_asked.wait(WAIT_S))
        pair.one.process.send_signal(signal.SIGSTOP)
        self.addCleanup(pair.one.process.send_signal, signal.SIGCONT)
        pair.two.delivery(to, "sent")
        may_answer.set()
        pair.one.process.send_signal(signal.SIGCONT)
        self.assertEqual(pair.one.wait(), FENCED)
        self.assertEqual(len(host.messages), 1)
        self.assertEqual(pair.one.lines("delivery", to=to, result="sent"), [])


if __name__ == "__main__":
    unittest.main()
