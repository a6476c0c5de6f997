"""`turnaway demo`: each of the five cases for real, its ends (Ctrl-C on a terminal, a signal, a kill, a closed pipe), busy ports,
missing programs. After each end nothing is left: no process, no file."""
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import time
import unittest

from demo_case import BIN, LIMIT_S, PROGRAMS, DemoTest, Terminal, children_of, is_running


class Cases(DemoTest):
    def test_each_case_ends_as_it_should(self):
        result = self.run_demo("--once", "--json")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        *cases, summary = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(summary, {"type": "end", "cases": 5, "as_expected": 5, "fault": None})
        by_name = {case["case"]: case for case in cases}
        self.assertEqual({name: case["ending"] for name, case in by_name.items()},
                         {"null-mx": "refused", "host-521": "reported", "two-mx": "delivered",
                          "unreachable": "delayed", "healthy": "delivered"})
        self.assertEqual((by_name["null-mx"]["reply"]["code"], by_name["null-mx"]["reply"]["enhanced_code"]),
                         (556, "5.1.10"))
        self.assertEqual([(r["action"], r["status"]) for r in by_name["host-521"]["reports"]], [("failed", "5.3.2")])
        self.assertIn("does not accept any mail", by_name["host-521"]["reports"][0]["text"])
        self.assertEqual([(r["action"], r["status"]) for r in by_name["unreachable"]["reports"]],
                         [("delayed", "4.4.1")])
        said_521 = {name for name, case in by_name.items() for dialogue in case["dialogues"]
                    for line in dialogue["lines"]
                    if line["from"] == "server" and line["text"].startswith("521 " + dialogue["server"])}
        self.assertEqual(said_521, {"host-521", "two-mx"})
        for case in cases:
            self.assertTrue(case["as_expected"])
            self.assertGreater(case["milliseconds"], 0)
            self.assertTrue(case["others"])
            times = [line["milliseconds"] for dialogue in case["dialogues"] for line in dialogue["lines"]]
            self.assertTrue(times)
            self.assertGreaterEqual(min(times), 0)
        self.check_nothing_is_left()

    def test_json_is_as_its_schema_says(self):
        schema = json.loads((pathlib.Path(__file__).parents[2] / "docs/schema/demo.json").read_text())
        case_schema, all_schema = schema["oneOf"]
        lines = [json.loads(line) for line in self.run_demo("--json").stdout.splitlines()]
        for line in lines[:-1]:
            self.assertEqual(list(line), list(case_schema["properties"]))
        self.assertEqual(list(lines[-1]), list(all_schema["properties"]))

    def test_without_a_terminal_it_ends_after_the_cases(self):
        result = self.run_demo()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("All five ended as they should.", result.stdout)
        self.assertIn("556 5.1.10 <bob@nomail.example>", result.stdout)
        self.assertIn("521 mx.refusing.example Host does not accept mail", result.stdout)
        self.assertNotIn("\x1b", result.stdout)
        self.assertNotIn("Try it yourself", result.stdout)
        self.check_nothing_is_left()

    def test_each_case_takes_six_lines_at_most_and_then_comes_the_table(self):
        paragraphs = self.run_demo().stdout.split("\n\n")
        cases = [each.splitlines() for each in paragraphs if re.match(r"[1-5] bob@", each)]
        self.assertEqual([lines[0][0] for lines in cases], list("12345"))
        self.assertLessEqual(max(map(len, cases)), 6, cases)
        table = next(each.splitlines() for each in paragraphs if each.startswith("  to "))
        self.assertEqual(len(table), 6)
        self.assertRegex(table[0], "^  to +turnaway +slowest of 5 others$")
        self.assertRegex(table[1], r"^1 bob@nomail\.example    refused +[\d.]+ m?s  556 5\.1\.10   OpenSMTPD: 4 days$")
        self.assertRegex(table[4], r"^4 bob@silent\.example    queued; notice sent [\d.]+ m?s \* +Postfix, Sendmail: 5 days$")
        self.assertEqual(table[1:], [lines[0] for lines in cases])
        self.assertLessEqual(max(map(len, "\n".join(paragraphs).splitlines())), 80)

    def test_all_dialogues(self):
        result = self.run_demo("--dialogues")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("Status: 5.3.2", result.stdout)
        self.assertIn("S: 354 ", result.stdout)
        self.assertRegex(result.stdout, r"Postfix [\d.]+ +keeps it for 5 days")
        self.assertLessEqual(max(map(len, result.stdout.splitlines())), 80)

    def test_a_host_that_does_not_refuse_is_noticed(self):
        folder = self.copy_programs("turnaway", "turnaway-relay")
        shutil.copy("/bin/true", folder / "turnaway-refuse")
        result = self.run_demo("--json", program=folder / "turnaway")
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        cases = {case["case"]: case for case in map(json.loads, result.stdout.splitlines()) if "case" in case}
        self.assertEqual({name for name, case in cases.items() if not case["as_expected"]}, {"host-521", "two-mx"})
        self.assertIn("no host said 521", cases["host-521"]["fault"])
        self.assertIn("turnaway-refuse has ended by itself", result.stderr)
        self.check_nothing_is_left()


