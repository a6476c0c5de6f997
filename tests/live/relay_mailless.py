"""What the relay does for hosts and senders that take no mail, and from whom its reports come.

Promises: names and suffixes in `[relay] mailless`; the other MX of such a name are looked at by --check-config and the doctor; a
sender at a null MX is refused from outsiders only, unless the setting says otherwise, and an author at one when that is set; a report
to a null MX ends at once; `[report] from` is in the reports.
"""
import json
import smtplib
import subprocess
import unittest

from relay_daemon import BIN, HOST, PROGRAM, must, wait_until
from relay_scene import SENDER, Scene

LIMIT_S = 60


class Mailless(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene({"relay": {"networks": ["127.0.0.1/32"], "domains": ["ours.example"], "postmaster": SENDER,
                                     "mailless": ["www.example", "plain.example", ".servers.example"]},
                           "verdict": {"null_mx_sender": "outsiders", "null_mx_header_from": True}, "report": {"from": "ops@sender.example"}})
        scene = cls.scene
        cls.taking, cls.refusing = scene.host(), scene.host({"greeting": "521 mx.example Host does not accept mail"})
        scene.dns.add(f"{HOST} A {scene.block}.1", "null.example MX 0 .")
        scene.domain("www.example", HOST, cls.taking, cls.refusing)
        scene.domain("plain.example", HOST, cls.refusing)
        scene.start()

    @classmethod
    def tearDownClass(cls):
        cls.scene.stop()

    def client(self, outside=False):
        relay = self.scene.relay
        source = (f"{self.scene.block}.40", 0) if outside else None
        client = smtplib.SMTP(relay.address, relay.port, local_hostname="client.example", timeout=LIMIT_S, source_address=source)
        self.addCleanup(client.close)
        client.ehlo()
        return client

    def test_names_and_suffixes_are_refused(self):
        client = self.client()
        must(client.mail(SENDER))
        for name in ("www.example", "plain.example", "a.servers.example", "b.a.Servers.example"):
            code, words = client.rcpt(f"bob@{name}")
            self.assertEqual((code, words[:6]), (556, b"5.3.2 "), name)
        for name in ("servers.example", "a.www.example"):
            self.assertNotIn(client.rcpt(f"bob@{name}")[0], (556, 521), name)

    def test_the_other_mx_are_looked_at(self):
        config = str(self.scene.relay.folder / "relay.conf")
        checked = subprocess.run([PROGRAM, "--config", config, "--check-config"], capture_output=True, text=True, timeout=LIMIT_S,
                                 check=False)
        self.assertEqual(checked.returncode, 0, checked)
        told = [line for line in checked.stderr.splitlines() if "mailless" in line]
        self.assertEqual(len(told), 1, checked.stderr)
        self.assertIn(f"www.example, but its MX {self.taking.mx} accepts mail", told[0])
        doctor = subprocess.run([BIN / "turnaway", "doctor", "--config", config, "--json", "--port25-target", f"{self.scene.block}.9:1"],
                                capture_output=True, text=True, timeout=LIMIT_S, check=False)
        found = [json.loads(line) for line in doctor.stdout.splitlines()]
        self.assertEqual([each["health"] for each in found if "mailless" in each["words"]], ["warning"], found)

    def test_a_sender_at_a_null_mx(self):
        self.assertEqual(self.client().mail("ann@null.example")[0], 250)
        code, words = self.client(outside=True).mail("ann@null.example")
        self.assertEqual((code, words[:6]), (550, b"5.7.27"))

    def test_an_author_at_a_null_mx(self):
        to = self.scene.domain("ours.example", host := self.scene.host())

        def answer(header, sender=SENDER, outside=True, body="\r\n\r\nFrom: carol@sender.example\r\n", chunked=False):
            client = self.client(outside)
            must(client.mail(sender))
            must(client.rcpt(to))
            content = header + body
            if not chunked:
                return client.data(content)
            half = len(content) // 2
            client.send(f"BDAT {half}\r\n{content[:half]}BDAT {len(content) - half} LAST\r\n{content[half:]}")
            must(client.getreply())
            return client.getreply()

        refused = ["From: ann@null.example", 'Subject: x\r\nfrom: "Ann, B." <ann@Null.example>',
                   "From: ann@null.example, bob@null.example"]
        for header in refused:
            code, words = answer(header)
            self.assertEqual((code, words[:6]), (550, b"5.7.27"), header)
        self.assertEqual(answer(refused[0], body="\r\n")[0], 550, "a header alone")
        self.assertEqual(answer(refused[0], chunked=True)[0], 550, "BDAT")
        long = "".join(f"X-{i}: {'x' * 900}\r\n" for i in range(60))
        self.assertEqual(answer(long + refused[0])[0], 550, "a long header")
        line = wait_until(lambda: self.scene.relay.lines("refused", command="END-OF-MESSAGE"), "the log")[0]
        self.assertEqual((line["code"], line["status"], line["from"]), (550, "5.7.27", SENDER))
        for header in ("From: ann@sender.example", "From: ann@null.example, bob@sender.example", "Subject: none",
                       "From: ann@null.example\r\nFrom: ann@sender.example"):
            self.assertEqual(answer(header)[0], 250, header)
        self.assertEqual(answer(long * 2 + refused[0])[0], 250, "a header beyond the bound")
        self.assertEqual(answer(" " + refused[0])[0], 250, "it begins with the body")
        self.assertEqual(answer(refused[0], sender="")[0], 250, "a report")
        self.assertEqual(answer(refused[0], outside=False)[0], 250, "one of ours")
        wait_until(lambda: len(host.messages) == 8, "what was taken")

    def test_a_report_to_a_null_mx_is_dropped_at_once(self):
        author = "ann@null.example"
        to = self.scene.domain("bouncing.example", host := self.scene.host({"RCPT": "550 5.1.1 no"}))
        self.scene.send(to, sender=author)
        self.assertEqual(self.scene.relay.delivery(to, "bounced")["status"], "5.1.1")
        self.assertEqual(self.scene.relay.delivery(author, "bounced")["status"], "5.1.10")
        # A later failure is reported by now; of the report nobody hears, and it is not tried again.
        marker = self.scene.domain("bouncingtoo.example", host)
        self.scene.send(marker)
        self.scene.report(marker)
        self.assertEqual(len(self.scene.relay.lines("delivery", to=author)), 1)
        self.assertNotIn(author.encode(), b"".join(letter.content for letter in self.scene.letters.messages))

    def test_reports_come_from_a_person(self):
        to = self.scene.domain("bounces.example", self.scene.host({"RCPT": "550 5.1.1 no"}))
        self.scene.send(to)
        self.assertIn("<ops@sender.example>", self.scene.report(to).parsed["From"])


if __name__ == "__main__":
    unittest.main()
