"""The relay against every odd form of DNS, at RCPT and in the queue (DESIGN section 6; requirements 9 to 14, 21, 41 to 43, 54).

A name server of our own says what real ones say, and changes its mind. Nothing may be dialled for a domain that takes no mail,
nothing may be refused for good because DNS did not answer.
"""
import unittest

from relay_daemon import HOST, wait_until
from relay_scene import Scene, dialled

scene = None


def setUpModule():
    global scene
    scene = Scene({"relay": {"mailless": ["mailless.example"]},
                   "route": {"static.example": "", "named.example": "", "nohost.example": ""}})
    target = scene.name()
    scene.static = scene.listen(target)
    scene.relay.settings["route"] = {"static.example": f"{scene.hosts[target]}:{scene.port}",
                                     "named.example": f"{target}:{scene.port}",
                                     "nohost.example": f"gone.hosts.example:{scene.port}"}
    scene.start()


def tearDownModule():
    scene.stop()


class AtRcpt(unittest.TestCase):
    def assert_refused(self, domain, reply):
        """The recipient is refused with this reply, and the log says so."""
        to = f"bob@{domain}"
        code, words = scene.send(to)[0]
        self.assertEqual(f"{code} {words.decode().split()[0]}", reply, words)
        line = wait_until(lambda: scene.relay.lines("refused", to=to), f"the log of {to}")[-1]
        self.assertEqual((f"{line['code']} {line['status']}", line["command"]), (reply, "RCPT"))
        return words.decode()

    def test_domains_that_go_nowhere(self):
        down = "gone.hosts.example"
        ours = f"ours.hosts.example A {scene.block}.1"
        scene.dns.add(ours)
        cases = [
            ("null.example", ["MX 0 ."], "556 5.1.10"),
            ("null10.example", ["MX 10 ."], "556 5.1.10"),
            ("nulltwice.example", ["MX 0 .", "MX 7 ."], "556 5.1.10"),
            ("nothere.example", [], "550 5.1.2"),
            ("noaddress.example", ["CNAME alsonothere.example"], "550 5.1.2"),
            ("dangling.example", [f"MX 10 {down}", "MX 20 also.hosts.example"], "550 5.4.4"),
            ("dangling2.example", [f"MX 10 {down}", f"A {scene.block}.9"], "550 5.4.4"),
            ("nullanddangling.example", ["MX 0 .", f"MX 10 {down}"], "550 5.4.4"),
            ("ip.example", ["MX 10 192.0.2.1."], "550 5.4.4"),
            ("zero.example", ["MX 10 zero.hosts.example"], "550 5.1.2"),
            ("zeroalone.example", ["A 0.0.0.0"], "550 5.1.2"),
            ("us.example", [f"MX 10 {HOST}"], "550 5.4.6"),
            ("usfirst.example", [f"MX 10 {HOST}", "MX 10 mx.sender.example", "MX 20 mx.sender.example"], "550 5.4.6"),
        ]
        scene.dns.add("zero.hosts.example A 0.0.0.0", f"{HOST} A {scene.block}.1")
        for domain, records, reply in cases:
            with self.subTest(domain):
                scene.dns.add(*(f"{domain} {record}" for record in records))
                self.assertIn(domain, self.assert_refused(domain, reply))
        self.assertFalse(scene.letters.dialogues)

    def test_one_refused_recipient_leaves_the_others(self):
        host = scene.host()
        to = scene.domain("good.example", host)
        scene.dns.add("nulled.example MX 0 .")
        replies = scene.send("x@nulled.example", to)
        self.assertEqual([code for code, _ in replies], [556, 250])
        scene.relay.delivery(to, "sent")
        self.assertEqual(len(host.messages[0].recipients), 1)

    def test_sender_at_a_null_mx(self):
        scene.dns.add("nosender.example MX 0 .")
        with scene.relay.client() as client:
            client.ehlo()
            code, words = client.mail("ann@nosender.example")
            self.assertEqual((code, words[:6]), (550, b"5.7.27"))
            self.assertEqual(client.mail("")[0], 250)  # requirement 14
            self.assertEqual(client.rcpt("bob@nosender.example")[0], 556)
            client.rset()
            # The header From counts only when that is set.
            client.mail("ann@sender.example")
            client.rcpt(scene.domain("headerfrom.example", scene.host()))
            self.assertEqual(client.data(b"From: ann@nosender.example\r\n\r\nx\r\n")[0], 250)

    def test_mailless_host(self):
        self.assertIn("does not accept mail", self.assert_refused("mailless.example", "556 5.3.2"))
        self.assertFalse([name for name, _ in scene.dns.asked if name == "mailless.example"])


