"""`turnaway demo --gate`: with the real Postfix of Debian, as an ordinary user and as root, and its sentence where Postfix is not installed.

The Postfix is that of build/peers (root.py), in a private machine; without root, namespaces or that archive only the sentence is tested.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import namespace
from demo_case import BIN, DemoTest
from relay_daemon import ROOT
from root import Root, environment

LIMIT_S = 120
PROGRAM_FOLDERS = ("/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix/bin", "/usr/local/libexec/postfix")
POSTFIX = Root("postfix", ["postfix"])


def inside():
    """Of each run: [exit status, output, noise, what is left in /tmp, files of the system that changed]."""
    namespace.system("ip", "link", "set", "lo", "up")
    root = POSTFIX
    root.mount()
    root.run("useradd", "--create-home", "--no-user-group", "dave")
    for folder, name in (("bin", "turnaway"), ("sbin", "turnaway-gate")):
        shutil.copy(BIN / name, root.top / "usr" / folder / name)
    found = {}
    for user, options in (("dave", ["--json"]), ("root", ["--json"]), ("dave", [])):
        (root.top / "tmp/mark").write_text("")
        done = subprocess.run(root.command(["/usr/bin/turnaway", "demo", "--gate", *options], None if user == "root" else user),
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment(), timeout=LIMIT_S)
        newer = root.run("find", "/etc", "/var/spool/postfix", "/var/lib/postfix", "-newer", "/tmp/mark").split()
        (root.top / "tmp/mark").unlink()
        left = os.listdir(root.top / "tmp")
        found[" ".join([user, *options])] = [done.returncode, done.stdout, done.stderr, left, newer]
    nameless = root.command(["setpriv", "--reuid", "4242", "--regid", "4242", "--clear-groups", "/usr/bin/turnaway", "demo", "--gate"], None)
    done = subprocess.run(nameless, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment(), timeout=LIMIT_S)
    return {"runs": found, "nameless": [done.returncode, done.stdout, done.stderr, os.listdir(root.top / "tmp")]}


class Gate(DemoTest):
    @classmethod
    def setUpClass(cls):
        reason = namespace.unavailable() or (None if POSTFIX.installed() else "Postfix is not in build/peers: tests/live/gate_postfix.py fetches it")
        if reason:
            raise unittest.SkipTest(reason)
        seen = namespace.call("demo_gate_test:inside", {}, limit_s=4 * LIMIT_S)
        cls.found, cls.nameless = seen["runs"], seen["nameless"]

    def test_nothing_is_left_and_nothing_of_the_system_changes(self):
        for who, (status, said, noise, left, newer) in self.found.items():
            with self.subTest(who):
                self.assertEqual((status, noise, left, newer), (0, "", [], []), said)

    def test_json(self):
        case_schema, all_schema = json.loads(pathlib.Path(ROOT, "docs/schema/demo.json").read_text())["oneOf"]
        for who in ("dave --json", "root --json"):
            with self.subTest(who):
                refused, delivered, end = [json.loads(line) for line in self.found[who][1].splitlines()]
                for case in (refused, delivered):
                    self.assertEqual(list(case), list(case_schema["properties"]))
                    self.assertIn(case["case"], case_schema["properties"]["case"]["enum"])
                self.assertEqual(list(end), list(all_schema["properties"]))
                self.assertEqual((end["cases"], end["as_expected"], end["fault"]), (2, 2, None))
                self.assertEqual((refused["case"], refused["ending"], refused["reply"]["code"]), ("gate-null-mx", "refused", 556))
                self.assertIn("nomail.example does not accept mail", refused["reply"]["text"])
                self.assertEqual((delivered["case"], delivered["ending"], delivered["delivered"]), ("gate-healthy", "delivered", True))
                self.assertEqual([(each["client"], each["server"]) for each in refused["dialogues"]], [("you", "Postfix")])
                greeting = refused["dialogues"][0]["lines"][0]["text"]
                self.assertRegex(greeting, r"^220 postfix\.example ESMTP Postfix 3\.")
                self.assertIn(("Postfix", "mx.healthy.example"), [(each["client"], each["server"]) for each in delivered["dialogues"]])

    def test_a_user_without_a_name(self):
        status, said, noise, left = self.nameless
        self.assertEqual((status, said, left), (77, "", []))
        self.assertIn("the user 4242 has no name", noise)

    def test_for_people(self):
        said = " ".join(self.found["dave"][1].split())
        for words in ("C: RCPT TO:<bob@nomail.example>", "S: 556 5.1.0 <bob@nomail.example>", "In the logs:", "NOQUEUE: reject: RCPT from",
                      "NOQUEUE: reject: null_mx", "Both ended as they should."):
            self.assertIn(words, said)


@unittest.skipIf(any(pathlib.Path(folder, "smtpd").exists() for folder in PROGRAM_FOLDERS), "Postfix is installed here")
class WithoutPostfix(DemoTest):
    def test_one_sentence_says_what_is_missing(self):
        for options in ([], ["--json"]):
            result = self.run_demo("--gate", *options)
            self.assertEqual((result.returncode, result.stdout), (69, ""))
            self.assertRegex(result.stderr, r"^turnaway demo: Postfix is not installed: .*/usr/lib/postfix/sbin")
            self.assertEqual(result.stderr.count("\n"), 1)
        self.check_nothing_is_left()


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    unittest.main()
