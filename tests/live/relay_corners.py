"""Corners of the relay: who may write to postmaster, which users of other hosts exist, routes in local-parts, content that is odd,
what the next host limits, and reports about it.
"""
import unittest

from relay_daemon import must, wait_until
from relay_metrics import scene_of

OUTSIDER = {"networks": []}


def replies(scene, *recipients, sender="ann@sender.example"):
    with scene.relay.client() as client:
        client.ehlo()
        must(client.mail(sender))
        return [client.rcpt(one) for one in recipients]


class Scenes(unittest.TestCase):
    def start(self, settings):
        scene = scene_of(settings)
        self.addCleanup(lambda: scene.stop() if scene.relay.process else scene.relay.remove())
        return scene

    def send(self, scene, to, content, mail="MAIL FROM:<ann@sender.example>"):
        """The reply to the content, which goes out as it is."""
        with scene.relay.client() as client:
            client.ehlo()
            must(client.docmd(mail))
            must(client.rcpt(to))
            self.assertEqual(client.docmd("DATA")[0], 354)
            client.send(content + b".\r\n")
            return client.getreply()


class Postmaster(Scenes):
    def test_anybody_reaches_the_one_that_is_set(self):
        scene = self.start({"relay": {**OUTSIDER, "postmaster": "ops@Office.example"}})
        host = scene.host()
        scene.domain("office.example", host)
        scene.start()
        with scene.relay.client() as client:
            client.ehlo()
            must(client.mail("ann@sender.example"))
            must(client.docmd("RCPT TO:<PostMaster>"))
            must(client.docmd("RCPT TO:postmaster"))
            must(client.docmd("RCPT TO:<postmaster@relay.example>"))
            self.assertEqual(client.rcpt("bob@office.example")[0], 550)  # nobody else
            must(client.data(b"Subject: x\r\n\r\nx\r\n"))
        wait_until(lambda: host.messages, "the message")
        self.assertEqual(host.messages[0].recipients, ["TO:<ops@office.example>"])

    def test_without_one_the_refusal_says_how(self):
        scene = self.start({"relay": OUTSIDER})
        scene.start()
        with scene.relay.client() as client:
            client.ehlo()
            must(client.mail("ann@sender.example"))
            code, words = client.docmd("RCPT TO:<postmaster>")
            self.assertEqual((code, words[:5]), (550, b"5.1.1"))
            self.assertIn(b"[relay] postmaster", words)


class Users(Scenes):
    def test_file(self):
        scene = self.start({"relay": {**OUTSIDER, "domains": ["office.example"]}})
        users = scene.relay.folder / "users"
        users.write_text("bob@office.example\n")
        users.chmod(0o644)
        scene.relay.folder.chmod(0o755)
        scene.relay.settings["relay"]["recipients"] = str(users)
        scene.domain("office.example", scene.host())
        scene.start()
        found = replies(scene, "Bob@office.example", "eve@office.example", "postmaster@office.example", "bob@other.example")
        self.assertEqual([f"{code} {words[:5].decode()}" for code, words in found],
                         ["250 2.1.5", "550 5.1.1", "250 2.1.5", "550 5.7.1"])
        self.assertEqual(scene.metrics.value("recipients_refused_total", reason="unknown-user"), 1)

    def test_the_next_host_is_asked_once(self):
        # One thread, since each keeps its own answers.
        scene = self.start({"": {"threads": 1}, "relay": {**OUTSIDER, "recipients": "verify",
                            "domains": ["office.example", "silent.example", "static.example"]}})
        host = scene.host({"RCPT": lambda argument, _: "550 5.1.1 No such user here" if "eve" in argument else "250 Ok"})
        later = scene.host({"RCPT": "451 4.3.0 later"})
        scene.domain("office.example", host)
        scene.domain("silent.example", later)
        scene.relay.settings["route"] = {"static.example": f"{scene.hosts[host.mx]}:{scene.port}"}
        scene.start()
        for _ in range(2):
            found = replies(scene, "bob@office.example", "eve@office.example", "bob@silent.example", "eve@static.example")
            self.assertEqual([f"{code} {words[:5].decode()}" for code, words in found],
                             ["250 2.1.5", "550 5.1.1", "250 2.1.5", "550 5.1.1"])
            self.assertIn(b"No such user here", found[1][1])
        asked = [line for line in host.commands() if line.startswith("RCPT")]
        self.assertEqual(sorted(asked), ["RCPT TO:<bob@office.example>", "RCPT TO:<eve@office.example>", "RCPT TO:<eve@static.example>"])
        self.assertFalse([line for line in host.commands() if line == "DATA"])
        self.assertFalse(host.messages)
        self.assertIn("MAIL FROM:<>", host.commands())

    def test_a_host_that_takes_no_mail_is_found_out(self):
        scene = self.start({"relay": {**OUTSIDER, "domains": ["greets.example", "names.example"], "recipients": "verify"}})
        scene.domain("greets.example", scene.host({"greeting": "521 no mail here"}))
        scene.domain("names.example", scene.host({"RCPT": "521 5.3.2 This host does not accept mail"}))
        scene.start()
        found = replies(scene, *[f"{user}@{domain}.example" for domain in ("greets", "names") for user in ("bob", "eve")])
        self.assertEqual([f"{code} {words[:5].decode()}" for code, words in found], ["550 5.3.2", "556 5.3.2"] * 2)

    def test_a_dead_host_takes_no_mail_away(self):
        scene = self.start({"relay": {**OUTSIDER, "domains": ["office.example"], "recipients": "verify"},
                            "verdict": {"probe_deadline": "1s"}})
        scene.domain("office.example", scene.name())
        scene.start()
        self.assertEqual(replies(scene, "bob@office.example")[0][0], 250)

    def test_routes_in_the_local_part(self):
        scene = self.start({"relay": {**OUTSIDER, "domains": ["office.example"]}})
        host = scene.host()
        scene.domain("office.example", host)
        scene.domain("other.example", host)
        scene.start()
        routed = ["bob%other.example@office.example", '"bob@other.example"@office.example', "other.example!bob@office.example"]
        found = replies(scene, *routed, "bob@office.example")
        self.assertEqual([f"{code} {words[:5].decode()}" for code, words in found], ["550 5.7.1"] * 3 + ["250 2.1.5"])


