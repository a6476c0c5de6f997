#!/usr/bin/env python3
"""What an administrator of Postfix does with turnaway-gate beside the plain snippets, each with the real Postfix of Debian.

    tests/live/gate_postfix.py [--only learn,groups]

`learn`: its log is followed, and a host that said 521 is known. `groups`: the Unix socket in the chroot, and which groups of the user
postfix count. `docker-mailserver`, `mailcow`: the files of etc/gate/ themselves, with the settings of those projects that matter to
them; their containers are not tried. Without root, namespaces or the packages each is skipped by name and counted.
"""
import argparse
import shutil
import smtplib
import sys
from concurrent.futures import ThreadPoolExecutor

import gate_matrix
import matrix
import namespace
from gate_matrix import GATE, SNIPPETS, Trial, settings
from relay_daemon import toml, wait_until
from relay_peers import check, equal, run_cases

LIMIT_S = 240
REFUSING, NULL, HEALTHY = "bob@refusing.example", "bob@null.example", "bob@healthy.example"
# What docker-mailserver and mailcow have in main.cf as far as it matters to the order of things.
DOCKER_MAILSERVER = ["compatibility_level = 2", "smtpd_helo_required = yes",
                     "smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination",
                     "smtpd_recipient_restrictions = permit_sasl_authenticated, permit_mynetworks, reject_unauth_destination, "
                     "reject_unauth_pipelining"]
MAILCOW = ["compatibility_level = 2", "milter_protocol = 6", "milter_default_action = tempfail",
           "milter_mail_macros = i {mail_addr} {client_addr} {client_name} {auth_authen}",
           "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination",
           "smtpd_recipient_restrictions = permit_sasl_authenticated, permit_mynetworks, reject_unauth_destination",
           "smtpd_milters = inet:rspamd:9900"]


class Postfix(Trial):
    def __init__(self, **changed):
        super().__init__("postfix-policy")
        kept = settings()
        for section, keys in changed.items():
            kept[section] |= keys
        self.peer.root.write("/etc/turnaway-gate.conf", toml(kept))

    def replies_to(self, *recipients):
        return [self.reply(recipient)[0] for recipient in recipients]

    def becomes(self, recipient, code):
        """Postfix needs a moment for new settings."""
        found = []

        def has_become():
            found[:] = self.reply(recipient)
            return found[0].startswith(code)
        wait_until(has_become, lambda: f"{code} for {recipient}: {found}")

    def stranger_is_refused_unasked(self):
        before = self.peer.root.read("/tmp/gate.log").count("stranger@null.example")
        code, words = self.reply("stranger@null.example", server=namespace.Network.NEAR)
        check(code[0] in "45" and "elay access denied" in words, (code, words))
        equal(self.peer.root.read("/tmp/gate.log").count("stranger@null.example"), before)


class Learn:
    """Nobody probes: what the gate knows comes from the log alone."""

    def __init__(self):
        self.postfix = Postfix(memory={"probe_greeting": False}, control={"socket": "/run/turnaway-gate/gate.sock"})
        root = self.postfix.peer.root
        root.run("install", "-d", "/run/turnaway-gate")
        root.run("postconf", "maillog_file=/var/log/mail.log")
        root.run("postfix", "reload")
        self.postfix.start_gate()
        self.postfix.use(self.postfix.peer, self.postfix.file)
        root.start("sh", "-c", "tail -n +1 -F /var/log/mail.log | exec /usr/sbin/turnaway-gate learn --log - >/tmp/learn.log 2>&1")

    def a_host_that_said_521_is_known(self):
        equal([reply[:3] for reply in self.postfix.replies_to(REFUSING)], ["250"])
        with smtplib.SMTP("127.0.0.1", 25, local_hostname="client.example", timeout=30) as client:
            client.sendmail(gate_matrix.SENDER, [REFUSING], gate_matrix.CONTENT)
        root = self.postfix.peer.root
        wait_until(lambda: "learned:" in root.read("/tmp/learn.log"),
                   lambda: f"the lesson: {root.read('/tmp/learn.log')} {root.read('/var/log/mail.log')[-1500:]}", 60)
        check("521 mx.refusing.example Host does not accept mail" in root.read("/tmp/learn.log"), root.read("/tmp/learn.log"))
        code, words = self.postfix.reply(REFUSING)
        check(code == "556 5.3.2" and "said 521" in words, (code, words))

    def other_domains_are_not_affected(self):
        equal([reply[:3] for reply in self.postfix.replies_to(HEALTHY)], ["250"])


