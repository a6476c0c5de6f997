"""Nobody keeps the relay from serving the others: slow DNS, too many clients, too few descriptors, too much of anything,
clients that only hold their place, and the end of the relay (requirements 31, 33 to 37, 55).

One thread serves all: what is slow is held until the other is done, so that no clock decides.
"""
import os
import pathlib
import resource
import select
import signal
import threading
import time
import unittest

from relay_client import connect
from relay_daemon import HOST, must, wait_until
from relay_metrics import scene_of


class Waiting(unittest.TestCase):
    def setUp(self):
        self.scene = scene_of({"": {"threads": 1}, "dns": {"deadline": "60s"}}).start()

    def tearDown(self):
        self.scene.stop()

    def ask(self, to):
        """A client that waits for the answer to RCPT."""
        client = connect(self.scene.relay)
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
        scene.dns.trouble["popular.example"] = "silent"
        clients = [self.ask(f"user{i}@popular.example") for i in range(10)]
        wait_until(lambda: scene.metrics.value("sessions") == len(clients), "all to be there")
        self.assertFalse(select.select([client for client, _ in clients], [], [], 0)[0])
        scene.dns.trouble.clear()  # the question is asked again
        for _, stream in clients:
            self.assertEqual(stream.readline()[:3], b"250")
        # MX, A and AAAA of the one host, once each, whoever asked.
        self.assertEqual(scene.metrics.value("dns_lookups_total", result="found"), 2)
        self.assertEqual(scene.metrics.value("dns_lookups_total", result="absent"), 1)

    def test_a_silent_zone_keeps_nobody_else_waiting(self):
        scene = self.scene
        to = scene.domain("quick.example", scene.host())
        scene.domain("slow.example", scene.host())
        scene.dns.trouble["slow.example"] = "silent"
        slow = [self.ask(f"user{i}@slow.example") for i in range(5)]
        wait_until(lambda: ("slow.example", 15) in scene.dns.asked, "the question")
        for _ in range(3):
            scene.send(to)
        scene.relay.delivery(to, "sent")
        self.assertFalse(select.select([client for client, _ in slow], [], [], 0)[0])
        scene.dns.trouble.clear()  # the question is asked again
        for _, stream in slow:
            self.assertEqual(stream.readline()[:3], b"250")


