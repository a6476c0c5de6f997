#!/usr/bin/env python3
"""`turnaway-gate learn` with the real OpenSMTPD of Debian: a host that says 521 at the greeting is refused at RCPT by its filter.

    tests/live/gate_opensmtpd.py

As docs/gate.md says: a gate as a daemon is told by `learn`, which follows smtpd's system log, and the filter of smtpd asks it over its
control socket. Nobody probes. Without root, namespaces or the package it is skipped by name and counted.
"""
import argparse
import smtplib
import sys

import gate_matrix
import matrix
import namespace
from gate_matrix import GATE, Trial, settings
from log_samples import SystemLog
from relay_daemon import toml, wait_until
from relay_peers import check, equal, run_cases

LIMIT_S = 240
REFUSING, HEALTHY = "bob@refusing.example", "bob@healthy.example"
SOCKET, FILTER_CONFIG, LOG = "/run/turnaway-gate/gate.sock", "/etc/turnaway-filter.conf", "/var/log/mail.log"


class LogFile(SystemLog):
    def read(self):
        """As syslogd does."""
        with open(self.path, "a", encoding="utf-8", buffering=1) as file:
            while True:
                file.write(self.socket.recv(65536).decode("utf-8", "replace").rstrip("\n\0") + "\n")

    def __init__(self, peer):
        self.path = peer.root.top / LOG[1:]
        super().__init__(peer)


class Learn:
    def __init__(self):
        self.trial = Trial("opensmtpd-filter")
        peer, root = self.trial.peer, self.trial.peer.root
        peer.daemon.terminate()
        peer.daemon.wait()
        LogFile(peer)
        own = settings()
        own["memory"] = {"probe_greeting": False}
        root.write(FILTER_CONFIG, toml(own | {"memory": {"probe_greeting": False, "relay_socket": SOCKET}}))
        root.write("/etc/turnaway-gate.conf", toml(own | {"listen": {"policy": ["127.0.0.1:10040"], "milter": ["127.0.0.1:10041"]},
                                                          "control": {"socket": SOCKET, "group": "opensmtpd"}, "user": {"name": "gate"}}))
        root.run("useradd", "--system", "--user-group", "--groups", "opensmtpd", "gate")
        root.run("install", "-d", "-o", "gate", "-m", "0755", "/run/turnaway-gate")
        self.trial.start_gate()
        root.start("sh", "-c", f"tail -n +1 -F {LOG} | exec /usr/sbin/turnaway-gate learn --log - >/tmp/learn.log 2>&1")
        snippet = gate_matrix.snippet("opensmtpd").replace("/etc/turnaway-gate.conf", FILTER_CONFIG)
        root.write("/etc/smtpd.conf", root.read("/etc/smtpd.conf").replace("listen on localhost\n", snippet))
        root.run("smtpd")
        peer.wait_for(lambda: gate_matrix.peers.answers_smtp(25), "start")

    def a_host_that_said_521_is_known(self):
        root = self.trial.peer.root
        equal(self.trial.reply(REFUSING)[0][:3], "250")
        with smtplib.SMTP("127.0.0.1", 25, local_hostname="client.example", timeout=30) as client:
            client.sendmail(gate_matrix.SENDER, [REFUSING], gate_matrix.CONTENT)
        wait_until(lambda: "learned:" in root.read("/tmp/learn.log"),
                   lambda: f"the lesson: {root.read('/tmp/learn.log')} {root.read(LOG)[-1500:]}", 60)
        check("521 mx.refusing.example Host does not accept mail" in root.read("/tmp/learn.log"), root.read("/tmp/learn.log"))
        wait_until(lambda: self.trial.reply(REFUSING)[0][:3] != "250", lambda: f"the filter: {root.read(LOG)[-1500:]}", 60)
        code, words = self.trial.reply(REFUSING)
        check(code in ("550 5.3.2", "556 5.3.2") and "said 521" in words, (code, words))

    def other_domains_are_not_affected(self):
        equal(self.trial.reply(HEALTHY)[0][:3], "250")


def inside():
    trial = Learn()
    results = run_cases([(name, getattr(trial, name)) for name in ("a_host_that_said_521_is_known", "other_domains_are_not_affected")])
    if any(results.values()):
        print(f"--- the logs\n{trial.trial.peer.root.read('/tmp/gate.log')[-3000:]}{trial.trial.peer.root.read(LOG)[-3000:]}")
    return results


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    reason = namespace.become_root() or (None if GATE.exists() else "turnaway-gate is not built") or namespace.unavailable()
    missing = {} if reason else matrix.install(["opensmtpd"])
    reason = reason or missing.get("nsd") or missing.get("opensmtpd")
    if reason:
        print(f"SKIP gate learn with OpenSMTPD: {reason}\n0 passed, 0 failed, 1 skipped")
        return 0
    try:
        results = namespace.call("gate_opensmtpd:inside", {}, limit_s=LIMIT_S)
    except namespace.NamespaceError as error:
        results = {"starts": str(error)}
    for name, wrong in results.items():
        print(f"{'FAIL' if wrong else 'PASS'} gate OpenSMTPD {name.replace('_', ' ')}{': ' if wrong else ''}{wrong or ''}")
    failed = sum(bool(wrong) for wrong in results.values())
    print(f"{len(results) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
