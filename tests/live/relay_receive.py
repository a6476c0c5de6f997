"""What the relay takes and what it refuses at once: closed by default, every verdict of DESIGN section 6 at RCPT, recipients
named twice, eight bits (requirements 10 to 14, 20, 21, 41, 54).
"""
import unittest

from relay_daemon import HOST, must, wait_until
from relay_metrics import scene_of


class Closed(unittest.TestCase):
    def test_closed_by_default(self):
        """Without networks and domains, loopback itself may relay nowhere (requirement 54)."""
        scene = scene_of({"relay": {"networks": []}})
        scene.dns.add("null.example MX 0 .")
        host = scene.host()
        to = scene.domain("good.example", host)
        scene.relay.settings["route"] = {"static.example": f"{scene.hosts[host.mx]}:{scene.port}"}
        scene.start()
        try:
            foreign = [to, "bob@null.example", "bob@nowhere.example", "bob@static.example", f"bob%good.example@{HOST}",
                       f"bob@[{scene.hosts[host.mx]}]", f"bob@[{scene.relay.address}]", '"bob@good.example"@there.example',
                       f"postmaster@{HOST}", "good.example!bob@there.example"]
            for code, words in scene.send(*foreign):
                self.assertEqual((code, words[:5]), (550, b"5.7.1"), words)
            self.assertFalse([name for name, _ in scene.dns.asked if not name.endswith("sender.example")])
            self.assertFalse(host.dialogues)
            self.assertEqual(scene.metrics.value("recipients_refused_total", reason="relaying"), len(foreign))
            self.assertEqual(scene.metrics.value("queue_messages"), 0)
        finally:
            scene.stop()

    def test_a_domain_opens_itself_alone(self):
        scene = scene_of({"relay": {"networks": [], "domains": ["good.example"]}}).start()
        try:
            to = scene.domain("good.example", scene.host())
            replies = scene.send(to, "bob@sub.good.example", "bob@example")
            self.assertEqual([code for code, _ in replies], [250, 550, 550])
            scene.relay.delivery(to, "sent")
        finally:
            scene.stop()


class AtRcpt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = scene_of({"relay": {"mailless": ["mailless.example"]}, "dns": {"deadline": "1s"}}).start()

    @classmethod
    def tearDownClass(cls):
        cls.scene.stop()

    def test_every_verdict(self):
        scene = self.scene
        refusing, healthy = scene.host({"greeting": "521 no mail here"}), scene.host()
        known = scene.domain("known.example", refusing)
        self.assertEqual(scene.send(known)[0][0], 250)  # nobody knew it yet
        scene.relay.delivery(known, "bounced")
        scene.dns.add("null.example MX 0 .", "noaddress.example MX 0 also.noaddress.example", "loop.example MX 0 relay.example")
        scene.dns.trouble["silent.example"] = "silent"
        scene.dns.trouble["servfail.example"] = "servfail"
        cases = [
            ("bob@null.example", "556 5.1.10"),
            (known, "556 5.3.2"),
            ("bob@nowhere.example", "550 5.1.2"),
            ("bob@noaddress.example", "550 5.4.4"),
            ("bob@loop.example", "550 5.4.6"),
            ("bob@mailless.example", "556 5.3.2"),
            ("bob@silent.example", "250 2.1.5"),
            ("bob@servfail.example", "250 2.1.5"),
            (scene.domain("mixed.example", refusing, healthy), "250 2.1.5"),
        ]
        with scene.relay.client() as client:
            client.ehlo()
            for sender in ("ann@sender.example", ""):
                must(client.mail(sender))
                for to, reply in cases:
                    code, words = client.rcpt(to)
                    self.assertEqual(f"{code} {words.decode().split()[0]}", reply, (sender, to, words))
                must(client.rset())
            # The evidence: who said it and when.
            must(client.mail(""))
            self.assertRegex(client.rcpt(known)[1].decode(), rf"{refusing.mx} said 521 .*(ago|now)")
        self.assertEqual(len(refusing.dialogues), 1)

    def test_sender_at_a_null_mx(self):
        scene = self.scene
        scene.dns.add("nosender.example MX 0 .")
        with scene.relay.client() as client:
            client.ehlo()
            code, words = client.mail("ann@nosender.example")
            self.assertEqual((code, words[:6]), (550, b"5.7.27"))
            for sender in ("", "ann@nowhere.example"):  # requirement 14; a sender is judged by nothing else
                must(client.mail(sender))
                must(client.rset())

    def test_settings_say_otherwise(self):
        scene = scene_of({"relay": {"mailless": ["mailless.example"], "mailless_reply": "521"},
                          "verdict": {"dns_trouble": "defer"}, "dns": {"deadline": "1s"}}).start()
        try:
            scene.dns.trouble["silent.example"] = "silent"
            code, words = scene.send("bob@silent.example")[0]
            self.assertEqual((code, words[:5]), (451, b"4.4.3"))
            code, words = scene.send("bob@mailless.example")[0]
            self.assertEqual((code, words[:5]), (521, b"5.3.2"))
        finally:
            scene.stop()

    def test_a_recipient_named_twice_gets_one_copy(self):
        scene = self.scene
        host = scene.host()
        to = scene.domain("twice.example", host)
        with scene.relay.client() as client:
            client.ehlo()
            must(client.mail("ann@sender.example"))
            for notify in ("NOTIFY=NEVER", "NOTIFY=SUCCESS"):
                must(client.rcpt(to.replace("twice", "TWICE") if notify.endswith("NEVER") else to, [notify]))
            must(client.data(b"Subject: once\r\n\r\nonce\r\n"))
        scene.relay.delivery(to, "sent")
        wait_until(lambda: scene.metrics.value("queue_messages") == 0 or scene.relay.lines("delivery"), "the end")
        self.assertEqual([message.recipients for message in host.messages], [[f"TO:<{to}> NOTIFY=SUCCESS"]])

    def test_eight_bits_nobody_announced(self):
        """They are kept as they are (RFC 6152 section 3): sent as 8BITMIME, or returned where that is not offered."""
        scene = self.scene
        content = "Subject: Grüße\r\n\r\nfür Eva\r\n".encode("latin-1")
        able, unable = scene.host(), scene.host(extensions=("PIPELINING",))
        to = [scene.domain("able.example", able), scene.domain("unable.example", unable)]
        scene.send(*to, content=content, mail=["BODY=7BIT"])
        scene.relay.delivery(to[0], "sent")
        self.assertIn("BODY=8BITMIME", able.messages[0].sender)
        self.assertTrue(able.messages[0].content.endswith(content))
        self.assertEqual(scene.relay.delivery(to[1], "bounced")["status"], "5.6.3")
        self.assertFalse(unable.messages)


if __name__ == "__main__":
    unittest.main()
