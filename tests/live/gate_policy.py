#!/usr/bin/env python3
"""turnaway-gate with the policy and the line protocol over real sockets: every dialogue, every kind of domain, exceptions, actions, the
deadline, DNS trouble, reload, stop, hostile peers, sockets of systemd, and 2,000 connections.
"""
import grp
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from gate_client import Client
from gate_daemon import Gate, GateScene
from refuse_dialogues import unescape
from relay_daemon import ROOT, WAIT_S, toml, wait_until

FREE = ["127.0.0.1:0"]
NO_MAIL = {"nullmx.example": "556 5.1.10", "loopback.example": "550 5.1.2", "dangling.example": "550 5.4.4",
           "tagged.example": "550 5.4.4", "absent.example": "550 5.1.2"}


def read_dialogue(path):
    """[(bytes of the mail server, lines of the gate)] and whether it closes."""
    turns, closes = [[b"", []]], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(("C:", "R: ")):
            if turns[-1][1]:
                turns.append([b"", []])
            turns[-1][0] += line[3:].encode() + b"\n" if line[0] == "C" else unescape(line[3:])
        elif line == "S: <closed>":
            closes = True
        elif line.startswith("S:"):
            turns[-1][1].append(line[3:])
    return turns, closes


def first_words(line):
    """What must be equal of an answer: its form and its codes."""
    return line.split()[:1 if line.startswith(("tag", "action=PREPEND", "error")) else 3]


