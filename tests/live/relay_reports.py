"""What the sender is told: reports of the relay, DSN parameters, the two kinds of TLS, delay and expiry (requirements 44 to 51).

A relay with short lifetimes runs beside the other from the start, because the shortest one is a minute.
"""
import pathlib
import ssl
import unittest

from relay_daemon import wait_until
from relay_report import reports
from relay_scene import SENDER, Scene

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
scene = impatient = None
NO_DSN = ("PIPELINING", "8BITMIME", "SMTPUTF8")
NOBODY = "550 5.1.1 nobody here"


def setUpModule():
    global scene, impatient
    scene = Scene({"delivery": {"tls_required": ["secret.example", "open.example"]}}).start()
    impatient = Scene({"lifetime": {"temporary": "1m", "bounce": "1m", "implicit_unreachable": "1m", "dns": "1m",
                                    "delay_notice": "1s"},
                       "delivery": {"tls_required": ["plain.example"]}}).start()
    impatient.busy = impatient.host({"greeting": "421 4.3.2 busy"})
    impatient.send(impatient.domain("busy.example", impatient.busy), mail=["ENVID=slow+20one"],
                   rcpt=["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;Bob+2B1@busy.example"])
    impatient.send(impatient.domain("quiet.example", impatient.busy), rcpt=["NOTIFY=NEVER"])
    impatient.dns.add(f"absent.example A {impatient.hosts[impatient.name()]}")
    impatient.send("bob@absent.example")
    impatient.dns.trouble["nodns.example"] = "servfail"
    impatient.send("bob@nodns.example")
    impatient.send(impatient.domain("plain.example", impatient.host()))


def tearDownModule():
    impatient.stop()
    scene.stop()


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "test_cert.pem", DATA / "test_key.pem")
    return context


class Wishes(unittest.TestCase):
    CONTENT = b"From: Ann <ann@sender.example>\r\nSubject: Hi\r\nMessage-ID: <1@sender.example>\r\n\r\nThe body\r\n"

    def test_failure_in_full(self):
        host = scene.host({"RCPT": NOBODY})
        to = scene.domain("full.example", host)
        scene.send(to, content=self.CONTENT, mail=["RET=FULL", "ENVID=Letter+207"],
                   rcpt=["NOTIFY=FAILURE", "ORCPT=rfc822;Bob+2BLunch@full.example"])
        report = scene.report(to)
        self.assertEqual(report.about["Original-Envelope-Id"], "Letter 7")
        self.assertEqual(report.only()["Original-Recipient"], "rfc822; Bob+Lunch@full.example")
        self.assertEqual(report.returned_type, "message/rfc822")
        self.assertTrue(report.returned.strip().endswith(b"The body"), report.returned)
        self.assertEqual(report.parsed["In-Reply-To"], "<1@sender.example>")
        # To the reverse-path, in header and envelope (RFC 3464 section 2), from nobody.
        self.assertEqual(report.parsed["To"], f"<{SENDER}>")
        self.assertEqual([words.split()[0] for words in report.message.recipients], [f"TO:<{SENDER}>"])
        self.assertEqual(report.message.sender.split()[0], "FROM:<>")

    def test_header_only(self):
        host = scene.host({"RCPT": NOBODY})
        for name, mail in (("hdrs", ["RET=HDRS"]), ("usual", [])):
            to = scene.domain(f"{name}.example", host)
            scene.send(to, content=self.CONTENT, mail=mail)
            report = scene.report(to)
            self.assertEqual(report.returned_type, "text/rfc822-headers")
            self.assertNotIn(b"The body", report.returned)
            self.assertNotIn("Original-Envelope-Id", report.about)
            self.assertNotIn("Original-Recipient", report.only())

    def test_never_and_delay_only(self):
        host = scene.host({"RCPT": NOBODY})
        for name, notify in (("never", "NEVER"), ("delayonly", "DELAY"), ("success", "SUCCESS")):
            to = scene.domain(f"{name}.example", host)
            scene.send(to, rcpt=[f"NOTIFY={notify}"])
            scene.relay.delivery(to, "bounced")
        self.settle(host)
        for name in ("never", "delayonly", "success"):
            self.assertFalse(reports(scene.letters, f"bob@{name}.example"))

    def settle(self, host):
        """A later failure is reported by now, so an earlier one would have been."""
        marker = scene.domain(f"marker{len(host.dialogues)}.example", host)
        scene.send(marker)
        scene.report(marker)

    def test_null_sender_is_never_told(self):
        host = scene.host({"RCPT": NOBODY})
        to = scene.domain("fromnobody.example", host)
        scene.send(to, sender="")
        scene.relay.delivery(to, "bounced")
        self.settle(host)
        self.assertFalse(reports(scene.letters, to))
        # Kept for the administrator: it is there after a restart.
        scene.relay.stop()
        scene.relay.start()
        started = wait_until(lambda: scene.relay.lines("started")[1:], "the second start")
        self.assertGreaterEqual(started[0]["queued"], 1)

    def test_a_report_that_bounces_is_never_reported(self):
        home, host = scene.host({"RCPT": "550 5.1.1 no longer here"}), scene.host({"RCPT": NOBODY})
        author = scene.domain("leftus.example", home)
        to = scene.domain("unheard.example", host)
        scene.send(to, sender=author)
        self.assertEqual(scene.relay.delivery(author, "bounced")["status"], "5.1.1")
        self.settle(host)
        self.assertEqual([line for line in home.commands() if line.startswith("MAIL")][0][:12], "MAIL FROM:<>")
        self.assertEqual((len(home.dialogues), home.messages), (1, []))
        self.assertFalse(reports(scene.letters, to) + reports(scene.letters, author))

    def test_one_report_for_several_recipients(self):
        host = scene.host({"RCPT": lambda argument, _: f"550 5.1.1 no {argument[4:8]}" if "no" in argument else "250 Ok"})
        scene.domain("several.example", host)
        scene.send("no1@several.example", "yes@several.example", "no2@several.example")
        report = scene.report("no2@several.example")
        self.assertEqual([fields["Final-Recipient"] for fields in report.recipients],
                         ["rfc822; no1@several.example", "rfc822; no2@several.example"])
        self.assertNotIn("yes@", report.flat)


