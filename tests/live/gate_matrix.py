#!/usr/bin/env python3
"""turnaway-gate behind real mail servers: what each answers at RCPT for every kind of domain, with the files of etc/gate/ as they are.

    tests/live/gate_matrix.py [--only postfix-policy,exim-line] [--write docs/gate.md]

Each way has a private machine (namespace.py) with NSD, the gate and the mail server as Debian's package sets it up. First the server
is asked without the gate, then with it. Mail to a healthy domain must arrive as it was, also beside a refused recipient, and a gate
that is killed or stopped must not hold mail up, except where smtpd runs it. `--write` replaces the table in the page. Without root,
namespaces or the packages every way is skipped by name and counted.
"""
import argparse
import os
import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import gate_milter_peers
import matrix
import namespace
import peer as peers
import zone
from relay_daemon import BIN, ROOT, toml, wait_until
from relay_machine import Machine
from root import DOMAIN

GATE = BIN / "turnaway-gate"
SNIPPETS = pathlib.Path(ROOT, "etc/gate")
LIMIT_S = 200
SENDER = f"ann@{DOMAIN}"
# (kind of domain, recipient, reply with the gate; None: the mail server's own)
KINDS = [
    ("accepts mail", "bob@healthy.example", "250"),
    ("null MX", "bob@null.example", "556 5.1.10"),
    ("null MX with preference 10", "bob@null10.example", "556 5.1.10"),
    ("null MX, name beyond ASCII", "bob@xn--nll-hoa.example", "556 5.1.10"),
    ("only MX is loopback", "bob@loopback.example", "550 5.1.2"),
    ("MX without an address", "bob@dangling.example", "550 5.4.4"),
    ("does not exist", "bob@absent.example", "550 5.1.2"),
    ("neither MX nor address", "bob@text.example", "550 5.4.4"),
    ("all hosts say 521", "bob@refusing.example", "550 5.3.2"),
    ("in `[relay] mailless`", "bob@mailless.example", "556 5.3.2"),
    ("DNS does not answer", "bob@servfail.example", None),
    ("address literal", "bob@[192.0.2.77]", None),
    ("`postmaster` alone", "postmaster", None),
]
SENDERS = [("accepts mail, sender `<>`", "", "bob@healthy.example", "250"),
           ("accepts mail, sender at a null MX", "ann@null.example", "bob@healthy.example", "550 5.7.27")]
CONTENT = b"Subject: as it was\r\n\r\n.dots\r\n\ttabs and trailing blanks  \r\n\r\nend\r\n"


def settings():
    """The deadline is below that of every snippet, and longer than the default, for a busy machine."""
    return {"": {"hostname": "gate.example"},
            "listen": {"policy": ["127.0.0.1:10040"], "milter": ["127.0.0.1:10041"], "line": ["127.0.0.1:10042"]},
            "answer": {"deadline": "3s"}, "relay": {"mailless": ["mailless.example"]}, "dns": {"forward": [zone.ADDRESS]},
            "memory": {"probe_greeting": True}, "control": {"socket": ""}, "log": {"level": "debug"}, "user": {"name": ""}}


def fill(machine):
    """The zone; returns the host of the healthy domain."""
    z, healthy, refusing = machine.zone, machine.host(), machine.host({"greeting": "521 mx.refusing.example Host does not accept mail"})
    z.mail_exchanger("healthy.example", healthy.mx)
    z.mail_exchanger("refusing.example", refusing.mx)
    for name, preference in (("null.example", 0), ("null10.example", 10), ("xn--nll-hoa.example", 0)):
        z.mail_exchanger(name, "", preference)
    z.host("lo.hosts.example", "127.0.0.1")
    z.mail_exchanger("loopback.example", "lo.hosts.example")
    z.mail_exchanger("dangling.example", "gone.hosts.example")
    z.record("text.example", "TXT", '"no address, no MX"')
    z.mail_exchanger("mailless.example", healthy.mx)
    z.unloadable("servfail.example")
    z.host(f"mx.{DOMAIN}", namespace.Network.NEAR)
    z.mail_exchanger(DOMAIN, f"mx.{DOMAIN}")
    return healthy


