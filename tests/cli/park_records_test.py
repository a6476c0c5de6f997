#!/usr/bin/env python3
"""Runs `turnaway park records` as a user would, and reads each form as its tool does. Usage: park_records_test.py TURNAWAY

Every form must say the same records as the JSON. Read by the real tool where it is here: NSD's and BIND's zone checkers,
BIND's nsupdate (against a server that keeps what it is told), Node for DNSControl's JavaScript, Terraform's own formatter; a tool that
is not here is named as skipped.
"""
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from update_server import UpdateServer

PROGRAM = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/live"))
from dns_server import DnsServer  # noqa: E402

LONG_SPF = [option for i in range(9) for option in ("--spf-include", f"{'x' * 40}{i}.example.net")]
WISHES = {
    "plain": ["example.org"],
    "all": ["example.org", "--name", "www", "--name", "a.b", "--wildcard", "--dkim-wildcard", "--rua",
            "a@reports.example", "--rua", "b@other.example", "--ttl", "86400"],
    "zone": ["shop.example.org", "example.org", "--zone", "example.org", "--name", "www"],
    "long": ["example.org", "--intent", "send-only", *LONG_SPF, "--helo", "mail", "--null-mx"],
    "receiver": ["example.org", "--intent", "receive-only"],
    "idn": ["bücher.example"],
}
TERRAFORM = ["azure", "cloudflare", "desec", "digitalocean", "dnsimple", "gandi", "godaddy", "google", "hetzner", "ionos", "ovh",
             "powerdns", "route53"]
REFUSING = {"azure", "digitalocean"}


def run(*args, stdin="", env=None):
    return subprocess.run([PROGRAM, "park", "records", *args], input=stdin, capture_output=True, text=True, check=False,
                          env={k: v for k, v in os.environ.items() if k != "NO_COLOR"} | (env or {}))


@functools.cache  # most tests want the same forms of the same wishes
def written(*args):
    result = run(*args)
    assert result.returncode == 0, result.stderr
    return result.stdout


def records_of_json(text):
    """By zone: (owner, type, ttl, presentation), sorted."""
    zones = {}
    for line in text.splitlines():
        for record in json.loads(line)["records"]:
            zones.setdefault(record["zone"], []).append(
                (record["owner"], record["type"], record["ttl"], record["presentation"]))
    return {zone: sorted(records) for zone, records in zones.items()}


def quoted(text):
    """The zone-file form of a text without quotes and backslashes."""
    pieces = [text[i:i + 255] for i in range(0, len(text), 255)] or [""]
    return " ".join(f'"{piece}"' for piece in pieces)


def owner(relative, zone):
    return zone if relative in ("", "@") else f"{relative}.{zone}"


def zone_lines(text):
    return [line for line in text.splitlines() if line and not line.startswith(";")]


def records_of_octodns(text):
    """A reader of the YAML we write and no other: strings as in JSON."""
    zones = {}
    for document in text.split("--- # ")[1:]:
        zone, _, body = document.partition(".yaml\n")
        records = zones.setdefault(zone, [])
        for line in body.splitlines():
            bare = line.strip()
            if line.startswith("#"):
                continue
            if not line.startswith(" "):
                name = owner(json.loads(bare.removesuffix(":")), zone)
            elif bare.startswith("type: "):
                kind = bare.removeprefix("type: ")
            elif bare.startswith("- ttl: "):
                ttl = int(bare.removeprefix("- ttl: "))
            elif bare.startswith("- exchange: "):
                exchange = json.loads(bare.removeprefix("- exchange: "))
            elif bare.startswith("preference: "):
                records.append((name, kind, ttl, f"{bare.removeprefix('preference: ')} {exchange}"))
            elif bare.startswith('- "'):
                value = json.loads(bare.removeprefix("- "))
                assert not re.search(r"(?<!\\);", value), f"octoDNS wants ; escaped: {value}"
                records.append((name, kind, ttl, quoted(value.replace("\\;", ";"))))
            else:
                assert bare == "values:" or bare.startswith("#"), line
    return {zone: sorted(records) for zone, records in zones.items()}


NODE = """
const zones = {};
const TTL = (seconds) => seconds;
const name = (label, zone) => label === "@" ? zone : label + "." + zone;
const MX = (label, preference, target, ttl) => (zone) => [name(label, zone), "MX", ttl, preference + " " + target];
const TXT = (label, text, ttl) => (zone) =>
    [name(label, zone), "TXT", ttl, (text.match(/.{1,255}/g) || [""]).map((piece) => '"' + piece + '"').join(" ")];
const D_EXTEND = (zone, ...records) => { zones[zone] = (zones[zone] || []).concat(records.map((record) => record(zone))); };
%s
console.log(JSON.stringify(zones));
"""


