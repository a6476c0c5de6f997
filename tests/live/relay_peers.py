#!/usr/bin/env python3
"""turnaway-relay among real programs: NSD with every odd form of MX, swaks, Postfix and Exim as destination and as source, with
STARTTLS both ways.

    tests/live/relay_peers.py [--only dns,postfix,exim]

Each group has private machines of its own (namespace.py) with servers as Debian's packages set them up. DESIGN section 6,
requirements 5, 6, 9 to 11, 41, 43, 44 and 50 as real servers see them. Without root, namespaces or the packages every group is
skipped by name and counted.
"""
import argparse
import shutil
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import matrix
import namespace
import peer as peers
from mailbox import read_bounce
from relay_daemon import PROGRAM, wait_until
from relay_machine import CERTIFICATE, KEY, RELAY_ADDRESS, RELAY_NAME, Machine
from root import DOMAIN
from zone import resolv_conf

GROUPS = ["dns", "postfix", "exim"]
LIMIT_S = 240
SWAKS_RCPT_REFUSED = 24  # swaks(1), EXIT CODES
NOBODY = f"no-such-user@{DOMAIN}"


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(found, wanted):
    check(found == wanted, f"expected {wanted}, found {found}")


def run_cases(cases):
    """{name: "" or what is wrong} of (name, function)."""
    results = {}
    for name, case in cases:
        try:
            case()
            results[name] = ""
        except (AssertionError, OSError, namespace.NamespaceError) as error:
            results[name] = f"{type(error).__name__}: {error} at {traceback.extract_tb(error.__traceback__)[-1].lineno}"
    return results


# --- DNS: NSD ---


def refused_forms(zone):
    """(domain, reply to RCPT) of what can never be delivered."""
    zone.mail_exchanger("null.example", "", 0)
    zone.mail_exchanger("null10.example", "", 10)
    zone.mail_exchanger("literal.example", "192.0.2.1")
    zone.host("lo.hosts.example", "127.0.0.1")
    zone.mail_exchanger("loopback.example", "lo.hosts.example")
    zone.host("six.hosts.example", "::1")
    zone.mail_exchanger("loopback6.example", "six.hosts.example")
    zone.mail_exchanger("missing.example", "gone.hosts.example")
    zone.mail_exchanger("ours.example", RELAY_NAME)
    zone.record("text.example", "TXT", '"no address, no MX"')
    zone.record("nowhere.example", "CNAME", "gone.hosts.example.")
    return [("null.example", "556 5.1.10"), ("null10.example", "556 5.1.10"), ("literal.example", "550 5.4.4"),
            ("loopback.example", "550 5.1.2"), ("loopback6.example", "550 5.1.2"), ("missing.example", "550 5.4.4"),
            ("ours.example", "550 5.4.6"), ("text.example", "550 5.4.4"), ("nowhere.example", "550 5.1.2"),
            ("absent.example", "550 5.1.2")]


def usable_forms(zone, host):
    """Domains that lead to the host all the same."""
    zone.mail_exchanger("halfnull.example", "", 0)
    zone.mail_exchanger("halfnull.example", host.mx, 10)
    zone.record("alias.hosts.example", "CNAME", f"{host.mx}.")
    zone.mail_exchanger("toalias.example", "alias.hosts.example")
    zone.record("nickname.example", "CNAME", "halfnull.example.")
    zone.record("nick.nickname.example", "CNAME", "nickname.example.")
    zone.host("implicit.example", host.address)
    zone.record("*.wild.example", "MX", f"10 {host.mx}.")
    zone.mail_exchanger("halfgone.example", "gone.hosts.example", 5)
    zone.mail_exchanger("halfgone.example", host.mx, 10)
    for i in range(60):  # far over what an answer over UDP may hold
        name = f"a-name-that-makes-the-answer-long-{i}.hosts.example"
        zone.host(name, host.address)
        zone.mail_exchanger("long.example", name)
    return ["halfnull.example", "toalias.example", "nickname.example", "nick.nickname.example", "implicit.example",
            "two.labels.wild.example", "halfgone.example", "long.example"]


def troubled_forms(zone):
    """What may be better tomorrow: a loop, and a zone that cannot be loaded."""
    zone.record("loop.example", "CNAME", "pool.example.")
    zone.record("pool.example", "CNAME", "loop.example.")
    zone.unloadable("servfail.example")
    return ["loop.example", "servfail.example"]