# --- each mail server with the file of etc/gate/ ---


def snippet(name):
    return (SNIPPETS / name).read_text()


def use_main_cf(peer, name):
    for line in re.findall(r"^[a-z_]+ *=.*$", snippet(name), re.MULTILINE):
        peer.root.run("postconf", line)
    peer.root.run("postfix", "reload")


def restart_smtpd(peer):
    peer.daemon.terminate()
    peer.daemon.wait()
    start_smtpd(peer)


def start_smtpd(peer):
    """In the foreground, so that it can be ended."""
    peer.root.run("install", "-d", "/var/spool")
    peer.daemon = peer.root.start("sh", "-c", "exec smtpd -d 2>>/tmp/gate.log")
    peer.wait_for(lambda: peers.answers_smtp(25), "start")


def use_smtpd_conf(peer, name):
    conf = peer.root.read("/etc/smtpd.conf").replace("listen on localhost\n", snippet(name))
    peer.root.write("/etc/smtpd.conf", conf)
    restart_smtpd(peer)


def use_exim_acl(peer, name):
    template = "/etc/exim4/exim4.conf.template"
    peer.root.write(template, peer.root.read(template).replace("\nacl_check_rcpt:\n", "\nacl_check_rcpt:\n" + snippet(name)))
    peer.root.run("update-exim4.conf")
    os.kill(int(peer.root.read("/run/exim4/exim.pid")), signal.SIGHUP)
    time.sleep(1)
    peer.wait_for(lambda: peers.answers_smtp(25), "read its configuration again")


def use_sendmail_mc(peer, _):
    gate_milter_peers.use_snippet(peer)
    peer.root.run("/etc/init.d/sendmail", "restart")
    peer.wait_for(lambda: peers.answers_smtp(25), "start again")


# Postfix replaces an enhanced code of the form 5.1.n that it does not know in the reply of a policy service.
REPLACED = dict.fromkeys(("postfix-policy", "postfix-policy-trixie"), {"556 5.1.10": "556 5.1.0"})
# way: (mail server, title, its file in etc/gate/, how it is used, whether the gate is a daemon)
WAYS = {
    "postfix-policy": ("postfix", "Postfix, policy service", "postfix-policy", use_main_cf, True),
    "postfix-policy-trixie": ("postfix_trixie", "Postfix, policy service", "postfix-policy", use_main_cf, True),
    "opensmtpd-filter": ("opensmtpd", "OpenSMTPD, filter", "opensmtpd", use_smtpd_conf, False),
    "postfix-milter": ("postfix", "Postfix, milter", "postfix-milter", use_main_cf, True),
    "postfix-milter-trixie": ("postfix_trixie", "Postfix, milter", "postfix-milter", use_main_cf, True),
    "sendmail-milter": ("sendmail", "Sendmail, milter", "sendmail", use_sendmail_mc, True),
    "exim-line": ("exim", "Exim, line", "exim", use_exim_acl, True),
    "opensmtpd-filter-trixie": ("opensmtpd_trixie", "OpenSMTPD, filter", "opensmtpd", use_smtpd_conf, False),
    "sendmail-milter-trixie": ("sendmail_trixie", "Sendmail, milter", "sendmail", use_sendmail_mc, True),
    "exim-line-trixie": ("exim_trixie", "Exim, line", "exim", use_exim_acl, True),
}


def package_of_debian_13():
    """turnaway-gate for Debian 13, if tests/packages/try_packages.py has made it; else None."""
    return max(pathlib.Path(ROOT, "build/packages/trixie").glob("turnaway-gate_*.deb"), default=None)