def blocks_of_terraform(text):
    """(resource, {key: value}) of each resource; string values read, others as they stand."""
    found = []
    for kind, body in re.findall(r'^resource "([\w-]+)" "[\w-]+" \{\n(.*?)^\}', text, re.M | re.S):
        found.append((kind, {key: value.strip() for key, value in re.findall(r"^\s*(\w+)\s*= (.*)$", body, re.M)}))
    return found


def record_of_terraform(provider, kind, block):
    """(zone, (owner, type, ttl, presentation)) as the provider would make it of the resource."""
    def string(key):
        return json.loads(block[key])

    def exchange(text):
        return text if text == "." else text.removesuffix(".") + "."

    zone = re.search(r'"(.*?)"', block.get("zone_id") or block.get("managed_zone") or block.get("zone_name") or
                     block.get("domain") or block["zone"]).group(1).removesuffix(".")
    ttl = int(block["ttl"])
    kind = {"azurerm_dns_mx_record": "MX", "azurerm_dns_txt_record": "TXT"}.get(kind) or json.loads(
        block.get("type") or block["fieldtype"])
    name = string({"ovh": "subdomain", "desec": "subname"}.get(provider, "name"))
    name = name.removesuffix(".") if provider in ("google", "route53", "cloudflare", "powerdns") else owner(name, zone)
    if provider == "azure":
        data = quoted(string("value")) if kind == "TXT" else f"{block['preference']} {exchange(string('exchange'))}"
    elif provider in ("cloudflare", "ionos"):
        data = string("content") if kind == "TXT" else f"{block['priority']} {exchange(string('content'))}"
    elif provider in ("digitalocean", "dnsimple", "godaddy"):
        key = "data" if provider == "godaddy" else "value"
        data = quoted(string(key)) if kind == "TXT" else f"{block['priority']} {exchange(string(key))}"
    elif provider == "hetzner":
        data = json.loads(re.search(r"value = (\".*\") \}", block["records"]).group(1))
    elif provider == "ovh":
        data = string("target")
    else:
        [data] = json.loads(block.get("records") or block.get("rrdatas") or block["values"])
        if provider == "route53" and kind == "TXT":
            data = '"' + data.replace('""', '" "') + '"'
    return zone, (name, kind, ttl, data)


