#!/usr/bin/env python3
"""turnaway-gate as the milter of real mail servers: Postfix and Sendmail as the packages of Debian 12 and 13 set them up, with the snippets of etc/gate.

    tests/live/gate_milter_peers.py [--only postfix,postfix_trixie,sendmail,sendmail_trixie,miltertest]

Each has a private machine of its own (namespace.py), with a real name server and a host that takes mail. A client submits mail
over SMTP, and for every kind of domain the reply at RCPT is compared; then the gate is killed, stalled, restarted and reloaded.
miltertest, of the package of that name, runs the scripts in tests/live/miltertest.
Without root, namespaces or the packages every mail server is skipped by name and counted. The table in docs/gate.md is written by
gate_matrix.py.
"""
import argparse
import pathlib
import re
import signal
import smtplib
import sys
from concurrent.futures import ThreadPoolExecutor

import matrix
import namespace
import peer as peers
import zone
from gate_daemon import Gate
from relay_daemon import ROOT, WAIT_S, wait_until
from relay_machine import Machine
from relay_peers import check, equal, run_cases
from root import Root

LIMIT_S = 240
PLACE = "127.0.0.1:10041"
SENDER = "ann@host.example"
UTF8_DOMAIN = "büro.example"
SCRIPTS = pathlib.Path(ROOT, "tests/live/miltertest")
SNIPPETS = {"postfix": "etc/gate/postfix-milter", "postfix_trixie": "etc/gate/postfix-milter", "sendmail": "etc/gate/sendmail",
            "sendmail_trixie": "etc/gate/sendmail"}
PEERS = [*SNIPPETS, "miltertest"]
# Kind, recipient's domain, what the gate makes of it.
KINDS = [("healthy", "host.example", "250"), ("null MX", "null.example", "556 5.1.10"),
         ("null MX with preference 10", "null10.example", "556 5.1.10"), ("no such domain", "gone.example", "550 5.1.2"),
         ("neither MX nor address", "empty.example", "550 5.4.4"), ("MX at a loopback address", "loop.example", "550 5.1.2"),
         ("MX without an address", "dangling.example", "550 5.4.4"), ("no answer from DNS", "broken.example", "250"),
         ("listed in [relay] mailless", "mailless.example", "556 5.3.2"), ("address literal", "[198.51.100.60]", "250")]
CONTENT = (b"From: <ann@host.example>\r\nTo: <bob@host.example>\r\nSubject: Hello\r\nDate: Mon, 30 Nov 2026 12:00:00 +0000\r\n"
           b"Message-ID: <%d@host.example>\r\n\r\n.dots\r\n \r\n8 bit: \xc3\xa4\r\n\r\nlast line\r\n")


def lay_out(machine):
    """The DNS of every kind, and the host of the healthy domains."""
    host = machine.host()
    for domain in ("host.example", "mailless.example", UTF8_DOMAIN.encode("idna").decode()):
        machine.zone.mail_exchanger(domain, host.mx)
    machine.zone.mail_exchanger("null.example", "", 0)
    machine.zone.mail_exchanger("null10.example", "", 10)
    machine.zone.mail_exchanger("büronull.example".encode("idna").decode(), "", 0)
    machine.zone.record("empty.example", "TXT", '"no mail here"')
    machine.zone.host("mx.loop.example", "127.0.0.1")
    machine.zone.mail_exchanger("loop.example", "mx.loop.example")
    machine.zone.mail_exchanger("dangling.example", "mx.dangling.example")
    machine.zone.unloadable("broken.example")
    return host


def use_snippet(peer):
    """The lines of etc/gate in the server's own configuration, as the snippet says."""
    snippet = pathlib.Path(ROOT, SNIPPETS[peer.name]).read_text(encoding="utf-8")
    if peer.package == "postfix":
        main = peer.root.read("/etc/postfix/main.cf")
        peer.root.write("/etc/postfix/main.cf", main + "\n" + snippet)
        return
    head, mailers, tail = peer.root.read("/etc/mail/sendmail.mc").partition("MAILER_DEFINITIONS")
    check(mailers, "sendmail.mc has no MAILER_DEFINITIONS")
    peer.root.write("/etc/mail/sendmail.mc", head + snippet + mailers + tail)
    peer.root.write("/etc/mail/sendmail.cf", peer.root.run("m4", "/etc/mail/sendmail.mc"))
    peer.root.write("/etc/aliases", f"postmaster: {peers.USER}\n")
    peer.root.run("newaliases")


