#!/usr/bin/env python3
"""turnaway-gate as a milter over real sockets: every dialogue, broken and hostile mail servers, reload, stop and kill in mid-session.

The dialogues are tests/dialogue/milter; what the pure session's judge knows there is in DNS or in the configuration here.
"""
import os
import pathlib
import resource
import signal
import socket
import struct
import unittest

from gate_daemon import GateScene
from milter_client import MilterClient, milter_script
from relay_daemon import ROOT, wait_until

FOLDER = pathlib.Path(ROOT, "tests/dialogue/milter")
# The configuration cannot make the gate answer so.
LEFT_OUT = {"closing": "a judge that says 521"}
SETTINGS = {"listen": {"policy": [], "milter": ["127.0.0.1:0"]}, "verdict": {"no_mail_host": "tag"},
            "answer": {"dns_trouble": "defer"}}
IDLE_MIB_MAX = 64
IS_SANITIZED = bool(os.environ.get("TURNAWAY_NO_SANDBOX"))


class Case(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.scene = GateScene({**SETTINGS, **self.settings})
        self.scene.__enter__()
        self.addCleanup(self.scene.__exit__)
        self.gate = self.scene.gate

    def client(self):
        client = MilterClient(self.gate.places("milter")[0])
        self.addCleanup(client.socket.close)
        return client

    def assert_serves(self):
        """A new connection gets a right answer."""
        client = self.client().begin()
        self.assertEqual(client.ask("mail <a@sender.example>"), "continue")
        self.assertIn("556 5.1.10", client.ask("rcpt <b@nullmx.example>"))

    def faults(self):
        return [line["words"].partition("connection closed: ")[2] for line in self.gate.lines("trouble")
                if "connection closed" in line["words"]]

    def open_files(self):
        return len(os.listdir(f"/proc/{self.gate.process.pid}/fd"))


class Dialogues(Case):
    """Each file turn by turn, then all at once, then byte by byte."""

    def play(self, path, in_pieces):
        script = milter_script.MilterScript(path)
        client = self.client()
        wanted = [answer for turn in script.turns for answer in turn.answers]
        said = []
        if in_pieces:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for turn in script.turns:
            try:
                for piece in in_pieces(turn.data) if in_pieces else [turn.data]:
                    client.socket.sendall(piece)
            except ConnectionError:
                break  # it has been closed before the last byte, as it must be
            said += [client.answer() for _ in turn.answers]
        self.assertEqual(said, wanted, path.stem)
        if script.closes:
            self.assertEqual(client.answer(), "<closed>", path.stem)
        client.socket.close()  # the gate logs the fault when the connection is gone
        if script.fault:
            wait_until(lambda: script.fault in self.faults(), lambda: f"{path.stem}: {script.fault}: {self.gate.log[-3:]}")

    def paths(self):
        paths = [path for path in sorted(FOLDER.glob("*.txt")) if path.stem not in LEFT_OUT]
        self.assertGreater(len(paths), 20)
        return paths

    def test_turn_by_turn(self):
        for path in self.paths():
            with self.subTest(path.stem):
                self.play(path, None)

    def test_byte_by_byte(self):
        for path in self.paths():
            if path.stem != "large_content":
                with self.subTest(path.stem):
                    self.play(path, lambda data: [data[at:at + 1] for at in range(len(data))])

    def test_questions_are_logged(self):
        self.play(FOLDER / "two_messages.txt", None)
        line = wait_until(lambda: self.gate.decisions(to="bob@nullmx.example"), "the decision")[0]
        self.assertEqual((line["protocol"], line["verdict"], line["action"], line["code"], line["status"]),
                         ("milter", "null_mx", "reject", 556, "5.1.10"))
        self.assertEqual((line["from"], line["user"], line["client"], line["queue_id"]),
                         ("ann@sender.example", "ann", "192.0.2.7", "4F1"))


class Verdicts(Case):
    settings = {"verdict": {"no_mail_host": "tag", "sender_null_mx": "log"}}

    def test_the_sender_is_judged_at_mail_only(self):
        """Otherwise each of its recipients would be logged, counted and tagged for it again."""
        client = self.client().begin()
        self.assertEqual(client.ask("mail <a@nullmx.example>"), "continue")
        self.assertEqual(client.ask("rcpt <b@host.example>"), "continue")
        lines = wait_until(lambda: len(self.gate.decisions()) == 2 and self.gate.decisions(), "two decisions")
        self.assertEqual([line["verdict"] for line in lines], ["sender_null_mx", "accepted"])


class BrokenPeers(Case):
    def test_gone_after_any_byte(self):
        """In the middle of a packet, too: nothing is left of it, and that is no fault of the protocol."""
        self.assert_serves()
        data = b"".join(map(milter_script.packet, ["optneg 6 0x1ff 0x1fffff", "connect client.example 4 25 192.0.2.7",
                                                   "macro M i=4F1", "mail <a@sender.example>"]))
        before = self.open_files()
        for size in range(len(data)):
            client = self.client()
            client.socket.sendall(data[:size])
            client.socket.close()
        wait_until(lambda: self.open_files() <= before, lambda: f"{self.open_files()} open files, {before} before")
        self.assertEqual(self.faults(), [])
        self.assert_serves()

    def test_reset_while_a_question_is_open(self):
        self.scene.dns.trouble["slow.example"] = "silent"
        for _ in range(20):
            client = self.client().begin()
            client.ask("mail <a@sender.example>")
            client.send("rcpt <b@slow.example>")
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.socket.close()
        self.assert_serves()
        self.assertEqual(self.faults(), [])

    def test_garbage(self):
        for garbage in (b"\0" * 8, b"\xff" * 64, b"GET / HTTP/1.1\r\n\r\n", os.urandom(4096), b"\x40\0\0\0O" + b"x" * 70000):
            client = self.client()
            try:
                client.socket.sendall(garbage)
                client.socket.shutdown(socket.SHUT_WR)
            except OSError:  # the gate may have closed the connection already
                pass
            self.assertTrue(client.answer().startswith("<closed"))
        self.assert_serves()
        wait_until(lambda: len(self.faults()) >= 4, self.faults)

    def test_a_packet_that_never_ends(self):
        """Only what has come takes room: the length of a packet reserves none, and content is dropped as it comes."""
        client = self.client().begin()
        before = self.gate.resident_kib()
        piece = b"x" * 65536
        for _ in range(40):
            client.socket.sendall(struct.pack(">I", 1024 * 1024) + b"B" + piece * 15)
            client.socket.sendall(b"x" * (1024 * 1024 - 1 - 15 * 65536))
            self.assertEqual(client.answer(), "continue")
        if not IS_SANITIZED:
            self.assertLess(self.gate.resident_kib() - before, 2048)

    def test_a_peer_that_does_not_read(self):
        """Its connection waits; the others are served."""
        client = self.client().begin()
        client.socket.setblocking(False)
        flood = milter_script.packet("eoh") * 10000
        try:
            while True:
                client.socket.send(flood)
        except BlockingIOError:
            pass
        self.assert_serves()


class Waiting(Case):
    settings = {"answer": {"deadline": "1s", "dns_trouble": "defer"}}

    def test_a_dead_name_delays_only_its_recipients(self):
        self.scene.dns.trouble["slow.example"] = "silent"
        slow, quick = self.client().begin(), self.client().begin()
        slow.ask("mail <a@sender.example>")
        slow.send("rcpt <b@slow.example>")
        wait_until(lambda: any(name == "slow.example" for name, _ in self.scene.dns.asked), "its question in DNS")
        quick.ask("mail <a@sender.example>")
        self.assertIn("556 5.1.10", quick.ask("rcpt <b@nullmx.example>"))
        self.assertEqual(quick.ask("rcpt <b@host.example>"), "continue")
        self.assertEqual(self.gate.decisions(to="b@slow.example"), [], "it was answered before the others")
        self.assertEqual(slow.answer(), "continue")
        self.assertEqual(wait_until(lambda: self.gate.decisions(to="b@slow.example"), "the decision")[0]["verdict"], "late")


class Lifecycle(Case):
    def test_reload_in_mid_session(self):
        client = self.client().begin()
        client.ask("mail <a@sender.example>")
        self.assertIn("556 5.1.10", client.ask("rcpt <b@nullmx.example>"))
        self.gate.settings["verdict"]["null_mx"] = "log"
        self.gate.configure()
        self.gate.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.gate.lines("reloaded"), "the reload")
        self.assertEqual(client.ask("rcpt <b@nullmx.example>"), "continue")
        self.assertEqual(client.ask("end"), "continue")

    def test_stop_in_mid_session(self):
        client = self.client().begin()
        client.ask("mail <a@sender.example>")
        self.assertEqual(self.gate.stop(), 0)
        self.assertEqual(client.answer(), "<closed>")

    def test_stop_answers_an_open_question(self):
        self.scene.dns.trouble["slow.example"] = "silent"
        client = self.client().begin()
        client.ask("mail <a@sender.example>")
        client.send("rcpt <b@slow.example>")
        wait_until(lambda: any(name == "slow.example" for name, _ in self.scene.dns.asked), "its question in DNS")
        self.gate.process.send_signal(signal.SIGTERM)
        self.assertEqual([client.answer(), client.answer()], ["continue", "<closed>"])
        self.assertEqual(self.gate.wait(), 0)

    def test_observe_changes_nothing(self):
        self.gate.stop()
        self.gate.settings[""]["mode"] = "observe"
        self.gate.start()
        client = self.client().begin()
        self.assertEqual(client.ask("mail <a@nullmx.example>"), "continue")
        self.assertEqual(client.ask("rcpt <b@nullmx.example>"), "continue")
        self.assertEqual(client.ask("rcpt <b@tagged.example>"), "continue")
        self.assertEqual(client.ask("end"), "continue")
        lines = wait_until(lambda: [line for line in self.gate.decisions(observed=True) if line.get("to") == "b@tagged.example"],
                           "the decisions")
        self.assertEqual(lines[0]["action"], "tag")


