"""How the daemon starts, or says in one sentence why not: options, ports, sockets from systemd, rights, limits."""
import json
import os
import pathlib
import platform
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from refuse_daemon import (BIN, BYE, GREETING_REFUSAL, IS_SANDBOXED, Daemon, read_all)
from without_call import LANDLOCK_CREATE_RULESET, SECCOMP, forbid

PROGRAM = str(BIN / "turnaway-refuse")


def run(*options, **keywords):
    return subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=20, **keywords)


class CommandLine(unittest.TestCase):
    def check_usage(self, words, *options):
        result = run(*options)
        self.assertEqual(result.returncode, 64, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_each_mistake_is_one_sentence(self):
        self.check_usage(["--stage", "'data'", "rcpt"], "--stage", "data")
        self.check_usage(["--listen", "'25'", "192.0.2.1:25"], "--listen", "25")
        self.check_usage(["--listen", "host.example:25"], "--listen", "host.example:25")
        self.check_usage(["--listen", ":::25"], "--listen", ":::25")
        self.check_usage(["--listen", "70000"], "--listen", "127.0.0.1:70000")
        self.check_usage(["--hostname", "'a b'"], "--hostname", "a b")
        self.check_usage(["--idle-timeout", "'5x'"], "--idle-timeout", "5x")
        self.check_usage(["--max-connections", "'0'"], "--max-connections", "0")
        self.check_usage(["--pressure-connections", "'0'"], "--pressure-connections", "0")
        self.check_usage(["--pressure-per-address", "'often'"], "--pressure-per-address", "often")
        self.check_usage(["--workers", "'-1'"], "--workers=-1")
        self.check_usage(["--log", "'xml'"], "--log", "xml")
        self.check_usage(["--metrics", "'9100'"], "--metrics", "9100")
        self.check_usage(["--nonsense"], "--nonsense")
        self.check_usage(["something"], "something")

    def test_help_and_version(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("Example:", result.stdout)
        for threshold in ("--pressure-connections", "three quarters", "--pressure-per-address", "600"):
            self.assertIn(threshold, result.stdout)
        self.assertEqual(run("--version").stdout.split()[0], "turnaway-refuse")

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            for workers in ("1", "2"):
                result = run("--listen", f"127.0.0.1:{port}", "--workers", workers)
                self.assertEqual(result.returncode, 69)
                self.assertIn("already listens", result.stderr)

    def test_a_second_server_does_not_share_the_port(self):
        with Daemon("--workers", "2") as daemon:
            result = run("--listen", f"127.0.0.1:{daemon.port}", "--workers", "2")
            self.assertEqual(result.returncode, 69)

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody without rights")
    def test_low_port_without_rights_names_the_two_ways_out(self):
        # A copy where anybody may execute it, wherever the build lies.
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            copy = pathlib.Path(folder, "turnaway-refuse")
            copy.write_bytes(pathlib.Path(PROGRAM).read_bytes())
            copy.chmod(0o755)
            start = pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()
            if int(start) <= 25:
                self.skipTest("this machine lets everybody bind port 25")
            nobody = pwd.getpwnam("nobody")
            result = subprocess.run(
                [str(copy), "--listen", "127.0.0.1:25"], capture_output=True, text=True, timeout=20,
                user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
        self.assertEqual(result.returncode, 77, result.stderr)
        self.assertIn("turnaway-refuse.socket", result.stderr)
        self.assertIn("setcap", result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1)


class Hostname(unittest.TestCase):
    def test_a_name_without_a_dot_is_a_warning(self):
        for name, warns in (("web", True), ("localhost", True), ("www.example.org", False), ("[192.0.2.1]", False)):
            with self.subTest(name), Daemon("--hostname", name) as daemon:
                self.assertEqual(daemon.process.poll(), None)
                if warns:
                    line = daemon.wait_for_line("trouble")
                    self.assertEqual(line["severity"], "warning")
                    self.assertIn(f"host name {name} has no dot", line["words"])
                else:
                    daemon.connect().close()
                    daemon.wait_for_line("connection")
                    self.assertNotIn("trouble", [line["event"] for line in daemon.log])


class System(unittest.TestCase):
    def test_sockets_and_readiness_from_systemd(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket() as listener, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            listener.bind(("127.0.0.1", 0))
            listener.listen(100)
            notify.bind(folder + "/notify")
            notify.settimeout(10)
            env = dict(os.environ, LISTEN_FDS="1", NOTIFY_SOCKET=folder + "/notify")
            fd = listener.fileno()
            wrapper = ("/bin/bash", "-c", f'exec 3<&{fd}; LISTEN_PID=$$ exec "$@"', "start")
            with Daemon("--stage", "greeting", "--workers", "2", listen=(), env=env, wrapper=wrapper,
                        pass_fds=(fd,)) as daemon:
                self.assertEqual(notify.recv(100), b"READY=1")
                self.assertEqual(daemon.port, listener.getsockname()[1])
                for _ in range(20):
                    with daemon.connect() as client:
                        client.sendall(b"QUIT\r\n")
                        self.assertEqual(read_all(client), GREETING_REFUSAL + BYE)
                daemon.process.send_signal(signal.SIGTERM)
                self.assertEqual(notify.recv(100), b"STOPPING=1")

    @unittest.skipUnless(IS_SANDBOXED, "the sandbox is off in this build")
    def test_rights_are_gone(self):
        with Daemon() as daemon:
            status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
            fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            self.assertEqual(fields["NoNewPrivs"].strip(), "1")
            self.assertEqual(fields["Seccomp"].strip(), "2")
            for name in ("CapEff", "CapPrm", "CapAmb", "CapInh"):
                self.assertEqual(int(fields[name], 16), 0, name)
            if os.geteuid() == 0:
                nobody = pwd.getpwnam("nobody")
                self.assertEqual(set(fields["Uid"].split()), {str(nobody.pw_uid)})
                self.assertEqual(set(fields["Gid"].split()), {str(nobody.pw_gid)})
                self.assertEqual(fields["Groups"].split(), [])
            for task in os.listdir(f"/proc/{daemon.process.pid}/task"):
                text = pathlib.Path(f"/proc/{daemon.process.pid}/task/{task}/status").read_text()
                self.assertIn("Seccomp:\t2", text)

    @unittest.skipUnless(IS_SANDBOXED, "the sandbox is off in this build")
    @unittest.skipUnless(platform.machine() == "x86_64", "system call numbers are those of x86-64")
    def test_no_start_without_a_promised_protection(self):
        for call, word in ((LANDLOCK_CREATE_RULESET, "landlock"), (SECCOMP, "seccomp")):
            with self.subTest(word):
                result = run("--listen", "127.0.0.1:0", preexec_fn=lambda call=call: forbid(call))
                self.assertEqual(result.returncode, 69, result.stderr)
                self.assertIn(word, result.stderr)
                self.assertIn("--no-sandbox", result.stderr)
                self.assertEqual(result.stderr.count("\n"), 1)

    def test_few_open_files_mean_fewer_connections(self):
        shell = 'ulimit -n {}; exec "$@"'
        for limit, options, accepted in ((1000, (), True), (100, (), False),
                                         (1000, ("--max-connections", "900"), False)):
            wrapper = ("/bin/bash", "-c", shell.format(limit), "start")
            with self.subTest(limit=limit, options=options), tempfile.TemporaryDirectory() as folder:
                os.chmod(folder, 0o755)
                program = shutil.copy(PROGRAM, folder)
                flags = [] if IS_SANDBOXED else ["--no-sandbox"]
                command = [*wrapper, program, "--listen", "127.0.0.1:0", "--workers", "1", "--log",
                           "json", *options, *flags]
                # Root may go beyond the limit, so this is somebody else.
                user = {"user": "nobody", "group": "nogroup", "extra_groups": []} \
                    if os.geteuid() == 0 else {}
                process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **user)
                line = process.stderr.readline()
                if accepted:
                    process.terminate()
                code = process.wait(15)
                process.stderr.close()
                if accepted:
                    self.assertLess(int(json.loads(line)["max_connections"]), 1000)
                else:
                    self.assertEqual(code, 71)
                    self.assertIn("--max-connections", line)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_an_unknown_user_is_refused(self):
        result = run("--listen", "127.0.0.1:0", "--user", "no-such-user-here")
        self.assertEqual(result.returncode, 64)
        self.assertIn("no-such-user-here", result.stderr)
        self.assertEqual(run("--listen", "127.0.0.1:0", "--user", "root").returncode, 64)


if __name__ == "__main__":
    unittest.main()
