"""`turnaway demo --cluster`: with the PostgreSQL of this machine, and its sentence where that is not installed."""
import re
import signal
import subprocess
import unittest

import postgres_servers
from demo_case import DemoTest

SCREEN_LINES, SCREEN_COLUMNS = 24, 80


class Cluster(DemoTest):
    @unittest.skipUnless(postgres_servers.is_installed(), "PostgreSQL is not installed")
    def test_servers_die_and_nothing_is_lost(self):
        result = self.run_demo("--cluster")
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        events = [line[10:22].strip() for line in result.stdout.splitlines() if re.match(r" *\d+\.\d s", line)]
        self.assertEqual(events, ["started", "mail flows", "KILLED", "promoted", "mail flows", "mail waits", "KILLED", "delivered"])
        # 60 new ones, and perhaps one of before that waits for its next attempt.
        waiting = re.search(r"relay-1 has (\d+), relay-2 has (\d+), relay-3 has (\d+)", " ".join(result.stdout.split())).groups()
        self.assertTrue(all(int(messages) >= 15 for messages in waiting), waiting)
        accepted, delivered, lost = map(int, re.search(
            r"(\d+) messages were answered with 250: (\d+) delivered, (\d+) lost", result.stdout).groups())
        self.assertEqual((delivered, lost), (accepted, 0))
        self.assertGreater(accepted, 60)
        lines = result.stdout.splitlines()
        self.assertLessEqual(len(lines), SCREEN_LINES)
        self.assertLessEqual(max(map(len, lines)), SCREEN_COLUMNS)
        self.check_nothing_is_left()

    @unittest.skipUnless(postgres_servers.is_installed(), "PostgreSQL is not installed")
    def test_a_signal_ends_it(self):
        demo = self.start_demo("--cluster", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while "started" not in demo.stdout.readline():
            self.assertIsNone(demo.poll())
        demo.send_signal(signal.SIGTERM)
        demo.communicate()
        self.assertEqual(demo.returncode, 128 + signal.SIGTERM)
        self.check_nothing_is_left()

    @unittest.skipIf(postgres_servers.is_installed(), "PostgreSQL is installed")
    def test_one_sentence_says_what_is_missing(self):
        result = self.run_demo("--cluster")
        self.assertEqual((result.returncode, result.stdout.count("\n")), (69, 3))
        self.assertRegex(result.stderr, r"^turnaway demo: PostgreSQL is not installed: .* Install the package postgresql")
        self.check_nothing_is_left()

    def test_what_it_cannot_be_combined_with(self):
        for option in ("--json", "--gate"):
            result = self.run_demo("--cluster", option)
            self.assertEqual(result.returncode, 64, option)
            self.assertIn(option, result.stderr)


if __name__ == "__main__":
    unittest.main()