def dns_inside():
    machine = Machine()
    relay, host = machine.relay, machine.host()
    refused, usable, troubled = refused_forms(machine.zone), usable_forms(machine.zone, host), troubled_forms(machine.zone)
    machine.start()

    def refuses(domain, reply):
        code, words = machine.send(f"bob@{domain}")
        equal(f"{code} {words.decode().split()[0]}", reply)
        check(domain in words.decode(), words)

    def delivers(domain):
        equal(machine.send(f"bob@{domain}")[0], 250)
        relay.delivery(f"bob@{domain}", "sent")
        equal([message.recipients for message in host.messages if f"@{domain}>" in message.recipients[0]],
              [[f"TO:<bob@{domain}>"]])

    def defers(domain):
        equal(machine.send(f"bob@{domain}")[0], 250)
        equal(relay.delivery(f"bob@{domain}", "deferred")["status"], "4.4.3")

    def swaks(to, *options):
        done = subprocess.run([*machine.network.far(), "swaks", "--server", RELAY_ADDRESS, "--from", peers.SENDER, "--to", to, *options],
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout

    def swaks_is_served():
        for options in ((), ("--tls",), ("--pipeline",)):
            before = len(host.messages)
            code, words = swaks("swaks@implicit.example", *options)
            check(code == 0 and "queued as" in words, words)
            wait_until(lambda before=before: len(host.messages) > before, "the message")
        code, words = swaks("swaks@null.example", "--tls")
        check(code == SWAKS_RCPT_REFUSED and "556 5.1.10" in words, words)

    results = run_cases([(f"refuses {domain}", lambda d=domain, r=reply: refuses(d, r)) for domain, reply in refused]
                        + [(f"delivers {domain}", lambda d=domain: delivers(d)) for domain in usable]
                        + [(f"defers {domain}", lambda d=domain: defers(d)) for domain in troubled])
    if shutil.which("swaks"):
        results.update(run_cases([("serves swaks", swaks_is_served)]))
    else:
        print("SKIP relay dns serves swaks: swaks is not installed", flush=True)
    results.update(run_cases([("stops", machine.stop)]))
    return results


# --- a real mail server on the other side ---


def open_up(peer):
    """What the packages' own settings lack: TLS without ssl-cert, and Exim listens on loopback alone."""
    if peer.name == "postfix":
        peer.root.write("/etc/postfix/test.crt", CERTIFICATE.read_text())
        peer.root.write("/etc/postfix/test.key", KEY.read_text(), mode=0o600)
        peer.root.run("postconf", "smtp_tls_security_level=may", "smtpd_tls_security_level=may", "smtpd_tls_received_header=yes",
                      "smtpd_tls_cert_file=/etc/postfix/test.crt", "smtpd_tls_key_file=/etc/postfix/test.key")
        return
    settings = "/etc/exim4/update-exim4.conf.conf"
    text = peer.root.read(settings).replace("dc_local_interfaces='127.0.0.1 ; ::1'", "dc_local_interfaces=''")
    peer.root.write(settings, text)
    peer.root.write("/etc/exim4/exim.crt", CERTIFICATE.read_text())
    peer.root.write("/etc/exim4/exim.key", KEY.read_text())
    peer.root.write("/etc/exim4/exim4.conf.localmacros", "MAIN_TLS_ENABLE = yes\nMAIN_TLS_CERTIFICATE = /etc/exim4/exim.crt\n"
                    "MAIN_TLS_PRIVATEKEY = /etc/exim4/exim.key\n")


def prepare(peer):
    """As Peer.prepare, with the settings opened in between."""
    start, peer.start = peer.start, lambda: None
    peer.prepare()
    open_up(peer)
    start()


class Exchange:
    """The cases of one real server."""

    def __init__(self, name):
        self.machine = Machine()
        self.relay = self.machine.relay
        self.final = self.machine.host({"RCPT": lambda argument, _: "550 5.1.1 nobody here" if "nobody" in argument else "250 Ok"})
        self.relay.settings["route"] = {"via.example": f"{self.final.address}:25"}
        for domain in ("via.example", "mailless.example"):
            self.machine.zone.mail_exchanger(domain, RELAY_NAME)
        self.machine.start()
        self.peer = peers.make(name)
        prepare(self.peer)
        check(self.peer.root.read("/etc/resolv.conf") == resolv_conf(), "the server has another DNS")

    def bounce(self, about):
        def look():
            for raw in self.peer.mailbox().messages():
                bounce = read_bounce(raw) if about.encode() in raw else None
                if bounce and bounce.report:
                    return bounce
            return None
        return wait_until(look, lambda: f"a report about {about}; {self.peer.mailbox().messages()} {self.relay.log[-6:]}", 40)

    def takes_mail(self):
        """The relay delivers to it, encrypted, and it lies in the mailbox."""
        equal(self.machine.send(peers.SENDER, sender="bob@via.example", content=b"Subject: from far\r\n\r\n.dots\r\nhere\r\n")[0], 250)
        self.relay.delivery(peers.SENDER, "sent")
        raw = wait_until(lambda: [raw for raw in self.peer.mailbox().messages() if b"Subject: from far" in raw], "the message", 40)[0]
        check(b".dots\nhere" in raw, raw)
        hops = raw.partition(b"\n\n")[0]
        check(b"relay.example" in hops and (b"TLS" in hops or b"tls" in hops), f"it did not come encrypted: {hops}")

    def refuses_a_user(self):
        """Its own 5yz at RCPT is what our report, which it takes, says."""
        equal(self.machine.send(NOBODY)[0], 250)
        line = self.relay.delivery(NOBODY, "bounced")
        bounce = self.bounce(NOBODY)
        equal((bounce.action, bounce.status), ("failed", line["status"]))
        check(bounce.diagnostic.startswith("smtp; 550"), bounce.diagnostic)
        equal(bounce.remote_mta, f"dns; mx.{DOMAIN}")
        equal(bounce.per_message["Reporting-MTA"], f"dns; {RELAY_NAME}")

    def sends_mail(self):
        """It sends through us, encrypted, and the content arrives as it was."""
        self.peer.hand_over("carol@via.example", f"From: <{peers.SENDER}>\nSubject: out\n\n.dots\nhere\n")
        self.relay.delivery("carol@via.example", "sent")
        check(self.final.messages[-1].content.endswith(b"\r\n\r\n.dots\r\nhere\r\n"), self.final.messages[-1].content)
        received = wait_until(lambda: self.relay.lines("received", **{"from": peers.SENDER}), "the log")
        check(received and received[-1]["encrypted"], f"it did not come encrypted: {received}")

    def hears_of_a_failure(self):
        """The host behind us refuses: our report reaches its user."""
        self.peer.hand_over("nobody@via.example", f"From: <{peers.SENDER}>\nSubject: out\n\nhello\n")
        bounce = self.bounce("nobody@via.example")
        equal((bounce.action, bounce.status, bounce.diagnostic), ("failed", "5.1.1", "smtp; 550 5.1.1 nobody here"))
        check("nobody here" in " ".join(bounce.human.split()), bounce.human)

    def gives_up_at_556(self):
        """Refused at RCPT with 556: its own report, at once."""
        to = "dora@mailless.example"
        self.peer.hand_over(to, f"From: <{peers.SENDER}>\nSubject: out\n\nhello\n")
        bounce = self.bounce(to)
        equal(bounce.action, "failed")
        check("556" in bounce.diagnostic and "5.3.2" in bounce.diagnostic, bounce.diagnostic)
        equal(self.peer.queue(to), [])


def peer_inside(name):
    exchange = Exchange(name)
    cases = ("takes_mail", "refuses_a_user", "sends_mail", "hears_of_a_failure", "gives_up_at_556")
    results = run_cases([(case.replace("_", " "), getattr(exchange, case)) for case in cases])
    results.update(run_cases([("the relay stops", exchange.machine.stop)]))
    return results


def run_group(group):
    """(passed, failed); prints one line for each case."""
    try:
        if group == "dns":
            results = namespace.call("relay_peers:dns_inside", {}, limit_s=LIMIT_S)
        else:
            results = namespace.call("relay_peers:peer_inside", {"name": group}, limit_s=LIMIT_S)
    except namespace.NamespaceError as error:
        results = {"starts": str(error)}
    for name, wrong in results.items():
        print(f"FAIL relay {group} {name}: {wrong}" if wrong else f"PASS relay {group} {name}", flush=True)
    failed = sum(bool(wrong) for wrong in results.values())
    return len(results) - failed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=matrix.listed(GROUPS), default=GROUPS, help="groups, comma separated")
    groups = parser.parse_args().only
    reason = namespace.become_root() or (None if PROGRAM.exists() else "turnaway-relay is not built") or namespace.unavailable()
    missing = {} if reason else matrix.install([group for group in groups if group != "dns"])
    reason = reason or (f"no name server: {missing['nsd']}" if "nsd" in missing else None)
    skipped = [group for group in groups if reason or group in missing]
    for group in skipped:
        print(f"SKIP relay {group}: {reason or missing[group]}")
    with ThreadPoolExecutor(matrix.AT_ONCE) as pool:
        counts = list(pool.map(run_group, [group for group in groups if group not in skipped]))
    passed, failed = (sum(count[part] for count in counts) for part in (0, 1))
    print(f"{passed} passed, {failed} failed, {len(skipped)} groups skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
