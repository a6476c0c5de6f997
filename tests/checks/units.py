"""Holds the systemd units against what the programs do and the manuals say, one rule a test.

A rule is a function of the units (their settings) that gives what is wrong; each is shown the units as they are and units that
break it, so that no rule is one that cannot fail. What only a running systemd shows is in tests/live/units_test.py.
"""
import pathlib
import re
import subprocess
import shutil
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = ROOT / "etc/systemd"
PROGRAMS = [line.split() for line in (ROOT / "cmake/programs.txt").read_text().splitlines() if not line.startswith("#")]
DAEMONS = {name: f"{name}.{section}" for name, _, section in PROGRAMS if section == "8"}
# A person has to mend what these stand for (sysexits.h): a daemon that ends so is not started again.
NEED_A_PERSON = {"64", "65", "66", "77", "78"}


def settings_of(text):
    """[(key, value)] in order, comments and sections left out."""
    lines = [line for line in text.splitlines() if line and line[0] not in "#;["]
    return [tuple(line.split("=", 1)) for line in lines]


class Unit:
    def __init__(self, name, text):
        self.name, self.text, self.settings = name, text, settings_of(text)

    def all(self, key):
        return [value for name, value in self.settings if name == key]

    def one(self, key):
        return (self.all(key) or [""])[-1]


def codes_in_manual(page):
    section = (ROOT / "man" / page).read_text().partition(".Sh EXIT STATUS")[2].partition("\n.Sh ")[0]
    return set(re.findall(r"^\.It (\d+)$", section, re.MULTILINE))


def default_of(key):
    return re.search(rf'^# {key} = "(.*)"$', (ROOT / "etc/turnaway-relay.conf").read_text(), re.MULTILINE)[1]


def no_check_before_the_start(service):
    for command in service.all("ExecStartPre") + service.all("ExecCondition"):
        if "turnaway" in command and service.one("Restart") != "no":
            yield f"ExecStartPre={command}: its failure is repeated for ever, RestartPreventExitStatus is not asked"


def codes_that_need_a_person_end_it(service):
    documented = codes_in_manual(DAEMONS[service.name]) & NEED_A_PERSON
    prevented = set(service.one("RestartPreventExitStatus").split())
    for code in sorted(documented - prevented):
        yield f"RestartPreventExitStatus lacks {code}, which the manual has"
    for code in sorted(prevented - documented):
        yield f"RestartPreventExitStatus has {code}, which needs no person or is not in the manual"


def the_manual_names_them(service):
    codes = service.one("RestartPreventExitStatus").split()
    words = ", ".join(codes[:-1]) + f" and {codes[-1]}"
    if f"After {words} an administrator must act" not in (ROOT / "man" / DAEMONS[service.name]).read_text():
        yield f"man/{DAEMONS[service.name]} does not say that an administrator must act after {words}"


def it_comes_back_after_trouble(service):
    if service.one("Restart") != "on-failure":
        yield "a daemon that was killed does not come back"


def what_is_written_can_be_written(service):
    if service.name != "turnaway-relay":
        return
    spool, control = default_of("path"), pathlib.Path(default_of("socket"))
    if spool not in service.one("ReadWritePaths").split():
        yield f"the queue in {spool} cannot be written to"
    if str(control.parent) != "/run/" + service.one("RuntimeDirectory"):
        yield f"the folder of the control socket {control} is not made"
    if not re.search(rf"^d {spool} 0700 {service.one('User')} ", (ROOT / "etc/tmpfiles.d/turnaway-relay.conf").read_text(), re.MULTILINE):
        yield f"tmpfiles.d does not make {spool} for {service.one('User')}"
    if not re.search(rf"^u {service.one('User')} ", (ROOT / "etc/sysusers.d/turnaway-relay.conf").read_text(), re.MULTILINE):
        yield f"sysusers.d does not make the user {service.one('User')}"