class OddButUsable(unittest.TestCase):
    def assert_sent(self, to, *hosts):
        """Delivered over these hosts, in this order of dialling, to the last of them."""
        self.assertEqual(scene.send(to)[0][0], 250)
        line = scene.relay.delivery(to, "sent")
        self.assertEqual(dialled(*hosts), [host.mx for host in hosts])
        self.assertEqual(len(hosts[-1].messages), 1)
        return line

    def test_null_mx_beside_another(self):
        host = scene.host()
        scene.dns.add("halfnull.example MX 0 .")
        self.assert_sent(scene.domain("halfnull.example", host), host)

    def test_exchange_that_is_an_alias(self):
        host = scene.host()
        scene.dns.add(f"alias.hosts.example CNAME {host.mx}", "alias.example MX 10 alias.hosts.example")
        self.assert_sent("bob@alias.example", host)

    def test_domain_that_is_an_alias(self):
        host = scene.host()
        scene.domain("real.example", host)
        scene.dns.add("nickname.example CNAME real.example")
        self.assert_sent("bob@nickname.example", host)

    def test_implicit_mx(self):
        host = scene.host()
        scene.dns.add(f"implicit.example A {scene.hosts[host.mx]}")
        host.mx = "implicit.example"
        self.assertEqual(self.assert_sent("bob@implicit.example", host)["host"], "implicit.example")

    def test_dangling_and_address_beside_a_good_one(self):
        host = scene.host()
        scene.dns.add("odd.example MX 5 gone2.hosts.example", "odd.example MX 6 192.0.2.1", "odd.example MX 7 zero.hosts.example")
        self.assert_sent(scene.domain("odd.example", host), host)

    def test_ourselves_and_everything_after_is_left_out(self):
        better, worse = scene.name(), scene.host()
        to = scene.domain("backup.example", better, HOST, worse)
        scene.dns.add(f"{HOST} A {scene.block}.1")
        scene.send(to)
        scene.relay.delivery(to, "deferred")
        self.assertFalse(worse.dialogues, "an MX behind ourselves was dialled")
        scene.listen(better)
        scene.relay.delivery(to, "sent")

    def test_two_addresses_of_one_host(self):
        host, name = scene.host(), "twoaddresses.hosts.example"
        scene.dns.add(f"{name} A {scene.hosts[scene.name()]}", f"{name} A {scene.hosts[host.mx]}")
        scene.send(to := scene.domain("twoaddresses.example", name))
        scene.relay.delivery(to, "sent")
        self.assertEqual(len(host.messages), 1)

    def test_address_literal_and_static_routes(self):
        host = scene.host()
        literal = f"bob@[{scene.hosts[host.mx]}]"
        scene.send(literal)
        scene.relay.delivery(literal, "sent")
        self.assertEqual(len(host.messages), 1)
        for domain in ("static.example", "named.example"):
            scene.send(f"bob@{domain}")
            scene.relay.delivery(f"bob@{domain}", "sent")
        self.assertEqual(len(scene.static.messages), 2)
        self.assertFalse([name for name, _ in scene.dns.asked if name in ("static.example", "named.example")])


class InTheQueue(unittest.TestCase):
    def test_a_static_route_to_a_host_without_an_address(self):
        """The administrator can correct that, so the mail waits, and the log names the host of the route."""
        self.assertEqual(scene.send("bob@nohost.example")[0][0], 250)
        line = scene.relay.delivery("bob@nohost.example", "deferred")
        self.assertEqual((line["status"], line["words"]),
                         ("4.4.3", "the host of the static route, gone.hosts.example, has no address in DNS"))

    def test_dns_trouble_is_queued_and_ends(self):
        host = scene.host()
        cases = [("servfail.example", "servfail", "servfail.example"), ("mxfails.example", "servfail", host.mx),
                 ("lame.example", "refused", "lame.example")]
        addresses = [scene.domain(domain, host) for domain, _, _ in cases]
        scene.dns.trouble.update({name: trouble for _, trouble, name in cases})
        for to in addresses:
            with self.subTest(to):
                self.assertEqual(scene.send(to)[0][0], 250)
                line = scene.relay.delivery(to, "deferred")
                self.assertEqual(line["status"], "4.4.3")
                self.assertNotIn("said:", line["words"])
        scene.dns.trouble.clear()
        for to in addresses:
            scene.relay.delivery(to, "sent")  # a failure is believed for half a minute

    def test_null_mx_learned_in_the_queue(self):
        host = scene.host({"greeting": "421 later"})
        to = scene.domain("becomesnull.example", host)
        scene.send(to)
        scene.relay.delivery(to, "deferred")
        scene.dns.replace("becomesnull.example", "becomesnull.example MX 0 .")
        line, report = scene.failure(to)
        self.assertEqual((line["status"], line.get("host")), ("5.1.10", None))
        self.assertEqual(report.only()["Status"], "5.1.10")
        self.assertNotIn("Remote-MTA", report.only())
        self.assertIn("null MX", report.flat)
        self.assertIn("421 later", report.flat)  # every attempt is told, the earlier ones too

    def test_domain_gone_in_the_queue(self):
        host = scene.host({"RCPT": "450 4.2.0 later"})
        to = scene.domain("vanishes.example", host)
        scene.send(to)
        scene.relay.delivery(to, "deferred")
        del scene.dns.records["vanishes.example"]
        line, report = scene.failure(to)
        self.assertEqual((line["status"], report.only()["Status"]), ("5.1.2", "5.1.2"))
        self.assertNotIn("Diagnostic-Code", report.only())
        # An NXDOMAIN nobody validated is asked once more before it is believed.
        self.assertTrue(scene.relay.lines("delivery", to=to, status="4.1.2"))


