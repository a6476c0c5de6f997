"""The relay when what it stands on fails: a full disk, a disk that is lost, DNS that is dead (requirements 33, 46; DESIGN section 4).

Nothing hears 250 that is not durable, the process ends with 74 when its disk is lost, and everything that heard 250 before is
there when it starts again. The full disk is a real one, a small tmpfs in a mount namespace of the relay alone: needs root, and is
skipped by name without. FAILING_DISK_LIBRARY names the library that lets syncs fail (tests/fake/failing_disk.cc).
"""
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import unittest

from relay_daemon import must, wait_until
from relay_scene import SENDER, Scene
from smtp_host import Close

IO_ERROR = 74
LIBRARY = os.environ.get("FAILING_DISK_LIBRARY", "")


def send(scene, to, content=b"Subject: x\r\n\r\nshort\r\n"):
    """The reply after the dot; no QUIT, since the relay may have ended over it."""
    client = scene.relay.client()
    try:
        client.ehlo()
        must(client.mail(SENDER))
        must(client.rcpt(to))
        return client.data(content)
    finally:
        client.close()


def missing_namespace():
    if os.geteuid() != 0:
        return "a small disk of its own needs root"
    if shutil.which("unshare") is None:
        return "the program `unshare` is missing"
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True)
    return f"no mount namespace here: {done.stderr.strip()}" if done.returncode else None


class LostDisk(unittest.TestCase):
    def setUp(self):
        self.assertTrue(pathlib.Path(LIBRARY).is_file(), "FAILING_DISK_LIBRARY names the library")
        self.scene = Scene()
        self.trigger = self.scene.relay.folder / "failing"
        self.scene.relay.environment.update({"LD_PRELOAD": LIBRARY, "FAILING_DISK": str(self.trigger)})
        self.scene.start()

    def tearDown(self):
        self.scene.stop()

    def test_in_the_middle_of_a_message(self):
        for size in (1, 20_000):  # in the database, and in a file of its own
            with self.subTest(lines=size):
                content = b"Subject: x\r\n\r\n" + b"one of many lines\r\n" * size
                may_answer = threading.Event()  # until then nothing but the client's message is written

                def put_off(_argument, _dialogue, may_answer=may_answer):
                    may_answer.wait(60)
                    return Close("421 later")
                host = self.scene.host({"greeting": put_off})
                relay, to = self.scene.relay, self.scene.domain(f"lost{size}.example", host)
                must(send(self.scene, to, content))
                wait_until(lambda host=host: host.dialogues, "the first delivery")
                self.trigger.touch()
                code, words = send(self.scene, to, content)
                self.assertEqual((code, words[:4]), (451, b"4.3."))
                may_answer.set()
                self.assertEqual(relay.wait(), IO_ERROR)
                self.trigger.unlink()
                host.script.clear()
                relay.start()
                wait_until(lambda host=host: host.messages, "what heard 250")
                self.assertIn(content, host.messages[0].content)

    def test_in_the_middle_of_a_delivery(self):
        """The host took it and we could not write that down, or cannot know whether we did: one honest second copy at most."""
        def break_the_disk(_argument, _dialogue):
            self.trigger.touch()
            return "250 2.0.0 Taken"
        host, relay = self.scene.host({".": break_the_disk}), self.scene.relay
        must(send(self.scene, self.scene.domain("unrecorded.example", host)))
        self.assertEqual(relay.wait(), IO_ERROR)
        host.script.clear()
        self.trigger.unlink()
        relay.start()
        queued = wait_until(lambda: relay.lines("started")[1:], "the second start")[0]["queued"]
        wait_until(lambda: len(host.messages) == 1 + queued, "as many copies as were left")
        self.scene.send(marker := self.scene.domain("marker.example", self.scene.host()))
        relay.delivery(marker, "sent")
        self.assertEqual(len(host.messages), 1 + queued)

    def test_content_that_cannot_be_written_is_not_called_a_lack_of_room(self):
        to = self.scene.domain("readonly.example", self.scene.host())
        self.trigger.write_text("readonly")
        code, words = send(self.scene, to, b"Subject: x\r\n\r\n" + b"one of many lines\r\n" * 20_000)
        self.assertEqual((code, words[:5]), (451, b"4.3.0"))
        self.assertNotIn(b"room", words.lower())
        wait_until(lambda: any("Read-only file system" in str(line) for line in self.scene.relay.log), "the errno in the log")
        self.trigger.unlink()
        if self.scene.relay.process.poll() is not None:
            self.scene.relay.start()

    def test_content_that_cannot_be_read_is_tried_again(self):
        """No host is asked meanwhile; that it expires then as any other is in unit_queue."""
        host = self.scene.host({"greeting": "421 later"})
        to = self.scene.domain("unreadable.example", host)
        must(send(self.scene, to, b"Subject: x\r\n\r\n" + b"one of many lines\r\n" * 20_000))
        self.scene.relay.delivery(to, "deferred")
        self.scene.relay.stop()
        content = list((self.scene.relay.folder / "spool/content").iterdir())
        self.assertEqual(len(content), 1)
        content[0].unlink()  # the file of a message that is put off
        host.script.clear()
        kept = content[0].name
        self.scene.relay.start()
        line = wait_until(lambda: [line for line in self.scene.relay.lines("delivery", to=to, result="deferred")
                                   if "cannot be read" in str(line)], "the next try")[0]
        self.assertEqual(line["status"], "4.3.0")
        self.assertTrue([line for line in self.scene.relay.log if kept in str(line)], "the log names the file")
        self.assertFalse(host.messages)

    def test_start_on_a_lost_disk(self):
        self.assertEqual(self.scene.relay.stop(), 0)
        shutil.rmtree(self.scene.relay.folder / "spool")
        self.trigger.touch()
        with self.assertRaises(AssertionError):
            self.scene.relay.start()
        self.assertEqual(self.scene.relay.wait(), IO_ERROR)
        self.assertTrue([line for line in self.scene.relay.noise if line.startswith("turnaway-relay: ")])
        self.scene.relay.noise.clear()
        self.trigger.unlink()
        self.scene.relay.start()


