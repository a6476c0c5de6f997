"""turnaway-relay and a database that fails it in one way at a time: the link is reset at each message of the protocol in turn, or slow; the
database has no room; its tables are of a newer version. What heard 250 is delivered, once: no relay dies here.

./test resets at every fifth message, ./test --long at every one.
"""
import os
import pathlib
import shutil
import smtplib
import subprocess
import sys
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / folder) for folder in ("fake", "crash")]
import postgres_servers  # noqa: E402
from database_link import Link  # noqa: E402
from relay_chaos import Disk  # noqa: E402
from relay_daemon import wait_until  # noqa: E402
from relay_scene import SENDER, Scene  # noqa: E402

IS_LONG = bool(os.environ.get("TURNAWAY_TEST_LONG"))
STEP = 1 if IS_LONG else 5
MESSAGES_MOST = 200  # of the protocol, for one of mail
FILLING = b"Subject: Hello\r\n\r\n" + (b"x" * 70 + b"\r\n") * 2000


@unittest.skipUnless(postgres_servers.is_installed(), "PostgreSQL is not installed")
class WithLink(unittest.TestCase):
    def setUp(self):
        self.servers = postgres_servers.Servers(has_standby=False, syncs=False)
        self.addCleanup(self.servers.stop)
        self.link = Link(self.servers.primary.folder / ".s.PGSQL.5432")
        self.addCleanup(self.link.close)
        self.scene = Scene()
        self.relay = self.scene.relay
        self.addCleanup(self.relay.remove)
        self.relay.settings["spool"] = {
            "path": f"postgresql://turnaway@127.0.0.1:{self.link.port}/turnaway?sslmode=disable&gssencmode=disable",
            "free_bytes_min": "1MB"}
        self.came = []
        host = self.scene.host(on_message=lambda message: self.came.extend(message.recipients))
        self.domain = self.scene.domain("taken.example", host).partition("@")[2]
        self.sent = []
        self.migrate()

    def migrate(self):
        subprocess.run([str(self.relay.program), "--config", str(self.relay.configure()), "--migrate-spool"], check=True,
                       capture_output=True)

    def start(self):
        self.relay.start()
        self.addCleanup(lambda: self.relay.process.poll() is None and self.relay.kill())

    def is_taken(self, content=b"Subject: Hello\r\n\r\nAre you there?\r\n"):
        """Whether it heard 250; otherwise it was put off."""
        to = f"number{len(self.sent)}@{self.domain}"
        with self.relay.client() as client:
            try:
                client.sendmail(SENDER, [to], content)
            except smtplib.SMTPResponseException as refused:
                self.assertEqual(refused.smtp_code // 100, 4, refused)
                return False
        self.sent.append(f"TO:<{to}>")
        return True

    def check_all_came_once(self):
        wait_until(lambda: len(self.came) >= len(self.sent), "each message at its recipient")
        wait_until(lambda: self.servers.primary.ask("SELECT count(*) FROM turnaway.message") == "0", "an empty queue")
        # Those that were put off may have come too, if the answer was lost on the way: never here, where the database is asked again.
        self.assertEqual(sorted(one.partition(" ")[0] for one in self.came), sorted(self.sent))
        self.assertEqual(self.relay.stop(), 0)

    def test_reset_at_each_message(self):
        self.start()
        resets = 0
        for message in range(1, MESSAGES_MOST, STEP):
            self.link.reset_at(message)
            wait_until(self.is_taken, "a message taken")
            wait_until(lambda: len(self.came) >= len(self.sent), "its delivery")
            if not self.link.was_reset.is_set():
                break
            resets += 1
        self.link.reset_at(None)
        self.assertGreater(resets, 2)
        self.check_all_came_once()

    def test_slow(self):
        self.start()
        self.link.delay_s = 1  # each way
        for _ in range(3):
            self.assertTrue(self.is_taken())
        self.link.mend()
        self.check_all_came_once()

    def test_tables_of_a_newer_version(self):
        version = int(self.servers.primary.ask("UPDATE turnaway.schema_version SET version = version + 1 RETURNING version"))
        self.relay.launch()
        self.assertEqual(self.relay.wait(), 78)
        self.assertIn(f"the spool in the database has version {version}, and this program needs version {version - 1}: install the "
                      "newer turnaway", "".join(self.relay.noise))

    @unittest.skipUnless(os.geteuid() == 0, "a disk of its own needs root")
    def test_no_room(self):
        server = self.servers.primary
        disk = Disk(self.servers.folder / "disk")
        self.addCleanup(disk.remove)
        shutil.chown(disk.inside, "nobody", "nogroup")
        server.kill()
        server.wrapper = disk.wrapper
        server.start()
        server.ask(f"CREATE TABLESPACE small LOCATION '{disk.path}'", "postgres")
        server.ask("ALTER DATABASE turnaway SET TABLESPACE small", "postgres")
        self.start()
        self.assertTrue(self.is_taken())
        disk.fill(0)
        wait_until(lambda: not self.is_taken(FILLING), "a message put off")
        disk.free()
        wait_until(self.is_taken, "a message taken again")
        self.check_all_came_once()


if __name__ == "__main__":
    unittest.main()