class Limits(unittest.TestCase):
    def test_connections_in_all_and_of_an_address(self):
        scene = scene_of({"listen": {"connections_max": 3, "connections_per_address_max": 2}})
        scene.start()
        try:
            first, second, third = (f"{scene.block}.{number}" for number in (30, 31, 32))
            wait_until(lambda: scene.metrics.value("sessions") == 0, "the starter to leave")
            inside = [connect(scene.relay, first), connect(scene.relay, first)]
            for client in inside:
                self.assertEqual(client.recv(4), b"220 ")
            for source, words in ((first, f" from your address ({first})"), (third, "; try again later")):
                if source == third:
                    inside.append(connect(scene.relay, second))
                    self.assertEqual(inside[-1].recv(4), b"220 ")
                # What it has written already must not cost it the answer.
                outside = connect(scene.relay, source)
                outside.sendall(b"EHLO client.example\r\n" * 10)
                answer = b""
                while piece := outside.recv(1000):
                    answer += piece
                self.assertEqual(answer.decode(), f"421 {HOST} Too many connections{words}\r\n")
                outside.close()
            self.assertEqual(scene.metrics.value("connections_refused_total"), 2)
            def told():
                return [line["words"] for line in scene.relay.lines("trouble") if "connection limit" in line["words"]]
            wait_until(told, "the log to say so")
            self.assertEqual(len(told()), 1, "a flood must not write our log")
            inside.pop(0).close()
            wait_until(lambda: scene.metrics.value("sessions") == 2, "one to leave")
            inside.append(connect(scene.relay, third))
            self.assertEqual(inside[-1].recv(4), b"220 ")
            for client in inside:
                client.close()
        finally:
            scene.stop()

    @unittest.skipIf(os.environ.get("TURNAWAY_NO_SANDBOX"), "the sanitizer's own look at memory needs descriptors")
    def test_out_of_descriptors(self):
        """Who waits in the backlog is served later; meanwhile the acceptor does not spin."""
        most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most[1], most[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, most)
        scene = scene_of({"": {"threads": 1}, "listen": {"connections_per_address_max": 5000}})
        scene.relay.start(wrapper=("prlimit", "--nofile=1000:1000"))
        try:
            clients = [connect(scene.relay) for i in range(1100)]
            wait_until(lambda: [line for line in scene.relay.lines("trouble") if "cannot accept clients" in line["words"]], "the log")
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

    def test_who_only_holds_a_place(self):
        """An octet now and then is no progress, in commands and in content; who is answered has all of the time again."""
        scene = scene_of({"": {"threads": 1}, "listen": {"command_wait": "5s"},
                          "log": {"level": "debug"}}).start()
        try:
            to = scene.domain("held.example", scene.host())
            begin = f"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode()
            for name, first, lines in (("command", b"", 1), ("content", begin, 5)):
                with self.subTest(name), connect(scene.relay) as client, client.makefile("rb") as stream:
                    client.sendall(first)
                    for _ in range(lines):
                        stream.readline()
                    trickle = threading.Thread(target=send_octets, args=(client,))
                    trickle.start()
                    self.assertRegex(stream.readline(), rb"\A421 4\.4\.2 relay\.example")
                    self.assertEqual(stream.readline(), b"")
                    trickle.join()
            wait_until(lambda: len(scene.relay.lines("disconnected", ended="timeout")) == 2, "the log of both")
            with connect(scene.relay) as client, client.makefile("rb") as stream:
                stream.readline()
                for _ in range(3):
                    time.sleep(2)
                    client.sendall(b"NOOP\r\n")
                    self.assertEqual(stream.readline(), b"250 2.0.0 Ok\r\n")
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
            with connect(scene.relay) as client, client.makefile("rb") as stream:
                client.sendall(f"HELO x\r\nMAIL FROM:<eve@sender.example>\r\nRCPT TO:<{to[0]}>\r\nDATA\r\n".encode())
                client.sendall(b"bare\nnewline\r\n.\r\n")
                self.assertEqual([line[:10] for line in stream][-1], b"550 5.6.0 ")
            self.assertEqual(scene.metrics.value("recipients_refused_total", reason="resources"), 4)
            self.assertEqual(scene.metrics.value("recipients_refused_total", reason="syntax"), 22)
            def refused():  # the log gathers lines for a moment
                return [(line["from"], line["status"]) for line in scene.relay.lines("refused", command="END-OF-MESSAGE")]
            wait_until(lambda: len(refused()) >= 2, refused)
            self.assertEqual(refused(), [("", "5.3.4"), ("eve@sender.example", "5.6.0")])
        finally:
            scene.stop()


class Stopping(unittest.TestCase):
    def test_an_idle_client_is_told(self):
        """Between commands at once; inside a message once that is over (requirements 31, 33)."""
        scene = scene_of().start()
        try:
            to = scene.domain("late.example", scene.host())
            idle = connect(scene.relay)
            self.addCleanup(idle.close)
            idle.recv(1000)
            with scene.relay.client() as busy:
                busy.ehlo()
                must(busy.mail(""))
                must(busy.rcpt(to))
                busy.putcmd("DATA")
                self.assertEqual(busy.getreply()[0], 354)
                os.kill(scene.relay.process.pid, signal.SIGTERM)
                self.assertRegex(idle.recv(1000), rb"\A421 4\.3\.2 relay\.example Server shutting down")
                self.assertEqual(idle.recv(1000), b"")
                self.assertEqual(scene.metrics.page("/healthz")[::2], (503, "ending\n"))
                busy.send(b"Subject: late\r\n\r\nlate\r\n.\r\n")
                must(busy.getreply())
                self.assertEqual(busy.getreply()[0], 421)
        finally:
            scene.stop()

    def test_who_stays_is_cut_off(self):
        """By a second signal, or when the patience with it is over; the relay itself ends as it should."""
        scene = scene_of().start()
        to = scene.domain("staying.example", scene.host())
        with connect(scene.relay) as client:
            client.sendall(f"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode())
            while b"354" not in client.recv(1000):
                pass
            client.sendall((b"x" * 70 + b"\r\n") * 10_000)  # enough for a file of its own
            os.kill(scene.relay.process.pid, signal.SIGTERM)
            wait_until(lambda: scene.metrics.page("/healthz")[0] == 503, "the end to begin")
            scene.stop()


def send_octets(client):
    """One each tenth of a second until the relay is gone."""
    try:
        for _ in range(600):
            client.sendall(b"x")
            time.sleep(0.1)
    except OSError:
        pass


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    unittest.main()
