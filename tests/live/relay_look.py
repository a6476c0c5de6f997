"""The look at a greeting before RCPT is answered, and the memory of hosts that said 521 (`[verdict]`; DESIGN section 6,
requirements 5, 8, 20; RFC 7504 section 3).

A host whose greeting is held shows who waits for it and who does not.
"""
import sqlite3
import threading
import unittest
from contextlib import closing

from relay_daemon import must, wait_until
from relay_metrics import scene_of
from smtp_host import SILENT, Close

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
    return scene_of({"verdict": {"probe_greeting": True, "probe_deadline": "30s", **verdict}}).start()


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
        self.assertEqual(self.answer(to), "550 5.3.2", "it was asked just now (ADR 15)")
        wait_until(lambda: host.commands(), "the goodbye")
        self.assertEqual(host.commands(), ["QUIT"])
        self.assertEqual(self.answer(to), "556 5.3.2", "from memory")
        self.assertEqual(len(host.dialogues), 1, "what is known is not looked at again")
        told = wait_until(lambda: self.scene.relay.lines("host-refuses", host=host.mx), "the log")
        self.assertEqual([(line["address"], line["words"]) for line in told], [(host.name, REFUSAL)])
        self.assertEqual(told[0]["way_out"], f"turnaway queue forget {host.name}:{told[0]['port']}")

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
        self.assertEqual(self.answer(self.scene.domain("allrefuse.example", *hosts)), "550 5.3.2")
        self.assertEqual([len(host.dialogues) for host in hosts], [1, 1, 1])

    def test_what_proves_nothing(self):
        nobody = self.scene.name()
        cases = {"554": {"greeting": "554 not you"}, "421": {"greeting": Close("421 not now")}, "noise": {"greeting": "hello"},
                 "closed": {"greeting": Close("")}, "differs": {"greeting": "521-no\n554 mail"}, "takes": {},
                 "now": {"greeting": "521 5.3.2 Service currently unavailable"}, "teased": {"greeting": "220-mx\n521 5.5.1 Protocol error"},
                 "listed": {"greeting": "521 5.7.1 Service unavailable; client [127.0.0.1] blocked using bl.example"}}
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
        self.assertEqual([one.wait() for one in waiting], ["550 5.3.2"] * 8)
        self.assertEqual(len(host.dialogues), 1)


