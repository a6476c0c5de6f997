"""How turnaway-relay starts, with which rights, or says in one sentence why not."""
import os
import pathlib
import platform
import pwd
import resource
import shutil
import signal
import socket
import tempfile
import unittest

from relay_daemon import PROGRAM, wait_until
from relay_rig import (IS_ROOT, IS_SANDBOXED, SENDER, Rig, ServiceManager, make_certificate, server_context,
                       shown_certificate, status_of, with_sockets)
from without_call import LANDLOCK_CREATE_RULESET, SECCOMP, forbid

NEEDS_ROOT = unittest.skipUnless(IS_ROOT, "needs root to have rights to give up")
NEEDS_SANDBOX = unittest.skipUnless(IS_SANDBOXED, "the sandbox is off in this build")
CAPABILITIES = ("CapEff", "CapPrm", "CapInh", "CapAmb")


class Rights(unittest.TestCase):
    def check_confined(self, pid):
        process, threads = status_of(pid)
        for status in threads:
            self.assertEqual(status["NoNewPrivs"], "1")
            self.assertEqual([int(status[name], 16) for name in CAPABILITIES], [0] * len(CAPABILITIES), status["Name"])
            self.assertEqual(status["Seccomp"], "2" if IS_SANDBOXED else "0", status["Name"])
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()
        core = next(line for line in limits if line.startswith("Max core file size"))
        self.assertEqual(core.split()[4:6], ["0", "0"])
        return process

    @NEEDS_ROOT
    def test_root_becomes_the_user_and_works_on(self):
        nobody = pwd.getpwnam("nobody")
        with Rig({"user": {"name": "nobody"}}) as rig:
            certificate, key = make_certificate(rig.relay.folder, "relay.example")
            rig.configure("tls", cert=str(certificate), key=str(key))
            rig.configure("control", socket=str(rig.relay.folder / "run/control"))
            os.chown(key, nobody.pw_uid, -1)
            rig.relay.folder.chmod(0o755)
            relay = rig.start()
            process = self.check_confined(relay.process.pid)
            self.assertEqual(set(process["Uid"].split()), {str(nobody.pw_uid)})
            self.assertEqual(set(process["Gid"].split()), {str(nobody.pw_gid)})
            self.assertEqual(set(process["Groups"].split()) - {str(nobody.pw_gid)}, set())
            self.assertEqual((relay.folder / "spool").stat().st_uid, nobody.pw_uid)
            self.assertEqual((relay.folder / "spool").stat().st_mode & 0o777, 0o700)
            self.assertEqual((relay.folder / "run").stat().st_uid, nobody.pw_uid)
            relay.send(SENDER, ["bob@healthy.example"])
            rig.taken()
            self.assertTrue(rig.reload(signal.SIGHUP)[0]["taken"])
            self.assertEqual(relay.stop(), 0)
            self.assertEqual(relay.noise, [])

    @NEEDS_ROOT
    def test_root_without_a_user_has_no_capability_and_is_told(self):
        with Rig() as rig:
            relay = rig.start()
            self.check_confined(relay.process.pid)
            wait_until(lambda: [line for line in relay.lines("trouble") if "[user] name" in line["words"]], "a warning")

    @NEEDS_SANDBOX
    def test_everything_works_in_the_sandbox(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = make_certificate(folder, "relay.example")
            host = {"tls": server_context(certificate, key)}
            with Rig({"tls": {"cert": str(certificate), "key": str(key)}}, host_options=host) as rig:
                relay = rig.start()
                self.check_confined(relay.process.pid)
                long = b"Subject: long\r\n\r\n" + b"0123456789\r\n" * 100_000  # a file of the spool
                with relay.client() as client:
                    shown_certificate(client)
                    client.sendmail(SENDER, ["bob@healthy.example"], b"Subject: short\r\n\r\nHello\r\n")
                    client.sendmail(SENDER, ["bob@healthy.example"], long)
                # Another thread's DNS, a report, and a host that is not there.
                rig.dns.add("refused.example MX 10 nobody.refused.example", f"nobody.refused.example A {rig.block}.77")
                relay.send(SENDER, ["ann@refused.example"])
                relay.delivery("ann@refused.example", "deferred")
                rig.host.script["RCPT"] = lambda argument, _: "550 5.1.1 No" if "gone@" in argument else "250 2.1.5 Ok"
                relay.send(SENDER, ["gone@healthy.example"])
                messages = rig.taken(3)
                self.assertTrue(all(message.encrypted for message in messages))
                self.assertEqual(len([message for message in messages if len(message.content) > len(long)]), 1)
                self.assertEqual([message.sender[:7] for message in messages].count("FROM:<>"), 1)
                self.check_confined(relay.process.pid)
                self.assertEqual(relay.stop(), 0)
                self.assertEqual(relay.noise, [])


class Systemd(unittest.TestCase):
    def test_two_named_sockets_and_readiness(self):
        with Rig() as rig, ServiceManager(rig.relay.folder / "notify") as manager:
            rig.relay.environment.update(NOTIFY_SOCKET=manager.path, LISTEN_FDNAMES="smtp:submission")
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::1", 0))
                other = probe.getsockname()[1]
            # Where [listen] says 192.0.2.1, so that only the sockets that were handed over can be meant.
            rig.configure("listen", smtp=["192.0.2.1:25"])
            relay = rig.relay
            relay.start(with_sockets(f"{relay.address}:{relay.port}", f"::1:{other}"))
            told = manager.next()
            self.assertEqual(told["READY"], "1")
            self.assertIn("queue is empty", told["STATUS"])
            with socket.create_connection(("::1", other), 20) as client:
                self.assertTrue(client.recv(100).startswith(b"220 "))
            relay.process.send_signal(signal.SIGHUP)
            self.assertIn("MONOTONIC_USEC", manager.next())
            self.assertEqual(manager.next(), {"READY": "1"})
            rig.dns.trouble["later.example"] = "servfail"
            relay.send(SENDER, ["ann@later.example"])
            self.assertEqual(manager.next(), {"STATUS": "Accepting mail; 1 message waits"})
            relay.process.send_signal(signal.SIGTERM)
            self.assertEqual(manager.next()["STOPPING"], "1")
            self.assertEqual(relay.stop(), 0)


class Refusals(unittest.TestCase):
    def check_end(self, rig, code, *words, **keywords):
        ended, text = rig.expect_end(**keywords)
        self.assertEqual(ended, code, text)
        for word in words:
            self.assertIn(word, text)
        self.assertEqual(text.count("\n"), 1, text)

    def test_an_occupied_port(self):
        with Rig() as rig, socket.socket() as taken:
            taken.bind((rig.relay.address, rig.relay.port))
            taken.listen()
            self.check_end(rig, 69, "already listens", str(rig.relay.port))

    def test_an_address_of_another_machine(self):
        with Rig({"listen": {"smtp": ["192.0.2.1:2525"]}}) as rig:
            self.check_end(rig, 69, "no address", "192.0.2.1")

    def test_a_spool_that_cannot_be(self):
        with Rig() as rig:
            rig.configure("spool", path=str(rig.relay.folder / "missing/spool"))
            self.check_end(rig, 78, "cannot make the spool", "missing/spool")

    @NEEDS_ROOT
    def test_a_spool_the_user_may_not_change(self):
        with Rig({"user": {"name": "nobody"}}) as rig:
            rig.relay.folder.chmod(0o755)
            (rig.relay.folder / "spool").mkdir(0o755)
            self.check_end(rig, 77, "[spool] path", str(rig.relay.folder))

    @NEEDS_ROOT
    def test_a_key_the_user_may_not_read(self):
        with Rig({"user": {"name": "nobody"}}) as rig:
            rig.relay.folder.chmod(0o755)
            certificate, key = make_certificate(rig.relay.folder, "relay.example")
            rig.configure("tls", cert=str(certificate), key=str(key))
            self.check_end(rig, 77, "[tls] key", str(key), "Permission denied")

    def test_a_certificate_that_is_none(self):
        with Rig() as rig:
            certificate, key = make_certificate(rig.relay.folder, "relay.example")
            _, other_key = make_certificate(rig.relay.folder, "other.example")
            rig.configure("tls", cert=str(certificate), key=str(other_key))
            self.check_end(rig, 78, "key")
            certificate.write_text("no certificate\n")
            rig.configure("tls", key=str(key))
            self.check_end(rig, 78, "certificate", str(certificate))
            rig.configure("tls", cert=str(rig.relay.folder / "missing.pem"))
            self.check_end(rig, 78, "[tls] cert", "missing.pem", "No such file")

    @NEEDS_ROOT
    def test_a_user_that_does_not_exist(self):
        with Rig({"user": {"name": "nobody-of-this-name"}}) as rig:
            self.check_end(rig, 78, "[user] name", "nobody-of-this-name")

    def test_few_open_files(self):
        with Rig() as rig:
            rig.relay.folder.chmod(0o777)
            # Root may go beyond any limit, so this is somebody else, with a copy he can execute.
            program = shutil.copy(PROGRAM, rig.relay.folder)
            user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if IS_ROOT else {}
            self.check_end(rig, 71, "files", "LimitNOFILE", program=program,
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)), **user)

    @NEEDS_SANDBOX
    @unittest.skipUnless(platform.machine() == "x86_64", "system call numbers are those of x86-64")
    def test_no_start_without_a_promised_protection(self):
        for call, word in ((LANDLOCK_CREATE_RULESET, "landlock"), (SECCOMP, "seccomp")):
            with self.subTest(word), Rig() as rig:
                self.check_end(rig, 69, word, "--no-sandbox", preexec_fn=lambda call=call: forbid(call))


if __name__ == "__main__":
    unittest.main()
