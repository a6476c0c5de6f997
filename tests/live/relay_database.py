"""turnaway-relay with its queue in a database, over TCP and TLS and in its sandbox: what it says at a start, and what it does while
the database is away. The first host of the address does not exist, so each connection looks up two names."""
import os
import re
import smtplib
import subprocess
import unittest

import postgres_log_disk
import postgres_servers
from relay_daemon import BIN, free_port, wait_until
from relay_rig import make_certificate
from relay_scene import SENDER, Scene


@unittest.skipUnless(postgres_servers.is_installed(), "PostgreSQL is not installed")
class Database(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = postgres_servers.Servers(has_standby=False, syncs=False)
        cls.addClassCleanup(cls.servers.stop)
        cls.server, cls.port = cls.servers.primary, free_port("127.0.0.1")
        cls.server.kill()
        cls.server.listen_with_tls(cls.port, *make_certificate(cls.servers.folder, "localhost"))
        cls.server.start()

    def scene(self):
        self.addCleanup(self.revive)
        scene = Scene()
        self.addCleanup(scene.relay.remove)
        scene.relay.settings["spool"] = {
            "path": f"postgresql://turnaway@nowhere.invalid:{self.port},localhost:{self.port}/turnaway"
                    "?target_session_attrs=read-write&sslmode=require",
            "free_bytes_min": "1MB"}
        return scene

    def revive(self):
        if self.server.process.poll() is not None:
            self.server.start()

    @staticmethod
    def migrate(relay):
        return subprocess.run([str(relay.program), "--config", str(relay.configure()), "--migrate-spool"], check=False,
                              capture_output=True, text=True)

    def test_it_says_what_is_missing(self):
        relay = self.scene().relay
        self.server.ask("DROP SCHEMA IF EXISTS turnaway CASCADE")
        relay.launch()
        self.assertEqual(relay.wait(), 78)
        self.assertIn("the database has no tables of a spool; run turnaway-relay --migrate-spool", "".join(relay.noise))
        version = int(re.fullmatch(r"the tables of the spool were made, version (\d+)\n", self.migrate(relay).stdout)[1])
        self.assertEqual(self.migrate(relay).stdout, f"the spool already has version {version}\n")
        self.server.ask(f"UPDATE turnaway.schema_version SET version = {version + 1}")
        self.assertEqual(self.migrate(relay).returncode, 78)
        self.server.ask("DROP SCHEMA turnaway CASCADE")

    def test_it_outlives_its_database(self):
        scene = self.scene()
        relay = scene.relay
        self.assertEqual(self.migrate(relay).returncode, 0)
        relay.start()
        self.addCleanup(lambda: relay.process.poll() is None and relay.kill())
        host = scene.host()
        to = scene.domain("taken.example", host)
        scene.send(to)
        relay.delivery(to, "sent")
        self.server.kill()
        # Before it notices, a message waits for the database; afterwards each is put off.
        wait_until(lambda: self.is_put_off(relay, to), "a message put off")
        self.server.start()
        wait_until(lambda: not self.is_put_off(relay, to), "a message taken again")
        wait_until(lambda: len(relay.lines("delivery", to=to, result="sent")) >= 2, "its delivery")
        wait_until(lambda: self.server.ask("SELECT count(*) FROM turnaway.message") == "0", "an empty queue")
        self.assertEqual(relay.stop(), 0)

    # PostgreSQL ends when it cannot write its log, and cannot start again before there is room.
    @unittest.skipIf(postgres_log_disk.unavailable(), "a disk of its own needs root and a mount namespace")
    def test_the_disk_of_the_log_is_full(self):
        scene = self.scene()
        relay = scene.relay
        self.server.kill()
        disk = postgres_log_disk.LogDisk(self.server, 40 << 20)
        self.addCleanup(self.take_back, disk)
        self.server.start()
        self.assertEqual(self.migrate(relay).returncode, 0)
        relay.start()
        self.addCleanup(lambda: relay.process.poll() is None and relay.kill())
        host = scene.host()
        to = scene.domain("logged.example", host)
        scene.send(to)
        disk.fill()
        disk.use_up()
        wait_until(lambda: self.is_put_off(relay, to), "a message put off")
        disk.make_room()
        self.revive()
        wait_until(lambda: not self.is_put_off(relay, to), "a message taken again")
        wait_until(lambda: len(relay.lines("delivery", to=to, result="sent")) >= 2, "both deliveries")
        wait_until(lambda: self.server.ask("SELECT count(*) FROM turnaway.message") == "0", "an empty queue")
        self.assertEqual(relay.stop(), 0)

    def take_back(self, disk):
        if self.server.process.poll() is None:
            self.server.kill()
        disk.end()
        self.server.start()

    def test_each_start_uses_the_same_temporary_folder(self):
        relay = self.scene().relay
        self.assertEqual(self.migrate(relay).returncode, 0)
        temporary = relay.folder / "tmp"
        temporary.mkdir()
        relay.environment["TMPDIR"] = str(temporary)
        for _ in range(2):
            relay.start()
            self.assertEqual(relay.stop(), 0)
            self.assertEqual([each.name for each in temporary.iterdir()], [f"turnaway-relay-{os.geteuid()}-0"])

    def test_without_a_relay_the_queue_is_seen_from_another(self):
        relay = self.scene().relay
        asked = subprocess.run([str(BIN / "turnaway"), "queue", "list", "--config", str(relay.configure())], check=False,
                               capture_output=True, text=True)
        self.assertEqual(asked.returncode, 69)
        self.assertIn("or run this on another relay that uses the same database", asked.stderr)

    def is_put_off(self, relay, to):
        with relay.client() as client:
            try:
                client.sendmail(SENDER, [to], b"Subject: Hello\r\n\r\nAre you there?\r\n")
            except smtplib.SMTPDataError as refused:
                self.assertEqual((refused.smtp_code, refused.smtp_error),
                                 (451, b"4.3.0 The queue is not available at the moment; try again later"))
                return True
        return False


if __name__ == "__main__":
    unittest.main()
