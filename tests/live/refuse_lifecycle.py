"""How the daemon starts, remembers, waits, counts, logs and ends."""
import ctypes
import http.client
import json
import os
import pathlib
import platform
import shutil
import pwd
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest

from refuse_daemon import (BIN, BYE, GREETING_REFUSAL, HOST, IS_SANDBOXED, REFUSAL, ROOT, Daemon,
                           read_all, read_line)

PROGRAM = str(BIN / "turnaway-refuse")


# System calls of x86-64, and what a filter of them is made of (linux/filter.h, seccomp(2)).
LANDLOCK_CREATE_RULESET, SECCOMP = 444, 317
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
FAIL_WITH_ENOSYS, ALLOW = 0x00050000 | 38, 0x7FFF0000
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2


def forbid(call):
    """From here on the system call fails as on a kernel without it."""
    steps = [(LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, call), (RETURN, 0, 0, FAIL_WITH_ENOSYS),
             (RETURN, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or
            libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.create_string_buffer(program)) != 0):
        raise OSError(ctypes.get_errno(), "cannot set a filter")


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
        self.check_usage(["--workers", "'-1'"], "--workers=-1")
        self.check_usage(["--log", "'xml'"], "--log", "xml")
        self.check_usage(["--metrics", "'9100'"], "--metrics", "9100")
        self.check_usage(["--nonsense"], "--nonsense")
        self.check_usage(["something"], "something")

    def test_help_and_version(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("Example:", result.stdout)
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


class Auto(unittest.TestCase):
    def first_line(self, daemon, source, port=None):
        with daemon.connect(source, port) as client:
            return read_line(client)

    def test_who_comes_back_is_refused_at_rcpt(self):
        with Daemon("--workers", "2") as daemon:
            for source in ("127.0.0.1", "127.0.0.2", "127.1.2.3"):
                self.assertEqual(self.first_line(daemon, source), GREETING_REFUSAL)
            for source in ("127.0.0.1", "127.1.2.3", "127.1.2.3"):
                self.assertEqual(self.first_line(daemon, source), f"220 {HOST} ESMTP\r\n".encode())
            with daemon.connect("127.0.0.2") as client:
                client.sendall(b"HELO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nQUIT\r\n")
                self.assertEqual(read_all(client).split(b"\r\n")[3] + b"\r\n", REFUSAL)
            line = daemon.wait_for_line("connection", where=lambda line: line.get("recipients"))
            self.assertEqual((line["stage"], line["helo"], line["mail_from"], line["rcpt_to"]),
                             ("rcpt", "a.example", "a@b.example", ["c@d.example"]))

    def test_who_leaves_after_ehlo_is_refused_there(self):
        # What a sender does that insists on TLS: it never gets to MAIL, so the refusal must come earlier.
        hello = b"EHLO a.example\r\n"
        with Daemon() as daemon:
            said = []
            for _ in range(4):
                with daemon.connect() as client:
                    client.sendall(hello + b"QUIT\r\n")
                    said.append([line[:3] for line in read_all(client).split(b"\r\n")[:-1]])
            self.assertEqual(said[0], [b"521", b"521", b"221"])
            self.assertEqual(said[1], [b"220"] + [b"250"] * 7 + [b"221"])
            self.assertEqual(said[2], [b"220", b"521", b"221"])
            self.assertEqual(said[3], said[1])

    def test_ipv6(self):
        with Daemon(listen=("[::1]:0",)) as daemon:
            self.assertEqual(self.first_line(daemon, "::1"), GREETING_REFUSAL)
            self.assertTrue(self.first_line(daemon, "::1").startswith(b"220 "))


class Time(unittest.TestCase):
    def test_idle_client_before_the_refusal_gets_it_as_the_last_word(self):
        with Daemon("--stage", "rcpt", "--idle-timeout", "1s") as daemon, daemon.connect() as client:
            self.assertTrue(read_line(client).startswith(b"220 "))
            client.sendall(b"EHLO a.exa")
            self.assertEqual(read_all(client), REFUSAL)
            client.close()
            self.assertEqual(daemon.wait_for_line("connection", 20)["ended"], "idle-timeout")

    def test_idle_client_after_the_refusal_is_closed(self):
        with Daemon("--stage", "greeting", "--idle-timeout", "1s") as daemon, daemon.connect() as client:
            self.assertEqual(read_all(client), GREETING_REFUSAL)

    def test_a_talker_does_not_outlast_the_session_timeout(self):
        options = ("--stage", "rcpt", "--session-timeout", "2s", "--idle-timeout", "10s")
        with Daemon(*options) as daemon, daemon.connect() as client:
            data = b""
            client.settimeout(0.2)
            end = time.monotonic() + 30
            while not data.endswith(REFUSAL) and time.monotonic() < end:
                client.sendall(b"NOOP\r\n")
                try:
                    data += client.recv(4096)
                except TimeoutError:
                    pass
            self.assertTrue(data.endswith(REFUSAL))


class Ending(unittest.TestCase):
    def test_sigterm_lets_sessions_finish(self):
        with Daemon("--stage", "rcpt") as daemon, daemon.connect() as client:
            read_line(client)
            daemon.process.send_signal(signal.SIGTERM)
            daemon.wait_for_line("stopping")
            client.sendall(b"HELO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\nQUIT\r\n")
            self.assertTrue(read_all(client).endswith(REFUSAL + BYE))
            self.assertEqual(daemon.process.wait(10), 0)

    def test_sigterm_has_the_last_word_with_who_stays(self):
        with Daemon("--stage", "rcpt") as daemon, daemon.connect() as client:
            read_line(client)
            daemon.process.send_signal(signal.SIGTERM)
            self.assertEqual(read_all(client), REFUSAL)
            client.close()
            self.assertEqual(daemon.process.wait(15), 0)

    def test_nobody_is_accepted_after_sigterm(self):
        with Daemon("--stage", "rcpt") as daemon, daemon.connect() as client:
            read_line(client)
            daemon.process.send_signal(signal.SIGTERM)
            daemon.wait_for_line("stopping")
            with self.assertRaises(ConnectionRefusedError):
                for _ in range(100):
                    daemon.connect().close()
                    time.sleep(0.02)


class Watching(unittest.TestCase):
    def get(self, daemon, path):
        host, _, port = daemon.metrics.rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, body

    def test_metrics(self):
        with Daemon("--metrics", "127.0.0.1:0", "--stage", "greeting") as daemon:
            for _ in range(3):
                with daemon.connect() as client:
                    client.sendall(b"RCPT TO:<a@b.example>\r\nQUIT\r\n")
                    read_all(client)
            daemon.wait_for_line("connection")
            status, page = self.get(daemon, "/metrics")
            self.assertEqual(status, 200)
            values = dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
            self.assertEqual(values['turnaway_refuse_connections_total{stage="greeting"}'], "3")
            self.assertEqual(values['turnaway_refuse_refusals_total{at="greeting"}'], "3")
            self.assertEqual(values['turnaway_refuse_ended_total{how="quit"}'], "3")
            self.assertEqual(values["turnaway_refuse_commands_total"], "6")
            self.assertEqual(values["turnaway_refuse_recipients_total"], "3")
            self.assertEqual(values["turnaway_refuse_active_connections"], "0")
            self.assertEqual(self.get(daemon, "/")[0], 404)

    def test_metrics_survive_bad_clients(self):
        with Daemon("--metrics", "127.0.0.1:0") as daemon:
            host, _, port = daemon.metrics.rpartition(":")
            for request in (b"\x00" * 5000, b"GET " + b"x" * 5000, b"\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n"):
                with socket.create_connection((host, int(port)), 10) as client:
                    client.sendall(request)
            held = [socket.create_connection((host, int(port)), 10) for _ in range(30)]
            for client in held:
                client.close()
            end = time.monotonic() + 20
            while True:
                try:
                    self.assertEqual(self.get(daemon, "/metrics")[0], 200)
                    break
                except (ConnectionError, http.client.HTTPException):
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.2)

    def test_sighup_is_answered_and_changes_nothing(self):
        with Daemon("--stage", "greeting") as daemon:
            daemon.process.send_signal(signal.SIGHUP)
            daemon.wait_for_line("reload")
            with daemon.connect() as client:
                self.assertEqual(read_line(client), GREETING_REFUSAL)

    def test_closed_standard_streams_are_not_lent_to_clients(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        flags = [] if IS_SANDBOXED else ["--no-sandbox"]
        command = [PROGRAM, "--hostname", HOST, "--stage", "greeting", "--workers", "1", "--listen",
                   f"127.0.0.1:{port}", *flags]
        process = subprocess.Popen(["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "start", *command])
        try:
            for _ in range(200):
                try:
                    client = socket.create_connection(("127.0.0.1", port), 10)
                    break
                except ConnectionRefusedError:
                    time.sleep(0.02)
            with client:
                for stream in range(3):
                    self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{stream}"), "/dev/null")
                process.send_signal(signal.SIGUSR1)
                time.sleep(0.1)
                client.sendall(b"QUIT\r\n")
                self.assertEqual(read_all(client), GREETING_REFUSAL + BYE)
        finally:
            process.terminate()
            self.assertEqual(process.wait(15), 0)

    def test_totals_on_sigusr1(self):
        with Daemon("--stage", "greeting") as daemon:
            with daemon.connect() as client:
                read_line(client)
            daemon.wait_for_line("connection")
            daemon.process.send_signal(signal.SIGUSR1)
            self.assertEqual(daemon.wait_for_line("totals")["connections"], "1")

    def test_what_a_client_says_is_data_in_the_log(self):
        with Daemon("--stage", "rcpt") as daemon:
            with daemon.connect() as client:
                # The last EHLO holds a control character: refused, and never in the log.
                client.sendall('EHLO "x\\"}, {"event":"forged" é\r\n'.encode() +
                               b"MAIL FROM:<\"a\\\"b\"@c.example>\r\nEHLO \x1b[31m\r\nQUIT\r\n")
                read_all(client)
            line = daemon.wait_for_line("connection")
            self.assertNotIn("\x1b", json.dumps(line, ensure_ascii=False))
            self.assertEqual(line["mail_from"], '"a\\"b"@c.example')
            self.assertFalse([entry for entry in daemon.log if entry["event"] == "forged"])

    def test_a_flood_is_sampled_and_the_rest_counted(self):
        with Daemon("--stage", "greeting", "--workers", "1") as daemon:
            count = 3000
            for _ in range(count):
                with daemon.connect() as client:
                    client.sendall(b"QUIT\r\n")
                    read_all(client)
            daemon.stop()
            logged = sum(1 for line in daemon.log if line["event"] == "connection")
            dropped = int([line for line in daemon.log if line["event"] == "totals"][-1]["connections_not_logged"])
            self.assertEqual(logged + dropped, count)

    def test_a_stuck_log_reader_stops_nobody(self):
        read_end, write_end = os.pipe()
        process = subprocess.Popen(
            [PROGRAM, "--hostname", HOST, "--stage", "greeting", "--listen", "127.0.0.1:0", "--log", "json",
             *([] if IS_SANDBOXED else ["--no-sandbox"])], stderr=write_end)
        os.close(write_end)
        try:
            start = json.loads(os.read(read_end, 4096).splitlines()[0])
            port = int(start["addresses"].rpartition(":")[2])
            for _ in range(2000):  # over 64 KiB of log that nobody reads
                with socket.create_connection(("127.0.0.1", port), 10) as client:
                    client.sendall(b"QUIT\r\n")
                    self.assertEqual(read_all(client), GREETING_REFUSAL + BYE)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(15), 0)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(read_end)


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