class Groups:
    """The gate runs as a user of its own, with a socket for owner and group in the chroot of smtpd."""

    SOCKET = "/var/spool/postfix/turnaway/policy.sock"

    def __init__(self):
        self.postfix = Postfix(listen={"policy": [self.SOCKET], "milter": [], "line": []}, user={"name": "gate"})
        root = self.postfix.peer.root
        root.run("useradd", "--system", "--user-group", "gate")
        root.run("install", "-d", "-o", "gate", "-m", "0755", "/var/spool/postfix/turnaway")
        root.run("postconf", "smtpd_recipient_restrictions = check_policy_service "
                             "{ unix:turnaway/policy.sock, timeout=4s, default_action=DUNNO }")

    def serve(self, group):
        kept = settings() | {"listen": {"policy": [self.SOCKET], "socket_group": group}, "user": {"name": "gate"}}
        root = self.postfix.peer.root
        root.write("/etc/turnaway-gate.conf", toml(kept))
        if getattr(self.postfix, "gate", None):
            self.postfix.gate.terminate()
            self.postfix.gate.wait()
        root.write("/tmp/gate.log", "")
        self.postfix.gate = root.start("sh", "-c", "exec /usr/sbin/turnaway-gate --no-sandbox 2>/tmp/gate.log")
        wait_until(lambda: "listening" in root.read("/tmp/gate.log") or self.postfix.gate.poll() is not None, "the gate")
        return root.run("stat", "-c", "%U %G %a", self.SOCKET, check=False).strip()

    def restart(self):
        self.postfix.peer.root.run("postfix", "stop")
        self.postfix.peer.start()
        wait_until(lambda: gate_matrix.peers.answers_smtp(25), "Postfix")

    def the_users_own_group_alone_is_not_enough(self):
        equal(self.serve(""), "gate gate 660")
        self.restart()
        equal(self.postfix.replies_to(NULL), ["250 2.1.5"])

    def a_group_that_postfix_is_added_to_counts_after_a_restart(self):
        self.postfix.peer.root.run("usermod", "--append", "--groups", "gate", "postfix")
        self.restart()
        self.postfix.becomes(NULL, "556")

    def the_gate_can_give_it_only_to_a_group_of_its_own(self):
        self.postfix.peer.root.run("gpasswd", "--delete", "postfix", "gate")
        equal(self.serve("postfix"), "")
        equal(self.postfix.gate.wait(), 77)

    def the_primary_group_of_postfix_counts(self):
        self.postfix.peer.root.run("usermod", "--append", "--groups", "postfix", "gate")
        equal(self.serve("postfix"), "gate postfix 660")
        self.restart()
        self.postfix.becomes(NULL, "556")