class Ends(Terminal):
    def test_on_a_terminal_it_stays_up_until_ctrl_c(self):
        process_id, terminal = self.start_on_terminal()
        text = self.read_until(terminal, "q quit")
        address, port = self.address_in(text)
        children = children_of(process_id)
        self.assertEqual(len(children), 3)
        with smtplib.SMTP(address, int(port), timeout=20) as client:
            # The demo's second case has taught the relay about this host.
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                client.sendmail("ann@sender.example", ["bob@refusing.example"], "Subject: no\r\n\r\n")
            self.assertEqual(refused.exception.recipients["bob@refusing.example"][0], 556)
            self.read_until(terminal, "556 5.3.2 <bob@refusing.example>")
            client.sendmail("ann@sender.example", ["bob@healthy.example"], "Subject: by hand\r\n\r\nHello.\r\n")
            self.read_until(terminal, "delivered <bob@healthy.example>")
            client.sendmail("ann@sender.example", ["bob@silent.example"], "Subject: later\r\n\r\nHello.\r\n")
        self.read_until(terminal, "delayed <bob@silent.example>")
        os.write(terminal, b"\x03")
        self.assertEqual(self.wait(process_id, terminal), 0)
        self.check_nothing_is_left(children)

    def test_ctrl_c_within_the_cases(self):
        process_id, terminal = self.start_on_terminal()
        self.read_until(terminal, "RCPT TO")
        children = children_of(process_id)
        os.write(terminal, b"\x03")
        self.assertEqual(self.wait(process_id, terminal), 128 + signal.SIGINT)
        self.check_nothing_is_left(children)

    def test_once_ends_on_a_terminal_too(self):
        process_id, terminal = self.start_on_terminal("--once")
        self.assertEqual(self.wait(process_id, terminal), 0)
        self.check_nothing_is_left()

    def test_sigterm_within_the_cases(self):
        process = self.start_demo(stdout=subprocess.PIPE)
        for line in process.stdout:
            if "RCPT TO" in line:
                break
        children = children_of(process.pid)
        self.assertEqual(len(children), 3)
        process.terminate()
        process.stdout.read()
        process.stdout.close()
        self.assertEqual(process.wait(timeout=LIMIT_S), 128 + signal.SIGTERM)
        self.check_nothing_is_left(children)

    def test_killed_it_leaves_no_process(self):
        process = self.start_demo(stdout=subprocess.PIPE)
        for line in process.stdout:
            if "RCPT TO" in line:
                break
        children = children_of(process.pid)
        self.assertEqual(len(children), 3)
        process.kill()
        process.stdout.close()
        end = time.monotonic() + LIMIT_S
        while any(map(is_running, children)):
            self.assertLess(time.monotonic(), end, "a child outlives the demo")
            time.sleep(0.02)

    def test_a_reader_that_goes_is_no_error(self):
        for options in ((), ("--json",), ("--dialogues",)):
            with self.subTest(options):
                process = self.start_demo(*options, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                process.stdout.readline()
                process.stdout.close()
                words = process.stderr.read()
                process.stderr.close()
                self.assertEqual((process.wait(timeout=LIMIT_S), words), (0, ""))
                self.check_nothing_is_left()

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "w") as full:
            process = self.start_demo(stdout=full, stderr=subprocess.PIPE)
        words = process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(timeout=LIMIT_S), 74, words)
        self.assertEqual(words, "turnaway demo: cannot write: No space left on device\n")
        self.check_nothing_is_left()


