"""How the relay begins and ends: stops by SIGTERM, spools it cannot use, the one spool two would use (requirements 30, 31, 33, 46).

Nobody is cut off in the middle of a message, and nothing that heard 250 is lost or comes twice.
"""
import signal
import sqlite3
import subprocess
import threading
import unittest

from relay_daemon import PROGRAM, must, wait_until
from relay_scene import SENDER, Scene
from smtp_host import Slow

DAMAGED, UNAVAILABLE = 65, 69


class Stop(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().start()
        self.relay = self.scene.relay

    def tearDown(self):
        self.scene.stop()

    def order_stop(self):
        self.relay.process.send_signal(signal.SIGTERM)

    def test_idle_clients_are_told(self):
        clients = [self.relay.client() for _ in range(3)]
        clients[1].ehlo()
        clients[2].ehlo()
        must(clients[2].mail(SENDER))
        self.order_stop()
        for client in clients:
            self.assertEqual(client.getreply()[0], 421)
            self.assertEqual(client.sock.recv(1), b"")
            client.close()
        self.assertEqual(self.relay.wait(), 0)
        self.relay.start()

    def test_a_message_under_way_is_taken_and_delivered_later(self):
        host = self.scene.host()
        to = self.scene.domain("underway.example", host)
        client = self.relay.client()
        client.ehlo()
        must(client.mail(SENDER))
        must(client.rcpt(to))
        self.assertEqual(client.docmd("DATA")[0], 354)
        self.order_stop()
        wait_until(lambda: not self.listens(), "a stopping relay listens on")
        client.send(b"Subject: late\r\n\r\nbut whole\r\n.\r\n")
        must(client.getreply())
        self.assertEqual(client.getreply()[0], 421)
        client.close()
        self.assertEqual(self.relay.wait(), 0)
        self.assertFalse(host.dialogues, "a stopping relay began a delivery")
        self.relay.start()
        self.relay.delivery(to, "sent")
        self.assertEqual(len(host.messages), 1)
        self.assertIn(b"but whole", host.messages[0].content)

    def listens(self):
        try:
            self.relay.client().close()
            return True
        except OSError:
            return False

    def test_a_delivery_under_way_ends(self):
        host = self.scene.host({".": Slow("250 " + "x" * 30)})
        self.scene.send(to := self.scene.domain("slowdot.example", host))
        wait_until(lambda: host.commands()[-1:] == ["DATA"], "the delivery")
        self.order_stop()
        self.assertEqual(self.relay.wait(), 0)
        self.relay.start()
        self.scene.send(marker := self.scene.domain("marker.example", self.scene.host()))
        self.relay.delivery(marker, "sent")
        self.assertEqual(len(host.messages), 1)
        self.assertTrue(self.relay.lines("delivery", to=to, result="sent"))

    def test_under_load_all_arrive_once(self):
        host = self.scene.host()
        self.scene.domain("load.example", host)
        acknowledged, is_over = [], threading.Event()

        def load(name):
            number = 0
            while not is_over.is_set():
                try:
                    with self.relay.client() as client:
                        client.ehlo()
                        while not is_over.is_set():
                            number += 1
                            to = f"b{name}-{number}@load.example"
                            if client.mail(SENDER)[0] != 250 or client.rcpt(to)[0] != 250:
                                break
                            client.docmd("DATA")
                            client.send(f"Subject: {to}\r\n\r\n.\r\n".encode())
                            if client.getreply()[0] == 250:
                                acknowledged.append(to)
                except OSError:  # between two lives, SMTPException among them
                    pass

        threads = [threading.Thread(target=load, args=(i,)) for i in range(3)]
        for thread in threads:
            thread.start()
        for i in range(1, 6):
            wait_until(lambda i=i: len(acknowledged) > 10 * i, "messages")
            self.assertEqual(self.relay.stop(), 0)
            self.relay.start()
        is_over.set()
        for thread in threads:
            thread.join()
        arrived = wait_until(lambda: len(host.messages) >= len(acknowledged) and [
            recipient[4:].strip("<>") for message in host.messages for recipient in message.recipients], "all")
        self.assertFalse(set(acknowledged) - set(arrived))
        self.assertEqual(len(arrived), len(set(arrived)), "some arrived twice")


class Start(unittest.TestCase):
    def setUp(self):
        self.scene = Scene().start()
        self.relay = self.scene.relay
        self.database = self.relay.folder / "spool" / "spool.db"

    def tearDown(self):
        self.relay.stop()
        self.relay.remove()

    def refusal(self):
        """(exit code, its one sentence) of a start that must fail."""
        done = subprocess.run([str(PROGRAM), "--config", str(self.relay.folder / "relay.conf"), *self.relay.options()],
                              capture_output=True, text=True, timeout=60)
        lines = [line for line in done.stderr.splitlines() if line.startswith("turnaway-relay: ")]
        self.assertEqual(len(lines), 1, done.stderr)
        return done.returncode, lines[0]

    def test_two_for_one_spool(self):
        code, words = self.refusal()
        self.assertEqual(code, UNAVAILABLE)
        self.assertIn(str(self.database.parent), words)
        self.scene.send(to := self.scene.domain("stillhere.example", self.scene.host()))
        self.relay.delivery(to, "sent")

    def test_spool_that_is_none(self):
        self.assertEqual(self.relay.stop(), 0)
        self.database.write_bytes(b"This is a letter, not a database.\n" * 400)
        code, words = self.refusal()
        self.assertEqual(code, DAMAGED)
        self.assertIn(str(self.database.parent), words)

    def test_damaged_spool(self):
        host = self.scene.host({"greeting": "421 later"})
        for _ in range(20):
            self.scene.send(self.scene.domain("waits.example", host), content=b"Subject: x\r\n\r\n" + b"y\r\n" * 2000)
        self.assertEqual(self.relay.stop(), 0)
        whole = self.database.read_bytes()
        self.database.write_bytes(whole[:8192] + b"\xa5" * 8192 + whole[16384:])
        code, words = self.refusal()
        self.assertEqual(code, DAMAGED)
        self.assertIn(str(self.database.parent), words)
        self.database.write_bytes(whole)  # nothing was made worse meanwhile
        host.script.clear()
        self.relay.start()
        wait_until(lambda: len(host.messages) == 20, "all twenty")

    def test_newer_spool(self):
        self.assertEqual(self.relay.stop(), 0)
        database = sqlite3.connect(self.database)
        database.execute("PRAGMA user_version = 99")
        database.commit()
        database.close()
        code, words = self.refusal()
        self.assertEqual(code, DAMAGED)
        self.assertIn("99", words)


if __name__ == "__main__":
    unittest.main()
