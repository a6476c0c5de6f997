#!/usr/bin/env python3
"""The demo at the end of `./run`: a stranger's first look at a message refused.

    test/live/demo.py [--refuse PATH]

A real Exim and a real Postfix, each on a private machine that exists only in memory, hand a message
to turnaway-refuse; shown are the words on the wire and the bounce in the sender's mailbox. What
will be downloaded is said first. Where that is not possible (no root, no namespaces, no packages)
it says why and speaks SMTP itself with turnaway-refuse on a loopback port. Every step has a time
limit. Exits 1 only when nothing could be shown at all.
"""
import argparse
import socket
import sys
import textwrap
import time

import attempt
import matrix
import namespace
import peer as peers
import refuse
import scene
import zone
from tap import Tap

SENDERS = ["exim", "postfix"]
DOMAIN = "nomail.example"
RECIPIENT = f"bob@{DOMAIN}"
STAGE = "auto"
WIDTH = 80
INSTALL_LIMIT_S = 240
SCENE_LIMIT_S = 90
TALK_LIMIT_S = 10


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refuse", help="path of turnaway-refuse")
    options = parser.parse_args()
    program = refuse.find(options.refuse)
    if not program:
        print("The demo needs turnaway-refuse, which is not built. `./run --no-demo` builds it.")
        return 1
    reason = namespace.become_root() or namespace.unavailable()
    try:
        if not reason:
            full(program)
    except namespace.NamespaceError as error:
        reason = str(error)
    try:
        if reason:
            plain(program, reason)
    except (namespace.NamespaceError, OSError) as error:
        print(f"The demo could not be shown: {error}.")
        return 1
    print("That was it: a refusal on the wire, and the reply shown." if reason else
          "That was it: a real message refused and the reply shown.")
    return 0


def full(program):
    rule("Two real mail servers meet a host that takes no mail")
    say("Each runs on a private machine made of namespaces and memory: nothing is installed "
        "here, and no packet leaves this computer.")
    fetch()
    say(f"The host mx.{DOMAIN} runs turnaway-refuse. Ann at sender.example writes to {RECIPIENT}, "
        "first through Exim, then through Postfix. S: is the refusing host, C: the mail server "
        "of Ann.")
    for name in SENDERS:
        namespace.call("demo:inside", {"name": name, "program": program}, limit_s=SCENE_LIMIT_S)


def fetch():
    """Downloads what is missing, after saying so."""
    missing = [root for root in [zone.system(), *(peers.make(name).root for name in SENDERS)]
               if not root.installed()]
    if not missing:
        return
    wanted = [root.download() for root in missing]
    names = sorted({name for packages, _ in wanted for name in packages})
    megabytes = sum(size for _, size in wanted) / 1e6
    say(f"For that, these Debian packages are downloaded once ({megabytes:.1f} MB) and unpacked "
        f"into build/peers/ only: {', '.join(names)}.")
    for root in missing:
        root.install(INSTALL_LIMIT_S)


def inside(name, program):
    """One sender's part, in its namespace."""
    scene.build(program, {DOMAIN: STAGE})
    tap = Tap().start()
    peer = peers.make(name)
    peer.prepare()
    rule(f"{peer.title} {peer.version()}")
    one = attempt.send(peer, RECIPIENT, tap, scene.address_of(STAGE))
    show_dialogues(one)
    if one.outcome == "deferred":
        say(f"{peer.title} takes a refused greeting for a passing trouble and keeps the message. "
            "Its queue says:")
        quote(one.reason)
        say(f"By itself it comes back later ({peer.own_schedule()}). Here its queue is run now. "
            "turnaway-refuse knows it again and refuses at RCPT, where nobody tries twice:")
        one = attempt.retry(peer, RECIPIENT, tap, scene.address_of(STAGE))
        show_dialogues(one)
    if one.outcome != "bounced":
        raise namespace.NamespaceError(f"{peer.title} did not return the message in time")
    show_bounce(peer, one)


def show_dialogues(one):
    for dialogue in one.dialogues:
        for milliseconds, who, text in dialogue:
            show_line(milliseconds, who, text)
    print()


def show_line(milliseconds, who, text):
    line = f"{who}: {text}" if who in "CS" else f"({text})"
    print(f"{milliseconds:8.1f} ms  {line}"[:WIDTH], flush=True)


def show_bounce(peer, one):
    say(f"{one.seconds * 1000:.0f} ms later this lay in Ann's mailbox:")
    bounce = one.bounce
    quote(f"Subject: {bounce['subject']}", "", *filter(str.strip, bounce["human"].splitlines()), "",
          f"Action: {bounce['action']}", f"Status: {bounce['status']}",
          f"Diagnostic-Code: {bounce['diagnostic']}")
    say(f"Had the host only stayed silent, {peer.title} would have tried for "
        f"{peer.lifetime_days} days before telling her that the message never arrived.")


def plain(program, reason):
    """The refusal without a mail server: this script is the client."""
    rule("A host that takes no mail")
    say(f"The full demo with real mail servers was left out: {reason}. Instead this script "
        "speaks SMTP with turnaway-refuse on a loopback port, twice, because stage auto answers "
        "who comes back differently.")
    host = refuse.Refuse(program, "127.0.0.1", STAGE, f"mx.{DOMAIN}", port=0).start()
    try:
        say("First contact: the greeting itself refuses (RFC 7504).")
        talk(host.port, [f"MAIL FROM:<{peers.SENDER}>", "QUIT"])
        say("The same client again: it did not understand, so it is refused at RCPT, where every "
            "sender gives up.")
        talk(host.port, ["EHLO sender.example", f"MAIL FROM:<{peers.SENDER}>",
                         f"RCPT TO:<{RECIPIENT}>", "QUIT"])
    finally:
        host.stop()


def talk(port, commands):
    """One connection, shown line by line."""
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=TALK_LIMIT_S) as connection:
        replies = connection.makefile("r", encoding="utf-8", newline="\n")
        for command in [None, *commands]:
            if command:
                show_line((time.monotonic() - started) * 1000, "C", command)
                connection.sendall(f"{command}\r\n".encode())
            line = "250-"
            while line[3:4] == "-":
                line = replies.readline().rstrip()
                show_line((time.monotonic() - started) * 1000, "S", line)
    print()


def rule(title):
    print(f"--- {title} ".ljust(WIDTH, "-") + "\n", flush=True)


def say(text):
    print(textwrap.fill(text, WIDTH - 2) + "\n", flush=True)


def quote(*lines):
    for line in lines:
        for part in textwrap.wrap(line, WIDTH - 4) or [""]:
            print(f"  | {part}")
    print(flush=True)


if __name__ == "__main__":
    sys.exit(main())
