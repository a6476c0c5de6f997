"""`turnaway park audit` against a real name server (NSD): one domain for each wrong recipe, found by its id and by nothing else.

Also: a domain as it should be, intents, several domains, drift since a former run, lists, exit codes, and that DNS trouble is
"not known", never a finding. Everything is on loopback, at ports that were free.
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

from dns_server import DnsServer
from nsd_zone import NsdZone

PROGRAM = pathlib.Path(os.environ["TURNAWAY_BIN"], "turnaway")
LIMIT_S = 120
NULL_MX = "@. MX 0 ."
SPF = '@. TXT "v=spf1 -all"'
DMARC = '_dmarc.@. TXT "v=DMARC1; p=reject; sp=reject"'
KEY = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7"
MAIL_HOST = ["mx.host.example. A 192.0.2.25", "host.example. MX 10 mx.host.example.", "parked.example. MX 0 .",
             '_spf.host.example. TXT "v=spf1 ip4:192.0.2.0/24 -all"']
EN_DASH = r"\226\128\147"


def good(*lines):
    return [NULL_MX, SPF, DMARC, *lines]


def mx(*lines):
    return [SPF, DMARC, *(f"@. {line}" for line in lines)]


def spf(*texts):
    return [NULL_MX, DMARC, *(f"@. TXT {text}" for text in texts)]


def dmarc(*texts):
    return [NULL_MX, SPF, *(f'_dmarc.@. TXT "{text}"' for text in texts)]


# What is wrong with the zone of each domain: its id, then the lines; `@` stands for the domain.
RECIPES = [
    ("mx-left-over", mx("MX 10 mx.host.example.")),
    ("mx-null-beside-mx", mx("MX 0 .", "MX 10 mx.host.example.")),
    ("mx-zero-name", mx("MX 0 0.")),
    ("mx-zero-name", mx("MX 0 0.@.")),
    ("mx-loopback", mx("MX 10 localhost.")),
    ("mx-loopback", [*mx("MX 10 here.@."), "here.@. A 127.0.0.1"]),
    ("mx-dangling", mx("MX 10 gone.host.example.")),
    ("mx-not-a-name", mx("MX 10 192.0.2.1.")),
    ("mx-implicit", mx("A 192.0.2.80")),
    ("mx-null-missing", mx()),
    ("mx-null-preference", mx("MX 10 .")),
    ("mx-null-repeated", mx("MX 0 .", "MX 10 .")),
    ("spf-senders-left", spf('"v=spf1 include:_spf.host.example ~all"')),
    ("spf-target-missing", spf('"v=spf1 include:gone.host.example -all"')),
    ("spf-allows-all", spf('"v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"')),
    ("spf-missing", spf('"site-verification=1"')),
    ("spf-several", spf('"v=spf1 -all"', '"v=spf1 mx -all"')),
    ("spf-typographic-dash", spf(f'"v=spf1 {EN_DASH}all"')),
    ("spf-typographic-dash", spf(r'"v=spf1 \150all"')),
    ("spf-space-missing", spf('"v=spf1" "-all"')),
    ("spf-not-read", spf(r'"\"v=spf1 -all\""')),
    ("spf-syntax", spf('"v=spf1 - all"')),
    ("spf-allows-all", spf('"v=spf1 +all"')),
    ("spf-soft-all", spf('"v=spf1 ~all"')),
    ("spf-no-all", spf('"v=spf1"')),
    ("spf-version-case", spf('"V=SPF1 -all"')),
    ("spf-terms-after-all", spf('"v=spf1 -all mx"')),
    ("dmarc-missing", dmarc()),
    ("dmarc-several", dmarc("v=DMARC1; p=reject", "v=DMARC1; p=none")),
    ("dmarc-not-read", dmarc("v=dmarc1; p=reject")),
    ("dmarc-wrong-name", [NULL_MX, SPF, 'dmarc.@. TXT "v=DMARC1; p=reject"']),
    ("dmarc-wrong-name", [NULL_MX, SPF, '@. TXT "v=DMARC1; p=reject"']),
    ("dmarc-wrong-name", [NULL_MX, SPF, '_dmarc.@.@. TXT "v=DMARC1; p=reject"']),
    ("dmarc-syntax", dmarc("v=DMARC1; p=reject; sp:reject")),
    ("dmarc-policy-missing", dmarc("v=DMARC1; p=rejct")),
    ("dmarc-policy-none", dmarc("v=DMARC1; p=none")),
    ("dmarc-policy-quarantine", dmarc("v=DMARC1; p=quarantine")),
    ("dmarc-subdomain-weaker", dmarc("v=DMARC1; p=reject; sp=none")),
    ("dmarc-percent", dmarc("v=DMARC1; p=reject; pct=10")),
    ("dmarc-testing", dmarc("v=DMARC1; p=reject; t=y")),
    ("rua-syntax", dmarc("v=DMARC1; p=reject; rua=reports@host.example")),
    ("rua-at-parked-domain", dmarc("v=DMARC1; p=reject; rua=mailto:reports@@")),
    ("rua-takes-no-mail", dmarc("v=DMARC1; p=reject; rua=mailto:reports@parked.example")),
    ("rua-not-authorised", dmarc("v=DMARC1; p=reject; rua=mailto:reports@host.example")),
    ("dkim-key-left", good(f'selector1._domainkey.@. TXT "{KEY}"')),
    ("dkim-key-left", good("k1._domainkey.@. CNAME key.host.example.", f'key.host.example. TXT "{KEY}"')),
    ("dkim-wildcard-key", good(f'*._domainkey.@. TXT "{KEY}"')),
    ("host-takes-mail", good("www.@. A 192.0.2.80")),
    ("host-mx-left", good("www.@. A 192.0.2.80", "www.@. MX 10 mx.host.example.")),
    ("mail-host-left", good("smtp.@. A 192.0.2.80", "smtp.@. MX 0 .")),
    ("wildcard-mx", good("*.@. MX 10 mx.host.example.")),
    ("wildcard-address", good("*.@. A 192.0.2.80")),
    ("mta-sts-left", good('_mta-sts.@. TXT "v=STSv1; id=1"')),
    ("tls-rpt-left", good('_smtp._tls.@. TXT "v=TLSRPTv1; rua=mailto:r@host.example"')),
    ("bimi-left", good('default._bimi.@. TXT "v=BIMI1; l="')),
]
# Unusual, and right.
RIGHT = {
    "plain": good(),
    "wildcard-null": good("*.@. A 192.0.2.80", "*.@. MX 0 ."),
    "wildcard-key": good('*._domainkey.@. TXT "v=DKIM1; p="'),
    "wildcard-text": good('*.@. TXT "v=spf1 -all"', '*._domainkey.@. TXT "v=spf1 -all"'),
    "web": good("@. A 192.0.2.80", "www.@. CNAME @."),
    "reports": [NULL_MX, SPF, '_dmarc.@. TXT "v=DMARC1; p=reject; rua=mailto:reports@host.example"',
                '@._report._dmarc.host.example. TXT "v=DMARC1"'],
}
SENDS = ["@. MX 10 mx.host.example.", '@. TXT "v=spf1 mx -all"', DMARC, f's1._domainkey.@. TXT "{KEY}"']


def lines_of(domain, lines):
    return [line.replace("@@", "@\0").replace("@.", domain + ".").replace("@\0", "@" + domain) for line in lines]


def zone_lines():
    zone = list(MAIL_HOST)
    for number, (_, lines) in enumerate(RECIPES):
        zone += lines_of(f"r{number}.test", lines) + [f'below.r{number}.test. TXT "so that it exists"']
    for name, lines in RIGHT.items():
        zone += lines_of(f"{name}.test", lines)
    return zone + lines_of("sends.test", SENDS)


class ParkAudit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.name_server = NsdZone("127.0.0.1", zone_lines(), broken=["servfail.test"])
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.name_server.stop()
        cls.folder.cleanup()

    def path(self, name):
        return pathlib.Path(self.folder.name, name)

    def run_audit(self, *arguments, resolver=None, text=None):
        resolver = resolver or f"127.0.0.1@{self.name_server.port}"
        return subprocess.run([PROGRAM, "park", "audit", "--resolver", resolver, *map(str, arguments)], input=text,
                              capture_output=True, text=True, timeout=LIMIT_S, check=False)

    def audited(self, *arguments, **options):
        run = self.run_audit("--json", *arguments, **options)
        self.assertEqual(run.stderr, "")
        return [json.loads(line) for line in run.stdout.splitlines()], run.returncode

    def ids(self, result):
        return [finding["id"] for finding in result["findings"]]

    def test_every_wrong_recipe_is_found_by_its_id(self):
        results, code = self.audited(*(f"r{number}.test" for number in range(len(RECIPES))))
        self.assertEqual(code, 1)
        self.assertEqual(len(results), len(RECIPES))
        for (expected, lines), result in zip(RECIPES, results):
            with self.subTest(expected, lines=lines):
                self.assertEqual(self.ids(result), [expected])
                self.assertEqual(result["unknown"], [])
                finding = result["findings"][0]
                severe = finding["severity"] in ("critical", "warning")
                self.assertEqual(result["verdict"], "findings" if severe else "clean")
                self.assertTrue(finding["evidence"] and finding["fix"] and finding["source"])

    def test_what_is_right_has_no_finding(self):
        results, code = self.audited(*(f"{name}.test" for name in RIGHT))
        self.assertEqual([(result["domain"], self.ids(result), result["verdict"]) for result in results],
                         [(f"{name}.test", [], "clean") for name in RIGHT])
        self.assertEqual(code, 0)

    def test_records_of_the_fix_are_right_when_published(self):
        results, _ = self.audited(f"r{[name for name, _ in RECIPES].index('mx-implicit')}.test")
        self.assertEqual(results[0]["findings"][0]["records"], [f"{results[0]['domain']}. 3600 IN MX 0 ."])

    def test_intent_decides(self):
        self.assertEqual(self.run_audit("--intent", "send-only", "sends.test").returncode, 0)
        results, code = self.audited("--intent", "send-only", "plain.test")
        self.assertEqual((self.ids(results[0]), code), (["mx-null-with-senders", "spf-no-senders"], 1))
        results, _ = self.audited("--intent", "receive-only", "plain.test")
        self.assertEqual(self.ids(results[0]), ["mx-null-on-receiver"])
        results, _ = self.audited("sends.test")
        self.assertEqual(self.ids(results[0]), ["mx-left-over", "spf-senders-left", "dkim-key-left"])

    def test_trouble_is_not_known_and_never_absence(self):
        results, code = self.audited("servfail.test")
        self.assertEqual((self.ids(results[0]), results[0]["verdict"], code), ([], "unknown", 2))
        self.assertIn("failed", results[0]["unknown"][0]["reason"])
        silent = DnsServer("127.0.0.1")
        silent.is_dead = True
        results, code = self.audited("--timeout", "0.5", "plain.test", resolver=f"127.0.0.1@{silent.port}")
        self.assertEqual((self.ids(results[0]), results[0]["verdict"], code), ([], "unknown", 2))
        self.assertEqual(results[0]["unknown"][0]["reason"], "no answer within the timeout")
        partly = DnsServer("127.0.0.1")
        partly.add("x.test MX 0 .", "x.test TXT v=spf1 -all")
        partly.trouble["_dmarc.x.test"] = "refused"
        results, code = self.audited("x.test", resolver=f"127.0.0.1@{partly.port}")
        self.assertEqual((self.ids(results[0]), code), ([], 2))
        self.assertEqual([thing["name"] for thing in results[0]["unknown"]], ["_dmarc.x.test"])

    def test_page_says_what_to_do(self):
        page = self.run_audit("r2.test").stdout
        for words in ("r2.test: 1 critical", "mx-zero-name at r2.test", "r2.test. 3600 IN MX 0 .", "RFC 7505 section 3",
                      "--abuse ADDRESS"):
            self.assertIn(words, page)
        self.assertNotIn("\x1b", page)
        self.assertIn("\x1b", self.run_audit("--color", "always", "r2.test").stdout)

    def test_abuse_is_looked_at(self):
        self.assertEqual(self.run_audit("--abuse", "abuse@host.example", "plain.test").returncode, 0)
        results, code = self.audited("--abuse", "abuse@parked.example", "plain.test")
        self.assertEqual((self.ids(results[0]), code), (["abuse-takes-no-mail"], 1))
        self.assertEqual(self.run_audit("--abuse", "nonsense", "plain.test").returncode, 64)

    def test_steps_that_retire_mta_sts(self):
        domain = f"r{[name for name, _ in RECIPES].index('mta-sts-left')}.test"
        page = " ".join(self.run_audit("--retire-mta-sts", domain).stdout.split())  # lines are broken anywhere
        steps = [page.index(words) for words in ("max_age in", "mode: none", "new id", "Wait for the longest", "Remove the TXT")]
        self.assertEqual(steps, sorted(steps))
        self.assertNotIn("mode: none", self.run_audit(domain).stdout)

    def test_drift_since_a_former_run(self):
        former = self.path("former.json")
        former.write_text(self.run_audit("--json", "plain.test", "r0.test").stdout)
        self.assertEqual(self.run_audit("--since", former, "plain.test", "r0.test").returncode, 0)
        old = [json.loads(line) for line in former.read_text().splitlines()]
        old[0]["findings"] = [{"id": "spf-missing", "name": "plain.test", "evidence": "gone by now."}]
        old[1]["findings"][0]["evidence"] = "MX was another."
        former.write_text("".join(json.dumps(line) + "\n" for line in old))
        results, code = self.audited("--since", former, "plain.test", "r0.test", "r8.test")
        changes = [[(drift["change"], drift["id"]) for drift in result["drift"]] for result in results]
        self.assertEqual(changes, [[("gone", "spf-missing")], [("changed", "mx-left-over")], [("new", "mx-implicit")]])
        self.assertEqual(code, 1)
        page = self.run_audit("--since", former, "plain.test").stdout
        self.assertIn("spf-missing at plain.test: Before: gone by now.", page)
        former.write_text("not json\n")
        broken = self.run_audit("--since", former, "plain.test")
        self.assertEqual(broken.returncode, 65)
        self.assertIn("former.json:1: ", broken.stderr)
        self.assertEqual(self.run_audit("--since", self.path("missing"), "plain.test").returncode, 66)

    def test_several_domains_as_table_csv_and_monitor_line(self):
        table = self.run_audit("plain.test", "r0.test", "servfail.test")
        self.assertIn("3 domains: 1 clean, 1 with findings, 1 not known", table.stdout)
        self.assertEqual(table.returncode, 1)
        rows = list(csv.DictReader(io.StringIO(self.run_audit("--csv", "plain.test", "r0.test").stdout)))
        self.assertEqual([(row["domain"], row["verdict"], row["critical"], row["findings"]) for row in rows],
                         [("plain.test", "clean", "0", ""), ("r0.test", "findings", "1", "mx-left-over")])
        for names, code, word in ((["plain.test"], 0, "OK"), (["r0.test", "plain.test"], 2, "CRITICAL"),
                                  ([f"r{len(RECIPES) - 4}.test", "r9.test"], 1, "WARNING"), (["servfail.test"], 3, "UNKNOWN")):
            monitor = self.run_audit("--nagios", *names)
            self.assertEqual(monitor.returncode, code, monitor.stdout)
            self.assertRegex(monitor.stdout, rf"^PARK {word}: .* \| domains={len(names)} ")

    def test_lists(self):
        listed = "# ours\nplain.test\n\nr0.test\nnot a domain\n"
        rows = self.run_audit("--input", "-", "--json", text=listed)
        results = [json.loads(line) for line in rows.stdout.splitlines()]
        self.assertEqual([result["verdict"] for result in results], ["clean", "findings", "unknown"])
        self.assertEqual(rows.returncode, 1)
        table = self.path("domains.csv")
        table.write_text('id,name\n1,plain.test\n2,"r0.test"\n')
        out = self.run_audit("--input", table, "--column", "name", "--csv").stdout
        self.assertEqual([(row["id"], row["verdict"]) for row in csv.DictReader(io.StringIO(out))],
                         [("1", "clean"), ("2", "findings")])
        former, html = self.path("listed.json"), self.path("listed.html")
        former.write_text(rows.stdout)
        csv_rows = self.run_audit("--input", table, "--column", "name", "--csv", "--html", html)
        self.assertEqual(csv_rows.stdout, out)  # the same with a page beside it
        for more in (["--html", html], ["--since", former]):
            again = self.run_audit("--input", "-", "--json", *more, text=listed)
            told = [json.loads(line) for line in again.stdout.splitlines()]
            self.assertEqual([{**row, "exit": 0} | {"drift": []} for row in told],
                             [{**row, "exit": 0} | {"drift": []} for row in results])
        self.assertEqual([row["exit"] for row in told], [0, 0, 2])  # nothing is new
        whole = self.run_audit("--input", "-", text=listed)
        self.assertIn("3 domains: 1 clean, 1 with findings, 1 not known", whole.stdout)
        self.assertIn('"not a domain" is not a domain', whole.stderr)
        bad = "clean.test\nnot a domain\n".replace("clean", "plain")
        page = self.path("bad.html")
        for form in ([], ["--json"], ["--csv"], ["--html", page], ["--html", self.path("bad2.html"), "--json"]):
            result = self.run_audit("--input", "-", *form, text=bad)
            self.assertEqual(result.returncode, 2, form)
            self.assertIn("not a domain", result.stdout)
        self.assertEqual([json.loads(line)["exit"] for line in result.stdout.splitlines()], [0, 2])
        self.assertIn("not a domain", page.read_text())
        self.assertEqual(self.run_audit("--input", "-", "--nagios", text=bad).returncode, 3)
        self.assertEqual(whole.returncode, 1)
        html = self.path("report.html")
        self.assertEqual(self.run_audit("--input", table, "--column", "name", "--html", html).returncode, 1)
        self.assertIn("mx-left-over", html.read_text())

    def test_standard_streams(self):
        former = self.run_audit("--json", "plain.test", "r0.test").stdout
        since = self.run_audit("--since", "-", "plain.test", "r0.test", text=former)
        self.assertEqual((since.returncode, since.stderr), (0, ""))
        self.assertIn("0 findings are new", since.stdout)
        self.assertIn("standard input:1: ", self.run_audit("--since", "-", "plain.test", text="no JSON\n").stderr)
        with tempfile.TemporaryDirectory() as folder:
            page = subprocess.run([PROGRAM, "park", "audit", "--resolver", f"127.0.0.1@{self.name_server.port}", "--html", "-",
                                   "r0.test"], capture_output=True, text=True, timeout=LIMIT_S, cwd=folder)
            self.assertEqual(os.listdir(folder), [])
        self.assertEqual(page.returncode, 1)
        self.assertTrue(page.stdout.startswith("<!DOCTYPE html>") and page.stdout.endswith("</html>\n"))
        self.assertIn("mx-left-over", page.stdout)
        for arguments in (("--html", "-", "--json"), ("--html", "-", "--csv"), ("--input", "-", "--since", "-"),
                          ("--html", "-", "--since", "former.json")):
            self.assertEqual(self.run_audit(*arguments, *([] if "--input" in arguments else ["r0.test"]), text="").returncode, 64)
        self.assertEqual(self.run_audit("--html", "-", "--nagios", "r0.test").returncode, 3)

    def test_wrong_command_lines(self):
        for arguments in ((), ("--json", "--csv", "plain.test"), ("--intent", "some", "plain.test"),
                          ("--html", "x.html", "--output", "y", "--input", "-")):
            self.assertEqual(self.run_audit(*arguments).returncode, 64, arguments)
        self.assertEqual(self.run_audit("a b").returncode, 64)
        for arguments in (("a b",), (), ("--input", "/nowhere"), ("--intent", "none", "--abuse", "x", "plain.test")):
            monitor = self.run_audit("--nagios", *arguments)
            self.assertEqual(monitor.returncode, 3, monitor)
            self.assertRegex(monitor.stdout, r"\APARK UNKNOWN: [^\n]* \| [^\n]*\n\Z")
        with socket.socket() as closed:  # a port where nobody answers
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        self.assertEqual(self.run_audit("--timeout", "1", "plain.test", resolver=f"127.0.0.1@{port}").returncode, 2)


if __name__ == "__main__":
    unittest.main()
