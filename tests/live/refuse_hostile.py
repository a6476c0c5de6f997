"""Bad input against the running daemon: it must not crash, grow, lose the 521, or let others wait.

Each test talks badly to the daemon, then checks that a newcomer is served and that the daemon ends in good order.
"""
import functools
import os
import pwd
import socket
import struct
import subprocess
import time
import unittest

from refuse_daemon import BYE, GREETING_REFUSAL, IS_SANITIZED, REFUSAL, Daemon, read_all, read_line

GROWTH_KILOBYTES_MAX = 512  # the rows of a few hundred connections, log rings; not a byte a command


def abort(client):
    """Closes with a reset instead of a FIN."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


class Hostile(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon("--stage", "greeting", "--workers", "2")
        self.addCleanup(self.finish)

    def finish(self):
        self.assertEqual(self.daemon.stop(), 0)

    def check_newcomer(self, daemon=None):
        with (daemon or self.daemon).connect() as client:
            client.sendall(b"QUIT\r\n")
            self.assertEqual(read_all(client), GREETING_REFUSAL + BYE)

    def rcpt_daemon(self, *options):
        daemon = Daemon("--stage", "rcpt", *options)
        self.addCleanup(lambda: self.assertEqual(daemon.stop(), 0))
        return daemon

    def test_no_newline_at_all(self):
        with self.daemon.connect() as client:
            client.sendall(b"x" * 200_000)
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(client), GREETING_REFUSAL)
        self.check_newcomer()

    def test_nul_and_eight_bit(self):
        with self.daemon.connect() as client:
            client.sendall(bytes(range(256)) * 50 + b"\r\nQUIT\r\n")
            data = read_all(client)
        self.assertTrue(data.startswith(GREETING_REFUSAL) and data.endswith(BYE), data[-200:])
        self.check_newcomer()

    def test_half_close_still_gets_every_answer(self):
        daemon = self.rcpt_daemon()
        with daemon.connect() as client:
            client.sendall(b"HELO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\n")
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(client).count(b"\r\n"), 4)

    def test_closed_at_once(self):
        for _ in range(50):
            self.daemon.connect().close()
        self.check_newcomer()

    def test_reset_at_every_point(self):
        daemon = self.rcpt_daemon()
        steps = [b"EHLO a.example\r\n", b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<c@d.example>\r\n", b"QUIT\r\n"]
        text = b"".join(steps)
        for wait in (True, False):
            for end in range(0, len(text) + 1, 3):
                client = daemon.connect()
                if wait:
                    read_line(client)
                client.sendall(text[:end])
                abort(client)
        with daemon.connect() as client:
            client.sendall(b"QUIT\r\n")
            self.assertTrue(read_all(client).endswith(BYE))

    def test_http_and_tls_on_the_port(self):
        for hello in (b"GET / HTTP/1.1\r\nHost: www.example.org\r\nAccept: */*\r\n\r\n",
                      b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500)):
            with self.daemon.connect() as client:
                client.sendall(hello)
                client.shutdown(socket.SHUT_WR)
                self.assertTrue(read_all(client).startswith(GREETING_REFUSAL))
        self.check_newcomer()

    def test_pipelined_megabytes_do_not_cost_the_refusal(self):
        # Written without reading a byte; afterwards the 521 must be there and the end must be no reset.
        for line in (b"NOOP\r\n", b"x" * 998 + b"\r\n", b"\r\n"):
            with self.daemon.connect() as client:
                client.sendall(line * (8 * 1024 * 1024 // len(line)))
                client.shutdown(socket.SHUT_WR)
                data = read_all(client)
            self.assertTrue(data.startswith(GREETING_REFUSAL + REFUSAL))
        self.check_newcomer()

    def test_answers_wait_for_a_slow_reader(self):
        # 900 recipients in one piece and a receive window of a few kilobytes: every answer comes, in order, once the client reads.
        daemon = self.rcpt_daemon()
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.settimeout(20)
        client.connect(("127.0.0.1", daemon.port))
        recipients = b"".join(b"RCPT TO:<user%d@example.org>\r\n" % i for i in range(900))
        client.sendall(b"HELO a.example\r\nMAIL FROM:<s@a.example>\r\n" + recipients + b"QUIT\r\n")
        time.sleep(0.3)
        data = read_all(client)
        client.close()
        lines = data.split(b"\r\n")[:-1]
        self.assertEqual(lines[3:-1], [REFUSAL[:-2]] * 900)
        self.assertEqual(lines[-1], BYE[:-2])
        line = daemon.wait_for_line("connection")
        self.assertEqual((line["commands"], line["recipients"]), (903, 900))

    def test_half_lines_of_more_clients_than_there_are_places_for(self):
        # 64 places a worker hold input that waits; further half lines stay in the kernel's buffer, and all are answered.
        daemon = self.rcpt_daemon("--workers", "1", "--max-per-address", "1000")
        clients = [daemon.connect() for _ in range(200)]
        for client in clients:
            read_line(client)
        for piece in (b"EH", b"LO a.example\r\nMAIL FROM:<a@b.exa", b"mple>\r\nRCPT TO:<c@d.example>\r", b"\nQUIT\r\n"):
            for client in clients:
                client.sendall(piece)
            time.sleep(0.05)
        for client in clients:
            lines = read_all(client).split(b"\r\n")
            self.assertEqual([line[:3] for line in lines[-4:]], [b"250", b"521", b"221", b""])
            client.close()

    def test_more_clients_that_do_not_read_than_there_are_places_for(self):
        daemon = self.rcpt_daemon("--workers", "1", "--max-per-address", "1000")
        talk = b"HELO a.example\r\n" + b"NOOP\r\n" * 900 + b"MAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\nQUIT\r\n"
        clients = []
        for _ in range(100):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.settimeout(20)
            client.connect(("127.0.0.1", daemon.port))
            client.sendall(talk)
            clients.append(client)
        for client in clients:
            lines = read_all(client).split(b"\r\n")
            self.assertEqual(len(lines), 1 + 1 + 900 + 1 + 1 + 1 + 1)
            self.assertEqual(lines[-3] + b"\r\n" + lines[-2] + b"\r\n", REFUSAL + BYE)
            client.close()

    def test_a_client_that_never_reads_is_let_go(self):
        daemon = self.rcpt_daemon("--idle-timeout", "1s")
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(("127.0.0.1", daemon.port))
        client.setblocking(False)
        piece = b"EHLO a.example\r\n" * 4000
        end = time.monotonic() + 1
        while time.monotonic() < end:
            try:
                client.send(piece)
            except BlockingIOError:
                time.sleep(0.02)
        line = daemon.wait_for_line("connection", seconds=30)
        self.assertIn(line["ended"], ("idle-timeout", "bounds", "client-reset"))
        client.close()

    @unittest.skipIf(IS_SANITIZED, "a sanitizer's own memory grows")
    def test_nothing_grows(self):
        self.check_newcomer()
        with self.daemon.connect() as client:
            client.sendall(b"NOOP\r\n" * 500 + b"QUIT\r\n")
            read_all(client)
        before = self.daemon.resident_kilobytes()
        for round_number in range(300):
            with self.daemon.connect() as client:
                client.sendall(b"EHLO %d\r\n" % round_number + b"A" * 3000 + b"\r\nQUIT\r\n")
                read_all(client)
        self.assertLess(self.daemon.resident_kilobytes() - before, GROWTH_KILOBYTES_MAX)

    def limit_descriptors(self, pid, soft):
        owner = os.stat(f"/proc/{pid}").st_uid if os.geteuid() else pwd.getpwnam("nobody").pw_uid
        code = ("import resource, sys; pid, soft = map(int, sys.argv[1:]);"
                "hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1];"
                "resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))")
        user = {"user": owner, "group": pwd.getpwnam("nobody").pw_gid} if os.geteuid() == 0 else {}
        subprocess.run(["/usr/bin/python3", "-c", code, str(pid), str(soft)], check=True, cwd="/", **user)

    def exhaust_descriptors(self, daemon, expect_refusal):
        """With 20 clients, one after the other, while five are held."""
        pid = daemon.process.pid
        limit = functools.partial(self.limit_descriptors, pid)
        held = [daemon.connect() for _ in range(5)]
        for client in held:
            read_line(client)
        limit(max(int(name) for name in os.listdir(f"/proc/{pid}/fd")) + 1)
        try:
            for _ in range(20):
                with daemon.connect() as client:
                    expect_refusal(client)
            for client in held:
                client.sendall(b"NOOP\r\n")
                self.assertEqual(read_line(client), REFUSAL)
        finally:
            limit(4096)
            for client in held:
                client.close()

    def test_descriptors_exhausted(self):
        # The limit is lowered by somebody with the daemon's own user id, as the system wants it.
        daemon = Daemon("--stage", "greeting", "--workers", "1")
        self.addCleanup(lambda: self.assertEqual(daemon.stop(), 0))
        self.exhaust_descriptors(daemon, lambda client: self.assertEqual(read_all(client), GREETING_REFUSAL))

    def test_descriptors_exhausted_for_several_workers(self):
        def is_answered(client):
            self.assertIn(read_line(client)[:3], (b"521", b"220"))

        # A worker may accept with the descriptor that another one has just freed; that client is served as usual.
        self.exhaust_descriptors(self.daemon, is_answered)
        self.check_newcomer()

    def test_full_table_still_refuses_in_words(self):
        daemon = Daemon("--stage", "greeting", "--max-connections", "4", "--workers", "1")
        self.addCleanup(lambda: self.assertEqual(daemon.stop(), 0))
        held = [daemon.connect() for _ in range(4)]
        for client in held:
            self.assertEqual(read_line(client), GREETING_REFUSAL)
        for _ in range(10):
            with daemon.connect() as client:
                client.sendall(b"EHLO too.late\r\n" * 100)
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(read_all(client), GREETING_REFUSAL)
        daemon.wait_for_line("connection", where=lambda line: line["ended"] == "table-full")
        for client in held:
            client.close()
        daemon.wait_for_line("connection", where=lambda line: line["ended"] == "client-closed")
        self.check_newcomer(daemon)

    def test_one_address_cannot_take_every_place(self):
        daemon = Daemon("--stage", "greeting", "--max-per-address", "2", listen=("127.0.0.1:0", "[::1]:0"))
        self.addCleanup(lambda: self.assertEqual(daemon.stop(), 0))
        held = [daemon.connect("127.0.0.7") for _ in range(2)]
        for client in held:
            read_line(client)
        with daemon.connect("127.0.0.7") as client:
            self.assertEqual(read_all(client), GREETING_REFUSAL)
        with daemon.connect("127.0.0.8") as client:
            client.sendall(b"QUIT\r\n")
            self.assertEqual(read_all(client), GREETING_REFUSAL + BYE)
        port = int(daemon.addresses[1].rpartition(":")[2])
        with daemon.connect("::1", port) as client:
            client.sendall(b"QUIT\r\n")
            self.assertEqual(read_all(client), GREETING_REFUSAL + BYE)
        for client in held:
            client.close()


if __name__ == "__main__":
    unittest.main()