class Surroundings(DemoTest):
    def test_two_at_the_same_time(self):
        processes = [self.start_demo("--json", stdout=subprocess.PIPE) for _ in range(2)]
        for process in processes:
            words = process.stdout.read()
            process.stdout.close()
            self.assertEqual(process.wait(timeout=LIMIT_S), 0, words)
        self.check_nothing_is_left()

    def run_among_ports(self, taken_every):
        """In a network of its own with 40 ports for the system to choose from, some taken at one of the demo's addresses."""
        script = ("import socket, subprocess, sys\n"
                  "open('/proc/sys/net/ipv4/ip_local_port_range', 'w').write('40000 40039')\n"
                  "taken = []\n"
                  f"for port in [p for p in range(40000, 40040) if p % 4 < {taken_every}]:\n"
                  "    taken.append(socket.socket()); taken[-1].bind(('127.0.0.21', port)); taken[-1].listen()\n"
                  "sys.exit(subprocess.run(sys.argv[1:]).returncode)\n")
        where = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
        if subprocess.run([*where, "true"], capture_output=True).returncode != 0:
            self.skipTest("no network namespace of its own to be had here")
        command = 'ip link set lo up && exec "$@"'
        return subprocess.run([*where, "sh", "-c", command, "sh", sys.executable, "-c", script, BIN / "turnaway", "demo",
                               "--json"], capture_output=True, text=True, timeout=LIMIT_S, env=self.environment)

    def test_some_ports_busy(self):
        result = self.run_among_ports(taken_every=2)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.check_nothing_is_left()

    def test_all_ports_busy(self):
        result = self.run_among_ports(taken_every=4)
        self.assertEqual(result.returncode, 69, result.stdout + result.stderr)
        self.assertRegex(result.stderr, r"cannot listen on 127\.0\.0\.21:400\d\d: Address already in use")
        self.check_nothing_is_left()

    def test_a_program_is_missing(self):
        folder = self.copy_programs("turnaway", "turnaway-refuse")
        result = self.run_demo("--once", program=folder / "turnaway")
        self.assertEqual(result.returncode, 69)
        self.assertIn("turnaway-relay is neither in", result.stderr)
        self.check_nothing_is_left()

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody without rights")
    def test_without_any_right(self):
        folder = self.copy_programs(*PROGRAMS)
        nobody = pwd.getpwnam("nobody")
        result = self.run_demo("--json", program=folder / "turnaway", user=nobody.pw_uid, group=nobody.pw_gid,
                               extra_groups=[], cwd="/")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.check_nothing_is_left()

    def test_keep(self):
        kept = self.temporary / "kept"
        self.assertEqual(self.run_demo("--json", "--keep", kept).returncode, 0)
        names = {path.name for path in kept.iterdir()}
        self.assertLessEqual({"relay.conf", "spool", "turnaway-relay-3.log"}, names)
        self.assertIn('"result":"bounced"', (kept / "turnaway-relay-3.log").read_text())
        result = self.run_demo("--json", "--keep", kept)
        self.assertEqual(result.returncode, 64)
        self.assertIn("is not empty", result.stderr)
        self.assertEqual({path.name for path in kept.iterdir()}, names)

    def test_command_line(self):
        self.assertEqual(self.run_demo("--nonsense").returncode, 64)
        self.assertIn("Example:", self.run_demo("--help").stdout)


if __name__ == "__main__":
    unittest.main()