def start_gate(machine, verdicts=None):
    """It asks the name server that the mail server asks."""
    machine.zone.serve(machine.network)
    return Gate({"listen": {"policy": [], "milter": [PLACE]}, "dns": {"forward": [zone.ADDRESS], "deadline": "5s"},
                 "relay": {"mailless": ["mailless.example"]}, "verdict": verdicts or {}}).start()


class Exchange:
    """The cases of one mail server."""

    def __init__(self, name):
        self.machine = Machine()
        self.host = lay_out(self.machine)
        self.gate = start_gate(self.machine)
        self.peer = peers.make(name)
        start, self.peer.start = self.peer.start, lambda: None
        self.peer.prepare()
        use_snippet(self.peer)
        start()
        wait_until(lambda: peers.answers_smtp(25), "the mail server's port 25")
        self.sent = 0

    def client(self):
        client = smtplib.SMTP("127.0.0.1", 25, local_hostname="client.example", timeout=WAIT_S)
        client.ehlo()
        return client

    def send(self, client, recipients, sender=SENDER, options=()):
        """One message; the replies to RCPT, and the content if it was accepted."""
        code, text = client.mail(sender, options)
        if code != 250:
            client.rset()
            return [reply_text(code, text)], None
        replies = [reply_text(*client.rcpt(recipient)) for recipient in recipients]
        if not any(reply.startswith("250") for reply in replies):
            client.rset()
            return replies, None
        self.sent += 1
        content = CONTENT % self.sent
        equal(client.data(content)[0], 250)
        return replies, content

    def arrived(self, content):
        """The message at its destination, whose content is the same to the last byte."""
        mark = content.partition(b"Message-ID: ")[2].partition(b"\r\n")[0]
        message = wait_until(lambda: [one for one in self.host.messages if mark in one.content],
                             lambda: f"the message {mark}; {self.host.commands()[-5:]}")[0]
        check(message.content.endswith(content), f"the content was changed: {message.content}")
        added = message.content[:-len(content)]
        names = {line.partition(b":")[0] for line in added.split(b"\r\n") if line and line[:1] not in b" \t"}
        equal(names, {b"Received"})
        return message

    def replies_at_rcpt(self):
        wrong = []
        with self.client() as client:
            for kind, domain, wanted in KINDS:
                replies, content = self.send(client, [f"bob@{domain}"])
                if not replies[0].startswith(wanted):
                    wrong.append(f"{kind}: {replies[0]}")
                if domain == "host.example":
                    self.arrived(content)
        equal(wrong, [])

    def sender_at_a_null_mx(self):
        with self.client() as client:
            replies, _ = self.send(client, ["bob@host.example"], sender="ann@null.example")
            check(replies[0].startswith("550 5.7.27"), replies)
            _, content = self.send(client, ["bob@host.example"])
            self.arrived(content)

    def one_of_several_recipients(self):
        """The others get the message, all of it; then a second message on the same connection."""
        with self.client() as client:
            replies, content = self.send(client, ["bob@host.example", "bob@null.example", "eve@host.example"])
            equal([reply[:3] for reply in replies], ["250", "556", "250"])
            recipients = self.arrived(content).recipients
            check("bob@null.example" not in str(recipients), recipients)
            replies, content = self.send(client, ["carol@host.example"])
            equal([reply[:3] for reply in replies], ["250"])
            self.arrived(content)

    def empty_sender_and_postmaster(self):
        with self.client() as client:
            replies, _ = self.send(client, ["bob@host.example", "bob@null.example", "postmaster"], sender="")
            check([reply[:3] for reply in replies] == ["250", "556", "250"], replies)

    def domains_beyond_ascii(self):
        with self.client() as client:
            if not client.has_extn("smtputf8"):
                return "SKIP its EHLO does not offer SMTPUTF8"
            client.command_encoding = "utf-8"
            replies, content = self.send(client, [f"bob@{UTF8_DOMAIN}", "bob@büronull.example"], options=["SMTPUTF8"])
            check(replies[0].startswith("250") and replies[1].startswith("556 5.1.10"), replies)
            self.arrived(content)
            return ""

    def headers_are_added(self):
        self.reload({"null_mx": "tag"})
        with self.client() as client:
            replies, content = self.send(client, ["bob@null.example", "bob@host.example"])
        equal([reply[:3] for reply in replies], ["250", "250"])
        mark = b"<%d@host.example>" % self.sent
        message = wait_until(lambda: [one for one in self.host.messages if mark in one.content], "the message")[0]
        added, rest = added_and_rest(message.content)
        check(len(added) == 1 and added[0].startswith(b"X-Turnaway: null_mx <bob@null.example>"), message.content)
        equal(rest, content)
        self.reload({})

    def reload(self, verdicts):
        before = len(self.gate.lines("reloaded"))
        self.gate.settings["verdict"] = verdicts
        self.gate.configure()
        self.gate.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.gate.lines("reloaded")) > before, "the reload")

    def reloaded_in_mid_session(self):
        with self.client() as client:
            client.mail(SENDER)
            equal(client.rcpt("bob@null.example")[0], 556)
            self.reload({"null_mx": "log"})
            equal(client.rcpt("bob@null.example")[0], 250)
            client.rset()
        self.reload({})

    def killed_in_mid_session(self):
        """Mail passes without it, and is refused again when it is back."""
        with self.client() as client:
            client.mail(SENDER)
            equal(client.rcpt("bob@null.example")[0], 556)
            self.gate.kill()
            equal(client.rcpt("bob@host.example")[0], 250)
            self.sent += 1
            content = CONTENT % self.sent
            equal(client.data(content)[0], 250)
            self.arrived(content)
        with self.client() as client:
            replies, content = self.send(client, ["bob@host.example"])
            equal([reply[:3] for reply in replies], ["250"])
            self.arrived(content)
        self.gate.start()
        with self.client() as client:
            equal(self.send(client, ["bob@null.example"])[0][0][:3], "556")

    def stalled(self):
        """After its own timeout the mail server goes on without the gate."""
        self.gate.process.send_signal(signal.SIGSTOP)
        try:
            with self.client() as client:
                replies, content = self.send(client, ["bob@host.example"])
                equal([reply[:3] for reply in replies], ["250"])
                self.arrived(content)
        finally:
            self.gate.process.send_signal(signal.SIGCONT)
        with self.client() as client:
            equal(self.send(client, ["bob@null.example"])[0][0][:3], "556")

    def without_the_gate(self):
        """What default_action makes of mail while the gate is not running, and that accept needs no Postfix restart later."""
        if self.peer.package != "postfix":
            return "SKIP F= of Sendmail is left as the snippet has it"
        snippet = self.peer.root.run("postconf", "-h", "smtpd_milters").strip()
        check("default_action=accept" in snippet, snippet)
        self.gate.kill()
        found = {}
        for action in ("reject", "tempfail", "accept"):
            self.peer.set("smtpd_milters", snippet.replace("default_action=accept", f"default_action={action}"))
            try:
                with self.client() as client:
                    found[action] = self.send(client, ["bob@host.example"])[0][0][:3]
            except smtplib.SMTPConnectError as error:
                found[action] = f"{error.smtp_code} in the greeting"
        equal(found, {"reject": "554 in the greeting", "tempfail": "451", "accept": "250"})
        self.gate.start()
        with self.client() as client:
            equal(self.send(client, ["bob@null.example"])[0][0][:3], "556")
        return ""

    def through_a_unix_socket(self):
        """In the chroot of smtpd, as the second form of the snippet has it."""
        if self.peer.package != "postfix":
            return "SKIP its snippet has only TCP"
        folder = self.peer.root.top / "var/spool/postfix/turnaway"
        folder.mkdir()
        other = next(line for line in pathlib.Path(ROOT, SNIPPETS[self.peer.name]).read_text(encoding="utf-8").splitlines()
                     if line.startswith("#smtpd_milters"))
        self.peer.set("smtpd_milters", other.partition("=")[2].strip())
        self.gate.stop()
        # The group of Postfix is in the package's system only; a short way there, for a socket has at most 107 bytes.
        short = self.gate.folder / "chroot"
        short.symlink_to(folder)
        try:
            self.gate.settings["listen"].update(milter=[str(short / "milter.sock")], socket_mode="0666")
            self.gate.start()
            with self.client() as client:
                replies, content = self.send(client, ["bob@null.example", "bob@host.example"])
                equal([reply[:3] for reply in replies], ["556", "250"])
                self.arrived(content)
        finally:
            short.unlink()

    def stopped_cleanly(self):
        self.peer.root.run(*stop_command(self.peer.package), check=False)
        equal(self.gate.stop(), 0)
        faults = [line["words"] for line in self.gate.lines("trouble") if "connection closed" in line["words"]]
        equal(faults, [])


