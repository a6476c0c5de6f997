"""The relay against hosts that refuse in every way there is: DESIGN section 6 as it is seen from outside.

Asserts who was dialled and in which order, the log line, and the report as Python's parser reads it. A code whose class is not
that of the reply counts for nothing (RFC 2034 section 4). Requirements 5, 6, 20, 31, 35, 40 to 42, 47 and 50.
"""
import unittest

from relay_daemon import wait_until
from relay_scene import Scene, dialled
from smtp_host import ENDLESS, SILENT, Close, Slow

scene = None


def setUpModule():
    global scene
    scene = Scene()
    scene.relay.settings["route"] = {"loop.example": f"{scene.relay.address}:{scene.relay.port}"}
    scene.start()


def tearDownModule():
    scene.stop()


def refusal(host_name):
    return f"521 {host_name} Host does not accept mail"


class Dispositions(unittest.TestCase):
    def assert_failed(self, to, status, host=None, words=None):
        """It bounced with this status; by that host's words, by its offer without them, or with nobody having spoken."""
        line, report = scene.failure(to)
        self.assertEqual(line["status"], status)
        self.assertEqual(report.only()["Action"], "failed")
        self.assertEqual(report.only()["Status"], status)
        self.assertEqual(report.only()["Final-Recipient"], f"rfc822; {to}")
        self.assertEqual(report.only().get("Remote-MTA"), f"dns; {host.mx}" if host else None)
        self.assertEqual(report.only().get("Diagnostic-Code"), f"smtp; {words}" if words else None)
        if host:
            self.assertEqual(line["host"], host.mx)
        if words:
            self.assertIn(words, line["words"])
            self.assertIn(words, report.flat)
        return report

    def assert_passed_on(self, to, first, second):
        """The first host failed, the second took it; nobody is told anything."""
        self.assertEqual(scene.relay.delivery(to, "sent")["host"], second.mx)
        self.assertEqual(len(second.messages), 1)
        self.assertEqual(dialled(first, second), [first.mx, second.mx])

    def test_healthy(self):
        best, other = scene.host(), scene.host()
        to = scene.domain("healthy.example", best, other)
        content = b"Subject: dots\r\n\r\n.\r\n..two\r\nend\r\n"
        scene.send(to, content=content)
        line = scene.relay.delivery(to, "sent")
        self.assertEqual((line["status"], line["host"]), ("2.0.0", best.mx))
        self.assertEqual(dialled(best, other), [best.mx])
        # Requirement 48: one Received field in front, nothing else touched.
        head, _, rest = best.messages[0].content.partition(b"Subject:")
        self.assertEqual(b"Subject:" + rest, content)
        self.assertTrue(head.startswith(b"Received: from client.example"), head)
        self.assertEqual(head.count(b"Received:"), 1)

    def test_equal_hosts_take_turns_by_chance(self):
        one, two = scene.host(), scene.host()
        for i in range(24):
            name = f"equal{i}.example"
            scene.dns.add(f"{name} MX 10 {one.mx}", f"{name} MX 10 {two.mx}")
            scene.send(f"bob@{name}")
            scene.relay.delivery(f"bob@{name}", "sent")
        self.assertTrue(one.messages and two.messages, "one of two equal hosts got everything")

    def test_521_greeting(self):
        for kind, wrap in (("closes", Close), ("stays", str)):
            with self.subTest(kind):
                host = scene.host()
                host.script["greeting"] = wrap(refusal(host.mx))
                to = scene.domain(f"{kind}521.example", host)
                scene.send(to)
                self.assert_failed(to, "5.3.2", host, refusal(host.mx))
                self.assertEqual(len(host.dialogues), 1)
                self.assertNotIn("MAIL", "".join(host.commands()))
                # Requirement 5: what was learned is said at RCPT from now on, with its evidence.
                code, words = scene.send(to)[0]
                self.assertEqual((code, words[:5]), (556, b"5.3.2"))
                self.assertIn(host.mx.encode(), words)

    def test_521_to_ehlo(self):
        host, other = scene.host(), scene.host()
        host.script["EHLO"] = refusal(host.mx)
        to = scene.domain("ehlo521.example", host)
        scene.send(to)
        self.assert_failed(to, "5.3.2", host, refusal(host.mx))
        self.assertNotIn("HELO", [line.split()[0] for line in host.commands()])
        host = scene.host()
        host.script["EHLO"] = refusal(host.mx)
        scene.send(to := scene.domain("ehlo521two.example", host, other))
        self.assert_passed_on(to, host, other)

    def test_two_521_bounce_at_once(self):
        hosts = [scene.host(), scene.host()]
        for host in hosts:
            host.script["greeting"] = Close(refusal(host.mx))
        scene.send(to := scene.domain("both521.example", *hosts))
        report = self.assert_failed(to, "5.3.2", hosts[0], refusal(hosts[0].mx))
        self.assertEqual(dialled(*hosts), [hosts[0].mx, hosts[1].mx])
        for host in hosts:  # every attempt is told
            self.assertIn(refusal(host.mx), report.flat)
            self.assertIn(f"[{scene.hosts[host.mx]}]", report.flat)
        self.assertFalse(scene.relay.lines("delivery", to=to, result="deferred"))

    def test_521_beside_a_healthy_host(self):
        for refusing_first in (True, False):
            bad, good = scene.host(), scene.host()
            bad.script["greeting"] = Close(refusal(bad.mx))
            order = (bad, good) if refusing_first else (good, bad)
            scene.send(to := scene.domain(f"mixed{int(refusing_first)}.example", *order))
            self.assertEqual(scene.relay.delivery(to, "sent")["host"], good.mx)
            self.assertEqual(dialled(bad, good), [bad.mx, good.mx] if refusing_first else [good.mx])
            scene.send(to)  # and is not refused at RCPT, as one host may take it
            wait_until(lambda: len(good.messages) == 2, "the second message")
            self.assertLessEqual(len(bad.dialogues), 1)

    def test_521_and_an_unreachable_host(self):
        bad, absent = scene.host(), scene.name()
        bad.script["greeting"] = Close(refusal(bad.mx))
        scene.send(to := scene.domain("halfgone.example", bad, absent))
        self.assertEqual(scene.relay.delivery(to, "deferred")["host"], absent)
        wait_until(lambda: len(scene.relay.lines("delivery", to=to, result="deferred")) >= 3, "three rounds")
        self.assertEqual(len(bad.dialogues), 1, "the host that said 521 was asked again")
        back = scene.listen(absent)
        self.assertEqual(scene.relay.delivery(to, "sent")["host"], absent)
        self.assertEqual((len(back.messages), len(bad.dialogues)), (1, 1))

    def test_554_greeting(self):
        words = "554 no mail from you"
        host = scene.host({"greeting": words})
        scene.send(to := scene.domain("greeting554.example", host))
        self.assert_failed(to, "5.3.2", host, words)
        first, second = scene.host({"greeting": words}), scene.host()
        scene.send(to := scene.domain("greeting554two.example", first, second))
        self.assert_passed_on(to, first, second)
        # It is no word on the host, only on us: it is not remembered.
        self.assertEqual(scene.send("carol@greeting554.example")[0][0], 250)

    def test_refused_for_good_asks_no_other_host(self):
        cases = [("MAIL", "521 5.3.2 Host does not accept mail", "5.3.2"), ("MAIL", "521 no", "5.3.2"),
                 ("RCPT", "521 no", "5.3.2"), ("RCPT", "556 no", "5.1.10"), ("RCPT", "556 5.1.10 null MX", "5.1.10"),
                 ("RCPT", "550 5.1.1 no such user", "5.1.1"), ("RCPT", "550", "5.0.0"), ("MAIL", "550 5.7.1 no", "5.7.1"),
                 ("DATA", "554 5.6.0 no", "5.6.0"), ("DATA", "521 no", "5.3.0"), (".", "554 5.7.1 spam", "5.7.1"), ("RCPT", "550 4.1.1 odd", "5.0.0")]
        for i, (step, words, status) in enumerate(cases):
            with self.subTest(step=step, words=words):
                host, other = scene.host({step: words}), scene.host()
                scene.send(to := scene.domain(f"refused{i}.example", host, other))
                self.assert_failed(to, status, host, words)
                self.assertEqual(dialled(host, other), [host.mx])

    def test_not_now_tries_the_next_host(self):
        steps = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", ".")
        for i, step in enumerate(steps):
            for j, answer in enumerate(("451 4.3.0 later", Close("421 4.3.2 going down"), Close(), SILENT, "what?", ENDLESS)):
                with self.subTest(step=step, answer=str(answer)):
                    first, second = scene.host({step: answer}), scene.host()
                    scene.send(to := scene.domain(f"later{i}-{j}.example", first, second))
                    self.assert_passed_on(to, first, second)

    def test_not_now_and_no_other_host(self):
        # (what stands in the way, log status, words that must be there)
        cases = [({"RCPT": "450 4.2.1 grey"}, "4.2.1", "450 4.2.1 grey"), ({"greeting": "421 busy"}, "4.3.2", "421 busy"),
                 ({"MAIL": "451 later"}, "4.3.0", "451 later"), ({"greeting": SILENT}, "4.4.2", "no answer"),
                 ({"greeting": Close()}, "4.4.2", "closed the connection"), ({"greeting": "hello"}, "4.5.0", "not SMTP"),
                 ({".": Close()}, "4.4.2", "closed the connection"), (None, "4.4.1", "refused")]
        for i, (script, status, words) in enumerate(cases):
            with self.subTest(script=script):
                name = scene.name()
                host = scene.listen(name, script) if script is not None else None
                scene.send(to := scene.domain(f"alone{i}.example", name))
                line = scene.relay.delivery(to, "deferred")
                self.assertEqual((line["status"], line["host"]), (status, name))
                self.assertIn(words.lower(), line["words"].lower())
                self.assertEqual("said:" in line["words"], words[0].isdigit(), line["words"])
                if host:
                    host.script.clear()
                else:
                    host = scene.listen(name)
                scene.relay.delivery(to, "sent")
                self.assertEqual(len(host.messages), 1)

    def test_slow_but_willing(self):
        steps = {"greeting": "220 slow", "EHLO": "250 slow", "MAIL": "250 Ok", "RCPT": "250 Ok", "DATA": "354 Go on", ".": "250 Ok"}
        host = scene.host({step: Slow(words) for step, words in steps.items()})
        scene.send(to := scene.domain("slow.example", host))
        scene.relay.delivery(to, "sent")
        self.assertEqual((len(host.dialogues), len(host.messages)), (1, 1))

    def test_loop(self):
        # One that came by too often is refused after the dot; one that comes to ourselves again and again ends, and is told.
        hops = b"".join(b"Received: from a by b%d\r\n" % i for i in range(100))
        with scene.relay.client() as client:
            client.ehlo()
            client.mail("ann@sender.example")
            client.rcpt(scene.domain("hops.example", scene.host()))
            code, words = client.data(hops + b"Subject: round\r\n\r\nand round\r\n")
        self.assertEqual((code, words[:5]), (554, b"5.4.6"))
        scene.send(to := "bob@loop.example")
        line, report = scene.failure(to)
        self.assertEqual((line["status"], report.only()["Status"]), ("5.4.6", "5.4.6"))
        self.assertEqual(len(scene.relay.lines("delivery", to=to, result="bounced")), 1)

    def test_ehlo_unknown_falls_back_to_helo(self):
        host = scene.host({"EHLO": "502 5.5.1 what"})
        scene.send(to := scene.domain("helo.example", host), mail=["BODY=7BIT"])
        scene.relay.delivery(to, "sent")
        self.assertEqual([line.split()[0] for line in host.commands()][:3], ["EHLO", "HELO", "MAIL"])

    def test_many_recipients_share_a_transaction(self):
        host = scene.host({"RCPT": lambda argument, _: "550 5.1.1 nobody" if "b3@" in argument else "250 Ok"})
        scene.domain("many.example", host)
        people = [f"b{i}@many.example" for i in range(10)]
        scene.send(*people)
        self.assert_failed("b3@many.example", "5.1.1", host, "550 5.1.1 nobody")
        for one in people:
            if one != "b3@many.example":
                scene.relay.delivery(one, "sent")
        self.assertEqual((len(host.dialogues), len(host.messages), len(host.messages[0].recipients)), (1, 1, 9))

    def test_recipient_limit(self):
        for code in ("452 4.5.3 too many", "452 too many", "552 too many"):
            def at_most_three(_argument, dialogue, code=code):
                return "250 Ok" if len(dialogue.accepted) < 3 else code
            with self.subTest(code):
                host = scene.host({"RCPT": at_most_three})
                name = f"limit{code[:9].replace(' ', '').replace('.', '')}.example"
                scene.domain(name, host)
                people = [f"b{i}@{name}" for i in range(8)]
                scene.send(*people)
                for one in people:
                    scene.relay.delivery(one, "sent")
                self.assertEqual([len(message.recipients) for message in host.messages], [3, 3, 2])
                self.assertFalse([1 for one in people if scene.relay.lines("delivery", to=one, result="deferred")])

    def test_full_mailbox_is_no_limit(self):
        host = scene.host({"RCPT": "552 5.2.2 over quota"})
        scene.send(to := scene.domain("quota.example", host))
        self.assert_failed(to, "5.2.2", host, "552 5.2.2 over quota")

    def test_host_that_cannot_take_it(self):
        eight_bit = b"Subject: x\r\n\r\nGr\xfc\xdfe\r\n"
        cases = [("plain", (), {"content": eight_bit, "mail": ["BODY=8BITMIME"]}, "5.6.3", "8BITMIME"),
                 ("small", ("SIZE 100",), {"content": b"Subject: x\r\n\r\n" + b"x" * 98 + b"\r\n"}, "5.3.4", "bigger"),
                 ("ascii", ("8BITMIME",), {"mail": ["SMTPUTF8"], "sender": "änn@sender.example"}, "5.6.7", "SMTPUTF8")]
        for name, extensions, options, status, words in cases:
            with self.subTest(name):
                first, second = scene.host(extensions=extensions), scene.host()
                scene.send(to := scene.domain(f"{name}.example", first), **options)
                report = self.assert_failed(to, status, first)
                self.assertIn(words, report.flat)
                self.assertFalse(first.messages or [line for line in first.commands() if line.startswith("MAIL")])
                scene.send(to := scene.domain(f"{name}two.example", first, second), **options)
                self.assertEqual(scene.relay.delivery(to, "sent")["host"], second.mx)
                if name == "plain":
                    self.assertTrue(second.messages[0].content.endswith(eight_bit))


if __name__ == "__main__":
    unittest.main()
