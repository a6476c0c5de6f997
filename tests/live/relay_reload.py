"""How the running turnaway-relay takes a new configuration, and how it ends: asked to, twice, or because the disk failed."""
import resource
import signal
import smtplib
import socket
import subprocess
import threading
import unittest

from relay_daemon import PROGRAM, WAIT_S, must, wait_until
from relay_rig import SENDER, Rig, der, make_certificate, shown_certificate


def refused(relay, recipient, sender=SENDER):
    """The reply to RCPT in a session of its own."""
    with relay.client() as client:
        client.ehlo()
        must(client.mail(sender))
        return client.rcpt(recipient)


class Reload(unittest.TestCase):
    def test_a_good_file_is_in_force_for_new_sessions_only(self):
        with Rig() as rig:
            relay = rig.start()
            with relay.client() as old:
                old.ehlo()
                rig.configure("relay", networks=["192.0.2.0/24"], mailless=["www.example"])
                rig.write_config()
                self.assertTrue(rig.reload(signal.SIGHUP)[0]["taken"])
                # The session under way goes on as it began.
                old.sendmail(SENDER, ["bob@healthy.example"], b"Subject: old\r\n\r\nstill open\r\n")
                self.assertEqual(refused(relay, "bob@healthy.example")[0], 550)
            rig.taken()
            rig.configure("relay", domains=["healthy.example"])
            rig.write_config()
            rig.reload(signal.SIGHUP)
            self.assertEqual(refused(relay, "bob@healthy.example")[0], 250)
            self.assertEqual(relay.stop(), 0)

    def test_routes_waits_and_sizes_follow(self):
        with Rig() as rig:
            relay = rig.start()
            rig.configure("route", **{"fixed.example": f"{rig.block}.9:{rig.mail_port}"})
            rig.configure("message", size_max=70_000)
            rig.configure("verdict", memory_age="1h")
            rig.configure("delivery", concurrency=1)
            rig.configure("relay", mailless=["www.example"])
            rig.write_config()
            rig.reload(signal.SIGHUP)
            relay.send(SENDER, ["bob@fixed.example"])
            self.assertEqual(rig.taken()[0].recipients[0][:22], "TO:<bob@fixed.example>")
            with relay.client() as client:
                client.ehlo()
                self.assertEqual(client.esmtp_features["size"], "70000")
            self.assertEqual(refused(relay, "who@www.example")[0], 556)

    def test_a_broken_file_changes_nothing_and_is_told_with_its_lines(self):
        with Rig() as rig:
            relay = rig.start()
            path = rig.write_config('hostname = "relay.example"\n[relay]\nnetwork = []\n[message]\nsize_max = "much"\n')
            lines = rig.reload(signal.SIGHUP)
            wait_until(lambda: len(relay.lines("reloaded", taken=False)) == 2, lambda: lines)
            words = [line["words"] for line in relay.lines("reloaded", taken=False)]
            self.assertIn(f"{path}:3: [relay] network", words[0])
            self.assertIn(f"{path}:5: [message] size_max", words[1])
            relay.send(SENDER, ["bob@healthy.example"])
            rig.taken()
            rig.write_config("not [ toml")
            self.assertIn("relay.conf:1:", rig.reload(signal.SIGHUP)[0]["words"])
            path.unlink()
            self.assertFalse(rig.reload(signal.SIGHUP)[0]["taken"])
            rig.write_config()
            self.assertTrue(rig.reload(signal.SIGHUP)[0]["taken"])

    def test_what_needs_a_restart_keeps_its_value_and_is_named(self):
        with Rig() as rig:
            relay = rig.start()
            rig.configure("", hostname="other.example", threads=1)
            rig.configure("relay", mailless=["www.example"])
            rig.write_config()
            self.assertTrue(rig.reload(signal.SIGHUP)[0]["taken"])
            told = wait_until(lambda: [line["words"] for line in relay.lines("trouble") if "restart" in line["words"]][:2],
                              "the keys")
            self.assertEqual([words.split()[0] for words in told], ["hostname", "threads"])
            with relay.client() as client:
                self.assertIn(b"relay.example", client.ehlo()[1])
            self.assertEqual(refused(relay, "who@www.example")[0], 556)

    def test_a_key_under_its_old_name_works_with_a_warning(self):
        def warnings(relay, count):
            return wait_until(lambda: (found := [line["words"] for line in relay.lines("trouble") if "old name" in line["words"]])
                              and len(found) == count and found, f"{count} warnings")
        with Rig() as rig:
            rig.configure("verdict", look_deadline="9s")
            relay = rig.start()
            path = rig.relay.folder / "relay.conf"
            line = path.read_text().splitlines().index('look_deadline = "9s"') + 1
            expected = f"{path}:{line}: [verdict] look_deadline is now called probe_deadline; the old name works until 1.0"
            self.assertEqual(warnings(relay, 1), [expected])
            checked = subprocess.run([PROGRAM, "--config", path, "--check-config"], capture_output=True, text=True, timeout=WAIT_S,
                                     check=False)
            self.assertEqual(checked.returncode, 0)
            self.assertIn(f"turnaway-relay: warning: {expected}\n", checked.stderr)
            # A reload warns of the new file.
            text = path.read_text().replace('look_deadline = "9s"', 'look_concurrency_max = 7')
            rig.write_config(text)
            self.assertTrue(rig.reload(signal.SIGHUP)[0]["taken"])
            self.assertEqual(warnings(relay, 2)[1],
                             f"{path}:{line}: [verdict] look_concurrency_max is now called probe_concurrency_max; "
                             "the old name works until 1.0")
            rig.write_config(text.replace("look_concurrency_max = 7", "look_concurrency_max = 7\nprobe_concurrency_max = 7"))
            refused_reload = rig.reload(signal.SIGHUP)[0]
            self.assertFalse(refused_reload["taken"])
            self.assertIn(f"which line {line + 1} sets too", refused_reload["words"])

    def test_a_new_certificate_is_shown_to_new_sessions(self):
        with Rig() as rig:
            first, first_key = make_certificate(rig.relay.folder, "first.example")
            second, second_key = make_certificate(rig.relay.folder, "second.example")
            shown = der(first)
            rig.configure("tls", cert=str(first), key=str(first_key))
            relay = rig.start()
            with relay.client() as client:
                self.assertEqual(shown_certificate(client), shown)
            with relay.client() as early:
                early.ehlo()
                # By rename, as a renewal does it, to a file that was not there at the start.
                expected = der(second)
                second.rename(first)
                self.assertFalse(rig.reload(signal.SIGHUP)[0]["taken"])  # its key is not there yet
                with relay.client() as client:
                    self.assertEqual(shown_certificate(client), shown)
                second_key.rename(first_key)
                self.assertTrue(rig.reload(signal.SIGHUP)[0]["taken"])
                with relay.client() as client:
                    self.assertEqual(shown_certificate(client), expected)
                self.assertEqual(shown_certificate(early), shown)
            # No certificate any more: no STARTTLS for who comes, and it still works for who was there.
            with relay.client() as early:
                early.ehlo()
                rig.configure("tls", cert="", key="")
                rig.write_config()
                rig.reload(signal.SIGHUP)
                with relay.client() as client:
                    client.ehlo()
                    self.assertNotIn("starttls", client.esmtp_features)
                self.assertEqual(shown_certificate(early), expected)
            self.assertEqual(relay.stop(), 0)