class UnixSocket(Case):
    def setUp(self):
        super().setUp()
        self.gate.stop()
        self.path = str(self.gate.folder / "milter.sock")
        self.gate.settings["listen"]["milter"] = [self.path]
        self.gate.start()

    def test_serves_and_comes_back_after_a_kill(self):
        self.assert_serves()
        mode = os.stat(self.path).st_mode & 0o777
        self.assertEqual(mode, 0o660)
        self.gate.kill()
        self.gate.start()
        self.assert_serves()
        self.gate.stop()
        self.assertFalse(os.path.exists(self.path))


class Crowd(Case):
    connections = 2000 if IS_SANITIZED else 10000
    settings = {"listen": {"policy": [], "milter": ["127.0.0.1:0"], "connections_max": connections + 10}}

    def setUp(self):
        needed = self.connections + 200
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < needed:
            self.skipTest(f"{needed} open files are needed, the limit is {hard}")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        super().setUp()

    def test_many_idle_connections(self):
        clients = []
        self.addCleanup(lambda: [client.socket.close() for client in clients])
        place = self.gate.places("milter")[0]
        for _ in range(self.connections):
            clients.append(MilterClient(place).begin())
        for client in (clients[0], clients[-1]):
            client.ask("mail <a@sender.example>")
            self.assertIn("556 5.1.10", client.ask("rcpt <b@nullmx.example>"))
        if not IS_SANITIZED:
            self.assertLess(self.gate.resident_kib(), IDLE_MIB_MAX * 1024)

    def test_one_too_many(self):
        self.gate.stop()
        self.gate.settings["listen"]["connections_max"] = 3
        self.gate.start()
        clients = [self.client().begin() for _ in range(3)]
        self.assertEqual(self.client().answer(), "<closed>")
        clients[0].socket.close()

        def serves():
            client = self.client()
            client.send("optneg 6 0x1ff 0x1fffff")
            return client.answer().startswith("optneg")
        wait_until(serves, "the place of the one that left")
        wait_until(lambda: [line for line in self.gate.lines("trouble") if "connections_max" in line["words"]], "a log line")


if __name__ == "__main__":
    unittest.main()