def added_and_rest(content):
    """The header fields of the gate, and the message as it was before it and the mail servers added their own."""
    head, gap, body = content.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    added = [field for field in fields if field.startswith(b"X-Turnaway:")]
    rest = [field for field in fields if field not in added and not field.startswith(b"Received:")]
    return added, b"\r\n".join(rest) + gap + body


def reply_text(code, text):
    return f"{code} " + " ".join(text.decode(errors="replace").split())


def stop_command(package):
    return ["postfix", "stop"] if package == "postfix" else ["/etc/init.d/sendmail", "stop"]


CASES = ("replies_at_rcpt", "sender_at_a_null_mx", "one_of_several_recipients", "empty_sender_and_postmaster", "domains_beyond_ascii",
         "headers_are_added", "reloaded_in_mid_session", "killed_in_mid_session", "stalled", "without_the_gate",
         "through_a_unix_socket", "stopped_cleanly")


def inside(name):
    exchange = Exchange(name)
    skipped = {}

    def run(case):
        skipped[case] = getattr(exchange, case)() or ""
    results = run_cases([(case, lambda case=case: run(case)) for case in CASES])
    exchange.gate.remove()
    return {case: wrong or skipped[case] for case, wrong in results.items()}


def miltertest_root():
    return Root("miltertest", ["miltertest"])