class Trial:
    def __init__(self, way):
        server, _, self.file, self.use, self.is_daemon = WAYS[way]
        self.machine = Machine.__new__(Machine)  # without its relay
        self.machine.network, self.machine.zone = namespace.Network(), zone.Zone()
        self.machine.addresses = iter(range(60, 200))
        self.host = fill(self.machine)
        self.machine.zone.serve(self.machine.network)
        self.peer = peers.make(server)
        if server.startswith("opensmtpd"):
            self.peer.start = lambda: start_smtpd(self.peer)
        self.peer.prepare()
        self.copy_programs()
        self.peer.root.write("/etc/turnaway-gate.conf", toml(settings()))
        if server.startswith("sendmail"):  # as its settings for the gate have it
            self.peer.root.write("/etc/aliases", f"postmaster: {peers.USER}\n")
            self.peer.root.run("newaliases")
        self.peer.wait_for(lambda: peers.answers_smtp(25), "answer")

    def copy_programs(self):
        """Those of this machine; a program that a mail server of Debian 13 starts is that of the package."""
        top = self.peer.root.top
        if self.is_daemon or self.peer.root.lower == "/":
            shutil.copy(GATE, top / "usr/sbin/turnaway-gate")
            shutil.copy(BIN / "turnaway", top / "usr/bin/turnaway")
        else:
            subprocess.run(["dpkg-deb", "--extract", package_of_debian_13(), top], check=True)

    def start_gate(self):
        options = " --no-sandbox" if "TURNAWAY_NO_SANDBOX" in os.environ else ""
        if self.peer.root.lower == "/":
            self.gate = self.peer.root.start("sh", "-c", f"exec /usr/sbin/turnaway-gate{options} 2>/tmp/gate.log")
        else:  # it may lack libraries there
            top = self.peer.root.top
            command = f"exec {GATE}{options} --config {top}/etc/turnaway-gate.conf 2>{top}/tmp/gate.log"
            self.gate = subprocess.Popen(["sh", "-c", command], stdin=subprocess.DEVNULL)
        wait_until(lambda: self.peer.root.read("/tmp/gate.log").count("listening") >= 2 or self.gate.poll() is not None, "the gate")

    @staticmethod
    def reply(recipient, sender=SENDER, server="127.0.0.1"):
        """Of MAIL if that is refused, else of RCPT: `556 5.1.10`, and its text."""
        with smtplib.SMTP(server, 25, local_hostname="client.example", timeout=30) as client:
            client.ehlo()
            code, words = client.mail(sender)
            if code == 250:
                code, words = client.rcpt(recipient)
        status = re.match(rb"[245]\.\d+\.\d+", words)
        return f"{code} {status[0].decode()}" if status else str(code), words.decode(errors="replace")

    def replies(self):
        return ({kind: self.reply(to) for kind, to, _ in KINDS}
                | {kind: self.reply(to, sender) for kind, sender, to, _ in SENDERS})

    def one_of_two(self):
        """A refused recipient beside a healthy one, who gets the message as it was."""
        before = len(self.host.messages)
        with smtplib.SMTP("127.0.0.1", 25, local_hostname="client.example", timeout=30) as client:
            client.ehlo()
            client.mail(SENDER)
            codes = [client.rcpt(to)[0] for to in ("bob@healthy.example", "bob@null.example", "carol@healthy.example")]
            if codes != [250, 556, 250]:
                raise AssertionError(f"RCPT: {codes}")
            client.data(CONTENT)
        wait_until(lambda: len(self.host.messages) > before, "the message at the healthy host", 60)
        if not self.host.messages[-1].content.endswith(CONTENT[CONTENT.index(b"\r\n\r\n"):]):
            raise AssertionError(f"the message changed: {self.host.messages[-1].content}")

    def tagged(self):
        """With the action tag the header field arrives, and everything else byte for byte. Last: the gate keeps that action."""
        self.peer.root.write("/etc/turnaway-gate.conf", toml(settings() | {"verdict": {"null_mx": "tag"}}))
        if self.is_daemon:
            os.kill(self.gate.pid, signal.SIGHUP)
            wait_until(lambda: "reload" in self.peer.root.read("/tmp/gate.log"), "the reload of the gate")
        else:
            restart_smtpd(self.peer)
        before, content = len(self.host.messages), gate_milter_peers.CONTENT % 1
        with smtplib.SMTP("127.0.0.1", 25, local_hostname="client.example", timeout=30) as client:
            client.ehlo()
            client.mail(SENDER, ["BODY=8BITMIME"] if client.has_extn("8bitmime") else [])
            codes = [client.rcpt(to)[0] for to in ("bob@healthy.example", "bob@null.example")]
            if codes != [250, 250]:
                raise AssertionError(f"RCPT: {codes}")
            client.data(content)
        wait_until(lambda: len(self.host.messages) > before, "the message at the healthy host", 60)
        added, rest = gate_milter_peers.added_and_rest(self.host.messages[-1].content)
        if len(added) != 1 or not added[0].startswith(b"X-Turnaway: null_mx "):
            raise AssertionError(f"the header field: {added}")
        if rest != content:
            raise AssertionError(f"the message changed: {rest}")

    def doctor_is_content(self):
        """`turnaway doctor --gate` with the real postconf: nothing to do; without default_action a problem."""
        def doctor():
            return self.peer.root.run("/usr/bin/turnaway", "doctor", "--gate", check=False)
        found = doctor()
        if "problem" in found or "warning" in found or "ok       socket" not in found:
            raise AssertionError(found)
        name = "smtpd_recipient_restrictions"
        own = self.peer.root.run("postconf", "-h", name).strip()
        self.peer.set(name, "permit_mynetworks check_policy_service unix:/run/gate.sock")
        found = doctor()
        self.peer.set(name, own)
        if "problem" not in found:
            raise AssertionError(found)

    def gate_has_stopped(self):
        """It takes effect a moment after kill()."""
        return self.gate.poll() is not None or " T " in pathlib.Path(f"/proc/{self.gate.pid}/stat").read_text()

    def gate_is_away(self):
        """Stopped, then killed: the recipient is accepted, and soon."""
        for sign in (signal.SIGSTOP, signal.SIGKILL):
            os.kill(self.gate.pid, sign)
            wait_until(self.gate_has_stopped, "the end of the gate")
            code, words = self.reply("bob@null.example")
            if not code.startswith("250"):
                raise AssertionError(f"after {sign.name}: {code} {words}")


    def order_of_restrictions(self):
        """Strangers who may not relay are refused before the gate is asked; behind permit_mynetworks it does not help own users."""
        def log():
            return self.peer.root.read("/tmp/gate.log")
        before = log().count("stranger@null.example")
        code, words = self.reply("stranger@null.example", server=namespace.Network.NEAR)
        if not code.startswith("554 5.7.1") or log().count("stranger@null.example") != before:
            raise AssertionError(f"a stranger: {code} {words}")
        own = self.peer.root.run("postconf", "-h", "smtpd_recipient_restrictions").strip()
        self.peer.set("smtpd_recipient_restrictions", f"permit_mynetworks {own}")
        wait_until(lambda: self.reply("bob@null.example")[0].startswith("250"), "the gate behind permit_mynetworks")
        self.peer.set("smtpd_recipient_restrictions", own)
        wait_until(lambda: self.reply("bob@null.example")[0].startswith("556"), "the gate before permit_mynetworks")