class Policy(unittest.TestCase):
    def serve(self, **settings):
        scene = GateScene({"listen": {"policy": FREE, "line": FREE}, **settings})
        self.enterContext(scene)
        return scene

    def client(self, scene, protocol="policy"):
        return self.enterContext(Client(scene.gate.places(protocol)[0]))

    def test_every_dialogue(self):
        scene = self.serve(answer={"dns_trouble": "defer"}, verdict={"no_mail_host": "tag"})
        scene.dns.add("healthy.example MX 10 mx.healthy.example")
        for path in sorted(pathlib.Path(ROOT, "tests/dialogue").glob("policy/*.txt")) + sorted(
                pathlib.Path(ROOT, "tests/dialogue").glob("line/*.txt")):
            with self.subTest(path.stem), Client(scene.gate.places(path.parent.name)[0]) as client:
                turns, closes = read_dialogue(path)
                for data, lines in turns:
                    client.send(data)
                    for line in lines:
                        self.assertEqual(first_words(client.until(b"\n").decode()), first_words(line), line)
                if closes:
                    self.assertTrue(client.is_closed())

    def test_every_kind_of_domain(self):
        scene = self.serve(relay={"mailless": ["www.example.org"]})
        client = self.client(scene)
        for domain, codes in (NO_MAIL | {"www.example.org": "556 5.3.2"}).items():
            with self.subTest(domain):
                self.assertEqual(client.action(f"bob@{domain}").split()[:2], codes.split())
        for recipient in ("bob@host.example", "bob@bücher.example", "bob@[192.0.2.1]", "bob@[127.0.0.1]", "postmaster", "bob@localhost",
                          "bob@gate.example", "bob@later.example", '"odd one"@host.example', "odd one@host.example", "@", "bob@a..b"):
            with self.subTest(recipient):
                self.assertEqual(client.action(recipient), "DUNNO")
        self.assertEqual(client.action("odd one@nullmx.example").split()[:2], ["556", "5.1.10"])
        self.assertEqual(client.action("bob@host.example", sender="ann@nullmx.example").split()[:2], ["550", "5.7.27"])
        self.assertEqual(client.action("bob@host.example", sender=""), "DUNNO")
        self.assertEqual(client.action("", protocol_state="MAIL", sender="ann@nullmx.example").split()[:2], ["550", "5.7.27"])
        self.assertEqual(client.action("bob@nullmx.example", sender="").split()[:2], ["556", "5.1.10"])

    def test_exceptions(self):
        scene = self.serve(**{"except": {"clients": ["192.0.2.0/24"], "users": ["anna"], "sender_domains": ["own.example"],
                                         "recipient_domains": [".lan", "tagged.example"]}})
        client = self.client(scene)
        for excepted in ({"client_address": "192.0.2.9"}, {"sasl_username": "anna"}, {"sender": "x@own.example"}):
            self.assertEqual(client.action("bob@nullmx.example", **excepted), "DUNNO", excepted)
        for other in ({"client_address": "198.51.100.9"}, {"client_address": "unknown"}, {"sasl_username": "ann"}, {"sender": "x@a.own.example"}):
            self.assertEqual(client.action("bob@nullmx.example", **other)[:3], "556", other)
        self.assertEqual([client.action(f"bob@{domain}")[:5] for domain in ("host.lan", "tagged.example", "lan")], ["DUNNO", "DUNNO", "550 5"])

    def test_observe_changes_nothing_and_says_what_it_would(self):
        scene = self.serve(**{"": {"mode": "observe"}})
        client = self.client(scene)
        self.assertEqual(client.action("bob@nullmx.example", queue_id="4XyZ"), "DUNNO")
        line = wait_until(lambda: scene.gate.decisions(to="bob@nullmx.example"), "the log")[0]
        self.assertEqual((line["verdict"], line["action"], line["observed"], line["queue_id"], line["protocol"]),
                         ("null_mx", "reject", True, "4XyZ", "policy"))

    def test_actions_and_metrics(self):
        scene = self.serve(verdict={"null_mx": "defer", "loopback_mx": "tag", "dangling_mx": "log", "no_such_domain": "pass"},
                           metrics={"listen": "127.0.0.1:0"})
        client = self.client(scene)
        self.assertTrue(client.action("bob@nullmx.example").startswith("DEFER_IF_PERMIT 4.1.10 "))
        self.assertTrue(client.action("bob@loopback.example").startswith("PREPEND X-Turnaway: loopback_mx <bob@loopback.example>: "))
        self.assertEqual(client.action("bob@dangling.example"), "DUNNO")
        self.assertEqual(client.action("bob@absent.example"), "DUNNO")
        address, port = scene.gate.places("http")[0]
        with urllib.request.urlopen(f"http://{address}:{port}/metrics", timeout=WAIT_S) as page:
            text = page.read().decode()
        for verdict, action in (("null_mx", "defer"), ("loopback_mx", "tag"), ("dangling_mx", "log"), ("no_such_domain", "pass")):
            self.assertIn(f'turnaway_gate_decisions_total{{protocol="policy",verdict="{verdict}",action="{action}"}} 1\n', text)
        self.assertIn('turnaway_gate_connections_total{protocol="policy"} 1\n', text)

    def test_silent_dns_delays_only_who_waits_and_ends_at_the_deadline(self):
        scene = self.serve(answer={"deadline": "1s"}, dns={"deadline": "20s"})
        scene.dns.trouble["silent.example"] = "silent"
        slow, quick = self.client(scene), self.client(scene)
        slow.send(b"request=smtpd_access_policy\nrecipient=bob@silent.example\n\n")
        self.assertEqual(quick.action("bob@nullmx.example")[:3], "556")
        self.assertEqual(scene.gate.decisions(verdict="late"), [])  # the slow one still waits
        self.assertEqual(slow.until(b"\n\n"), b"action=DUNNO")
        line = wait_until(lambda: scene.gate.decisions(verdict="late"), "the log")[0]
        self.assertEqual((line["action"], line["to"]), ("pass", "bob@silent.example"))

    def test_what_came_late_is_known_the_next_time(self):
        scene = self.serve(answer={"deadline": "1s"}, dns={"deadline": "30s"})
        scene.dns.trouble["nullmx.example"] = "silent"
        client = self.client(scene)
        self.assertEqual(client.action("bob@nullmx.example"), "DUNNO")
        scene.dns.trouble.clear()
        wait_until(lambda: client.action("bob@nullmx.example").startswith("556"), "the verdict")

    def test_dns_trouble_defers_if_wanted(self):
        scene = self.serve(answer={"dns_trouble": "defer"})
        self.assertTrue(self.client(scene).action("bob@later.example").startswith("DEFER_IF_PERMIT 4.4.3 "))
        self.assertTrue(self.client(scene, "line").line("recipient=bob@later.example").startswith("defer 451 4.4.3 "))

    def test_a_reload_counts_for_the_next_question_of_an_open_connection(self):
        scene = self.serve()
        client = self.client(scene)
        self.assertEqual(client.action("bob@nullmx.example")[:3], "556")
        scene.gate.settings["verdict"] = {"null_mx": "pass"}
        self.reload(scene)
        wait_until(lambda: scene.gate.lines("reloaded", ok=True) or scene.gate.lines("reloaded"), "the reload")
        self.assertEqual(client.action("bob@nullmx.example"), "DUNNO")
        # A file with an error changes nothing.
        scene.gate.settings["verdict"] = {"null_mx": "perhaps"}
        self.reload(scene)
        wait_until(lambda: len(scene.gate.lines("reloaded")) == 2, "the second reload")
        self.assertEqual(client.action("bob@nullmx.example"), "DUNNO")

    @staticmethod
    def reload(scene):
        scene.gate.configure()
        scene.gate.process.send_signal(signal.SIGHUP)

    def test_a_stop_answers_what_is_open(self):
        scene = self.serve(answer={"deadline": "1s"})
        scene.dns.trouble["silent.example"] = "silent"
        waiting, idle = self.client(scene), self.client(scene)
        self.assertEqual(idle.action("bob@host.example"), "DUNNO")
        asked = len(scene.dns.asked)
        waiting.send(b"request=smtpd_access_policy\nrecipient=bob@silent.example\n\n")
        wait_until(lambda: len(scene.dns.asked) > asked, "the question")
        self.assertEqual(scene.gate.stop(), 0)
        self.assertEqual(waiting.until(b"\n\n"), b"action=DUNNO")
        self.assertTrue(waiting.is_closed())
        self.assertTrue(idle.is_closed())

    def test_a_hostile_peer_is_closed_and_logged_and_harms_nobody(self):
        scene = self.serve(listen={"policy": FREE, "line": FREE, "idle_wait": "1s"})
        bad, half = self.client(scene), self.client(scene)
        bad.send(b"GET / HTTP/1.1\r\n\r\n")
        self.assertTrue(bad.is_closed())
        half.send(b"request=smtpd_access_policy\nrecip")  # and never the rest
        endless = self.client(scene)
        try:
            for _ in range(100):
                endless.send(b"a" * 10_000)
        except OSError:
            pass
        self.assertTrue(self.closes(endless))
        self.assertEqual(self.client(scene).action("bob@nullmx.example")[:3], "556")
        self.assertTrue(self.closes(half))  # by idle_wait
        wait_until(lambda: [fault for fault in scene.gate.lines("trouble") if "is not an attribute" in fault["words"]], "the log")

    @staticmethod
    def closes(client):
        try:
            return client.is_closed()
        except ConnectionError:
            return True

    def test_connections_beyond_the_limit_are_closed(self):
        scene = self.serve(listen={"policy": FREE, "connections_max": 2})
        first, second = self.client(scene), self.client(scene)
        for client in (first, second):
            self.assertEqual(client.action("bob@host.example"), "DUNNO")
        self.assertTrue(self.closes(self.client(scene)))
        wait_until(lambda: [line for line in scene.gate.lines("trouble") if "connections_max" in line["words"]], "the log")
        first.close()
        # The place is free as soon as the gate has seen that.
        def asks():
            with Client(scene.gate.places("policy")[0]) as client:
                try:
                    return client.action("bob@host.example")
                except (AssertionError, ConnectionError):
                    return None
        self.assertEqual(wait_until(asks, "a place"), "DUNNO")

    def test_many_connections(self):
        scene = self.serve()
        clients = [self.client(scene) for _ in range(2000)]
        for client in clients:
            client.send(b"request=smtpd_access_policy\nrecipient=bob@nullmx.example\n\n")
        self.assertEqual({client.until(b"\n\n")[:10] for client in clients}, {b"action=556"})

    def test_every_address_of_the_machine(self):
        scene = self.enterContext(GateScene({"listen": {"policy": ["0.0.0.0:0"]}}))
        [(address, port)] = scene.gate.places("policy")
        self.assertEqual(address, "*")
        with Client(("127.0.0.2", port)) as client:
            client.send(b"request=smtpd_access_policy\nrecipient=bob@nullmx.example\n\n")
            self.assertEqual(client.until(b"\n\n")[:10], b"action=556")

    def test_unix_sockets_with_mode_and_removal(self):
        with tempfile.TemporaryDirectory() as folder:
            places = [f"{folder}/new/policy.sock", f"{folder}/line.sock"]
            scene = self.serve(listen={"policy": [places[0], *FREE], "line": [places[1]], "socket_mode": "0666"})
            for path in places:
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o666)
            with Client(places[0]) as policy, Client(places[1]) as line:
                self.assertEqual(policy.action("bob@nullmx.example")[:3], "556")
                self.assertEqual(line.line('sender="" recipient="bob@nullmx.example"').split()[:3], ["refuse", "556", "5.1.10"])
            self.assertEqual(self.client(scene).action("bob@host.example"), "DUNNO")
            # A second gate does not take the path from the first.
            second = Gate({"listen": {"policy": [places[0]]}})
            try:
                second.launch()
                self.assertEqual(second.wait(), 69)
                self.assertIn("another program listens there", " ".join(second.noise))
            finally:
                second.remove()
            # What a killed gate left is replaced.
            scene.gate.kill()
            self.assertTrue(os.path.exists(places[0]))
            scene.gate.start()
            with Client(places[0]) as policy:
                self.assertEqual(policy.action("bob@nullmx.example")[:3], "556")
            self.assertEqual(scene.gate.stop(), 0)
            self.assertFalse(os.path.exists(places[0]) or os.path.exists(places[1]))

    def test_a_group_without_a_control_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            group = grp.getgrgid(os.getgid()).gr_name
            self.serve(listen={"policy": [f"{folder}/policy.sock"], "socket_group": group})
            self.assertEqual(stat.S_IMODE(os.stat(f"{folder}/policy.sock").st_mode), 0o660)
            wrong = Gate({"listen": {"policy": [f"{folder}/other.sock"], "socket_group": "no-such-group"}})
            try:
                wrong.launch()
                self.assertEqual(wrong.wait(), 78)
                self.assertIn('the group "no-such-group" of [listen] socket_group does not exist', " ".join(wrong.noise))
            finally:
                wrong.remove()

    def test_sockets_of_systemd_serve_what_their_name_says(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/line.sock"
            with socket.socket(socket.AF_UNIX) as listener, socket.socket() as other:
                listener.bind(path)
                listener.listen()
                other.bind(("127.0.0.1", 0))
                other.listen()
                gate = Gate({"listen": {"policy": FREE, "line": [f"{folder}/unused/line.sock"]},
                             "dns": {"local_data": ["nullmx.example. 60 IN MX 0 ."]}})
                try:
                    self.start_with(gate, [listener.fileno(), other.fileno()], "line:policy")
                    with Client(path) as line, Client(other.getsockname()) as policy:
                        self.assertEqual(line.line("recipient=bob@nullmx.example").split()[:2], ["refuse", "556"])
                        self.assertEqual(policy.action("bob@nullmx.example", sender="")[:3], "556")
                    self.assertEqual(gate.stop(), 0)
                    self.assertTrue(os.path.exists(path))  # systemd's, not ours
                    self.assertFalse(os.path.exists(f"{folder}/unused"))
                    self.start_with(gate, [listener.fileno()], "smtp", waits=False)
                    self.assertEqual(gate.wait(), 78)
                    self.assertIn("FileDescriptorName=", " ".join(gate.noise))
                finally:
                    gate.remove()

    @staticmethod
    def start_with(gate, descriptors, names, waits=True):
        """As systemd does: descriptors from 3 on, by a program in between that knows its own process id."""
        moves = "".join(f"os.dup2({fd}, {100 + at});" for at, fd in enumerate(descriptors))
        moves += "".join(f"os.dup2({100 + at}, {3 + at});" for at in range(len(descriptors)))
        script = (f"import os, sys; {moves} os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='{len(descriptors)}', "
                  f"LISTEN_FDNAMES='{names}'); [os.set_inheritable(3 + at, True) for at in range({len(descriptors)})]; "
                  "os.execv(sys.argv[1], sys.argv[1:])")
        gate.log.clear()
        gate.noise.clear()
        gate.launch([sys.executable, "-c", script], keeps=descriptors)
        if waits:
            wait_until(lambda: len(gate.lines("listening")) >= 2 or gate.process.poll() is not None, "listening")

    def test_check_config(self):
        gate = Gate({"listen": {"policy": ["127.0.0.1"]}})
        try:
            config = gate.folder / "wrong.conf"
            config.write_text(toml(dict(sorted(gate.settings.items()))), encoding="utf-8")
            told = subprocess.run([gate.program, "--check-config", "--config", config], capture_output=True, text=True, check=False, timeout=WAIT_S)
            self.assertEqual(told.returncode, 78)
            self.assertIn("[listen] policy: \"127.0.0.1\" is not an IP address with a port", told.stderr)
        finally:
            gate.remove()


if __name__ == "__main__":
    unittest.main()