class Forms(unittest.TestCase):
    maxDiff = None

    def each(self):
        for wish, args in WISHES.items():
            with self.subTest(wish):
                yield args, records_of_json(written("--json", *args))

    def test_zone_says_the_same(self):
        for args, truth in self.each():
            lines = sorted(f"{o}. {ttl} IN {kind} {data}" for zone in truth.values() for o, kind, ttl, data in zone)
            self.assertEqual(sorted(zone_lines(written(*args))), lines)

    def test_zone_checkers_take_it(self):
        for tool in ("nsd-checkzone", "named-checkzone"):
            path = shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin")
            if not path:
                self.skipTest(f"{tool} is not installed")
            for args, truth in self.each():
                lines = zone_lines(written(*args))
                for zone in truth:
                    with tempfile.TemporaryDirectory() as folder:
                        file = pathlib.Path(folder, "zone")
                        head = f"{zone}. 60 IN SOA ns.invalid. root.invalid. 1 1 1 1 1\n{zone}. 60 IN NS ns.invalid.\n"
                        own = [line for line in lines if line.split(". ")[0].endswith(zone)]
                        file.write_text(head + "\n".join(own) + "\n")
                        result = subprocess.run([path, zone, file], capture_output=True, text=True, check=False)
                    self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_octodns_keys_come_in_the_order_its_loader_wants(self):
        def natural(key):
            return [int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", key) if part or key == ""]

        text = written("--format", "octodns", "example.org", *(f"--name={name}" for name in (
            "www", "mail10", "mail2", "a-b", "a1", "_x", "mail.host", "m01", "m1a")), "--wildcard")
        names = [json.loads(line.removesuffix(":")) for line in text.splitlines() if re.match(r'"', line)]
        self.assertEqual(names, sorted(names, key=natural))
        self.assertLess(names.index("mail2"), names.index("mail10"))
        self.assertIn("octoDNS owns the zone", text)
        for block in re.findall(r"^  - (\w+):.*\n    (\w+):.*\n    (\w+):", text, re.M):
            self.assertEqual(list(block), sorted(block))

    def test_a_whole_name_is_that_name(self):
        for name in ("www.example.org", "www.example.org.", "WWW.Example.ORG"):
            self.assertEqual(written("--json", "example.org", "--name", name), written("--json", "example.org", "--name", "www"))
        self.assertEqual(written("--json", "example.net", "--name", "www.example.org"),
                         written("--json", "example.net", "--name", "www.example.org"))

    def test_records_for_another_zone_are_apart(self):
        args = ("example.org", "--rua", "a@reports.example")
        for form in ("zone", "table", "dnscontrol", "nsupdate"):
            text = written("--format", form, *args)
            before, found, after = text.partition("belong to another zone, reports.example.")
            self.assertTrue(found, form)
            self.assertNotIn("example.org._report", before, form)
            self.assertIn("example.org._report", after, form)
        text = written("--format", "terraform", "--provider", "route53", *args)
        self.assertIn("another zone, reports.example.", text.split("resource")[-2])

    def test_table_says_the_same(self):
        for args, truth in self.each():
            rows = {tuple(line.split(None, 3)) for line in written("--format", "table", *args).splitlines()}
            for zone in truth.values():
                for o, kind, ttl, data in zone:
                    self.assertIn((o, kind, str(ttl), data), rows)

    def test_octodns_says_the_same(self):
        for args, truth in self.each():
            self.assertEqual(records_of_octodns(written("--format", "octodns", *args)), truth)

    def test_dnscontrol_says_the_same(self):
        node = shutil.which("node")
        if not node:
            self.skipTest("node is not installed")
        for args, truth in self.each():
            script = NODE % written("--format", "dnscontrol", *args)
            result = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
            zones = {zone: sorted(map(tuple, records)) for zone, records in json.loads(result.stdout).items()}
            self.assertEqual(zones, truth)

    def test_nsupdate_says_the_same(self):
        nsupdate = shutil.which("nsupdate")
        if not nsupdate:
            self.skipTest("nsupdate is not installed (bind9-dnsutils)")
        for args, truth in self.each():
            server = UpdateServer("127.0.0.1")
            server.records["example.org"] = [("example.org", "MX", 60, "10 mx.example.org."),
                                             ("example.org", "TXT", 60, '"site-verification"'),
                                             ("_dmarc.example.org", "TXT", 60, '"v=DMARC1; p=none"')]
            script = f"server {server.address} {server.port}\n" + written("--format", "nsupdate", *args)
            result = subprocess.run([nsupdate, "-v"], input=script, capture_output=True, text=True, check=False)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            expected = {zone: list(records) for zone, records in truth.items()}
            if "example.org" in expected:
                expected["example.org"].append(("example.org", "TXT", 60, '"site-verification"'))
            else:
                del server.records["example.org"]
            if "receive-only" in args:  # its MX stays
                expected["example.org"].append(("example.org", "MX", 60, "10 mx.example.org."))
            self.assertEqual({zone: sorted(records) for zone, records in server.records.items()},
                             {zone: sorted(records) for zone, records in expected.items()})

    def test_terraform_says_the_same(self):
        for provider in TERRAFORM:
            options = ["--provider", provider]
            if provider in REFUSING:
                options += ["--refusing-host", "nomail.example.net"]
            for name, args in WISHES.items():
                with self.subTest(provider=provider, wish=name):
                    truth = records_of_json(written("--json", *options, *args))
                    text = written("--format", "terraform", *options, *args)
                    zones = {}
                    for kind, block in blocks_of_terraform(text):
                        zone, record = record_of_terraform(provider, kind, block)
                        zones.setdefault(zone, []).append(record)
                    self.assertEqual({zone: sorted(records) for zone, records in zones.items()}, truth)

    def test_terraform_formats_it_so(self):
        terraform = shutil.which("terraform")
        if not terraform:
            self.skipTest("terraform is not installed")
        for provider in TERRAFORM:
            options = ["--format", "terraform", "--provider", provider]
            if provider in REFUSING:
                options += ["--refusing-host", "nomail.example.net"]
            text = "".join(written(*options, *args) for args in WISHES.values())
            with self.subTest(provider=provider):
                result = subprocess.run([terraform, "fmt", "-no-color", "-"], input=text, capture_output=True, text=True,
                                        check=False)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(result.stdout, text)


class Command(unittest.TestCase):
    def test_what_makes_no_sense_is_one_sentence_and_65(self):
        for args in (["exa mple"], ["."], ["a..b"], ["example.org", "--intent", "send-only"],
                     ["example.org", "--rua", "d@example.org"], ["example.org", "--zone", "example.net"],
                     ["example.org", "--null-mx"], ["x" * 300 + ".example"]):
            result = run(*args)
            self.assertEqual((result.returncode, result.stdout), (65, ""), args)
            self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
            self.assertTrue(result.stderr.startswith("turnaway park records: "), result.stderr)

    def test_wrong_command_line_is_64(self):
        for args in ([], ["example.org", "--format", "xml"], ["example.org", "--intent", "some"],
                     ["example.org", "--format", "terraform"], ["example.org", "--name", "a b"],
                     ["example.org", "--format", "terraform", "--provider", "vultr"],
                     ["example.org", "--provider", "nobody"], ["example.org", "--rua", "nobody"],
                     ["example.org", "--spf-ip", "192.0.2.0/33"], ["example.org", "--ttl", "-1"],
                     ["example.org", "--helo", "*"], ["example.org", "--spf-include", "a..b"]):
            result = run(*args)
            self.assertEqual((result.returncode, result.stdout), (64, ""), args)
            self.assertTrue(result.stderr.startswith("turnaway park records: "), result.stderr)

    def test_park_alone_is_64(self):
        result = subprocess.run([PROGRAM, "park"], capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stdout), (64, ""))

    def test_bad_domains_do_not_stop_the_others(self):
        result = run("--json", "--input", "-", stdin="# parked\nexample.org\r\n\n  a..b \nEXAMPLE.net.\n")
        self.assertEqual(result.returncode, 65)
        self.assertEqual([json.loads(line)["domain"] for line in result.stdout.splitlines()],
                         ["example.org", "example.net"])
        self.assertEqual(len(result.stderr.splitlines()), 1)

    def test_list_may_be_csv(self):
        rows = 'name,"owner, if known"\nexample.org,me\n"example.net",\n'
        for options in (["--column", "name"], ["--column", "1"]):
            result = run("--json", "--input", "-", *options, stdin=rows)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertEqual([json.loads(line)["domain"] for line in result.stdout.splitlines()],
                             ["example.org", "example.net"])
        result = run("--json", "--input", "-", "--column", "1", "--no-header", stdin="example.org,a\n")
        self.assertEqual(json.loads(result.stdout)["domain"], "example.org")
        self.assertEqual(run("--input", "-", "--column", "domain", stdin=rows).returncode, 65)

    def test_list_that_is_not_there_is_66(self):
        result = run("--input", "/nonexistent")
        self.assertEqual((result.returncode, result.stdout), (66, ""))

    def test_hostile_input_is_escaped(self):
        result = run("--input", "-", stdin="\x1b[2J.example\n" + "a" * 1_000_000 + "\n")
        self.assertEqual(result.returncode, 65)
        self.assertNotIn("\x1b", result.stderr)
        self.assertLess(len(result.stderr), 500)

    def test_full_disk_is_74(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([PROGRAM, "park", "records", "example.org"], stdout=full, stderr=subprocess.PIPE,
                                    check=False)
        self.assertEqual(result.returncode, 74)

    def test_colour_only_where_it_is_wanted(self):
        self.assertNotIn("\x1b", written("example.org"))
        self.assertIn("\x1b[2m; ", written("--color", "always", "example.org"))

    def test_json_is_documented(self):
        plan = json.loads(written("--json", "example.org"))
        schema = json.loads((ROOT / "docs/schema/park-records.json").read_text())
        manual = (ROOT / "docs/json.md").read_text()
        record = schema["properties"]["records"]["items"]
        advice = schema["properties"]["advice"]["items"]
        self.assertEqual(set(plan), set(schema["required"]))
        self.assertEqual(set(plan["advice"][0]), set(advice["required"]))
        for one in plan["records"]:
            self.assertLessEqual(set(record["required"]), set(one))
            self.assertLessEqual(set(one), set(record["properties"]))
        for field in {*plan, *plan["advice"][0], *record["properties"]}:
            self.assertIn(f"`{field}`", manual)


class Look(unittest.TestCase):
    def look(self, *lines, trouble=None):
        server = DnsServer("127.0.0.1")
        server.add(*lines)
        server.trouble |= trouble or {}
        result = run("--json", "example.org", "--look", "--resolver", f"{server.address}@{server.port}", "--timeout", "2")
        plan = json.loads(result.stdout)
        return result, {record["owner"] for record in plan["records"] if record["type"] == "MX"}

    def test_names_with_an_address_are_found(self):
        result, owners = self.look("example.org A 192.0.2.1", "www.example.org A 192.0.2.1",
                                   "mail.example.org AAAA 2001:db8::1", "blog.example.org MX 10 mx.example.net.")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(owners, {"example.org", "www.example.org", "mail.example.org"})

    def test_what_dns_does_not_say_is_said(self):
        result, owners = self.look("www.example.org A 192.0.2.1", trouble={"mail.example.org": "servfail"})
        self.assertEqual(result.returncode, 69)
        self.assertIn("mail", result.stderr)
        self.assertEqual(owners, {"example.org", "www.example.org"})


if __name__ == "__main__":
    unittest.main()