class Content(Scenes):
    def test_what_is_taken_and_how_it_goes_on(self):
        scene = self.start({})
        host = scene.host()
        to = scene.domain("good.example", host)
        scene.start()
        cases = [b" not a field\r\nmore\r\n", b"\tnor this\r\n", b"Subject: x\r\n\r\nbody\r\n"]
        for content in cases:
            self.assertEqual(self.send(scene, to, content)[0], 250)
        self.assertEqual(self.send(scene, to, b"Subject: x\r\n\r\na\x00b\r\n")[0], 550)
        wait_until(lambda: len(host.messages) >= 3, "the messages")
        for content in cases:
            lines = [m.content for m in host.messages if m.content.endswith(content)]
            self.assertEqual(len(lines), 1, content)
            header = lines[0].removesuffix(content)
            self.assertTrue(header.startswith(b"Received: "))
            self.assertEqual(header.endswith(b"\r\n\r\n"), content[:1] in b" \t", header)

    def test_nul_may_be_allowed(self):
        scene = self.start({"message": {"nul": "accept"}})
        host = scene.host()
        to = scene.domain("good.example", host)
        scene.start()
        self.assertEqual(self.send(scene, to, b"Subject: x\r\n\r\na\x00b\r\n")[0], 250)
        wait_until(lambda: host.messages, "the message")
        self.assertIn(b"a\x00b", host.messages[0].content)

    def test_strict_paths(self):
        scene = self.start({"listen": {"strict_paths": True}})
        scene.start()
        with scene.relay.client() as client:
            client.ehlo()
            self.assertEqual(client.docmd("MAIL FROM:ann@sender.example")[0], 501)
            must(client.docmd("MAIL FROM:<ann@sender.example>"))
            self.assertEqual(client.docmd("RCPT TO:bob@sender.example")[0], 501)

    def test_ascii_under_smtputf8_goes_anywhere(self):
        scene = self.start({})
        host = scene.host(extensions=("PIPELINING", "8BITMIME"))
        to = scene.domain("good.example", host)
        scene.start()
        self.assertEqual(self.send(scene, to, b"Subject: x\r\n\r\nbody\r\n", "MAIL FROM:<ann@sender.example> SMTPUTF8")[0], 250)
        wait_until(lambda: host.messages, "the message")
        self.assertNotIn("SMTPUTF8", host.messages[0].sender)


class NextHost(Scenes):
    def test_its_limits_are_kept(self):
        scene = self.start({})
        counts = {}

        def count(verb):
            def answer(_, dialogue):
                counts[verb, id(dialogue)] = counts.get((verb, id(dialogue)), 0) + 1
                return "250 Ok"
            return answer
        host = scene.host({"MAIL": count("MAIL"), "RCPT": count("RCPT")},
                          extensions=("PIPELINING", "LIMITS RCPTMAX=2 MAILMAX=3 RCPTDOMAINMAX=1"))
        scene.domain("limits.example", host)
        scene.start()
        to = [f"user{i}@limits.example" for i in range(9)]
        scene.send(*to)
        for one in to:
            scene.relay.delivery(one, "sent")
        self.assertEqual(sorted(len(message.recipients) for message in host.messages), [1, 2, 2, 2, 2])
        self.assertLessEqual(max(number for (verb, _), number in counts.items() if verb == "MAIL"), 3)

    def test_a_reply_of_thousands_of_lines(self):
        scene = self.start({})
        long = "\n".join(f"550-5.1.1 line {i} of very many" for i in range(5000)) + "\n550 5.1.1 the end"
        to = scene.domain("long.example", scene.host({"RCPT": long}))
        scene.start()
        scene.send(to)
        line, report = scene.failure(to)
        self.assertEqual(line["status"], "5.1.1")
        self.assertIn("line 3 of very many", report.only()["Diagnostic-Code"])
        self.assertLess(len(report.only()["Diagnostic-Code"]), 4000)

    def test_whose_offer_was_too_small_is_named(self):
        scene = self.start({})
        host = scene.host(extensions=("SIZE 10",))
        to = scene.domain("small.example", host)
        scene.start()
        scene.send(to)
        line, report = scene.failure(to)
        self.assertEqual(line["status"], "5.3.4")
        self.assertEqual(report.only()["Remote-MTA"], f"dns; {host.mx}")
        self.assertNotIn("Diagnostic-Code", report.only())

    def test_final_recipient_is_as_it_was_written(self):
        scene = self.start({})
        scene.domain("refuses.example", scene.host({"RCPT": "550 5.1.1 no"}))
        scene.start()
        with scene.relay.client() as client:
            client.ehlo()
            must(client.mail("ann@sender.example"))
            must(client.docmd('RCPT TO:<"Bob"@Refuses.EXAMPLE>'))
            must(client.data(b"Subject: x\r\n\r\nx\r\n"))
        report = wait_until(lambda: scene.letters.messages and scene.letters.messages[0], "the report")
        self.assertIn(b'Final-Recipient: rfc822; "Bob"@Refuses.EXAMPLE\r\n', report.content)


if __name__ == "__main__":
    unittest.main()
