"""What the relay takes and what it refuses at once: closed by default, every verdict of DESIGN section 6 at RCPT, limits,
slow DNS, recipients named twice, eight bits (requirements 10 to 14, 20, 34, 35, 41, 54, 55).

A relay of one thread where one slow thing must not keep another waiting: what is slow is held until the other is done.
"""
import os
import pathlib
import select
import signal
import time
import unittest

from dns_server import DnsServer
from relay_daemon import HOST, must, wait_until
from relay_metrics import Metrics
from relay_scene import Scene


class HeldDns(DnsServer):
    """Does not answer about the names in `held` until release()."""

    def __init__(self, address):
        self.held, self.waiting = set(), []
        super().__init__(address)

    def _answer(self, question):
        name = question[13:13 + question[12]].decode("latin-1").lower()
        answer = super()._answer(question)
        return None if name in self.held else answer


def scene_of(settings=None):
    """A scene with metrics."""
    scene = Scene(settings)
    scene.metrics = Metrics(scene)
    return scene


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
            ("bob@mailless.example", "556 5.1.10"),
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


class Waiting(unittest.TestCase):
    def setUp(self):
        self.scene = scene_of({"": {"threads": 1}, "dns": {"deadline": "60s"}})
        self.scene.dns = HeldDns(f"{self.scene.block}.54")
        self.scene.dns.add(f"sender.example MX 10 mx.sender.example", f"mx.sender.example A {self.scene.block}.9")
        self.scene.relay.settings["dns"]["forward"] = [f"{self.scene.block}.54@{self.scene.dns.port}"]
        self.scene.start()

    def tearDown(self):
        self.scene.stop()

    def ask(self, to):
        """A client that waits for the answer to RCPT."""
        client = self.scene.relay.socket()
        self.addCleanup(client.close)
        stream = client.makefile("rb")
        client.sendall(b"HELO client.example\r\nMAIL FROM:<>\r\n")
        for _ in range(3):
            stream.readline()
        client.sendall(f"RCPT TO:<{to}>\r\n".encode())
        return client, stream

    def test_one_lookup_for_all_who_ask_meanwhile(self):
        scene = self.scene
        scene.domain("popular.example", scene.host())
        scene.dns.held.add("popular")
        clients = [self.ask(f"user{i}@popular.example") for i in range(10)]
        wait_until(lambda: scene.metrics.value("sessions") == len(clients), "all to be there")
        self.assertFalse(select.select([client for client, _ in clients], [], [], 0)[0])
        scene.dns.held.clear()
        for _, stream in clients:
            self.assertEqual(stream.readline()[:3], b"250")
        # MX, A and AAAA of the one host, once each, whoever asked.
        self.assertEqual(scene.metrics.value("dns_lookups_total", result="found"), 2)
        self.assertEqual(scene.metrics.value("dns_lookups_total", result="absent"), 1)

    def test_a_silent_zone_keeps_nobody_else_waiting(self):
        scene = self.scene
        to = scene.domain("quick.example", scene.host())
        scene.domain("slow.example", scene.host())
        scene.dns.held.add("slow")
        slow = [self.ask(f"user{i}@slow.example") for i in range(5)]
        wait_until(lambda: ("slow.example", 15) in scene.dns.asked, "the question")
        for _ in range(3):
            scene.send(to)
        scene.relay.delivery(to, "sent")
        self.assertFalse(select.select([client for client, _ in slow], [], [], 0)[0])
        scene.dns.held.clear()
        for _, stream in slow:
            self.assertEqual(stream.readline()[:3], b"250")