class NextHopDsn(unittest.TestCase):
    def test_parameters_are_passed_on_where_offered(self):
        cases = [("offers", ("PIPELINING", "DSN"), True), ("lacks", ("PIPELINING",), False)]
        for name, extensions, is_passed in cases:
            host = scene.host(extensions=extensions)
            to = scene.domain(f"{name}.example", host)
            scene.send(to, mail=["RET=HDRS", "ENVID=x+2By"], rcpt=["NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;A+3DB@{name}.example"])
            scene.relay.delivery(to, "sent")
            words = host.messages[0].sender + " " + host.messages[0].recipients[0]
            for parameter in ("RET=HDRS", "ENVID=x+2By", "NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;A+3DB@{name}.example"):
                self.assertEqual(parameter in words, is_passed, words)

    def test_relayed_when_the_next_hop_cannot_tell(self):
        able, unable = scene.host(), scene.host(extensions=NO_DSN)
        scene.send(kept := scene.domain("able.example", able), rcpt=["NOTIFY=SUCCESS"])
        scene.send(to := scene.domain("unable.example", unable), rcpt=["NOTIFY=SUCCESS,FAILURE"])
        report = scene.report(to)
        self.assertEqual((report.only()["Action"], report.only()["Status"][0]), ("relayed", "2"))
        self.assertEqual(report.only()["Remote-MTA"], f"dns; {unable.mx}")
        self.assertIn("NOTIFY=SUCCESS", able.messages[0].recipients[0])
        self.assertFalse(reports(scene.letters, kept))


class Internationalised(unittest.TestCase):
    def test_utf8_recipient(self):
        host = scene.host({"RCPT": NOBODY})
        scene.domain("welt.example", host)
        to = "jörg@welt.example"
        scene.send(to, mail=["SMTPUTF8"], rcpt=["ORCPT=utf-8;j\\x{F6}rg@welt.example"])
        report = scene.report(to)
        self.assertEqual(report.only()["Final-Recipient"], f"utf-8; {to}")
        self.assertEqual(report.status_type, "message/global-delivery-status")
        self.assertIn(to, report.flat)

    def test_utf8_sender(self):
        host = scene.host({"RCPT": NOBODY})
        to = scene.domain("welt2.example", host)
        scene.send(to, sender="änn@sender.example", mail=["SMTPUTF8"])
        report = scene.report(to)
        self.assertIn("SMTPUTF8", report.message.sender)
        self.assertIn("änn@sender.example", report.message.recipients[0])
        self.assertIn(report.returned_type, ("message/global-headers", "text/rfc822-headers"))


