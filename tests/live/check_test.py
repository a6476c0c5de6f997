"""`turnaway check` with a real name server (NSD) and hosts on loopback that say what they are told: every verdict, every form.

No network, no port 25, no right is needed.
"""
import csv
import io
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

import nsd_zone
import zone_signer
from dns_server import DnsServer
from relay_daemon import free_port, loopback_block
from smtp_host import ENDLESS, SILENT, SmtpHost, Slow

BIN = pathlib.Path(os.environ["TURNAWAY_BIN"])
LIMIT_S = 120
NOT_521 = "mx.test Host does not accept mail"
HOSTS = {  # name: script; None: nobody listens
    "ok": {}, "down": None, "silent": {"greeting": SILENT}, "endless": {"greeting": ENDLESS},
    "slow": {"greeting": Slow("220 slow")}, "helo": {"EHLO": "502 no"}, "busy": {"greeting": "421 too busy"},
    "no": {"greeting": f"521 {NOT_521}"}, "ehlo": {"EHLO": f"521 {NOT_521}"},
    "no554": {"greeting": "554 No SMTP service here"},
    "listed": {"greeting": "554 5.7.1 Client host blocked using zen.spamhaus.org"},
    "ssh": {"greeting": "SSH-2.0-OpenSSH_9.2p1\x1b[31m"},
}
block = zone = port = None
anchors = []
hosts, addresses = {}, {}


def setUpModule():
    global block, zone, port
    block = loopback_block()
    port = free_port(f"{block}.10")
    for number, (name, script) in enumerate(HOSTS.items(), 10):
        addresses[name] = f"{block}.{number}"
        if script is not None:
            hosts[name] = SmtpHost(addresses[name], port, script)
    zone = nsd_zone.NsdZone(zone_address(), records(), broken=["broken.test"], signed=signed_zones())


def tearDownModule():
    if zone:
        zone.stop()
    for host in hosts.values():
        host.close()


def records():
    lines = [f"{name}.hosts.test. A {address}" for name, address in addresses.items()]
    lines += [f"{name}.test. MX 10 {name}.hosts.test." for name in HOSTS]
    lines += ["null.test. MX 0 .", "null10.test. MX 10 .", "www.empty.test. A 192.0.2.1", "implicit.test. A 192.0.2.1",
              "loop.test. MX 0 localhost.", "localhost. A 127.0.0.1", "private.test. MX 10 h.private.test.",
              "h.private.test. A 10.1.2.3", "dangling.test. MX 10 nowhere.hosts.test.",
              "noaddress.test. MX 10 t.noaddress.test.", 't.noaddress.test. TXT "x"',
              "mixed.test. MX 0 .", "mixed.test. MX 10 ok.hosts.test.",
              "two.test. MX 10 no.hosts.test.", "two.test. MX 20 ok.hosts.test.",
              "half.test. MX 10 no.hosts.test.", "half.test. MX 20 down.hosts.test.",
              "fails.test. MX 10 mx.broken.test.", "lame.test. NS ns.lame.test.", f"ns.lame.test. A {block}.99",
              "alias.test. CNAME null.test.", "xn--bcher-kva.test. MX 10 ok.hosts.test.", "gmial.com. MX 0 .",
              "hotmial.com. MX 10 ok.hosts.test."]
    long_name = "a-name-that-is-long-enough-to-need-tcp"
    for number in range(60):
        lines += [f"big.test. MX {number} {long_name}{number}.test.", f"{long_name}{number}.test. A 192.0.2.{number + 1}"]
    return lines


def signed_zones():
    zones = {}
    for name in ("signed.test.", "bogus.test."):
        zones[name], anchor = zone_signer.sign(name, [(f"null.{name}", "MX", "0 ."), (f"ns.{name}", "A", zone_address())])
        anchors.append(anchor)
    zones["bogus.test."] = [line.replace("IN MX 0 .", "IN MX 9 .") for line in zones["bogus.test."]]
    return zones


def zone_address():
    return f"{block}.53"


def run(*arguments, resolver=None, loopback=True, text=None):
    usual = ["--timeout", "4s"] if "--timeout" not in arguments else []
    usual += ["--resolver", resolver or f"{zone.address}@{zone.port}"] if "--resolver" not in arguments else []
    usual += ["--loopback-allowed"] if loopback else []
    command = [BIN / "turnaway", "check", "--port", str(port), *usual, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False, input=text)


