"""What the relay tells about itself: every counter and gauge of /metrics, /healthz, the log as JSON and as Postfix writes it.

The figures are exact: each thing happens a known number of times. Nobody reads a log for a while: the relay goes on and counts
what it left out (requirements 50, 55, 56).
"""
import re
import threading
import time
import unittest

from relay_client import connect
from relay_daemon import must, wait_until
from relay_metrics import scene_of

REFUSALS = {"null-mx": "bob@null.example", "host-takes-no-mail": "bob@refusing.example", "mailless": "bob@mailless.example",
            "unroutable": "bob@nowhere.example", "dns-trouble": "bob@trouble.example"}


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = scene_of({"log": {"level": "debug"}, "relay": {"networks": ["127.0.0.1"], "mailless": ["mailless.example"]},
                              "verdict": {"dns_trouble": "defer"}, "lifetime": {"retry_first": "1h", "retry_max": "2h"}})
        scene = cls.scene
        cls.healthy = scene.host()
        scene.domain("good.example", cls.healthy)
        scene.domain("refusing.example", scene.host({"greeting": "521 no mail here"}))
        scene.domain("unknown.example", scene.host({"RCPT": "550 5.1.1 no such user"}))
        scene.domain("later.example", scene.host({"RCPT": "450 4.2.0 later"}))
        scene.domain("dead.example", scene.name())
        cls.plain = scene.host(extensions=())
        scene.domain("plain.example", cls.plain)
        scene.dns.add("null.example MX 0 .")
        scene.dns.trouble["trouble.example"] = "servfail"
        scene.start()
        cls.happen()
        cls.values = scene.metrics.values()

    @classmethod
    def tearDownClass(cls):
        cls.scene.stop()

    @classmethod
    def happen(cls):
        scene = cls.scene
        cls.is_up = scene.metrics.page("/healthz")
        scene.send("bob@good.example", "eve@good.example")
        scene.send("bob@unknown.example")
        scene.send("bob@refusing.example")
        scene.send("bob@later.example")
        scene.send("bob@dead.example", "eve@dead.example")
        scene.send("bob@plain.example", rcpt=["NOTIFY=SUCCESS"])
        for to, result in (("eve@good.example", "sent"), ("bob@unknown.example", "bounced"), ("bob@refusing.example", "bounced"),
                           ("bob@later.example", "deferred"), ("eve@dead.example", "deferred"), ("bob@plain.example", "sent")):
            scene.relay.delivery(to, result)
        wait_until(lambda: len(scene.relay.lines("removed")) == 7, "four messages and three reports to be gone")
        with scene.relay.client() as client:
            client.ehlo()
            client.mail("ann@null.example")
            must(client.mail("ann@sender.example"))
            for to in REFUSALS.values():
                client.rcpt(to)
            client.docmd("NONSENSE")
            must(client.rset())
            client.mail("ann@sender.example", ["SIZE=60000000"])
        with connect(scene.relay, f"{scene.block}.40") as stranger:
            stranger.sendall(b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<bob@good.example>\r\nQUIT\r\n")
            while stranger.recv(1000):
                pass
        wait_until(lambda: scene.metrics.value("sessions") == 0, "all to leave")
        wait_until(lambda: scene.metrics.value("active_deliveries") == 0, "deliveries to end")
        wait_until(lambda: len(scene.relay.lines("disconnected")) == scene.metrics.value("connections_total"), "the log")

    def figure(self, name, **labels):
        return self.values[name, frozenset(labels.items())]

    def test_refusals(self):
        for reason in (*REFUSALS, "sender-null-mx", "relaying", "resources", "syntax"):
            self.assertEqual(self.figure("recipients_refused_total", reason=reason), 1, reason)
        told = {line["status"] for line in self.scene.relay.lines("refused")}
        self.assertEqual(told, {"5.7.27", "5.1.10", "5.3.2", "5.1.2", "4.4.3", "5.7.1"})

    def test_deliveries(self):
        for result, kind, number in (("sent", "2", 6), ("bounced", "5", 2), ("deferred", "4", 3)):
            self.assertEqual(self.figure("deliveries_total", result=result, **{"class": kind}), number, result)
        for result, number in (("delivered", 6), ("permanent", 1), ("temporary", 1), ("host-takes-no-mail", 1),
                               ("unreachable", 2)):
            self.assertEqual(self.figure("attempts_total", result=result), number, result)
        for kind, number in (("failure", 2), ("success", 1), ("delay", 0)):
            self.assertEqual(self.figure("reports_total", kind=kind), number, kind)
        hosts = (self.healthy, self.plain, self.scene.letters)
        sent = sum(len(message.content) for host in hosts for message in host.messages)
        self.assertEqual(self.figure("sent_bytes_total"), sent)

    def test_received(self):
        received = [line for line in self.scene.relay.lines("received") if "client" in line]
        self.assertEqual(self.figure("messages_received_total"), len(received))
        self.assertEqual(self.figure("recipients_accepted_total"), 8)
        self.assertEqual(self.figure("received_bytes_total"), sum(line["bytes"] for line in received))
        connected, left = self.scene.relay.lines("connected"), self.scene.relay.lines("disconnected")
        self.assertEqual(self.figure("connections_total"), len(connected))
        self.assertCountEqual([(line["client"], line["client_port"]) for line in connected],
                              [(line["client"], line["client_port"]) for line in left])
        self.assertEqual({line["ended"] for line in left}, {"quit", "lost"})
        self.assertEqual(self.figure("connections_refused_total"), 0)

    def test_gauges(self):
        for name, number in (("queue_messages", 2), ("queue_recipients", 3), ("refusing_hosts", 1), ("sessions", 0),
                             ("active_deliveries", 0), ("log_lines_dropped_total", 0)):
            self.assertEqual(self.figure(name), number, name)
        self.assertLess(abs(self.figure("start_time_seconds") - time.time()), 600)
        self.assertLess(self.figure("queue_oldest_seconds"), 600)
        self.assertGreater(self.figure("spool_free_bytes"), 0)
        version, = [dict(labels)["version"] for name, labels in self.values if name == "build_info"]
        self.assertEqual(version, self.scene.relay.lines("started")[0]["version"])
        # Six messages came, each had one round, so had the three reports, and one host is remembered.
        self.assertEqual(self.figure("spool_commits_total"), 16)
        self.assertLessEqual(self.figure("spool_commit_batches_total"), self.figure("spool_commits_total"))
        for result in ("found", "absent", "trouble"):
            self.assertGreater(self.figure("dns_lookups_total", result=result), 0)

    def test_pages(self):
        self.assertEqual(self.is_up, (200, "text/plain; charset=utf-8", "accepting mail\n"))
        self.assertEqual(self.scene.metrics.page("/metrics")[1], "text/plain; version=0.0.4; charset=utf-8")
        self.assertEqual(self.scene.metrics.page("/metrics", "HEAD")[::2], (200, ""))
        self.assertEqual(self.scene.metrics.page("/")[0], 404)
        listening = {(line["protocol"], line["address"], line["port"]) for line in self.scene.relay.lines("listening")}
        relay, metrics = self.scene.relay, self.scene.metrics
        self.assertEqual(listening, {("smtp", relay.address, relay.port), ("http", metrics.address, metrics.port)})

    def test_a_message_from_its_beginning_to_its_end(self):
        log = list(self.scene.relay.log)
        bounced = self.scene.relay.delivery("bob@unknown.example", "bounced")
        reported, = self.scene.relay.lines("reported", id=bounced["id"])
        self.assertEqual(reported["kind"], "failure")
        events = [line["event"] for line in log if line.get("id") == bounced["id"]]
        self.assertEqual(events, ["received", "delivery", "reported", "removed"])
        events = [line["event"] for line in log if line.get("id") == reported["report"]]
        self.assertEqual(events, ["received", "delivery", "removed"])
        self.assertEqual((bounced["port"], bounced["status"]), (self.scene.port, "5.1.1"))
        parts = [bounced[f"milliseconds_{part}"] for part in ("before", "turn", "connection", "transmission")]
        self.assertEqual(sum(parts), bounced["milliseconds"])
        self.assertLess(sum(parts), 60_000)


class OtherThings(unittest.TestCase):
    def test_delay_and_the_port_of_a_static_route(self):
        scene = scene_of({"lifetime": {"retry_first": "1s", "retry_max": "1s", "delay_notice": "1s"}})
        name = scene.name()
        scene.relay.settings["route"] = {"static.example": f"{scene.hosts[name]}:{scene.port + 1}"}
        scene.start()
        try:
            host = scene.host({"RCPT": "450 4.2.0 later"})
            to = scene.domain("later.example", host)
            scene.send(to)
            wait_until(lambda: scene.relay.lines("reported", kind="delay"), "the notice")
            self.assertEqual(scene.metrics.value("reports_total", kind="delay"), 1)
            scene.send("bob@static.example")
            self.assertEqual(scene.relay.delivery("bob@static.example", "deferred")["port"], scene.port + 1)
            host.script.clear()
            scene.relay.delivery(to, "sent")
        finally:
            scene.stop()

    def test_text_as_postfix_writes_it(self):
        scene = scene_of({"log": {"format": "text", "level": "debug"}})
        scene.dns.add("null.example MX 0 .")
        scene.start()
        lines = scene.relay.noise  # what is no JSON
        host = scene.host()
        to = scene.domain("good.example", host)
        bad = scene.domain("unknown.example", scene.host({"RCPT": "550 5.1.1 no such user \x1b[31m"}))
        scene.send(to, "bob@null.example")
        scene.send(bad)
        wait_until(lambda: sum(": removed" in line for line in lines) == 3, lambda: "".join(lines))
        process = scene.relay.process.pid
        scene.relay.stop()
        text = "".join(re.sub(r"^\S+Z relay\.example ", "", line) for line in lines)
        lines.clear()
        block = re.escape(scene.block)
        for pattern in (
                r"master\[P\]: daemon started -- version \S+, configuration \S+, 0 messages queued",
                rf"master\[P\]: listening on {block}\.1:{scene.relay.port}",
                r"smtpd\[P\]: connect from unknown\[127\.0\.0\.1\]",
                r"smtpd\[P\]: ([0-9A-Za-z]+): client=unknown\[127\.0\.0\.1\]",
                r"qmgr\[P\]: ([0-9A-Za-z]+): from=<ann@sender\.example>, size=\d+, nrcpt=1 \(queue active\)",
                r"qmgr\[P\]: ([0-9A-Za-z]+): from=<>, size=\d+, nrcpt=1 \(queue active\)",
                r"smtpd\[P\]: NOQUEUE: reject: RCPT from unknown\[127\.0\.0\.1\]: 556 5\.1\.10 <?bob@null\.example.*"
                r"; from=<ann@sender\.example> to=<bob@null\.example> proto=ESMTP helo=<client\.example>",
                rf"smtp\[P\]: ([0-9A-Za-z]+): to=<{re.escape(to)}>, relay={re.escape(host.mx)}\[{re.escape(host.name)}\]"
                rf":{scene.port}, delay=[\d.]+, delays=[\d.]+/[\d.]+/[\d.]+/[\d.]+, dsn=2\.0\.0, status=sent \(.*Taken\)",
                r"smtp\[P\]: ([0-9A-Za-z]+): to=<bob@unknown\.example>, .*dsn=5\.1\.1, status=bounced "
                r"\(host .* said: 550 5\.1\.1 no such user \\x1b\[31m\)",
                r"bounce\[P\]: ([0-9A-Za-z]+): sender non-delivery notification: ([0-9A-Za-z]+)",
                r"qmgr\[P\]: ([0-9A-Za-z]+): removed",
                r"smtpd\[P\]: disconnect from unknown\[127\.0\.0\.1\] ended=quit messages=1 commands=\d+",
                r"master\[P\]: daemon stopped -- exit code 0: SIGTERM"):
            whole = "turnaway-relay/" + pattern.replace("P", str(process), 1)
            self.assertRegex(text, re.compile(f"^{whole}$", re.MULTILINE))
        scene.relay.remove()

    def test_a_log_nobody_reads(self):
        """The relay goes on, and says afterwards how much it left out."""
        scene = scene_of({"relay": {"mailless": ["mailless.example"]}})
        gate, read = threading.Event(), scene.relay._read_log
        scene.relay._read_log = lambda stream: (gate.wait(), read(stream))
        scene.start()
        try:
            total = 8000
            with connect(scene.relay) as client:
                client.sendall(b"HELO x\r\nMAIL FROM:<>\r\n")
                stream = client.makefile("rb")
                replies = [stream.readline() for _ in range(3)]
                for _ in range(total // 100):
                    client.sendall((b"RCPT TO:<" + b"x" * 60 + b"@mailless.example>\r\n") * 100)
                    replies += [stream.readline() for _ in range(100)]
            self.assertEqual({reply[:10] for reply in replies[3:]}, {b"556 5.3.2 "})
            dropped = scene.metrics.value("log_lines_dropped_total")
            self.assertGreater(dropped, 0)
            gate.set()
            wait_until(lambda: len(scene.relay.lines("refused")) + dropped >= total, "the lines that were kept")
            words = f"{dropped} log lines were dropped"
            wait_until(lambda: scene.relay.lines("trouble", words=words), "how many were left out")
            self.assertEqual(len(scene.relay.lines("refused")) + dropped, total)
        finally:
            gate.set()
            scene.stop()


if __name__ == "__main__":
    unittest.main()
