"""What DNS work a client can cause: little for each command, and never at the expense of the mail of others (RFC 7505, RFC 5321
section 5.1)."""
import resource
import socket
import unittest

from relay_daemon import WAIT_S, wait_until
from relay_scene import Scene

MANY_MX = 60
ROUTE_QUESTIONS = 1 + 2 * 10  # base::limits::route_mx_most
DEAD = 900  # more than the places of one zone
WAIT_FOR_DNS = "2m"


class Cost(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().start()
        self.addCleanup(self.scene.stop)
        for i in range(MANY_MX):
            self.scene.dns.add(f"many.example MX {i} mx{i}.many.example", f"mx{i}.many.example A 192.0.2.{i + 1}")
        self.scene.dns.add("none.example MX 0 .")

    def asked(self):
        return [name for name, _ in self.scene.dns.asked if name.endswith(("many.example", "none.example"))]

    def test_mail_asks_for_mx_once(self):
        with self.scene.relay.client() as client:
            client.ehlo()
            for _ in range(3):
                self.assertEqual(client.mail("ann@many.example")[0], 250)
                client.rset()
            self.assertEqual(self.asked(), ["many.example"])
            code, words = client.mail("ann@none.example")
            self.assertEqual((code, words[:6]), (550, b"5.7.27"))
            self.assertEqual(self.asked(), ["many.example", "none.example"])

    def test_rcpt_asks_for_the_best_hosts_only(self):
        with self.scene.relay.client() as client:
            client.ehlo()
            client.mail("ann@sender.example")
            self.assertEqual(client.rcpt("bob@many.example")[0], 250)
        self.assertLessEqual(len(self.asked()), ROUTE_QUESTIONS)


class DeadZone(unittest.TestCase):
    """One thread, so that everything is in each other's way that can be."""

    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * DEAD), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.scene = Scene({"": {"threads": 1}, "dns": {"deadline": WAIT_FOR_DNS},
                            "listen": {"connections_per_address_max": 2 * DEAD}}).start()
        self.addCleanup(self.scene.relay.remove)
        self.addCleanup(self.scene.relay.kill)  # it would wait for the answers

    def connect(self):
        client = socket.create_connection((self.scene.relay.address, self.scene.relay.port), timeout=WAIT_S)
        self.addCleanup(client.close)
        client.sendall(b"HELO client.example\r\n")
        return client

    def test_its_names_delay_no_other(self):
        dns = self.scene.dns
        dns.trouble.update((f"r{i}.dead.example", "silent") for i in range(DEAD))
        dns.add("alive.example MX 0 .")
        clients = [self.connect() for _ in range(DEAD)]
        with self.connect() as other, other.makefile("rb") as replies:
            for _ in range(2):
                replies.readline()
            for i, client in enumerate(clients):
                client.sendall(f"MAIL FROM:<ann@r{i}.dead.example>\r\n".encode())
            wait_until(lambda: len(dns.asked) > DEAD / 2, "the questions")
            other.sendall(b"MAIL FROM:<ann@alive.example>\r\n")
            self.assertEqual(replies.readline()[:10], b"550 5.7.27")
            names = [name for name, _ in dns.asked]
            dead = {name for name in names[:names.index("alive.example")] if name.endswith("dead.example")}
            self.assertLess(len(dead), DEAD)  # it did not wait for all of them


if __name__ == "__main__":
    unittest.main()
