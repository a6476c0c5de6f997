#!/usr/bin/env python3
"""The logs of real mail servers: what they write when a delivery fails, is delayed and succeeds.

    tests/live/log_samples.py [--only postfix,exim] [--write tests/data/logs]

Each server of Debian gets the same messages, for a host that refuses, defers and accepts recipients, one that refuses
everybody with 521, one that does not answer, a domain that does not exist and one with a null MX. Lines that are there for
`turnaway diagnose` to read; tests/data/logs/README.md has the other sources. Needs root and the network at the first run; what cannot run
here is skipped by name.
"""
import argparse
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import namespace
import peer as peers
import zone
from root import DOMAIN
from smtp_host import SmtpHost
from zone import Zone

ADDRESSES = {"mx.example.com": "198.51.100.31", "mx.refusing.example": "198.51.100.32", "mx.silent.example": "198.51.100.33"}
RECIPIENTS = ["unknown@example.com", "full@example.com", "ok@example.com", "bob@refusing.example", "bob@silent.example",
              "bob@missing.example", "bob@null.example"]
MESSAGE = f"From: ann@{DOMAIN}\nTo: bob@example.com\nSubject: A sample\nMessage-ID: <sample.%d@{DOMAIN}>\n\nHello\n"
ANSWERS = {"unknown": "550-5.1.1 <unknown@example.com> does not exist here.\n550 5.1.1 Look for typing errors",
           "full": "452 4.2.2 The mailbox is full"}
SETTLED_S = 12


def hosts():
    """On the far machine, until the namespace ends."""
    def answer(argument, _):
        name = argument.partition("<")[2].partition("@")[0]
        return ANSWERS.get(name, "250 2.1.5 Ok")
    SmtpHost(ADDRESSES["mx.example.com"], 25, {"RCPT": answer})
    SmtpHost(ADDRESSES["mx.refusing.example"], 25,
             {name: "521 5.3.2 mx.refusing.example does not accept mail" for name in ("greeting", "EHLO", "HELO", "MAIL", "RCPT")})
    print("ready", flush=True)
    threading.Event().wait()


class SystemLog:
    """What programs send to /dev/log of the peer's system."""

    def __init__(self, peer):
        self.lines = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(peer.root.top / "dev/log"))
        (peer.root.top / "dev/log").chmod(0o666)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            self.lines.append(self.socket.recv(65536).decode("utf-8", "replace").rstrip("\n\0"))


def inside(name):
    network = namespace.Network()
    records = Zone()
    records.host(DOMAIN, network.NEAR)
    for host, address in ADDRESSES.items():
        records.host(host, address)
        records.mail_exchanger(host.removeprefix("mx."), host)
    records.mail_exchanger("null.example", "", 0)
    records.serve(network)
    far = subprocess.Popen([*network.far(), sys.executable, "-B", __file__, "--hosts"], stdout=subprocess.PIPE, text=True)
    far.stdout.readline()
    peer = peers.make(name)
    mount = peer.root.mount
    log = []
    peer.root.mount = lambda: (mount(), log.append(SystemLog(peer)))
    peer.prepare()
    for number, recipient in enumerate(RECIPIENTS):
        peer.hand_over(recipient, MESSAGE % number)
    time.sleep(SETTLED_S)
    peer.retry()
    time.sleep(SETTLED_S + peer.retry_pause_s)
    return {"system": log[0].lines, "exim": peer.root.read("/var/log/exim4/mainlog").splitlines(),
            "haraka": peer.root.read("/opt/haraka/log").splitlines()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="postfix,exim,sendmail,opensmtpd")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--hosts", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hosts:
        return hosts()
    if reason := namespace.become_root() or namespace.unavailable():
        print(f"skipped: {reason}")
        return 77
    for name in options.only.split(","):
        try:
            for root in (zone.system(), peers.make(name).root):
                root.install()
            result = namespace.call("log_samples:inside", {"name": name}, limit_s=150)
        except namespace.NamespaceError as error:
            print(f"skipped {name}: {error}")
            continue
        lines = result.get(name) or result["system"]
        if options.write:
            (options.write / f"{name}.log").write_text("".join(f"{line}\n" for line in lines))
        else:
            print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
