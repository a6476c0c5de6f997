"""The units of all daemons under a booted systemd: installed, started, confined, failing and coming back as the manuals say.

Needs root, namespaces, systemd and a cgroup2 hierarchy; is skipped elsewhere. What needs none of them is held by
tests/checks/units.py. A start that fails must not be repeated: after one, systemd either waits to start it anew ("auto-restart") or
does not ("failed"), so no test has to wait and see.
"""
import contextlib
import os
import pathlib
import smtplib
import socket
import sys
import unittest
import urllib.request

import namespace
from booted import MISSING, Booted
from gate_client import Client
from relay_daemon import wait_until

RELAY, REFUSE, GATE = "turnaway-relay.service", "turnaway-refuse.service", "turnaway-gate.service"
LEARN = "turnaway-gate-learn.service"
CONFIG = "/etc/turnaway-relay.conf"
RIGHT = """[relay]
networks = ["127.0.0.0/8"]
[dns]
forward = ["127.0.0.1@9"]
deadline = "1s"
[control]
group = "mailadmins"
"""
GATE_CONFIG = """[dns]
local_data = ["null.example. 60 IN MX 0 .", "sender.example. 60 IN MX 10 mx.sender.example."]
[verdict]
null_mx = "reject"
"""
REFUSED = ("Nov 30 13:54:53 sender postfix/smtp[244]: 74D9C254: host mx.healthy.example[192.0.2.5] refused to talk to me: "
           "521 mx.healthy.example Host does not accept mail\n")
WRONG = RIGHT + "grup = \"mailadmins\"\n"


def socket_pair(unit):
    return unit, unit.replace(".service", ".socket")


def boot_relay():
    machine = Booted()
    machine.run("systemd-sysusers")
    machine.run("systemd-tmpfiles", "--create", "turnaway-relay.conf")
    for command in (["groupadd", "mailadmins"], ["useradd", "--groups", "mailadmins", "ann"], ["useradd", "bob"]):
        machine.run(*command)
    machine.root.write(CONFIG, RIGHT)
    machine.drop_in(RELAY, "SupplementaryGroups=mailadmins")
    return machine


def network():
    namespace.system("ip", "link", "set", "lo", "up")


def greeting():
    with socket.create_connection(("127.0.0.1", 25), 60) as client:
        return client.recv(100)


def code_of(machine, *command, user=None):
    done = machine.run("sh", "-c", '"$@" >/dev/null 2>&1; echo $?', "sh", *command, user=user)
    return int(done)


def relay_inside():
    network()
    machine = boot_relay()
    seen = {}
    machine.run("systemctl", "enable", "--now", *reversed(socket_pair(RELAY)))
    seen["greeting"] = greeting().decode()[:4]
    seen["user"] = machine.run("ps", "-o", "user=", "-p", machine.show(RELAY, "MainPID")).strip()
    with smtplib.SMTP("127.0.0.1", 25, "client.example", 60) as client:
        # Nothing answers there, so that the message stays in the queue.
        client.sendmail("ann@[127.0.0.1]", ["bob@[192.0.2.1]"], "Subject: one\r\n\r\none\r\n")
    asked = ["turnaway", "queue", "summary"]
    seen["asked by"] = {user: code_of(machine, *asked, user=user) for user in ("root", "ann", "bob")}
    seen["queue"] = machine.run(*asked, user="ann").split(" for")[0].splitlines()[-1]
    machine.run("systemctl", "reload", RELAY)
    seen["after reload"] = machine.show(RELAY, "ActiveState")
    machine.run("systemctl", "kill", "--signal=KILL", RELAY)
    wait_until(lambda: machine.show(RELAY, "NRestarts", "ActiveState") == ["1", "active"], "that it comes back")
    seen["after a kill"] = machine.run(*asked, user="ann").split(" for")[0].splitlines()[-1]
    machine.run("systemctl", "stop", *reversed(socket_pair(RELAY)))
    seen["stopped"] = machine.show(RELAY, "Result", "ExecMainStatus")
    return seen