@unittest.skipIf(missing_namespace(), missing_namespace())
class FullDisk(unittest.TestCase):
    """The spool is 8 MB, and only the relay sees it under its name; we come to it through the process."""

    def start(self, free_bytes_min):
        self.scene = Scene({"spool": {"free_bytes_min": free_bytes_min}})
        self.relay = self.scene.relay
        self.disk = self.relay.folder / "disk"
        self.disk.mkdir()
        self.relay.settings["spool"]["path"] = str(self.disk / "spool")
        # A namespace that outlives the relay keeps the disk.
        self.keeper = subprocess.Popen(["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=8m,mode=700 none "$0" && echo up '
                                        '&& exec sleep infinity', str(self.disk)], stdout=subprocess.PIPE)
        self.assertEqual(self.keeper.stdout.readline(), b"up\n")
        self.keeper.stdout.close()
        self.wrapper = ["nsenter", f"--mount=/proc/{self.keeper.pid}/ns/mnt", "--"]
        self.inside = pathlib.Path(f"/proc/{self.keeper.pid}/root{self.disk}")
        self.relay.start(self.wrapper)

    def tearDown(self):
        self.scene.stop()
        self.keeper.send_signal(signal.SIGKILL)
        self.keeper.wait()

    def fill(self, bytes_left):
        disk = os.statvfs(self.inside)
        with (self.inside / "filling").open("wb", buffering=0) as file:
            written = file.write(b"x" * (disk.f_bavail * disk.f_frsize - bytes_left))
        self.assertGreater(written, 0)

    def test_nearly_full(self):
        self.start("1MB")
        host = self.scene.host({"greeting": "421 later"})
        to = self.scene.domain("nearly.example", host)
        must(send(self.scene, to))
        self.fill(500_000)
        code, words = send(self.scene, to)
        self.assertEqual((code, words[:5]), (452, b"4.3.1"))
        # What is queued goes on, and its end is told.
        host.script = {"RCPT": "550 5.1.1 nobody"}
        self.assertEqual(self.scene.failure(to)[1].only()["Status"], "5.1.1")
        (self.inside / "filling").unlink()
        host.script = {}
        must(send(self.scene, to))
        self.relay.delivery(to, "sent")

    def test_full(self):
        self.start("0MB")
        host = self.scene.host({"greeting": "421 later"})
        relay, to = self.relay, self.scene.domain("full.example", host)
        content = b"Subject: x\r\n\r\n" + b"one of many lines\r\n" * 3000
        self.fill(600_000)
        acknowledged = 0
        while (reply := send(self.scene, to, content))[0] == 250:
            acknowledged += 1
            self.assertLess(acknowledged, 100)
        self.assertEqual(reply[1][:4], b"4.3.")
        self.assertIn(reply[0], (451, 452))
        if reply[0] == 451:
            self.assertEqual(relay.wait(), IO_ERROR)
        else:
            self.assertEqual(relay.stop(), 0)
        self.assertGreater(acknowledged, 0)
        (self.inside / "filling").unlink()
        host.script.clear()
        relay.start(self.wrapper)
        wait_until(lambda: len(host.messages) == acknowledged, lambda: f"{len(host.messages)} of {acknowledged}")
        must(send(self.scene, to, content))
        wait_until(lambda: len(host.messages) == acknowledged + 1, "the next one")

    def test_outcomes_on_a_full_disk(self):
        """What hosts took is written down in the reserve: a message does not go out again at each start."""
        self.start("0MB")
        host = self.scene.host({"greeting": "421 later"})
        to = [self.scene.domain(f"outcome{i}.example", host) for i in range(10)]
        for one in to:
            must(send(self.scene, one))
            self.relay.delivery(one, "deferred")
        host.script = {"MAIL": "451 later"}
        self.fill(0)
        code, words = send(self.scene, to[0])
        self.assertEqual((code, words[:5]), (452, b"4.3.1"))
        host.script = {}
        for _ in range(4):
            self.relay.kill()
            self.relay.start(self.wrapper)
        (self.inside / "filling").unlink()
        wait_until(lambda: len(host.messages) >= len(to), lambda: f"{len(host.messages)} of {len(to)}")
        self.scene.send(marker := self.scene.domain("after.example", self.scene.host()))
        self.relay.delivery(marker, "sent")
        # A kill between the 250 of the host and our note of it may cost one second copy, a start none.
        self.assertLessEqual(len(host.messages), len(to) + 4)

    def test_stalled_clients_leave_room(self):
        """Two clients that stop before the final dot cannot take the disk from the others."""
        self.start("1MB")
        to = self.scene.domain("room.example", self.scene.host())
        stalled = [self.relay.client() for _ in range(3)]
        try:
            for client in stalled:
                client.ehlo()
                must(client.mail(SENDER))
                must(client.rcpt(to))
                self.assertEqual(client.docmd("DATA")[0], 354)
                client.send(b"Subject: x\r\n\r\n" + b"one of many lines\r\n" * 150_000)
            wait_until(lambda: [line for line in self.relay.lines("error") + self.relay.lines("warning")
                                if "share" in line.get("words", line.get("message", ""))] or
                       any("share" in str(line) for line in self.relay.log), "the share of the disk is used up")
            disk = os.statvfs(self.inside)
            self.assertGreater(disk.f_bavail * disk.f_frsize, 1_000_000)
            must(send(self.scene, to))
            self.relay.delivery(to, "sent")
            for client in stalled[1:]:
                client.send(b"\r\n.\r\n")
            codes = sorted(client.getreply()[0] for client in stalled[1:])
            self.assertEqual(codes[-1], 452)
        finally:
            for client in stalled:
                client.close()


class DeadDns(unittest.TestCase):
    def test_mail_is_taken_and_goes_when_dns_is_back(self):
        scene = Scene({"dns": {"deadline": "1s"}}).start()
        try:
            host = scene.host()
            addresses = [scene.domain(f"unknown{i}.example", host) for i in range(5)]
            scene.send(known := scene.domain("known.example", host))
            scene.relay.delivery(known, "sent")
            scene.dns.is_dead = True
            for to in addresses:
                self.assertEqual(scene.send(to)[0][0], 250)
            for to in addresses:
                self.assertEqual(scene.relay.delivery(to, "deferred")["status"], "4.4.3")
            literal = f"bob@[{scene.hosts[host.mx]}]"  # needs no DNS, and waits for none
            scene.send(literal, sender="")
            scene.relay.delivery(literal, "sent")
            scene.dns.is_dead = False
            for to in addresses:
                scene.relay.delivery(to, "sent", seconds=180)
            self.assertFalse([line for line in scene.relay.lines("delivery", result="bounced")])
        finally:
            scene.stop()


if __name__ == "__main__":
    unittest.main()