class Container:
    """Postfix with the settings of a project, outside a chroot as there; the gate by the name of its container."""

    def __init__(self, main_cf):
        self.postfix = Postfix()
        root = self.postfix.peer.root
        root.write("/etc/hosts", root.read("/etc/hosts") + "127.0.0.1 turnaway-gate rspamd\n")
        for line in main_cf:
            root.run("postconf", line)
        root.run("postconf", "-F", "smtp/inet/chroot=n")
        self.postfix.start_gate()
        self.install()
        root.run("postfix", "stop")
        self.postfix.peer.start()
        wait_until(lambda: gate_matrix.peers.answers_smtp(25), "Postfix")

    def refused_at_rcpt(self):
        refused = {"DockerMailserver": "556 5.1.0", "Mailcow": "556 5.1.10"}[type(self).__name__]
        equal(self.postfix.replies_to(HEALTHY, NULL), ["250 2.1.5", refused])

    def one_recipient_of_several(self):
        self.postfix.one_of_two()

    def a_stranger_does_not_reach_the_gate(self):
        self.postfix.stranger_is_refused_unasked()

    def postfix_finds_no_fault(self):
        equal(self.postfix.peer.root.run("sh", "-c", "postfix check 2>&1 | grep -E 'warning|fatal|error' | grep -v overriding || true"), "")

    def the_gate_is_away(self):
        self.postfix.gate_is_away()


class DockerMailserver(Container):
    def __init__(self):
        super().__init__(DOCKER_MAILSERVER)

    def install(self):
        root = self.postfix.peer.root
        shutil.copy(SNIPPETS / "docker-mailserver-user-patches.sh", root.top / "tmp/user-patches.sh")
        found = []
        for _ in range(2):  # the container is started again
            root.run("/tmp/user-patches.sh")
            found.append(root.run("postconf", "-h", "smtpd_recipient_restrictions"))
        equal(found[0], found[1])
        check(found[0].endswith(DOCKER_MAILSERVER[-1].partition("= ")[2] + "\n"), found[0])


class Mailcow(Container):
    """Without rspamd, for whose milter a second gate stands that only observes."""

    def __init__(self):
        super().__init__(MAILCOW)

    def install(self):
        root = self.postfix.peer.root
        root.write("/etc/rspamd.conf", toml(settings() | {"": {"hostname": "rspamd.example", "mode": "observe"},
                                                          "listen": {"policy": [], "milter": ["127.0.0.1:9900"]}}))
        root.start("sh", "-c", "exec /usr/sbin/turnaway-gate --config /etc/rspamd.conf --no-sandbox 2>/tmp/rspamd.log")
        root.write("/etc/postfix/main.cf", root.read("/etc/postfix/main.cf") + (SNIPPETS / "mailcow-extra.cf").read_text())


WAYS = {"learn": Learn, "groups": Groups, "docker-mailserver": DockerMailserver, "mailcow": Mailcow}


def inside(way):
    trial = WAYS[way]()
    cases = [name for kind in reversed(type(trial).__mro__) for name in vars(kind)
             if not name.startswith("_") and callable(getattr(trial, name)) and name not in ("install", "serve", "restart")]
    results = run_cases([(name, getattr(trial, name)) for name in dict.fromkeys(cases)])
    if any(results.values()):
        print(f"--- {way}: the logs\n{trial.postfix.peer.root.read('/tmp/gate.log')[-3000:]}{trial.postfix.peer.root.read('/tmp/rspamd.log')}")
    return results


def run_way(way):
    """Whether all went well; prints one line for each case."""
    try:
        results = namespace.call("gate_postfix:inside", {"way": way}, limit_s=LIMIT_S)
    except namespace.NamespaceError as error:
        results = {"starts": str(error)}
    for name, wrong in results.items():
        print(f"{'FAIL' if wrong else 'PASS'} gate {way} {name.replace('_', ' ')}{': ' if wrong else ''}{wrong or ''}", flush=True)
    return not any(results.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=matrix.listed(list(WAYS)), default=list(WAYS), help="comma separated")
    options = parser.parse_args()
    reason = namespace.become_root() or (None if GATE.exists() else "turnaway-gate is not built") or namespace.unavailable()
    missing = {} if reason else matrix.install(["postfix"])
    reason = reason or missing.get("nsd") or missing.get("postfix")
    if reason:
        for way in options.only:
            print(f"SKIP gate {way}: {reason}")
        return 0
    with ThreadPoolExecutor(matrix.AT_ONCE) as pool:
        fine = list(pool.map(run_way, options.only))
    print(f"{sum(fine)} passed, {fine.count(False)} failed")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