def another_group_reaches_the_control_socket(service):
    if service.name != "turnaway-relay":
        return
    if service.one("PrivateUsers") == "yes":
        yield "with PrivateUsers=yes no other group exists"
    if int(service.one("RuntimeDirectoryMode") or "755", 8) & 0o011 != 0o011:
        yield "its folder lets no group through"
    if not any("@chown" in value.split() for value in service.all("SystemCallFilter")):
        yield "the socket cannot be given to the group"


def the_program_can_confine_itself(service):
    allowed = " ".join(value for value in service.all("SystemCallFilter") if not value.startswith("~")).split()
    for call in ("capset", "seccomp", "landlock_create_ruleset", "landlock_restrict_self"):
        if call not in allowed:
            yield f"the program itself calls {call}"
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "ProtectKernelModules", "MemoryDenyWriteExecute"):
        if service.one(key) != "yes":
            yield f"{key}=yes is missing"
    if service.one("ProtectSystem") != "strict" or service.one("CapabilityBoundingSet"):
        yield "it may change the system, or has capabilities"


def clients_do_not_start_it_for_ever(socket):
    if socket.one("FlushPending") != "yes":
        yield "a client that waits starts the service again and again when it cannot start"
    if socket.one("TriggerLimitIntervalSec"):
        yield "with a limit on starts that clients cause, a service that waits for its disk is given up"


RULES = [  # the rule, the kind of unit it is for, and an edit of a unit that breaks it
    (no_check_before_the_start, "service", "turnaway-relay",
     ("ExecStart=/usr", "ExecStartPre=/usr/sbin/turnaway-relay --check-config\nExecStart=/usr")),
    (codes_that_need_a_person_end_it, "service", "turnaway-relay", ("64 65 66", "64 65")),
    (codes_that_need_a_person_end_it, "service", "turnaway-refuse", ("64 77", "64 71 77")),
    (codes_that_need_a_person_end_it, "service", "turnaway-refuse", ("RestartPreventExitStatus", "#")),
    (the_manual_names_them, "service", "turnaway-refuse", ("64 77 78", "64 78")),
    (it_comes_back_after_trouble, "service", "turnaway-refuse", ("Restart=on-failure", "Restart=no")),
    (what_is_written_can_be_written, "service", "turnaway-relay", ("ReadWritePaths=/var/spool/turnaway", "ReadWritePaths=/var/spool")),
    (what_is_written_can_be_written, "service", "turnaway-relay", ("RuntimeDirectory=turnaway", "#")),
    (what_is_written_can_be_written, "service", "turnaway-relay", ("User=turnaway", "User=relay")),
    (another_group_reaches_the_control_socket, "service", "turnaway-relay", ("PrivateIPC=yes", "PrivateUsers=yes")),
    (another_group_reaches_the_control_socket, "service", "turnaway-relay", ("Mode=0755", "Mode=0750")),
    (another_group_reaches_the_control_socket, "service", "turnaway-relay", ("SystemCallFilter=@chown ", "SystemCallFilter=")),
    (the_program_can_confine_itself, "service", "turnaway-refuse", ("capset seccomp", "capset")),
    (the_program_can_confine_itself, "service", "turnaway-relay", ("ProtectHome=yes", "ProtectHome=no")),
    (clients_do_not_start_it_for_ever, "socket", "turnaway-relay", ("FlushPending=yes", "FlushPending=no")),
    (clients_do_not_start_it_for_ever, "socket", "turnaway-refuse", ("FlushPending=yes", "FlushPending=yes\nTriggerLimitIntervalSec=1h")),
]


LEARN = "turnaway-gate-learn"


def it_reads_only_the_units_of_postfix(service):
    command = service.one("ExecStart")
    if "--identifier" in command or " -t " in command or "--unit=postfix" not in command:
        yield "any user of the machine can write to the journal in the name of postfix/smtp"


def it_is_started_again_when_the_journals_reader_ends(service):
    if service.one("Restart") != "always":
        yield "the end of the log is status 0"


def it_may_read_the_journal_and_ask_the_gate(service):
    if "systemd-journal" not in service.all("SupplementaryGroups"):
        yield "the journal is for the group systemd-journal"
    if service.one("User") != unit("turnaway-gate", "service").one("User"):
        yield "the control socket is for the user of the gate"
    if service.one("BindsTo") != "turnaway-gate.service" or "turnaway-gate.service" not in service.one("After").split():
        yield "it does not start and end with the gate"


