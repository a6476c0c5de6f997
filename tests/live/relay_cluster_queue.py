"""`turnaway queue` with two relays that share a queue in a database: each shows and changes the messages of both; a dead relay's
messages are shown and not changed; a relay is emptied while mail waits, and its messages go to the other."""
import json
import smtplib
import subprocess
import unittest

import postgres_servers
from relay_daemon import PROGRAM, wait_until
from relay_queue import SCHEMA, faults
from relay_scene import SENDER, Scene

TURNAWAY = PROGRAM.with_name("turnaway")


@unittest.skipUnless(postgres_servers.is_installed(), "PostgreSQL is not installed")
class ClusterQueue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = postgres_servers.Servers(has_standby=False, syncs=False)
        cls.addClassCleanup(cls.servers.stop)

    def setUp(self):
        self.servers.primary.ask("DROP SCHEMA IF EXISTS turnaway CASCADE")
        self.one = self.relay("one", migrate=True)
        self.two = self.relay("two")
        self.first = self.message(self.one, "first.example")
        self.second = self.message(self.two, "second.example")

    def relay(self, node, migrate=False):
        scene = Scene({"spool": {"path": self.servers.address(), "node": node, "free_bytes_min": "1MB"},
                       "lifetime": {"retry_first": "1h", "retry_max": "1h"}})
        self.addCleanup(scene.relay.remove)
        if migrate:
            subprocess.run([str(PROGRAM), "--config", str(scene.relay.configure()), "--migrate-spool"], check=True,
                           stdout=subprocess.DEVNULL)
        scene.relay.start()
        self.addCleanup(lambda: scene.relay.process.poll() is None and scene.relay.kill())
        return scene

    def message(self, scene, domain):
        """One to a host where nobody listens; its id once it was tried."""
        to = scene.domain(domain, scene.name())
        scene.send(to)
        scene.relay.delivery(to, "deferred")
        return wait_until(lambda: self.ids("list", "--domain", domain), "it waits")[0]

    def run_queue(self, *arguments, by=None):
        relay = (by or self.one).relay
        return subprocess.run([str(TURNAWAY), "queue", *arguments, "--socket", relay.settings["control"]["socket"]], check=False,
                              capture_output=True, text=True)

    def queue(self, *arguments, by=None, code=0):
        done = self.run_queue(*arguments, "--json", by=by)
        self.assertEqual(done.returncode, code, done)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        for line in lines:
            self.assertEqual(list(faults(line, SCHEMA)), [], line)
        return lines

    def ids(self, *arguments, by=None):
        return [line["id"] for line in self.queue(*arguments, by=by)]

    def states(self, by=None):
        return {line["id"]: line["state"] for line in self.queue("list", by=by)}

    def test_it_shows_and_changes_the_queue_of_both(self):
        for by in (self.one, self.two):
            self.assertEqual({line["id"]: line["node"] for line in self.queue("list", by=by)},
                             {self.first: "one", self.second: "two"})
        self.assertEqual(self.ids("list", "--node", "two"), [self.second])
        self.assertEqual(self.run_queue("list", "--node", "three").stderr,
                         "turnaway queue: the relay says: no relay named three shares the queue; `turnaway queue nodes` lists those "
                         "that do\n")
        self.assertIn("two", self.run_queue("show", self.second).stdout)
        self.assertIn("Are you there?", self.run_queue("export", self.second).stdout)
        # A message of the other, all messages, those of one relay.
        self.assertEqual(self.queue("hold", self.second), [{"type": "outcome", "id": self.second, "outcome": "changed"}])
        self.assertEqual(self.states(), {self.first: "waiting", self.second: "held"})
        self.assertEqual(self.run_queue("hold", "--all").stdout, "1 message held; 1 held already.\n")
        self.assertEqual(self.run_queue("release", "--all", "--node", "one").stdout, "1 message released.\n")
        self.assertEqual(self.states(self.two), {self.first: "waiting", self.second: "held"})
        self.assertEqual(self.run_queue("release", self.first, "--node", "two").returncode, 66)
        self.queue("release", self.first, self.second, by=self.two)
        # What is scheduled is known only to the relay that delivers it.
        domains = {line["destination"]: line for line in self.queue("summary") if line["type"] == "destination"}
        self.assertEqual({name: line["jobs"] for name, line in domains.items()}, {"first.example": 1, "second.example": 1})
        self.assertEqual(self.queue("flush", "--domain", "second.example"), [{"type": "flushed", "count": 1}])
        wait_until(lambda: len(self.two.relay.lines("delivery", to="bob@second.example")) == 2, "it is tried again")
        self.assertEqual(self.queue("flush", "--all")[0]["count"], 2)
        asked = wait_until(lambda: self.two.relay.lines("controlled", request="hold"), "the log of the other")
        self.assertEqual(asked[0]["about"], f"{self.second}, asked by one")
        self.assertEqual(self.run_queue("delete", "--all", "--yes").stdout, "2 messages deleted.\n")
        self.assertEqual(self.servers.primary.ask("SELECT count(*) FROM turnaway.message"), "0")

    def test_it_shows_the_messages_of_a_dead_relay_and_does_not_change_them(self):
        self.two.relay.kill()
        # Its lease runs out, and its row is locked against a takeover.
        server = self.servers.primary
        with subprocess.Popen(["psql", "-h", str(server.folder), "-U", "turnaway", "-AtXq", "turnaway"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as locker:
            locker.stdin.write("UPDATE turnaway.node SET lease = clock_timestamp() WHERE name = 'two';\n"
                               "BEGIN; SELECT name FROM turnaway.node WHERE name = 'two' FOR SHARE;\n")
            locker.stdin.flush()
            self.assertEqual(locker.stdout.readline(), "two\n")
            self.assertEqual([(node["node"], node["state"], node["messages"]) for node in self.queue("nodes")],
                             [("one", "alive", 1), ("two", "expired", 1)])
            self.assertEqual({line["id"]: line["node"] for line in self.queue("list")}, {self.first: "one", self.second: "two"})
            words = "two does not renew its lease: another relay takes its messages over; try again in 15 seconds\n"
            done = self.run_queue("hold", self.second)
            self.assertEqual((done.returncode, done.stderr), (69, f"turnaway queue: {self.second}: {words}"))
            done = self.run_queue("hold", "--all")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (69, "1 message held.\n", f"turnaway queue: {words}"))
            locker.stdin.close()
        wait_until(lambda: {line["id"]: line["node"] for line in self.queue("list")} == {self.first: "one", self.second: "one"},
                   "the other owns them")
        self.assertEqual(self.run_queue("hold", "--all").stdout, "1 message held; 1 held already.\n")
        wait_until(lambda: [node["node"] for node in self.queue("nodes")] == ["one"], "the dead relay is forgotten")

    def test_nodes(self):
        one, two = self.queue("nodes", by=self.two)
        self.assertEqual([(node["node"], node["state"], node["messages"], node["due"], node["own"]) for node in (one, two)],
                         [("one", "alive", 1, 0, False), ("two", "alive", 1, 0, True)])
        self.assertTrue(0 < one["lease"] <= 10, one)
        self.assertTrue(one["version"])
        self.assertEqual(self.run_queue("nodes").stdout.split("\n")[0].split(),
                         ["NODE", "STATE", "LEASE", "MESSAGES", "DUE", "DELIVERIES", "UP", "VERSION"])

    def test_the_doctor_looks_at_the_database(self):
        relay = self.one.relay
        relay.settings["spool"]["path"] = self.servers.address() + "&password=secret"
        config = relay.configure()
        config.chmod(0o644)

        def findings():
            done = subprocess.run([str(TURNAWAY), "doctor", "--config", str(config), "--json"], check=False, capture_output=True,
                                  text=True)
            return [json.loads(line) for line in done.stdout.splitlines()]

        def words(check):
            return " ".join(finding["words"] for finding in found if finding["check"] == check)
        found = findings()
        self.assertIn("The database has fsync off", words("spool"))
        self.assertIn("The database has no synchronous standby", words("spool"))
        self.assertRegex(words("spool"), "a round trip takes [0-9.]+ ms, a commit [0-9.]+ ms")
        self.assertIn("every user of this machine may read", words("configuration"))
        checked = subprocess.run([str(PROGRAM), "--config", str(config), "--check-config"], check=False, capture_output=True, text=True)
        self.assertIn("has the password of the database in [spool] path", checked.stderr)
        self.assertNotIn("secret", checked.stderr + json.dumps(found))
        config.chmod(0o640)
        version = self.servers.primary.ask("SELECT version FROM turnaway.schema_version")
        self.servers.primary.ask("ALTER DATABASE turnaway SET synchronous_commit = off; "
                                 "UPDATE turnaway.schema_version SET version = 1")
        self.addCleanup(self.servers.primary.ask, "ALTER DATABASE turnaway RESET ALL")
        found = findings()
        self.assertIn("The database has synchronous_commit off", words("spool"))
        self.assertIn("the spool in the database has version 1, and this program needs version", words("spool"))
        self.assertNotIn("every user", words("configuration"))
        # A commit that waits for a standby which is away: the server itself would wait without end.
        ask = self.servers.primary.ask
        ask(f"UPDATE turnaway.schema_version SET version = {version}; ALTER DATABASE turnaway RESET ALL")
        ask("ALTER SYSTEM SET synchronous_standby_names = 'away'")
        ask("SELECT pg_reload_conf()")
        wait_until(lambda: ask("SHOW synchronous_standby_names") == "away", "the setting")
        found = findings()
        ask("ALTER SYSTEM RESET synchronous_standby_names")
        ask("SELECT pg_reload_conf()")
        self.assertIn("The database does not commit: it did not answer within 5 seconds", words("spool"))
        self.assertIn("start it, or remove it from synchronous_standby_names", json.dumps(found))
        relay.settings["spool"]["path"] = "postgresql:///turnaway?host=/nowhere"
        relay.configure()
        found = findings()
        self.assertIn("accepting connections on that socket?", words("spool"))
        self.assertNotIn("?.", words("spool"))

    def test_it_takes_a_queue_on_disk_along(self):
        alone = Scene({"lifetime": {"retry_first": "1h", "retry_max": "1h"}}).start()
        self.addCleanup(alone.relay.remove)
        self.addCleanup(lambda: alone.relay.process.poll() is None and alone.relay.kill())
        to = alone.domain("third.example", alone.name())
        alone.send(to)
        alone.relay.delivery(to, "deferred")
        [third] = self.ids("list", by=alone)
        self.assertEqual(self.run_queue("nodes", by=alone).returncode, 74)

        def move(*options):
            return subprocess.run([str(TURNAWAY), "queue", "move", "--from", alone.relay.settings["spool"]["path"], "--to",
                                   self.servers.address(), *options], check=False, capture_output=True, text=True)
        refused = move()
        self.assertEqual(refused.returncode, 69, refused)
        self.assertEqual(alone.relay.stop(), 0)
        self.assertEqual(move().stdout, "1 message moved.\n")
        self.assertEqual(json.loads(move("--json").stdout),
                         {"type": "moved", "messages": 0, "before": 0, "hosts": 0, "damaged": []})
        moved = wait_until(lambda: [line for line in self.queue("list") if line["id"] == third and line["node"] in ("one", "two")],
                           "a relay owns it")
        self.assertEqual(moved[0]["recipients"][0]["tries"], 1)

    def test_it_empties_a_relay(self):
        done = self.run_queue("drain", "two")
        self.assertEqual(done.returncode, 0, done)
        self.assertTrue(done.stdout.endswith("two is empty. Stop and upgrade it; it takes mail again after a start.\n"), done)
        self.assertEqual({line["node"] for line in self.queue("list", by=self.two)}, {"one"})
        # It refuses mail until it is started again, and ends as always.
        with self.two.relay.client() as client, self.assertRaises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail(SENDER, ["bob@second.example"], b"Subject: Hello\r\n\r\n")
        self.assertEqual(refused.exception.smtp_code, 451)
        self.assertIn(b"being emptied", refused.exception.smtp_error)
        self.assertEqual(self.run_queue("drain", "one").stderr,
                         "turnaway queue: the relay says: no other relay is there to take the messages of one\n")
        self.assertEqual(self.two.relay.stop(), 0)
        again = self.relay("two")
        self.assertEqual(len(self.ids("list", "--node", "one", by=again)), 2)
        again.send(again.domain("third.example", again.name()))
        # One that is asked no more works normally.
        self.servers.primary.ask("UPDATE turnaway.node SET drains = 1 WHERE name = 'two'")
        self.assertEqual(self.run_queue("drain", "two", "--undo").stdout, "two works normally again.\n")
        self.assertEqual([node["state"] for node in self.queue("nodes")], ["alive", "alive"])


if __name__ == "__main__":
    unittest.main()