def miltertest_inside():
    """Every script, by name."""
    machine = Machine()
    lay_out(machine)
    gate = start_gate(machine, {"loopback_mx": "tag"})
    root = miltertest_root()
    root.mount()

    def run(script):
        root.write(f"/root/{script.name}", script.read_text(encoding="utf-8"))
        root.run("miltertest", "-s", f"/root/{script.name}")
    results = run_cases([(script.stem, lambda script=script: run(script)) for script in sorted(SCRIPTS.glob("*.lua"))])
    results.update(run_cases([("stops", lambda: equal(gate.stop(), 0))]))
    gate.remove()
    return results


def run_peer(name):
    """(passed, failed); prints one line for each case."""
    try:
        if name == "miltertest":
            results = namespace.call("gate_milter_peers:miltertest_inside", {}, limit_s=LIMIT_S)
        else:
            results = namespace.call("gate_milter_peers:inside", {"name": name}, limit_s=LIMIT_S)
    except namespace.NamespaceError as error:
        results = {"starts": str(error)}
    failed = 0
    for case, wrong in results.items():
        word = "PASS" if not wrong else "SKIP" if wrong.startswith("SKIP") else "FAIL"
        print(f"{word} gate milter {name} {case.replace('_', ' ')}{': ' if wrong else ''}{wrong.removeprefix('SKIP ')}", flush=True)
        failed += word == "FAIL"
    return len(results) - failed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=matrix.listed(PEERS), default=PEERS, help="comma separated")
    options = parser.parse_args()
    reason = namespace.become_root() or (None if Gate.program.exists() else "turnaway-gate is not built") or namespace.unavailable()
    missing = {} if reason else matrix.install([name for name in options.only if name in SNIPPETS])
    if not reason and "miltertest" in options.only and not miltertest_root().installed():
        missing["miltertest"] = matrix.fetch(miltertest_root())
    missing = {name: why for name, why in missing.items() if why}
    reason = reason or (f"no name server: {missing['nsd']}" if "nsd" in missing else None)
    skipped = [name for name in options.only if reason or name in missing]
    for name in skipped:
        print(f"SKIP gate milter {name}: {reason or missing[name]}")
    with ThreadPoolExecutor(matrix.AT_ONCE) as pool:
        counts = list(pool.map(run_peer, [name for name in options.only if name not in skipped]))
    passed, failed = (sum(count[part] for count in counts) for part in (0, 1))
    print(f"{passed} passed, {failed} failed, {len(skipped)} mail servers skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
