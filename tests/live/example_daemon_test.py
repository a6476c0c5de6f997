"""The example daemon (tests/example_daemon), which has what every daemon has and nothing of the relay: started, asked, reloaded
and stopped over real sockets, on loopback and in a folder of its own.
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("TURNAWAY_BIN", ROOT / "build/release/bin")) / "example_daemon"
WAIT_S = 60
# Its DNS, so that nothing is asked elsewhere.
RECORDS = ["null.example MX 0 .", "healthy.example MX 10 mx.healthy.example", "mx.healthy.example A 127.0.0.2"]


def wait_until(condition, what):
    """The first true value of `condition`."""
    end = time.monotonic() + WAIT_S
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {WAIT_S} s: {what}")
        time.sleep(0.02)
    return value


class Example:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.config, self.log, self.control = self.folder / "conf", self.folder / "log", self.folder / "control.sock"
        self.process = None

    def configure(self, **answers):
        listen = answers.pop("listen", "127.0.0.1:0")
        clients = answers.pop("clients", 10)
        self.config.write_text(
            f'hostname = "example.example"\nthreads = 2\n[listen]\nsmtp = ["{listen}"]\nconnections_per_address_max = {clients}\n'
            f'[dns]\nlocal_data = {json.dumps(RECORDS)}\n[control]\nsocket = "{self.control}"\n[metrics]\nlisten = "127.0.0.1:0"\n[log]\nformat = "json"\n'
            + "[answer]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in answers.items()))

    def start(self, **environment):
        command = [PROGRAM, self.config] + (["--no-sandbox"] if os.environ.get("TURNAWAY_NO_SANDBOX") else [])
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL, env=os.environ | environment)
        wait_until(lambda: self.process.poll() is not None or len(self.events("listening")) == 2, "listening")
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def events(self, name):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in map(json.loads, lines) if line["event"] == name]

    def port(self, protocol):
        return next(event["port"] for event in self.events("listening") if event["protocol"] == protocol)

    def client(self):
        with socket.create_connection(("127.0.0.1", self.port("example")), WAIT_S) as client:
            return client.makefile("rw", newline="\n")  # keeps the connection open

    def ask(self, client, words):
        client.write(words + "\n")
        client.flush()
        return client.readline()

    def page(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port('http')}{path}", timeout=WAIT_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def control_answer(self, request):
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(WAIT_S)
            control.connect(str(self.control))
            control.sendall(request.encode() + b"\n")
            control.shutdown(socket.SHUT_WR)
            return control.makefile().read()

    def reload(self):
        before = len(self.events("reloaded"))
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.events("reloaded")) > before, "a reload")
        return self.events("reloaded")[before:]

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(WAIT_S)


class ExampleDaemon(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="turnaway_example_")
        self.addCleanup(folder.cleanup)
        self.example = Example(folder.name)
        self.addCleanup(self.example.__exit__)

    def test_it_has_nothing_of_the_relay(self):
        program = PROGRAM.read_bytes()
        self.assertIn(b"8turnaway6daemon", program)  # symbols are there
        self.assertNotIn(b"8turnaway5relay", program)
        for path in sorted((ROOT / "tests/example_daemon").iterdir()):
            self.assertNotIn('#include "relay/', path.read_text(), path)

    def test_it_serves_and_shows_what_it_does(self):
        self.example.configure()
        example = self.example.start()
        client = example.client()
        self.assertEqual(example.ask(client, "bob@healthy.example"), "hello 250 accepted\n")
        self.assertEqual(example.ask(client, "bob@null.example"), "hello 556 null_mx\n")
        self.assertEqual(example.ask(client, "bob"), "hello not an address\n")
        self.assertEqual(example.page("/healthz"), (200, "answering lines\n"))
        status, metrics = example.page("/metrics")
        self.assertEqual(status, 200)
        for sample in ("example_answers_total 3", "example_connections_total 1", "example_sessions 1"):
            self.assertIn(f"\n{sample}\n", metrics)
        self.assertNotIn("\nexample_dns_answers_total 0\n", metrics)
        self.assertEqual(example.page("/other")[0], 404)
        self.assertEqual(example.control_answer("status"), "sessions 1\n")
        self.assertEqual(example.control_answer("sing"), "request: ask for status\n")
        client.close()
        wait_until(lambda: example.control_answer("status") == "sessions 0\n", "the client has left")
        self.assertEqual(example.end(), 0)

    def test_a_client_too_many_is_turned_away(self):
        self.example.configure(clients=1)
        example = self.example.start()
        first = example.client()
        self.assertEqual(example.ask(first, "x"), "hello not an address\n")
        self.assertEqual(example.client().read(), "busy\n")
        self.assertEqual(example.ask(first, "y"), "hello not an address\n")
        self.assertIn("\nexample_connections_refused_total 1\n", example.page("/metrics")[1])
        wait_until(lambda: any("turned away" in event["words"] for event in example.events("trouble")), "a warning")
        self.assertEqual(example.end(), 0)

    def test_a_reload_is_for_new_clients_and_is_whole_or_nothing(self):
        self.example.configure()
        example = self.example.start()
        before = example.client()
        self.assertEqual(example.ask(before, "x"), "hello not an address\n")
        example.configure(word="good day", listen="127.0.0.1:1")
        self.assertEqual([event["taken"] for event in example.reload()], [True])
        wait_until(lambda: [event for event in example.events("trouble") if "[listen] smtp" in event["words"]], "a warning")
        self.assertEqual(example.ask(example.client(), "x"), "good day not an address\n")
        self.assertEqual(example.ask(before, "x"), "hello not an address\n")
        example.configure(word="bye", words="x", number=1)
        example.reload()
        wait_until(lambda: len(example.events("reloaded")) == 3, "each fault")
        faults = example.events("reloaded")[1:]
        self.assertEqual([event["taken"] for event in faults], [False, False])
        self.assertIn("[answer] words", faults[0]["words"])
        self.assertIn("[answer] number", faults[1]["words"])
        self.assertEqual(example.ask(example.client(), "x"), "good day not an address\n")
        self.assertEqual(example.end(), 0)

    def test_it_says_so_when_it_stops(self):
        self.example.configure()
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.settimeout(WAIT_S)
        manager.bind(str(self.example.folder / "notify"))
        example = self.example.start(NOTIFY_SOCKET=str(self.example.folder / "notify"))
        self.assertEqual(manager.recv(1000), b"READY=1\nSTATUS=Answering lines")
        client = example.client()
        self.assertEqual(example.ask(client, "x"), "hello not an address\n")
        example.process.send_signal(signal.SIGINT)
        self.assertEqual(manager.recv(1000), b"STOPPING=1\nSTATUS=Ending: SIGINT")
        self.assertEqual(client.read(), "bye\n")
        client.close()
        self.assertEqual(example.process.wait(WAIT_S), 0)
        stopped = example.events("stopped")
        self.assertEqual([(event["exit_code"], event["reason"]) for event in stopped], [(0, "SIGINT")])
        self.assertFalse(example.control.exists())

    def test_a_configuration_that_is_wrong_is_an_exit_code(self):
        self.example.configure(wird="x")
        example = self.example
        with open(example.log, "ab") as log:
            ended = subprocess.run([PROGRAM, example.config], stderr=log, check=False, timeout=WAIT_S)
        self.assertEqual(ended.returncode, 78)
        self.assertIn("[answer] wird", example.log.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