def its_reader_needs_no_network(service):
    if service.one("PrivateNetwork") != "yes" or service.one("RestrictAddressFamilies") != "AF_UNIX":
        yield "it has a network"


def its_statuses_are_in_the_manual(service):
    for code in set(service.one("RestartPreventExitStatus").split()) - codes_in_manual("turnaway-gate.8"):
        yield f"RestartPreventExitStatus has {code}, which is not in the manual"


LEARN_RULES = [  # the rule and an edit of the unit that breaks it
    (it_reads_only_the_units_of_postfix, ("--unit=postfix.service --unit=postfix@-.service", "--identifier=postfix/smtp")),
    (it_is_started_again_when_the_journals_reader_ends, ("Restart=always", "Restart=on-failure")),
    (it_may_read_the_journal_and_ask_the_gate, ("SupplementaryGroups=systemd-journal", "SupplementaryGroups=adm")),
    (it_may_read_the_journal_and_ask_the_gate, ("User=turnaway-gate", "User=nobody")),
    (it_may_read_the_journal_and_ask_the_gate, ("BindsTo=", "Wants=")),
    (its_reader_needs_no_network, ("PrivateNetwork=yes", "PrivateNetwork=no")),
    (its_statuses_are_in_the_manual, ("64 66 78", "64 66 75")),
    (no_check_before_the_start, ("ExecStart=/bin", "ExecStartPre=/usr/sbin/turnaway-gate --check-config\nExecStart=/bin")),
]


def unit(name, kind, edit=None):
    text = (UNITS / f"{name}.{kind}").read_text()
    if edit:
        assert edit[0] in text, f"{name}.{kind} has no {edit[0]}"
        text = text.replace(*edit)
    return Unit(name, text)


class Units(unittest.TestCase):
    def test_every_rule_holds(self):
        for rule, kind in dict.fromkeys((rule, kind) for rule, kind, _, _ in RULES):
            for name in DAEMONS:
                with self.subTest(rule.__name__, unit=f"{name}.{kind}"):
                    self.assertEqual(list(rule(unit(name, kind))), [])

    def test_every_rule_can_be_broken(self):
        for rule, kind, name, edit in RULES:
            with self.subTest(rule.__name__, edit=edit):
                self.assertNotEqual(list(rule(unit(name, kind, edit))), [])

    def test_the_reader_of_the_journal(self):
        for rule, edit in LEARN_RULES:
            with self.subTest(rule.__name__, edit=edit):
                self.assertEqual(list(rule(unit(LEARN, "service"))), [])
                self.assertNotEqual(list(rule(unit(LEARN, "service", edit))), [])

    def test_each_daemon_has_both_units_and_they_name_each_other(self):
        for name in DAEMONS:
            service = unit(name, "service")
            self.assertEqual(service.one("Requires"), f"{name}.socket")
            self.assertIn(f"{name}.socket", service.one("After").split())
            self.assertTrue(service.one("ExecStart").startswith(f"/usr/sbin/{name} "))
            self.assertTrue((UNITS / f"{name}.socket").exists())

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not here")
    def test_systemd_understands_every_line(self):
        with tempfile.TemporaryDirectory() as folder:
            files = {name: [f"{name}.service", f"{name}.socket"] for name in DAEMONS} | {LEARN: [f"{LEARN}.service"]}
            for file in sum(files.values(), []):
                # The program need not be installed here.
                text = re.sub(r"/usr/sbin/turnaway-\w+", "/bin/true", (UNITS / file).read_text())
                pathlib.Path(folder, file).write_text(text)
            for name, own in files.items():
                done = subprocess.run(["systemd-analyze", "verify", "--man=no", *(f"{folder}/{file}" for file in own)],
                                      capture_output=True, text=True)
                ours = [line for line in done.stderr.splitlines() if folder in line or name in line]
                self.assertEqual(ours, [])


if __name__ == "__main__":
    sys.exit(unittest.main())
