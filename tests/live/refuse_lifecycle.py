"""How the running daemon remembers, waits, counts, logs and ends."""
import http.client
import json
import os
import signal
import socket
import subprocess
import time
import unittest

from refuse_daemon import (BIN, BYE, GREETING_REFUSAL, HOST, IS_SANDBOXED, REFUSAL, Daemon,
                           read_all, read_line)

PROGRAM = str(BIN / "turnaway-refuse")


def get(daemon, path):
    """(status, body) of a page of the metrics' server."""
    host, _, port = daemon.metrics.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def metrics_of(daemon):
    """{name with labels: value, as text}"""
    status, page = get(daemon, "/metrics")
    assert status == 200, page
    return dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))


GREETING = f"220 {HOST} ESMTP\r\n".encode()
TRANSACTION = b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nQUIT\r\n"


class Auto(unittest.TestCase):
    def codes(self, daemon, said, source="127.0.0.1", port=None):
        """The codes of all replies to what a client says."""
        with daemon.connect(source, port) as client:
            client.sendall(said)
            return [line[:3] for line in read_all(client).split(b"\r\n")[:-1] if line[3:4] == b" "]

    def test_every_client_is_refused_at_rcpt_from_its_first_connection(self):
        with Daemon("--workers", "2") as daemon:
            for source in ("127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.1"):
                self.assertEqual(self.codes(daemon, TRANSACTION, source),
                                 [b"220", b"250", b"250", b"521", b"221"])
            line = daemon.wait_for_line("connection", where=lambda line: line.get("recipients"))
            self.assertEqual((line["stage"], line["helo"], line["mail_from"], line["rcpt_to"]),
                             ("rcpt", "a.example", "a@b.example", ["c@d.example"]))
            self.assertNotIn("pressure", line)

    def test_ipv6(self):
        with Daemon(listen=("[::1]:0",)) as daemon:
            self.assertEqual(self.codes(daemon, TRANSACTION, "::1"),
                             [b"220", b"250", b"250", b"521", b"221"])

    def test_who_leaves_after_ehlo_is_refused_there_when_it_comes_back(self):
        # What a sender does that insists on TLS: it never gets to MAIL, so the refusal must come earlier.
        hello = b"EHLO a.example\r\nQUIT\r\n"
        with Daemon() as daemon:
            self.assertEqual(self.codes(daemon, hello), [b"220", b"250", b"221"])
            for _ in range(3):
                self.assertEqual(self.codes(daemon, hello), [b"220", b"521", b"221"])
                self.assertEqual(self.codes(daemon, hello, "127.0.0.2")[0], b"220")
            # Then once more at RCPT, to see whether it still leaves.
            self.assertEqual(self.codes(daemon, hello), [b"220", b"250", b"221"])
            for _ in range(15):
                self.assertEqual(self.codes(daemon, hello), [b"220", b"521", b"221"])
            self.assertEqual(self.codes(daemon, TRANSACTION), [b"220", b"250", b"250", b"521", b"221"])
            self.assertEqual(self.codes(daemon, hello), [b"220", b"250", b"221"], "forgotten: it got to MAIL")

    def test_closing_without_quit_is_leaving_too(self):
        with Daemon("--metrics", "127.0.0.1:0") as daemon:
            with daemon.connect() as client:
                client.sendall(b"HELO a.example\r\n")
                self.assertEqual(read_line(client), GREETING)
                read_line(client)
            daemon.wait_for_line("connection")
            self.assertEqual(self.codes(daemon, b"HELO a.example\r\nQUIT\r\n"), [b"220", b"521", b"221"])

    def test_a_client_that_was_refused_has_not_left(self):
        # STARTTLS that nobody offered, or an inquiry: 521, which is what it had to learn.
        with Daemon() as daemon:
            for said in (b"STARTTLS", b"VRFY a", b"NOOP"):
                got = self.codes(daemon, b"EHLO a.example\r\n" + said + b"\r\nQUIT\r\n", "127.0.0.9")
                self.assertEqual(got, [b"220", b"250", b"250" if said == b"NOOP" else b"521", b"221"], said)

    def test_a_fixed_stage_remembers_nobody(self):
        with Daemon("--stage", "rcpt") as daemon:
            for _ in range(3):
                self.assertEqual(self.codes(daemon, b"EHLO a.example\r\nQUIT\r\n"), [b"220", b"250", b"221"])

    def test_an_address_that_connects_too_often_gets_the_greeting(self):
        with Daemon("--pressure-per-address", "4", "--metrics", "127.0.0.1:0") as daemon:
            for _ in range(4):
                self.assertEqual(self.codes(daemon, b"QUIT\r\n"), [b"220", b"221"])
            self.assertEqual(self.codes(daemon, b"QUIT\r\n"), [b"521", b"221"])
            self.assertEqual(self.codes(daemon, b"QUIT\r\n", "127.0.0.2"), [b"220", b"221"])
            line = daemon.wait_for_line("connection", where=lambda line: "pressure" in line)
            self.assertEqual((line["pressure"], line["stage"]), ("address", "greeting"))
            values = metrics_of(daemon)
            self.assertEqual(values['turnaway_refuse_pressure_total{reason="address"}'], "1")
            self.assertEqual(values['turnaway_refuse_pressure_total{reason="connections"}'], "0")
            self.assertEqual(values['turnaway_refuse_connections_total{stage="greeting"}'], "1")
            self.assertEqual(values['turnaway_refuse_connections_total{stage="rcpt"}'], "5")

    def test_a_table_that_fills_up_gets_the_greeting(self):
        with Daemon("--max-connections", "8", "--workers", "2", "--metrics", "127.0.0.1:0") as daemon:
            held = [daemon.connect() for _ in range(6)]
            self.assertEqual({read_line(client) for client in held}, {GREETING})
            self.assertEqual(self.codes(daemon, b"QUIT\r\n"), [b"521", b"221"])
            held.pop().close()
            daemon.wait_for_line("connection", where=lambda line: line["ended"] == "client-closed")
            self.assertEqual(self.codes(daemon, b"QUIT\r\n"), [b"220", b"221"])
            for client in held:
                client.close()
            self.assertEqual(metrics_of(daemon)['turnaway_refuse_pressure_total{reason="connections"}'], "1")

    def test_the_threshold_of_connections_is_an_option(self):
        with Daemon("--pressure-connections", "1") as daemon, daemon.connect() as first:
            self.assertEqual(read_line(first), GREETING)
            self.assertEqual(self.codes(daemon, TRANSACTION, "127.0.0.2"),
                             [b"521", b"521", b"521", b"521", b"221"])


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
    def test_metrics(self):
        with Daemon("--metrics", "127.0.0.1:0", "--stage", "greeting") as daemon:
            for _ in range(3):
                with daemon.connect() as client:
                    client.sendall(b"RCPT TO:<a@b.example>\r\nQUIT\r\n")
                    read_all(client)
            daemon.wait_for_line("connection")
            values = metrics_of(daemon)
            self.assertEqual(values['turnaway_refuse_connections_total{stage="greeting"}'], "3")
            self.assertEqual(values['turnaway_refuse_refusals_total{at="greeting"}'], "3")
            self.assertEqual(values['turnaway_refuse_ended_total{how="quit"}'], "3")
            self.assertEqual(values["turnaway_refuse_commands_total"], "6")
            self.assertEqual(values["turnaway_refuse_recipients_total"], "3")
            self.assertEqual(values["turnaway_refuse_active_connections"], "0")
            self.assertEqual(get(daemon, "/")[0], 404)

    def test_metrics_say_what_got_the_first_521(self):
        said = {"helo": b"EHLO\r\n", "mail": b"MAIL FROM:<a@b.example>\r\n", "rcpt": TRANSACTION,
                "other": b"STARTTLS\r\n"}
        with Daemon("--metrics", "127.0.0.1:0", "--stage", "rcpt") as daemon:
            for text in said.values():
                with daemon.connect() as client:
                    client.sendall(text + (b"" if text == TRANSACTION else b"QUIT\r\n"))
                    read_all(client)
            values = metrics_of(daemon)
            # A name that is missing is not a name: EHLO without one counts as something else.
            expected = {"greeting": "0", "helo": "0", "mail": "1", "rcpt": "1", "other": "2"}
            for at, count in expected.items():
                self.assertEqual(values[f'turnaway_refuse_refusals_total{{at="{at}"}}'], count, at)

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
                    self.assertEqual(get(daemon, "/metrics")[0], 200)
                    break
                except (ConnectionError, http.client.HTTPException):
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.2)

    def test_sighup_is_answered_and_changes_nothing(self):
        with Daemon("--stage", "greeting") as daemon:
            daemon.process.send_signal(signal.SIGHUP)
            self.assertIs(daemon.wait_for_line("reloaded")["taken"], False)
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
                self.assertEqual(read_line(client), GREETING_REFUSAL)  # now it knows its signals
                process.send_signal(signal.SIGUSR1)
                time.sleep(0.1)
                client.sendall(b"QUIT\r\n")
                self.assertEqual(read_all(client), BYE)
        finally:
            process.terminate()
            self.assertEqual(process.wait(15), 0)

    def test_totals_on_sigusr1(self):
        with Daemon("--stage", "greeting") as daemon:
            with daemon.connect() as client:
                read_line(client)
            daemon.wait_for_line("connection")
            daemon.process.send_signal(signal.SIGUSR1)
            self.assertEqual(daemon.wait_for_line("totals")["connections"], 1)

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


if __name__ == "__main__":
    unittest.main()