def wanted():
    return {kind: reply for kind, _, reply in KINDS} | {kind: reply for kind, _, _, reply in SENDERS}


def way_inside(way):
    """{"replies": {kind: [without, with]}, "faults": {case: what is wrong}}"""
    trial = Trial(way)
    alone = trial.replies()
    if trial.is_daemon:
        trial.start_gate()
    trial.use(trial.peer, trial.file)
    guarded, faults = trial.replies(), {}
    for kind, reply in wanted().items():
        expected = alone[kind][0] if reply is None else REPLACED.get(way, {}).get(reply, reply)
        found, words = guarded[kind]
        faults[kind] = "" if found.startswith(expected) else f"expected {expected}, found {found}: {words}"
    cases = {"one recipient of several": trial.one_of_two}
    if trial.file == "postfix-policy":
        cases["the order of restrictions"] = trial.order_of_restrictions
    if way == "postfix-policy":
        cases["turnaway doctor --gate"] = trial.doctor_is_content
    cases["tag"] = trial.tagged
    if trial.is_daemon:
        cases["the gate is away"] = trial.gate_is_away
    for name, case in cases.items():
        try:
            case()
            faults[name] = ""
        except (AssertionError, OSError, smtplib.SMTPException) as error:
            faults[name] = f"{type(error).__name__}: {error} at {traceback.extract_tb(error.__traceback__)[-1].lineno}"
    if any(faults.values()):
        print(f"--- {way}: the gate's log\n{trial.peer.root.read('/tmp/gate.log')[-3000:]}")
    return {"replies": {kind: [alone[kind][0], guarded[kind][0]] for kind in guarded}, "faults": faults,
            "version": trial.peer.version()}


