"""A queue that is damaged, as its administrator meets it: rows that cannot be read, a database that is gone, files that are removed.

Nothing of it stops the rest of the queue, and nothing that was acknowledged is removed: the relay refuses to start instead, with 65,
and `turnaway queue recover` makes a queue again of what is left.
"""
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import unittest

from relay_daemon import BIN, must, wait_until
from relay_scene import SENDER, Scene

DATA_ERROR, IO_ERROR, IN_USE = 65, 74, 69
BIG = b"Subject: big\r\n\r\n" + b"one of many lines\r\n" * 20_000
SMALL = b"Subject: small\r\n\r\nshort\r\n"


class Damage(unittest.TestCase):
    def setUp(self):
        self.scene = Scene()
        self.relay = self.scene.relay
        self.spool = self.relay.folder / "spool"
        self.scene.start()

    def tearDown(self):
        if self.relay.process.poll() is None:
            self.relay.kill()
        self.relay.remove()

    def turnaway(self, *arguments, code=0):
        command = [str(BIN / "turnaway"), "queue", *arguments]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def queue(self, *arguments, code=0):
        return self.turnaway(*arguments, "--socket", str(self.relay.folder / "control"), code=code)

    def put_off(self, name, content):
        """A message that waits for its host; its host and its id."""
        host = self.scene.host({"greeting": "421 later"})
        to = self.scene.domain(f"{name}.example", host)
        self.relay.send(SENDER, [to], content)
        self.relay.delivery(to, "deferred")
        listed = [json.loads(line) for line in self.queue("list", "--json", "--recipient", to).stdout.splitlines()]
        return host, listed[0]["id"]

    def change(self, sql):
        with contextlib.closing(sqlite3.connect(self.spool / "spool.db", isolation_level=None)) as database:
            database.execute(sql)

    def test_a_row_that_cannot_be_read(self):
        _, broken = self.put_off("broken", SMALL)
        host, _ = self.put_off("whole", SMALL)
        self.assertEqual(self.relay.stop(), 0)
        self.change("UPDATE message SET envelope = x'ff' WHERE id = (SELECT min(id) FROM message)")
        host.script.clear()
        self.relay.start()
        wait_until(lambda: host.messages, "the message beside it")
        listed = self.queue("list", "--state", "corrupt").stdout.decode()
        self.assertIn(broken, listed)
        self.assertIn("corrupt", listed)
        self.assertIn(b"1 message that cannot be read", self.queue("summary").stdout)
        exported = self.queue("export", broken)
        self.assertTrue(exported.stdout.endswith(SMALL))
        self.assertIn(b"damaged", exported.stderr)
        self.assertIn(b"cannot be read", self.queue("hold", broken).stderr)
        self.queue("delete", broken)
        self.assertNotIn(broken, self.queue("list").stdout.decode())

    def test_content_that_is_found_damaged_while_it_is_sent(self):
        """The host is not to blame."""
        host, broken = self.put_off("flipped", BIG)
        self.assertEqual(self.relay.stop(), 0)
        (content,) = (self.spool / "content").iterdir()
        with content.open("r+b") as file:
            file.seek(len(BIG) - 1000)
            file.write(b"X")
        host.script.clear()
        self.relay.start()
        self.queue("flush", broken)
        line = wait_until(lambda: [line for line in self.relay.lines("delivery", to="bob@flipped.example")
                                   if "4.3.0" in str(line)], lambda: f"the next try; {self.relay.log[-5:]}")[0]
        self.assertEqual((line["result"], line["status"]), ("deferred", "4.3.0"))
        self.assertIn("the stored content cannot be read", str(line))
        self.assertFalse(host.messages)

    def test_a_pipe_in_the_place_of_content(self):
        self.check_in_the_place_of_content(os.mkfifo)

    def test_a_folder_in_the_place_of_content(self):
        self.check_in_the_place_of_content(os.mkdir)

    def test_a_device_in_the_place_of_content(self):
        self.check_in_the_place_of_content(lambda path: os.symlink("/dev/zero", path))

    def check_in_the_place_of_content(self, make):
        _, broken = self.put_off("piped", BIG)
        host, _ = self.put_off("beside", BIG)
        self.assertEqual(self.relay.stop(), 0)
        first = min((self.spool / "content").iterdir(), key=lambda path: int(path.name))
        first.unlink()
        make(first)
        host.script.clear()
        self.relay.start()
        self.queue("flush", broken)
        wait_until(lambda: host.messages, "the message beside it")
        wait_until(lambda: self.relay.lines("delivery", to="bob@piped.example", status="4.3.0"), "a word about what is there")

    def test_a_database_that_is_gone(self):
        host, _ = self.put_off("gone", BIG)
        self.relay.kill()
        for name in ("spool.db", "spool.db-wal"):
            (self.spool / name).unlink()
        with self.assertRaises(AssertionError):
            self.relay.start()
        self.assertEqual(self.relay.wait(), DATA_ERROR)
        self.assertIn("turnaway queue recover", self.relay.noise[-1])
        self.assertEqual(len(list((self.spool / "content").iterdir())), 1)
        self.assertIn(b"1 from content files", self.turnaway("recover", "--spool", str(self.spool)).stdout)
        host.script.clear()
        self.relay.start()
        wait_until(lambda: host.messages, "the recovered message")
        self.assertTrue(host.messages[0].content.endswith(BIG))
        self.turnaway("recover", "--spool", str(self.spool), code=IN_USE)

    def test_files_that_are_removed_or_replaced(self):
        for name, is_replaced in (("spool.db", False), ("spool.db", True), ("content", False), (".", False)):
            with self.subTest(name=name, is_replaced=is_replaced):
                place, aside = self.spool / name, self.relay.folder / "aside"
                with contextlib.closing(self.relay.client()) as client:
                    client.ehlo()
                    must(client.mail(SENDER))
                    must(client.rcpt(self.scene.domain("removed.example", self.scene.host())))
                    place.resolve().rename(aside)
                    if is_replaced:
                        shutil.copy(aside, place)
                    code, words = client.data(SMALL)
                    self.assertEqual((code, words[:4]), (451, b"4.3."))
                self.assertEqual(self.relay.wait(), IO_ERROR)
                if place.is_file():
                    place.unlink()
                aside.rename(place.resolve())
                self.relay.start()

    def test_an_idle_relay_notices_too(self):
        shutil.rmtree(self.spool)
        self.assertEqual(self.relay.wait(), IO_ERROR)


if __name__ == "__main__":
    unittest.main()