def wrong_configuration_inside():
    network()
    machine = boot_relay()
    machine.root.write(CONFIG, WRONG)
    # Each start is counted, and takes as long as the look at a large queue.
    machine.drop_in(RELAY, "SupplementaryGroups=mailadmins", "ExecStartPre=+/bin/sh -c 'echo >>/run/starts; sleep 0.2'")
    machine.run("systemctl", "start", RELAY, check=False)
    seen = {"alone": [machine.end_of(RELAY), *machine.show(RELAY, "ExecMainStatus", "NRestarts")]}
    with socket.create_connection(("127.0.0.1", 25), 60) as client, contextlib.suppress(ConnectionResetError):
        # A client that waits there makes systemd try once, and is let go.
        client.recv(1)
    wait_until(lambda: machine.show("turnaway-relay.socket", "SubState") == "listening", "that the port is open again")
    seen["with a client"] = [machine.end_of(RELAY), machine.show(RELAY, "NRestarts"), machine.run("wc", "-l", "/run/starts")[0]]
    machine.root.write(CONFIG, RIGHT)
    machine.run("systemctl", "start", RELAY)
    seen["mended"] = greeting().decode()[:4]
    return seen


def failing_disk_inside():
    network()
    machine = boot_relay()
    script = f"#!/bin/sh\n[ -e /run/disk ] || exit 74\nexec turnaway-relay --config {CONFIG}\n"
    machine.root.write("/usr/local/sbin/start", script, 0o755)
    machine.drop_in(RELAY, "SupplementaryGroups=mailadmins", "ExecStart=", "ExecStart=/usr/local/sbin/start", "RestartSec=50ms")
    machine.run("systemctl", "start", RELAY, check=False)
    clients = []

    def failed_often():
        # Clients that wait there meanwhile, where the port is open.
        with contextlib.suppress(ConnectionRefusedError):
            clients.append(socket.create_connection(("127.0.0.1", 25), 60))
        return int(machine.show(RELAY, "NRestarts")) >= 12

    wait_until(failed_often, "enough starts")
    machine.root.write("/run/disk", "")
    wait_until(lambda: machine.show(RELAY, "ActiveState") == "active", "that it comes back")
    return greeting().decode()[:4]


def boots():
    Booted(has_turnaway=False)


def refuse_inside():
    network()
    machine = Booted()
    machine.run("systemctl", "enable", "--now", "turnaway-refuse.socket")
    with smtplib.SMTP("127.0.0.1", 25, "client.example", 60) as client:
        client.ehlo()
        client.mail("ann@sender.example")
        seen = {"code": client.rcpt("bob@host.example")[0]}
    seen["state"] = machine.show(REFUSE, "ActiveState")
    # As the head of the unit says.
    machine.drop_in(REFUSE, 'Environment="TURNAWAY_REFUSE_OPTIONS=--hostname www.example.org --metrics 127.0.0.1:9525"')
    machine.run("systemctl", "restart", REFUSE)
    with urllib.request.urlopen("http://127.0.0.1:9525/healthz", timeout=60) as page:
        seen["healthy"] = page.status
    seen["hostname"] = greeting().decode().split()[1]
    machine.drop_in(REFUSE, "Environment=TURNAWAY_REFUSE_OPTIONS=--nonsense")
    machine.run("systemctl", "restart", REFUSE, check=False)
    seen["wrong option"] = [machine.end_of(REFUSE), *machine.show(REFUSE, "ExecMainStatus", "NRestarts")]
    return seen


def gate_inside():
    network()
    machine = Booted()
    machine.run("systemd-sysusers")
    machine.root.write("/etc/turnaway-gate.conf", GATE_CONFIG)
    machine.run("systemctl", "enable", "--now", "turnaway-gate.socket")
    place = ("127.0.0.1", 10040)
    with Client(place) as client:
        seen = {"by its socket": client.action("bob@null.example")[:10], "state": machine.show(GATE, "ActiveState")}
        machine.root.write("/etc/turnaway-gate.conf", GATE_CONFIG.replace("reject", "pass"))
        machine.run("systemctl", "reload", GATE)
        wait_until(lambda: client.action("bob@null.example") == "DUNNO", "the reload")
    status = machine.show(GATE, "MainPID")
    seen["user"] = machine.run("stat", "--format=%U", f"/proc/{status}").strip()
    machine.run("kill", "-KILL", status)
    seen["after a kill"] = wait_until(lambda: asked_anew(place), "that it is back")
    machine.run("systemctl", "stop", "turnaway-gate.socket", GATE)
    seen["stopped"] = machine.show(GATE, "Result", "ExecMainStatus")
    machine.root.write("/etc/turnaway-gate.conf", "[listen]\npolcy = []\n")
    machine.run("systemctl", "start", GATE, check=False)
    seen["wrong"] = [machine.end_of(GATE), *machine.show(GATE, "ExecMainStatus", "NRestarts")]
    return seen