class Tls(unittest.TestCase):
    def test_opportunistic(self):
        host = scene.host(tls=tls_context())
        scene.send(to := scene.domain("tls.example", host))
        scene.relay.delivery(to, "sent")
        self.assertTrue(host.messages[0].encrypted)

    def test_what_does_not_work_is_done_without(self):
        # STARTTLS is offered and then refused, or the handshake is nonsense.
        for name, tls, script in (("refused", tls_context(), {"STARTTLS": "454 4.7.0 not now"}), ("broken", object(), {})):
            with self.subTest(name):
                host = scene.host(script, extensions=("PIPELINING",), tls=tls)
                if name == "broken":
                    host.tls = BrokenTls()
                scene.send(to := scene.domain(f"{name}tls.example", host))
                scene.relay.delivery(to, "sent")
                self.assertFalse(host.messages[0].encrypted)

    def test_required(self):
        host = scene.host()
        scene.send(to := scene.domain("open.example", host))
        line = scene.relay.delivery(to, "deferred")
        self.assertEqual(line["status"], "4.7.4")
        self.assertIn("STARTTLS", line["words"])
        self.assertFalse([one for one in host.commands() if one.startswith("MAIL")])
        host.tls = BrokenTls()
        host.extensions.append("STARTTLS")
        self.assertTrue(wait_until(lambda: scene.relay.lines("delivery", to=to, status="4.7.5"), "a broken handshake"))
        self.assertFalse([one for one in host.commands() if one.startswith("MAIL")])
        host.tls = tls_context()
        scene.relay.delivery(to, "sent")
        self.assertTrue(host.messages[0].encrypted)


class BrokenTls:
    """Answers the first words of the handshake with something else."""

    @staticmethod
    def wrap_socket(client, server_side):
        client.recv(1)
        client.sendall(b"not TLS at all\r\n" * 4)
        raise ConnectionError(f"by design, {server_side}")


class Patience(unittest.TestCase):
    """Last by name of what it needs: a minute has to pass."""

    def test_delay_notice_then_expiry(self):
        report = impatient.report("bob@busy.example")
        fields = report.only()
        self.assertEqual((fields["Action"], fields["Status"]), ("delayed", "4.3.2"))
        self.assertEqual(fields["Original-Recipient"], "rfc822; Bob+1@busy.example")
        self.assertEqual(report.about["Original-Envelope-Id"], "slow one")
        self.assertIn("Will-Retry-Until", fields)
        self.assertEqual(fields["Diagnostic-Code"], "smtp; 421 4.3.2 busy")
        line = impatient.relay.delivery("bob@busy.example", "bounced", seconds=120)
        both = wait_until(lambda: len(found := reports(impatient.letters, "bob@busy.example")) > 1 and found, "the end")
        self.assertEqual([one.only()["Action"] for one in both], ["delayed", "failed"])  # once each
        self.assertEqual(line["status"], both[1].only()["Status"])
        # What stood in the way stays temporary (RFC 3464 section 2.3.4).
        self.assertEqual(both[1].only()["Status"], "4.3.2")
        self.assertIn("has stopped trying", both[1].text)

    def test_absent_host_is_given_up_too(self):
        line = impatient.relay.delivery("bob@absent.example", "bounced", seconds=120)
        found = wait_until(lambda: len(f := reports(impatient.letters, "bob@absent.example")) > 1 and f, "both reports")
        self.assertEqual([one.only()["Action"] for one in found], ["delayed", "failed"])
        self.assertEqual(line["status"], found[1].only()["Status"])
        self.assertNotIn("Remote-MTA", found[1].only())

    def test_each_cause_is_named_at_the_end(self):
        # (to, status of the notice, status at the end): DNS never answered; encryption was asked for and never offered.
        for to, delayed, failed in (("bob@nodns.example", "4.4.3", "4.4.3"), ("bob@plain.example", "4.7.4", "4.7.4")):
            with self.subTest(to):
                impatient.relay.delivery(to, "bounced", seconds=120)
                found = wait_until(lambda to=to: len(f := reports(impatient.letters, to)) > 1 and f, "both reports")
                self.assertEqual([(one.only()["Action"], one.only()["Status"]) for one in found],
                                 [("delayed", delayed), ("failed", failed)])
                # Whose offer lacks STARTTLS has spoken.
                self.assertEqual("Remote-MTA" in found[1].only(), to == "bob@plain.example")
                self.assertNotIn("Diagnostic-Code", found[1].only())

    def test_who_wants_no_word_gets_none(self):
        impatient.relay.delivery("bob@quiet.example", "bounced", seconds=120)
        impatient.report("bob@absent.example")
        self.assertFalse(reports(impatient.letters, "bob@quiet.example"))


if __name__ == "__main__":
    unittest.main()
