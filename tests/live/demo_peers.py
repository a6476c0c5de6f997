#!/usr/bin/env python3
"""What other mail servers do in the five cases of `turnaway demo`: measures it and writes data/demo_peers.csv.

    tests/live/demo_peers.py [--only postfix,exim] [--write] [--refuse PATH]

Each server has the private machines of the matrix (scene.py) with the demo's own domains: a null MX, a host that says 521
(turnaway-refuse, stage `greeting`), the same before a host that takes mail, an address where nothing listens, a domain that takes mail.
One message goes to each, one after the other. `reported`: the report lies in the sender's mailbox; `delivered`: the healthy host has the
message; `kept`: neither within PATIENCE_S, and the queue holds it, for the days that the server's own settings give. `--write` changes
data/demo_peers.csv and the section of docs/senders.md that is made from it. Needs what matrix.py needs; exits 1 when a server could not be
measured.
"""
import argparse
import contextlib
import csv
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attempt
import matrix
import namespace
import peer as peers
import refuse
import senders_page
from refuse import Refuse
from relay_machine import enter
from root import DOMAIN
from smtp_host import SmtpHost
from zone import Zone

TABLE = Path(__file__).resolve().parents[2] / "data" / "demo_peers.csv"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "senders.md"
NAMES = ["postfix", "exim", "sendmail", "haraka", "opensmtpd"]
CASES = {"null-mx": "nomail.example", "host-521": "refusing.example", "two-mx": "mixed.example", "unreachable": "silent.example",
         "healthy": "healthy.example"}
REFUSING, REFUSING_FIRST, HEALTHY, SILENT = (f"198.51.100.{number}" for number in (31, 32, 33, 34))
COLUMNS = ["case", "server", "version", "outcome", "status", "seconds", "days", "measured"]
PATIENCE_S = 30  # OpenSMTPD takes 10 s to the second of two hosts
LIMIT_S = 300


@contextlib.contextmanager
def on_far_machine(network):
    """Sockets that this thread makes meanwhile are the far machine's."""
    with open("/proc/thread-self/ns/net", "rb") as own, open(f"/proc/{network.holder.pid}/ns/net", "rb") as far:
        enter(far)
        try:
            yield
        finally:
            enter(own)


def build(program):
    """Network, DNS and hosts of the demo; returns the healthy host."""
    network, zone = namespace.Network(), Zone()
    zone.host(DOMAIN, network.NEAR)
    zone.mail_exchanger("nomail.example", "", 0)
    for domain, address in (("refusing.example", REFUSING), ("mixed.example", REFUSING_FIRST)):
        zone.host(f"mx.{domain}", address)
        zone.mail_exchanger(domain, f"mx.{domain}")
        Refuse(program, address, "greeting", f"mx.{domain}", where=network.far()).start()
    zone.host("mx.healthy.example", HEALTHY)
    zone.mail_exchanger("mixed.example", "mx.healthy.example", 20)
    zone.mail_exchanger("healthy.example", "mx.healthy.example")
    zone.host("silent.example", SILENT)
    zone.serve(network)
    with on_far_machine(network):
        return SmtpHost(HEALTHY, 25)


def inside(peer_name, program):
    healthy = build(program)
    peer = peers.make(peer_name)
    peer.prepare()
    days = int(re.search(r"(\d+)d\b(?!.*\dd\b)", peer.own_schedule())[1])
    rows = []
    for case, domain in CASES.items():
        outcome, status, seconds = follow(peer, f"bob@{domain}", healthy)
        rows.append({"case": case, "server": peer.title, "version": peer.version(), "outcome": outcome, "status": status,
                     "seconds": f"{seconds:.2f}" if outcome != "kept" else "", "days": days if outcome == "kept" else "",
                     "measured": time.strftime("%Y-%m-%d")})
    return rows


def follow(peer, recipient, healthy):
    """(outcome, Status of the report, seconds)"""
    since = time.monotonic()
    peer.hand_over(recipient, attempt.message_to(recipient))
    while time.monotonic() < since + PATIENCE_S:
        bounce = peer.mailbox().bounce_about(recipient)
        if bounce:
            return "reported", bounce.status.partition(" ")[0], time.monotonic() - since
        if any(recipient in to for message in list(healthy.messages) for to in message.recipients):
            return "delivered", "", time.monotonic() - since
        time.sleep(0.01)
    if not peer.queue(recipient):
        raise namespace.NamespaceError(f"{peer.name} has lost the message to {recipient}")
    return "kept", "", PATIENCE_S


def measure(name, program):
    try:
        return namespace.call("demo_peers:inside", {"peer_name": name, "program": program}, limit_s=LIMIT_S)
    except namespace.NamespaceError as error:
        print(f"FAIL demo_peers {name}: {error}")
        return []


def write(rows):
    rows.sort(key=lambda row: list(CASES).index(row["case"]))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    PAGE.write_text(senders_page.with_demo_cases(PAGE.read_text(), senders_page.demo_rows()))
    for path in (TABLE, PAGE):
        namespace.give_back(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=matrix.listed(NAMES), default=NAMES, help="servers, comma separated")
    parser.add_argument("--write", action="store_true", help="write data/demo_peers.csv and its section of docs/senders.md")
    parser.add_argument("--refuse", help="path of turnaway-refuse")
    options = parser.parse_args()
    if options.write and options.only != NAMES:
        parser.error("--write needs all servers")
    reason = namespace.become_root()
    program = refuse.find(options.refuse)
    reason = reason or matrix.obstacle(program)
    missing = {} if reason else matrix.install(options.only)
    if reason or missing:
        print(f"SKIP demo_peers: {reason or missing}")
        return 1
    with ThreadPoolExecutor(len(options.only)) as pool:
        results = list(pool.map(lambda name: measure(name, program), options.only))
    for row in sum(results, []):
        print(*(f"{row[column]}" for column in COLUMNS), sep="\t")
    if not all(results):
        return 1
    if options.write:
        write(sum(results, []))
    return 0


if __name__ == "__main__":
    sys.exit(main())