class Bounds(unittest.TestCase):
    def test_the_deadline_accepts_and_the_bound_leaves_out(self):
        scene = looking(probe_deadline="1s", probe_concurrency_max=1)
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

    def test_a_host_that_begins_to_take_mail_is_asked_in_the_background(self):
        """No mail has to come for that: the first one after the change is accepted."""
        scene = scene_of({"verdict": {"ask_again": "1s"}}).start()
        try:
            takes, looks = scene.host({"greeting": REFUSAL}), scene.host({"greeting": REFUSAL})
            scripts = [({}, takes), ({"RCPT": "550 5.7.1 who are you"}, looks)]
            to = [scene.domain(f"begins{i}.example", host) for i, (_, host) in enumerate(scripts)]
            for each in to:
                scene.send(each)
                scene.relay.delivery(each, "bounced")
                self.assertEqual(scene.send(each)[0][0], 556)
            for script, host in scripts:
                host.script.update(script)
                host.script.pop("greeting")
            told = wait_until(lambda: len(found := scene.relay.lines("host-forgotten")) == 2 and found, "both hosts to be asked")
            self.assertEqual({line["address"] for line in told}, {takes.name, looks.name})
            self.assertIn("RCPT TO:<postmaster>", takes.commands())
            self.assertNotIn("DATA", takes.commands())
            self.assertEqual([scene.send(each)[0][0] for each in to], [250, 250])
            scene.relay.delivery(to[0], "sent")
        finally:
            scene.stop()

    def test_trouble_when_asked_again_is_not_evidence(self):
        scene = scene_of({"verdict": {"ask_again": "1s"}}).start()
        try:
            cases = {"closes": {"greeting": Close("")}, "421": {"greeting": Close("421 4.3.2 later")}, "silent": {"greeting": SILENT},
                     "450": {"RCPT": "450 4.2.0 later"}, "451": {"MAIL": "451 4.3.0 later"}, "noise": {"greeting": "hello"},
                     "554": {"greeting": "554 not you"}, "listed": {"greeting": "521 5.7.1 client [127.0.0.1] blocked using bl.example"}}
            hosts = {name: scene.host({"greeting": REFUSAL}) for name in [*cases, "gone"]}
            to = {name: scene.domain(f"{name}.trouble.example", host) for name, host in hosts.items()}
            for each in to.values():
                scene.send(each)
            for each in to.values():
                scene.relay.delivery(each, "bounced")
            for name, script in cases.items():
                hosts[name].script.update({"greeting": f"220 {hosts[name].name}", **script})
            hosts["gone"].close()
            asked = {name: len(hosts[name].dialogues) for name in cases}
            wait_until(lambda: all(len(hosts[name].dialogues) > before for name, before in asked.items()), "all to be asked")
            # The last step of the last question is over when the next host has been asked and believed.
            healthy = scene.host({"greeting": REFUSAL})
            scene.send(last := scene.domain("last.example", healthy))
            scene.relay.delivery(last, "bounced")
            healthy.script.clear()
            wait_until(lambda: scene.relay.lines("host-forgotten"), "the last host to be believed")
            self.assertEqual({name: scene.send(each)[0][0] for name, each in to.items()}, dict.fromkeys(to, 556))
            self.assertEqual(len(scene.relay.lines("host-forgotten")), 1)
        finally:
            scene.stop()

    def test_a_host_is_known_by_its_port_too(self):
        """A row of an earlier version, without a port, counts for the port of the configuration. `queue forget` takes both forms."""
        scene = scene_of().start()
        try:
            host = scene.host({"greeting": REFUSAL})
            to = scene.domain("ported.example", host)
            scene.send(to)
            scene.relay.delivery(to, "bounced")
            database = f"{scene.relay.settings['spool']['path']}/spool.db"
            place = f"{host.name}:{scene.port}"
            self.assertEqual(scene.send(to)[0][0], 556)
            scene.relay.stop()
            with closing(sqlite3.connect(database)) as spool:
                self.assertEqual(spool.execute("SELECT address FROM refusing_host").fetchall(), [(place,)])
                spool.execute("UPDATE refusing_host SET address = ?", (host.name,))
                spool.commit()
            for _ in range(2):
                scene.relay.start()
                self.assertEqual(scene.send(to)[0][0], 556)
                scene.relay.stop()
            with closing(sqlite3.connect(database)) as spool:
                self.assertEqual(spool.execute("SELECT address FROM refusing_host").fetchall(), [(place,)])
        finally:
            scene.stop()

    def test_what_is_remembered_of_a_521_behind_the_greeting(self):
        scene = scene_of().start()
        try:
            cases = [("RCPT", "521 5.3.2 {mx} Host does not accept mail", 556), ("RCPT", "521 5.3.2 {name} Host does not accept mail", 556), ("MAIL", "521 5.3.2 This server takes no mail", 556),
                     ("EHLO", "521 {mx} Host does not accept mail", 556), ("EHLO", "521 5.7.1 your HELO name is not allowed", 250),
                     ("RCPT", "521 5.3.2 no", 250), ("RCPT", "521 5.3.2 other.example does not accept mail", 250),
                     ("RCPT", "521 5.3.2 server: other.example does not accept mail", 250), ("RCPT", "521 5.1.1 No such user", 250),
                     ("RCPT", "521 5.3.0 Upstream error", 250), ("DATA", "521 Host does not accept mail", 250),
                     (".", "521 5.3.0 Upstream error", 250)]
            for i, (step, words, later) in enumerate(cases):
                with self.subTest(step=step, words=words):
                    host = scene.host()
                    host.script[step] = words.format(mx=host.mx, name="web7.example")
                    host.script["greeting"] = "220 web7.example ESMTP"
                    to = scene.domain(f"behind{i}.example", host)
                    self.assertEqual(scene.send(to)[0][0], 250)
                    scene.relay.delivery(to, "bounced")
                    self.assertEqual(scene.send(to)[0][0], later)
        finally:
            scene.stop()

    def test_a_220_and_a_521_to_rcpt_take_nothing_back(self):
        scene = scene_of().start()
        try:
            host, healthy = scene.host({"greeting": REFUSAL}), scene.host({"RCPT": "450 4.2.0 later"})
            to = scene.domain("first.example", host)
            scene.send(to)
            scene.relay.delivery(to, "bounced")
            # It greets with 220 now and says 521 at RCPT without a reason; it is asked since the other host defers.
            host.script.clear()
            host.script["RCPT"] = "521 5.3.2"
            other = scene.domain("other.example", host, healthy)
            scene.send(other)
            scene.relay.delivery(other, "bounced")
            self.assertEqual(scene.send(to)[0][0], 556)
        finally:
            scene.stop()


if __name__ == "__main__":
    unittest.main()