def learn_inside():
    """With a log file, as the comment in the unit says: a booted machine here has no journal."""
    machine = Booted()
    machine.run("systemd-sysusers")
    machine.root.write("/etc/turnaway-gate.conf", GATE_CONFIG)
    machine.root.write("/var/log/mail.log", "")
    machine.drop_in(LEARN, "ExecStart=", "ExecStart=/bin/sh -c 'tail -n +1 -F /var/log/mail.log | exec /usr/sbin/turnaway-gate learn --log -'")
    machine.run("systemctl", "enable", "--now", "turnaway-gate.socket", GATE, LEARN)
    machine.root.write("/var/log/mail.log", REFUSED)

    def hosts():
        return machine.run("turnaway", "queue", "hosts", "--socket", "/run/turnaway-gate/gate.sock", check=False)
    wait_until(lambda: "192.0.2.5" in hosts(), lambda: f"the lesson: {hosts()}")
    seen = {"state": machine.show(LEARN, "ActiveState")}
    machine.run("systemctl", "stop", "turnaway-gate.socket", GATE)
    seen["without the gate"] = machine.end_of(LEARN)
    return seen


def asked_anew(place):
    try:
        with Client(place) as client:
            return client.action("bob@null.example")
    except (AssertionError, OSError):
        return None


def analysed_inside():
    machine = Booted()
    machine.run("systemd-sysusers")
    seen = {}
    for unit in (RELAY, REFUSE, GATE, LEARN):
        files = [f"/lib/systemd/system/{each}" for each in ([unit] if unit == LEARN else socket_pair(unit))]
        seen[unit] = [machine.run("systemd-analyze", "verify", "--man=no", *files, check=False),
                      code_of(machine, "systemd-analyze", "security", "--threshold=15", "--no-pager", unit)]
    return seen


@unittest.skipIf(os.environ.get("TURNAWAY_NO_SANDBOX"), "the units confine a program more than a sanitizer allows")
@unittest.skipIf(MISSING, MISSING)
@unittest.skipIf(os.geteuid() != 0, "needs root")
class Units(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        reason = namespace.unavailable()
        try:
            if not reason:
                namespace.call("units_test:boots", {}, limit_s=100)
        except namespace.NamespaceError as error:
            reason = f"systemd does not boot in a private machine here: {error}"
        if reason:
            raise unittest.SkipTest(reason)

    def look(self, name):
        return namespace.call(f"units_test:{name}", {}, limit_s=200)

    def test_the_relay_runs_as_installed(self):
        waiting = "1 message"
        self.assertEqual(self.look("relay_inside"), {
            "greeting": "220 ", "user": "turnaway", "asked by": {"root": 0, "ann": 0, "bob": 77}, "queue": waiting,
            "after reload": "active", "after a kill": waiting, "stopped": ["success", "0"]})

    def test_a_wrong_configuration_is_not_tried_again(self):
        self.assertEqual(self.look("wrong_configuration_inside"), {
            "alone": ["failed", "78", "0"], "with a client": ["failed", "0", "2"], "mended": "220 "})

    def test_it_comes_back_when_the_disk_does_whoever_waits(self):
        self.assertEqual(self.look("failing_disk_inside"), "220 ")

    def test_the_refusing_host_runs_as_installed(self):
        self.assertEqual(self.look("refuse_inside"), {
            "code": 521, "state": "active", "healthy": 200, "hostname": "www.example.org", "wrong option": ["failed", "64", "0"]})

    def test_the_gate_runs_as_installed(self):
        self.assertEqual(self.look("gate_inside"), {
            "by its socket": "556 5.1.10", "state": "active", "user": "turnaway-gate", "after a kill": "DUNNO", "stopped": ["success", "0"],
            "wrong": ["failed", "78", "0"]})

    def test_the_log_of_a_mail_server_is_followed(self):
        self.assertEqual(self.look("learn_inside"), {"state": "active", "without the gate": "dead"})

    def test_systemd_finds_nothing_to_complain_of(self):
        self.assertEqual(self.look("analysed_inside"), {unit: ["", 0] for unit in (RELAY, REFUSE, GATE, LEARN)})


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    unittest.main()