class OtherSettings(unittest.TestCase):
    def setUp(self):
        self.scene = Scene({"relay": {"networks": [], "domains": ["ours.example"], "mailless": ["m.example"],
                                      "mailless_reply": "521"},
                            "verdict": {"dns_trouble": "defer"},
                            "delivery": {"loopback": "refuse", "greeting_5xx": "defer"}}).start()

    def tearDown(self):
        self.scene.stop()

    def test_closed_and_strict(self):
        self.scene.dns.add("ours.example MX 10 mx.sender.example", "theirs.example MX 10 mx.sender.example")
        self.assertEqual(self.scene.send("bob@theirs.example")[0][1][:5], b"5.7.1")
        self.assertEqual(self.scene.send("bob@m.example")[0][0], 521)
        # Every address of it is loopback, which this relay may not dial.
        code, words = self.scene.send("bob@ours.example")[0]
        self.assertEqual((code, words[:5]), (550, b"5.1.2"))
        self.assertFalse(self.scene.letters.dialogues)


class AddressesOfNoHost(unittest.TestCase):
    """Where no mail host can be, nothing is dialled, whatever a domain's MX says (RFC 6890)."""

    def answers(self, settings, addresses):
        """To RCPT; no message is sent."""
        scene = Scene({"delivery": settings}).start()
        try:
            with scene.relay.client() as client:
                client.ehlo()
                client.mail("ann@sender.example")
                answers = []
                for i, address in enumerate(addresses):
                    kind = "AAAA" if ":" in address else "A"
                    scene.dns.add(f"d{i}.example MX 10 mx.d{i}.example", f"mx.d{i}.example {kind} {address}")
                    answers.append(client.rcpt(f"bob@d{i}.example"))
            return [(code, words[:5]) for code, words in answers]
        finally:
            scene.stop()

    def test_never_dialled(self):
        addresses = ["169.254.169.254", "fd00:ec2::254", "224.0.0.1", "ff02::1", "0.0.0.0", "255.255.255.255", "fe80::1",
                     "64:ff9b::7f00:1", "2002:7f00:1::1", "::ffff:169.254.169.254", "::7f00:1"]
        self.assertEqual(self.answers({"loopback": "allow"}, addresses), [(550, b"5.1.2")] * len(addresses))

    def test_private_ones_by_configuration(self):
        addresses = ["10.255.255.1", "fd00::1"]
        self.assertEqual(self.answers({"private": "refuse"}, addresses), [(550, b"5.1.2")] * 2)
        self.assertEqual([code for code, _ in self.answers({}, addresses)], [250, 250])


class Strict(unittest.TestCase):
    def test_dns_trouble_refused_for_now_and_greeting_deferred(self):
        strict = Scene({"verdict": {"dns_trouble": "defer"}, "delivery": {"greeting_5xx": "defer"}}).start()
        try:
            strict.dns.trouble["trouble.example"] = "servfail"
            code, words = strict.send("bob@trouble.example")[0]
            self.assertEqual((code, words[:5]), (451, b"4.4.3"))
            host = strict.host({"greeting": "554 not you"})
            strict.send(to := strict.domain("notyou.example", host))
            line = strict.relay.delivery(to, "deferred")
            self.assertEqual((line["status"], "554 not you" in line["words"]), ("4.3.2", True))
        finally:
            strict.stop()


if __name__ == "__main__":
    unittest.main()