class Ending(unittest.TestCase):
    def read_421(self, client):
        """The reply nobody asked for, and the end."""
        code, words = client.getreply()
        self.assertEqual((code, words[:6]), (421, b"4.3.2 "))
        self.assertEqual(client.file.read(), b"")
        client.close()

    def test_who_is_silent_is_told_and_who_sends_may_end(self):
        with Rig() as rig:
            relay = rig.start()
            silent, sending = relay.client(), relay.client()
            silent.ehlo()
            sending.ehlo()
            must(sending.mail(SENDER))
            must(sending.rcpt("bob@healthy.example"))
            sending.putcmd("data")
            self.assertEqual(sending.getreply()[0], 354)
            sending.send(b"Subject: begun\r\n\r\n")
            relay.process.send_signal(signal.SIGTERM)
            self.read_421(silent)
            wait_until(lambda: not can_connect(relay), "closed listening sockets")
            sending.send(b"and ended\r\n.\r\n")
            self.assertEqual(sending.getreply()[0], 250)
            self.read_421(sending)
            self.assertEqual(ended(relay), 0)
            self.assertEqual(relay.lines("stopped")[0]["exit_code"], 0)
            # What was acknowledged in the last moment is there at the next start.
            relay.start()
            self.assertIn(b"and ended", rig.taken()[0].content)

    def test_a_delivery_under_way_ends(self):
        asked, may_answer = threading.Event(), threading.Event()

        def slow(_argument, _dialogue):
            asked.set()
            may_answer.wait(WAIT_S)
            return "250 2.0.0 Taken"

        with Rig(host_options={"script": {".": slow}}) as rig:
            relay = rig.start()
            relay.send(SENDER, ["bob@healthy.example"])
            self.assertTrue(asked.wait(WAIT_S))
            relay.process.send_signal(signal.SIGTERM)
            may_answer.set()
            self.assertEqual(ended(relay), 0)
            relay.start()
            self.assertEqual(wait_until(lambda: relay.lines("started")[1:], "the second start")[0]["queued"], 0)
            self.assertEqual(relay.stop(), 0)
            self.assertEqual(len(rig.host.messages), 1)

    def test_a_second_sigterm_does_not_wait_and_loses_nothing(self):
        asked, may_answer = threading.Event(), threading.Event()

        def stuck(_argument, _dialogue):
            asked.set()
            may_answer.wait(WAIT_S)
            return "250 2.0.0 Taken"

        with Rig(host_options={"script": {".": stuck}}) as rig:
            relay = rig.start()
            relay.send(SENDER, ["bob@healthy.example"])
            self.assertTrue(asked.wait(WAIT_S))
            # One in the middle of a message, who would be waited for.
            sending = relay.client()
            self.addCleanup(sending.close)
            sending.ehlo()
            must(sending.mail(SENDER))
            must(sending.rcpt("bob@healthy.example"))
            sending.putcmd("data")
            self.assertEqual(sending.getreply()[0], 354)
            sending.send(b"Subject: never ended\r\n")
            relay.process.send_signal(signal.SIGTERM)
            wait_until(lambda: not can_connect(relay), "closed listening sockets")
            relay.process.send_signal(signal.SIGTERM)
            self.assertEqual(ended(relay), 0)
            self.assertIn("again", relay.lines("stopped")[0]["reason"])
            may_answer.set()
            relay.start()
            self.assertEqual(wait_until(lambda: relay.lines("started")[1:], "the second start")[0]["queued"], 1)
            rig.taken()

    def test_a_disk_that_fails_ends_it_after_451(self):
        with Rig() as rig:
            relay = rig.start()
            relay.send(SENDER, ["bob@healthy.example"])
            wait_until(lambda: relay.lines("removed"), "an empty queue")
            # No file may grow beyond this any more: the next write of the spool fails.
            resource.prlimit(relay.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            client = relay.client()
            self.addCleanup(client.close)
            with self.assertRaises(smtplib.SMTPDataError) as error:
                client.sendmail(SENDER, ["bob@healthy.example"], b"Subject: lost?\r\n\r\nNo: never taken.\r\n")
            self.assertEqual(error.exception.smtp_code, 451)
            self.assertEqual(ended(relay), 74)
            self.assertEqual(relay.lines("stopped")[0]["exit_code"], 74)
            self.assertTrue([line for line in relay.lines("trouble") if "spool" in line["words"]])


def ended(relay):
    """The exit code, without asking for the end."""
    code = relay.process.wait(WAIT_S)
    relay.reader.join(WAIT_S)
    relay.process.stderr.close()
    return code


def can_connect(relay):
    try:
        socket.create_connection((relay.address, relay.port), WAIT_S).close()
    except ConnectionError:  # refused, or waiting while the socket was closed
        return False
    return True


if __name__ == "__main__":
    unittest.main()