class Limits(unittest.TestCase):
    def test_connections_in_all_and_of_an_address(self):
        scene = scene_of({"listen": {"connections_max": 3, "connections_per_address_max": 2}})
        scene.start()
        try:
            first, second, third = (f"{scene.block}.{number}" for number in (30, 31, 32))
            wait_until(lambda: scene.metrics.value("sessions") == 0, "the starter to leave")
            inside = [scene.relay.socket(first), scene.relay.socket(first)]
            for client in inside:
                self.assertEqual(client.recv(4), b"220 ")
            for source, words in ((first, f"from your address ({first})"), (third, "now")):
                if source == third:
                    inside.append(scene.relay.socket(second))
                    self.assertEqual(inside[-1].recv(4), b"220 ")
                # What it has written already must not cost it the answer.
                outside = scene.relay.socket(source)
                outside.sendall(b"EHLO client.example\r\n" * 10)
                answer = b""
                while piece := outside.recv(1000):
                    answer += piece
                self.assertEqual(answer.decode(), f"421 {HOST} Too many connections {words}\r\n")
                outside.close()
            self.assertEqual(scene.metrics.value("connections_refused_total"), 2)
            self.assertEqual(len(scene.relay.lines("trouble")), 1, "a flood must not write our log")
            inside.pop(0).close()
            wait_until(lambda: scene.metrics.value("sessions") == 2, "one to leave")
            inside.append(scene.relay.socket(third))
            self.assertEqual(inside[-1].recv(4), b"220 ")
            for client in inside:
                client.close()
        finally:
            scene.stop()

    def test_out_of_descriptors(self):
        """Who waits in the backlog is served later; meanwhile the acceptor does not spin."""
        scene = scene_of({"": {"threads": 1}})
        scene.relay.start(wrapper=("prlimit", "--nofile=64:64"))
        try:
            clients = [scene.relay.socket(f"{scene.block}.{30 + i % 8}") for i in range(80)]
            wait_until(lambda: [line for line in scene.relay.lines("trouble") if "accepted" in line["words"]], "the log")
            before = cpu_seconds(scene.relay.process.pid)
            time.sleep(1)
            self.assertLess(cpu_seconds(scene.relay.process.pid) - before, 0.5)
            last = clients.pop()
            for client in clients:
                client.close()
            self.assertEqual(last.recv(4), b"220 ")
            last.close()
        finally:
            scene.stop()

    def test_recipients_sizes_and_errors(self):
        scene = scene_of({"message": {"recipients_max": 100, "size_max": 65536}}).start()
        try:
            to = [scene.domain("many.example", scene.host()).replace("bob", f"bob{i}") for i in range(102)]
            replies = scene.send(*to)
            self.assertEqual([code for code, _ in replies], [250] * 100 + [452] * 2)
            with scene.relay.client() as client:
                client.ehlo()
                self.assertEqual(client.mail("", ["SIZE=65537"])[0], 552)
                must(client.mail(""))
                must(client.rcpt(to[0]))
                self.assertEqual(client.data(b"x" * 998 + (b"\r\n" + b"y" * 998) * 66)[0], 552)
                errors = [client.docmd("NONSENSE") for _ in range(21)]
                self.assertEqual([code for code, _ in errors], [500] * 20 + [421])
            self.assertEqual(scene.metrics.value("recipients_refused_total", reason="resources"), 4)
            self.assertEqual(scene.metrics.value("recipients_refused_total", reason="syntax"), 21)
        finally:
            scene.stop()


class Stopping(unittest.TestCase):
    def test_an_idle_client_is_told(self):
        """Between commands at once; inside a message once that is over (requirements 31, 33)."""
        scene = scene_of().start()
        try:
            to = scene.domain("late.example", scene.host())
            idle = scene.relay.socket()
            self.addCleanup(idle.close)
            idle.recv(1000)
            with scene.relay.client() as busy:
                busy.ehlo()
                must(busy.mail(""))
                must(busy.rcpt(to))
                busy.putcmd("DATA")
                self.assertEqual(busy.getreply()[0], 354)
                os.kill(scene.relay.process.pid, signal.SIGTERM)
                self.assertRegex(idle.recv(1000), rb"\A421 4\.3\.2 relay\.example Shutting down")
                self.assertEqual(idle.recv(1000), b"")
                busy.send(b"Subject: late\r\n\r\nlate\r\n.\r\n")
                must(busy.getreply())
                self.assertEqual(busy.getreply()[0], 421)
        finally:
            scene.stop()


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    unittest.main()