def run_way(way):
    """The result; prints one line for each case."""
    try:
        result = namespace.call("gate_matrix:way_inside", {"way": way}, limit_s=LIMIT_S)
    except namespace.NamespaceError as error:
        result = {"faults": {"starts": str(error)}}
    for name, wrong in result["faults"].items():
        print(f"FAIL gate {way} {name}: {wrong}" if wrong else f"PASS gate {way} {name}", flush=True)
    return result


# --- the table of docs/gate.md ---

BEGIN, END = "<!-- table: tests/live/gate_matrix.py -->\n", "<!-- end of table -->\n"


def table(results):
    titles = [f"{WAYS[way][1]} ({result['version']})" for way, result in results.items()]
    lines = [f"Measured on {time.strftime('%Y-%m-%d')}. In brackets: the reply of the same server without the gate.", "",
             "| recipient's domain | " + " | ".join(titles) + " |", "|---" * (len(titles) + 1) + "|"]
    for kind in wanted():
        cells = [f"`{with_gate}` ({alone})" if with_gate != alone else f"`{alone}`"
                 for alone, with_gate in (result["replies"][kind] for result in results.values())]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write(page, results):
    text = page.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    page.write_text(text[:begin] + table(results) + text[end:])
    namespace.give_back(page)
    print(f"wrote {page}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=matrix.listed(list(WAYS)), default=list(WAYS), help="ways, comma separated")
    parser.add_argument("--write", type=pathlib.Path, metavar="PAGE", help="replace the table in this page")
    options = parser.parse_args()
    reason = namespace.become_root() or (None if GATE.exists() else "turnaway-gate is not built") or namespace.unavailable()
    missing = {} if reason else matrix.install(sorted({WAYS[way][0] for way in options.only}))
    reason = reason or (f"no name server: {missing['nsd']}" if "nsd" in missing else None)
    if not package_of_debian_13():
        missing["opensmtpd_trixie"] = "no build/packages/trixie/turnaway-gate_*.deb: tests/packages/try_packages.py trixie makes it"
    skipped = [way for way in options.only if reason or WAYS[way][0] in missing]
    for way in skipped:
        print(f"SKIP gate {way}: {reason or missing[WAYS[way][0]]}")
    present = [way for way in options.only if way not in skipped]
    with ThreadPoolExecutor(matrix.AT_ONCE) as pool:
        results = dict(zip(present, pool.map(run_way, present)))
    failed = sum(any(result["faults"].values()) for result in results.values())
    passed = sum(not wrong for result in results.values() for wrong in result["faults"].values())
    if options.write and not failed:
        write(options.write, results)
    print(f"{passed} passed, {failed} ways failed, {len(skipped)} ways skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
