"""The look at a greeting before RCPT is answered, and the memory of hosts that said 521 (`[verdict]`; DESIGN section 6,
requirements 5, 8, 20; RFC 7504 section 3).

A host whose greeting is held shows who waits for it and who does not.
"""
import threading
import unittest

from relay_daemon import must, wait_until
from relay_metrics import scene_of
from smtp_host import Close

REFUSAL = "521 no mail here"


class Held:
    """A greeting that comes when it is let go."""

    def __init__(self, greeting):
        self.greeting, self.gate = greeting, threading.Event()

    def __call__(self, argument, dialogue):
        self.gate.wait(60)
        return self.greeting

    def let_go(self):
        self.gate.set()


def looking(**verdict):
    return scene_of({"verdict": {"look": True, "look_deadline": "30s", **verdict}}).start()


class Asked:
    """A client that waits for the answer to one RCPT."""

    def __init__(self, scene, to):
        self.client = scene.relay.client()
        self.client.ehlo()
        must(self.client.mail("ann@sender.example"))
        self.answer = None
        self.thread = threading.Thread(target=self._ask, args=(to,))
        self.thread.start()

    def _ask(self, to):
        code, words = self.client.rcpt(to)
        self.answer = f"{code} {words.decode().split()[0]}"

    def wait(self):
        self.thread.join(60)
        self.client.close()
        return self.answer


class Look(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = looking()

    @classmethod
    def tearDownClass(cls):
        cls.scene.stop()

    def answer(self, to):
        with self.scene.relay.client() as client:
            client.ehlo()
            must(client.mail("ann@sender.example"))
            code, words = client.rcpt(to)
            return f"{code} {words.decode().split()[0]}"

    def test_a_host_that_says_521(self):
        host = self.scene.host({"greeting": REFUSAL})
        to = self.scene.domain("refusing.example", host)
        self.assertEqual(self.answer(to), "556 5.3.2")
        wait_until(lambda: host.commands(), "the goodbye")
        self.assertEqual(host.commands(), ["QUIT"])
        self.assertEqual(self.answer(to), "556 5.3.2")
        self.assertEqual(len(host.dialogues), 1, "what is known is not looked at again")
        told = wait_until(lambda: self.scene.relay.lines("host-refuses", host=host.mx), "the log")
        self.assertEqual([(line["address"], line["words"]) for line in told], [(host.name, REFUSAL)])

    def test_one_host_that_takes_mail_is_enough(self):
        refusing, healthy, unseen = self.scene.host({"greeting": REFUSAL}), self.scene.host(), self.scene.host()
        to = self.scene.domain("mixed.example", refusing, healthy, unseen)
        self.assertEqual(self.answer(to), "250 2.1.5")
        self.assertEqual([len(host.dialogues) for host in (refusing, healthy, unseen)], [1, 1, 0])
        self.scene.send(to)
        line = self.scene.relay.delivery(to, "sent")
        self.assertEqual(line["host"], healthy.mx)
        # Its word stands: the refusing host is not even dialled while the healthy one takes the mail.
        self.assertEqual(len(refusing.dialogues), 1)

    def test_all_hosts_that_say_521(self):
        hosts = [self.scene.host({"greeting": REFUSAL}) for _ in range(3)]
        self.assertEqual(self.answer(self.scene.domain("allrefuse.example", *hosts)), "556 5.3.2")
        self.assertEqual([len(host.dialogues) for host in hosts], [1, 1, 1])

    def test_what_proves_nothing(self):
        nobody = self.scene.name()
        cases = {"554": {"greeting": "554 not you"}, "421": {"greeting": Close("421 not now")}, "noise": {"greeting": "hello"},
                 "closed": {"greeting": Close("")}, "differs": {"greeting": "521-no\n554 mail"}, "takes": {}}
        for name, script in cases.items():
            with self.subTest(name):
                host = self.scene.host(script)
                to = self.scene.domain(f"{name}.unclear.example", host)
                self.assertEqual([self.answer(to) for _ in range(2)], ["250 2.1.5"] * 2)
                self.assertEqual(len(host.dialogues), 1)
        self.assertEqual(self.answer(self.scene.domain("dead.example", nobody)), "250 2.1.5")

    def test_a_held_look_is_shared_and_stalls_nobody_else(self):
        held = Held(REFUSAL)
        host, other = self.scene.host({"greeting": held}), self.scene.host()
        to, quick = self.scene.domain("held.example", host), self.scene.domain("quick.example", other)
        waiting = [Asked(self.scene, to) for _ in range(8)]
        wait_until(lambda: host.dialogues, "the look")
        for _ in range(4):
            self.scene.send(quick)
        self.assertEqual([one.answer for one in waiting], [None] * 8)
        held.let_go()
        self.assertEqual([one.wait() for one in waiting], ["556 5.3.2"] * 8)
        self.assertEqual(len(host.dialogues), 1)


class Bounds(unittest.TestCase):
    def test_the_deadline_accepts_and_the_bound_leaves_out(self):
        scene = looking(look_deadline="1s", look_concurrency_max=1)
        try:
            held, host = Held(REFUSAL), scene.host()
            slow = scene.host({"greeting": held})
            to = scene.domain("slow.example", slow)
            waiting = Asked(scene, to)
            wait_until(lambda: slow.dialogues, "the look")
            # One look is under way, so this host is taken at its name.
            scene.send(other := scene.domain("other.example", host))
            scene.relay.delivery(other, "sent")
            self.assertEqual(waiting.wait(), "250 2.1.5")
            self.assertNotIn("QUIT", host.commands()[:1], "it was looked at, not delivered to")
            held.let_go()
        finally:
            scene.stop()


class Memory(unittest.TestCase):
    def test_it_survives_a_restart_and_ends_with_mail(self):
        """Kept in the spool; a host that takes mail again is believed at once."""
        scene = looking()
        try:
            script = {"greeting": REFUSAL}
            host, second = scene.host(), scene.host({"greeting": REFUSAL})
            host.script.update(script)
            to = scene.domain("again.example", host)
            both = scene.domain("both.example", host, second)
            self.assertEqual(scene.send(to)[0][1][:5], b"5.3.2")
            self.assertEqual(scene.send(both)[0][1][:5], b"5.3.2")
            for end in (scene.relay.stop, scene.relay.kill):
                end()
                scene.relay.start()
                self.assertEqual(scene.metrics.value("refusing_hosts"), 2)
                code, words = scene.send(to)[0]
                self.assertEqual((code, words[:5]), (556, b"5.3.2"))
            self.assertEqual(len(host.dialogues), 1)
            # It changed its mind: mail for another domain of its gets there, since an unknown host stands beside it.
            host.script.clear()
            dead = scene.name()
            third = scene.domain("third.example", dead, host)
            self.assertEqual(scene.send(third)[0][0], 250)
            self.assertEqual(scene.relay.delivery(third, "sent")["host"], host.mx)
            wait_until(lambda: scene.metrics.value("refusing_hosts") == 1, "the word to be forgotten")
            scene.send(to)
            scene.relay.delivery(to, "sent")
        finally:
            scene.stop()


if __name__ == "__main__":
    unittest.main()