class CheckTest(unittest.TestCase):
    def check(self, *arguments, **keywords):
        """The one object that --json writes, with its exit code held against it."""
        result = run("--json", *arguments, **keywords)
        self.assertEqual(result.stderr, "")
        found = json.loads(result.stdout)
        self.assertEqual(result.returncode, {"yes": 0, "no": 1, "unknown": 2}[found["accepts_mail"]])
        return found

    def assert_verdict(self, name, acceptance, verdict, *arguments, **keywords):
        with self.subTest(name):
            found = self.check(name, *arguments, **keywords)
            self.assertEqual((found["accepts_mail"], found["verdict"]), (acceptance, verdict), found)
            return found


class Dns(CheckTest):
    def test_every_verdict(self):
        for name, acceptance, verdict in [
                ("ok.test", "yes", "accepts"), ("implicit.test", "yes", "accepts"), ("big.test", "yes", "accepts"),
                ("user@ok.test", "yes", "accepts"), ("bücher.test", "yes", "accepts"), ("null.test", "no", "null-mx"),
                ("null10.test", "no", "null-mx"), ("alias.test", "no", "null-mx"), ("mixed.test", "yes", "malformed-null-mx"),
                ("nothere.test", "no", "no-such-domain"), ("empty.test", "no", "no-mail-host"),
                ("dangling.test", "no", "dangling-mx"), ("noaddress.test", "no", "dangling-mx"),
                ("broken.test", "unknown", "dns-failure"), ("fails.test", "unknown", "dns-failure"),
                ("lame.test", "unknown", "dns-failure")]:
            self.assert_verdict(name, acceptance, verdict)

    def test_addresses_that_nobody_reaches(self):
        self.assert_verdict("loop.test", "no", "loopback-mx", loopback=False)
        self.assert_verdict("user@[127.0.0.1]", "no", "loopback-mx", loopback=False)
        self.assert_verdict("private.test", "no", "private-mx")
        self.assert_verdict("10.1.2.3", "no", "private-mx")
        self.assert_verdict("private.test", "yes", "accepts", "--private-allowed")

    def test_a_big_answer_comes_over_tcp(self):
        found = self.check("big.test")
        self.assertEqual(len(found["dns"][0]["records"]), 60)

    def test_a_server_that_is_silent(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind((f"{block}.54", 0))
            found = self.check("ok.test", "--timeout", "1s", resolver=f"{block}.54@{silent.getsockname()[1]}")
        self.assertEqual((found["verdict"], found["dns"][0]["failure"]), ("dns-failure", "timeout"))
        self.assertIn("not checked", found["dnssec"])

    def test_an_unsigned_root_turns_nothing_bogus(self):
        """The system's trust anchor is for the real root; this one is not signed."""
        self.assertIn("not checked", self.check("null.test")["dnssec"])

    def test_both_forms_of_a_name(self):
        found = self.check("jürgen@BÜCHER.test")
        self.assertEqual((found["domain"], found["unicode"]), ("xn--bcher-kva.test", "bücher.test"))

    def test_slips_of_the_finger(self):
        self.assertIn("Did you mean gmail.com?", run("gmial.com").stdout)
        self.assertIn("similar to hotmail.com", run("hotmial.com").stdout)

    def test_an_absence_is_asked_for_twice(self):
        found = self.check("nothere.test")
        self.assertEqual([each["second_look"] for each in found["dns"]], [False, True])


class Dnssec(CheckTest):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(dir="/var/tmp")
        self.addCleanup(self.folder.cleanup)
        self.anchor = pathlib.Path(self.folder.name, "anchor.key")
        self.anchor.write_text("; for the tests\n" + "\n".join(anchors) + "\n")

    def test_what_is_validated_is_called_so_and_asked_for_once(self):
        found = self.assert_verdict("null.signed.test", "no", "null-mx", "--trust-anchor", self.anchor)
        self.assertTrue(found["secure"] and found["dns"][0]["secure"], found)
        self.assertEqual(found["dnssec"], f"validated from {self.anchor}")
        found = self.assert_verdict("gone.signed.test", "no", "no-such-domain", "--trust-anchor", self.anchor)
        self.assertEqual([each["secure"] for each in found["dns"]], [True])
        self.assertFalse(self.check("null.test", "--trust-anchor", self.anchor)["secure"])

    def test_what_does_not_validate_proves_nothing(self):
        found = self.assert_verdict("null.bogus.test", "unknown", "dns-failure", "--trust-anchor", self.anchor)
        self.assertEqual(found["dns"][0]["failure"], "bogus")

    def test_a_server_that_leaves_signatures_out_makes_nothing_bogus(self):
        server = DnsServer(f"{block}.55")
        server.add("null.signed.test MX 0 .", "signed.test A 192.0.2.1")
        found = self.assert_verdict("null.signed.test", "no", "null-mx", "--trust-anchor", self.anchor,
                                    resolver=f"{server.address}@{server.port}")
        self.assertFalse(found["secure"])
        self.assertIn("not checked: the DNS server strips DNSSEC signatures", found["dnssec"])


class Hosts(CheckTest):
    def connect(self, name, acceptance, verdict, *arguments):
        egress = [] if "--egress" in arguments else ["--egress", f"{addresses['ok']}:{port}"]
        return self.assert_verdict(name, acceptance, verdict, "--connect", *egress, *arguments)

    def test_every_answer(self):
        for name, acceptance, verdict in [
                ("ok", "yes", "accepts"), ("helo", "yes", "accepts"), ("slow", "yes", "accepts"),
                ("two", "yes", "accepts"), ("no", "no", "refuses-521"), ("ehlo", "no", "refuses-521"),
                ("no554", "no", "refuses-554"), ("mixed", "yes", "malformed-null-mx"), ("half", "unknown", "unreachable"),
                ("listed", "unknown", "refuses-554"), ("busy", "unknown", "unreachable"), ("ssh", "unknown", "unreachable"),
                ("down", "unknown", "unreachable")]:
            self.connect(f"{name}.test", acceptance, verdict)

    def test_hosts_that_say_nothing_or_too_much(self):
        for name in ("silent", "endless"):
            found = self.connect(f"{name}.test", "unknown", "unreachable", "--timeout", "1s")
            self.assertEqual(found["hosts"][0]["end"], "timed-out")

    def test_who_waits_for_the_same_host_shares_its_answer(self):
        before = len(hosts["silent"].dialogues)
        done = run("--connect", "--timeout", "2s", "--input", "-", "--csv", text="silent.test\n" * 100)
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([row["verdict"] for row in rows], ["unreachable"] * 100)
        # One, unless this machine takes seconds to read a hundred lines.
        self.assertLess(len(hosts["silent"].dialogues) - before, 20)

    def test_nothing_but_greetings_is_said(self):
        self.connect("two.test", "yes", "accepts")
        for name in ("ok", "no", "helo"):
            verbs = {line.split()[0] for line in hosts[name].commands()}
            self.assertLessEqual(verbs, {"EHLO", "HELO", "QUIT"}, name)

    def test_a_521_host_that_is_an_mx_is_pointed_out(self):
        self.assertIn("mx-says-521", [note["kind"] for note in self.connect("no.test", "no", "refuses-521")["notes"]])

    def test_the_way_out_is_asked_for_before_others_are_blamed(self):
        found = self.assert_verdict("down.test", "unknown", "egress-blocked", "--connect", "--egress",
                                    f"{addresses['down']}:{port}")
        self.assertEqual(found["egress"]["finding"], "blocked")
        found = self.connect("down.test", "unknown", "unreachable")
        self.assertEqual(found["egress"]["finding"], "open")
        found = self.connect("down.test", "unknown", "unreachable", "--egress", f"ok.hosts.test:{port}")
        self.assertEqual(found["egress"]["finding"], "open")

    def test_a_host_given_directly(self):
        self.assert_verdict(addresses["no"], "no", "refuses-521")
        self.assert_verdict("ok.hosts.test", "yes", "accepts", "--host")
        self.assert_verdict("nowhere.hosts.test", "no", "no-such-domain", "--host")


class Forms(CheckTest):
    def test_the_page(self):
        result = run("--connect", "--why", "--fix", "no.test")
        lines = result.stdout.splitlines()
        self.assertEqual(lines[0], "no.test: no (refuses-521)")
        self.assertIn(f'no.hosts.test [{addresses["no"]}] says "521 {NOT_521}".', lines[1])
        self.assertRegex(result.stdout, r"(?m)^ +\d+ ms  MX +no\.test: 10 no\.hosts\.test  TTL \d+ s$")
        self.assertRegex(result.stdout, r"(?m)^ +\d+ ms  greeting +521 mx\.test Host does not accept mail$")
        self.assertIn("[RFC 7504 section 3]", result.stdout)
        self.assertIn("no.test. 3600 IN MX 0 .", result.stdout)
        self.assertIn("; remove: no.test. 3600 IN MX 10 no.hosts.test.", result.stdout)

    def test_where_nothing_is_to_publish_the_page_says_why(self):
        for name, words in (("null.test", "the records are as they should be"), ("ok.test", "the records are as they should be"),
                            ("nowhere.test", "the name does not exist. Correct it, or register the domain"),
                            ("broken.test", "no DNS record would alter this result")):
            self.assertIn(words, run("--fix", name).stdout.split("What to publish")[1], name)

    def test_the_page_says_whether_outgoing_mail_works(self):
        page = run("--connect", "--egress", f"{addresses['down']}:{port}", "down.test").stdout
        self.assertRegex(page, r"(?m)^ +egress +outgoing port 25: blocked \(")

    def test_what_hosts_say_cannot_colour_the_terminal(self):
        self.assertNotIn("\x1b", run("--connect", "ssh.test").stdout)
        self.assertIn("\x1b[1;31m", run("--color", "always", "null.test").stdout)

    def test_json_is_as_its_schema_says(self):
        schema = json.loads((pathlib.Path(__file__).parents[2] / "docs/schema/check.json").read_text())
        for name in ("no.test", "two.test", "down.test", "null.test", "broken.test"):
            found = self.check(name, "--connect", "--egress", f"{addresses['down']}:{port}")
            self.assert_fits(found, schema["$defs"]["answer"], name)
        line = run("--input", "-", "--json", text="a b\n").stdout
        self.assert_fits({key: value for key, value in json.loads(line).items() if key not in ("row", "cell", "exit")},
                         schema["$defs"]["fault"], "fault")

    def assert_fits(self, value, schema, where):
        if "oneOf" in schema:
            schema = next(one for one in schema["oneOf"] if (one["type"] == "null") == (value is None))
        if "enum" in schema or "const" in schema:
            self.assertIn(value, schema.get("enum", [schema.get("const")]), where)
            return
        names = {str: "string", bool: "boolean", int: "integer", type(None): "null", list: "array", dict: "object"}
        allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        self.assertIn(names[type(value)], allowed, where)
        if isinstance(value, dict):
            self.assertEqual(list(value), list(schema["properties"]), where)
            for key, each in value.items():
                self.assert_fits(each, schema["properties"][key], f"{where} {key}")
        for each in value if isinstance(value, list) else []:
            self.assert_fits(each, schema["items"], where)

    def test_several_inputs_keep_their_order(self):
        result = run("--csv", "null.test", "broken.test", "ok.test")
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        self.assertEqual([row["input"] for row in rows], ["null.test", "broken.test", "ok.test"])
        self.assertEqual([row["verdict"] for row in rows], ["null-mx", "dns-failure", "accepts"])
        self.assertEqual((rows[0]["mx"], rows[0]["code"], rows[2]["mx"]), ("0 .", "556 5.1.10", "10 ok.hosts.test"))
        self.assertEqual(result.returncode, 1)
        self.assertEqual(run("--csv", "broken.test", "ok.test").returncode, 2)

    def test_several_names_are_a_table(self):
        result = run("null.test", "a b", "ok.test")
        rows = [line.split(None, 1) for line in result.stdout.splitlines()]
        self.assertEqual(len(rows), 3, result.stdout)
        self.assertRegex(result.stdout, r"(?m)^null\.test  no         null-mx  +It does not accept mail \(null MX, RFC 7505\)\.$")
        self.assertRegex(result.stdout, r"(?m)^a b        not known  invalid-input +\"a b\" is not a domain")
        self.assertRegex(result.stdout, r"(?m)^ok\.test    yes        accepts ")

    def test_one_bad_name_does_not_lose_the_others(self):
        result = run("--json", "null.test", "a b", "ok.test")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([(line["type"], line["input"], line["valid"]) for line in lines],
                         [("check", "null.test", True), ("check", "a b", False), ("check", "ok.test", True)])
        self.assertEqual(result.returncode, 64)
        rows = list(csv.DictReader(io.StringIO(run("--csv", "null.test", "a b").stdout)))
        self.assertEqual([row["verdict"] for row in rows], ["null-mx", "invalid-input"])

    def test_nothing_is_said_of_dnssec_and_reasons_unless_asked(self):
        self.assertNotRegex(run("null.test").stdout, "DNSSEC|Why|section")
        self.assertRegex(run("--why", "null.test").stdout, r"DNSSEC(?s:.*)\nWhy\n.* \[RFC 7505 section 3\]")
        result = run("-q", "null.test")
        self.assertEqual((result.returncode, result.stdout), (1, ""))

    def test_the_line_for_monitoring_is_always_one_line(self):
        long_names = [f"{'a' * 60}.{'b' * 60}.{'c' * 60}.d{number}.test" for number in range(60)]
        for code, arguments in ((3, ["a b"]), (2, ["a b", "null.test"]), (3, []), (3, ["-"]), (2, long_names),
                                (3, ["ok.test", "--trust-anchor", "/nowhere"]), (3, ["ok.test", "--resolver", "x"])):
            result = run("--nagios", *arguments, text="")
            self.assertEqual(result.returncode, code, result)
            self.assertRegex(result.stdout, r"\AMAIL (CRITICAL|UNKNOWN) - [^|\n]+ \| [^|\n]+\n\Z")
            self.assertLessEqual(len(result.stdout.encode()), 4096)
            self.assertEqual(result.stderr, "")

    def test_the_line_for_monitoring_tells_of_a_list(self):
        listed = "# ours\nnull.test\n\nok.test\na b\n"
        for code, arguments, text in ((2, ["-"], listed), (2, ["--input", "-"], listed), (3, ["--input", "-"], "ok.test\na b\n"),
                                      (0, ["-"], "ok.test\n"), (3, ["--input", "-"], "# none\n"), (3, ["--input", "/nowhere"], ""),
                                      (3, ["--input", "-", "--column", "x"], "a,b\n1,2\n"), (3, ["--input", "-", "ok.test"], ""),
                                      (3, ["--input", "-", "--output", "/dev/null"], "ok.test\n")):
            result = run("--nagios", *arguments, text=text)
            self.assertEqual((result.returncode, result.stderr), (code, ""), result)
            self.assertRegex(result.stdout, r"\AMAIL (OK|CRITICAL|UNKNOWN) - [^|\n]+ \| [^|\n]+\n\Z")
        self.assertIn("yes=1;;;0 no=1;;;0 unknown=1;;;0", run("--nagios", "-", text=listed).stdout)

    def test_a_bad_row_counts_the_same_in_every_form(self):
        listed = "ok.test\na b\n"
        for form in ([], ["--json"], ["--csv"], ["-q"]):
            self.assertEqual(run("--input", "-", *form, text=listed).returncode, 2, form)
        rows = [json.loads(line) for line in run("--input", "-", "--json", text=listed).stdout.splitlines()]
        self.assertEqual([(row["row"], row["cell"], row["exit"]) for row in rows], [(1, "ok.test", 0), (2, "a b", 2)])

    def test_rows_that_go_to_a_device(self):
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            pipe = pathlib.Path(folder, "pipe")
            os.mkfifo(pipe)
            with open(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)) as reader:
                self.assertEqual(run("--input", "-", "--output", pipe, text="null.test\n").returncode, 1)
                self.assertIn("null-mx", reader.read())
            for resume in ([], ["--resume"]):
                self.assertEqual(run("--input", "-", "--output", "/dev/null", *resume, text="null.test\n").returncode, 1)
            self.assertEqual(os.listdir(folder), ["pipe"])
        self.assertFalse(os.path.exists("/dev/null.options"))

    def test_the_line_for_monitoring(self):
        for name, word, code in (("ok.test", "OK", 0), ("null.test", "CRITICAL", 2), ("broken.test", "UNKNOWN", 3)):
            result = run("--nagios", name)
            self.assertRegex(result.stdout, rf"^MAIL {word} - {name}: .* \| time=\d+\.\d{{3}}s;;;0 yes=\d;;;0 no=\d;;;0 unknown=\d;;;0\n$")
            self.assertEqual(result.returncode, code)

    def test_rows_of_a_file(self):
        table = "id,email\n1,a@null.test\n2,not an address\n3,b@ok.test\n"
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            path = pathlib.Path(folder, "in.csv")
            path.write_text(table)
            result = run("--input", path, "--column", "email", "--csv")
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        self.assertEqual([row["verdict"] for row in rows], ["null-mx", "invalid-input", "accepts"], result.stderr)
        self.assertEqual([row["id"] for row in rows], ["1", "2", "3"])
        self.assertEqual(result.returncode, 1)
        lines = run("--input", "-", "--json", text="null.test\nok.test\n").stdout.splitlines()
        self.assertEqual([json.loads(line)["verdict"] for line in lines], ["null-mx", "accepts"])

    def test_what_makes_no_sense_is_said_in_one_line(self):
        for code, arguments in [(64, []), (64, ["a b"]), (64, ["ok.test", "--timeout", "soon"]),
                                (64, ["ok.test", "--egress", "a b"]), (66, ["ok.test", "--trust-anchor", "/nowhere"]),
                                (65, ["ok.test", "--trust-anchor", "/dev/null"]),
                                (64, ["ok.test", "--input", "-"]), (78, ["ok.test", "--resolver", "no.address"])]:
            with self.subTest(arguments):
                result = run(*arguments)
                self.assertEqual((result.returncode, result.stdout), (code, ""), result.stderr)
                self.assertRegex(result.stderr, r"\Aturnaway check: .*\n(Try .*\n)?\Z")


if __name__ == "__main__":
    if not nsd_zone.program():
        raise SystemExit("nsd is missing (debian/control lists it)")
    unittest.main()
