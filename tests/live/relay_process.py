"""turnaway-relay as the queue's test starts, feeds and ends it: on loopback, in a folder of its own, ended by its process id.

The programs are those of TURNAWAY_BIN, else of build/release/bin. With TURNAWAY_NO_SANDBOX set (sanitizer builds need system
calls the sandbox forbids) the relay runs without its sandbox. The same folder may be started again, which is a restart.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("TURNAWAY_BIN", ROOT / "build/release/bin"))
WAIT_S = 60


def wait_until(condition, what):
    """The first true value of `condition`."""
    end = time.monotonic() + WAIT_S
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {WAIT_S} s: {what}")
        time.sleep(0.02)
    return value


def free_port(address):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class RelayProcess:
    """`records` are its DNS; `block` the first three numbers of addresses nobody else uses; hosts listen on `port_of_hosts`."""

    def __init__(self, records, settings=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="turnaway_queue_"))
        self.block = f"127.{os.getpid() % 200 + 20}.{random.randrange(1, 255)}"
        self.address, self.port = f"{self.block}.1", free_port(f"{self.block}.1")
        self.port_of_hosts = free_port(f"{self.block}.2")
        self.control = self.folder / "control.sock"
        self.config = self.folder / "relay.conf"
        local = json.dumps([record.replace("BLOCK", self.block) for record in records])
        self.config.write_text(
            f'hostname = "relay.example"\nthreads = 2\n[listen]\nsmtp = ["{self.address}:{self.port}"]\n'
            f'[relay]\nnetworks = ["127.0.0.0/8"]\n[dns]\nlocal_data = {local}\n'
            f'[delivery]\nport = {self.port_of_hosts}\n'
            f'[spool]\npath = "{self.folder}/spool"\nfree_bytes_min = "1MB"\n'
            f'[control]\nsocket = "{self.control}"\n[log]\nformat = "json"\n{settings}')
        self.log = self.folder / "log"
        self.process = None

    def start(self):
        command = [BIN / "turnaway-relay", "--config", self.config]
        if os.environ.get("TURNAWAY_NO_SANDBOX"):
            command.append("--no-sandbox")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL)
        wait_until(self.is_serving, lambda: self.log.read_text())
        return self

    def is_serving(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the relay ended: {self.log.read_text()}")
        try:
            with socket.create_connection((self.address, self.port), timeout=WAIT_S) as client:
                return client.recv(4) == b"220 "
        except OSError:
            return False

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WAIT_S)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def remove(self):
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, sender, recipients, content):
        with smtplib.SMTP(self.address, self.port, local_hostname="client.example", timeout=WAIT_S) as client:
            client.sendmail(sender, recipients, content)

    def events(self, name):
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("event") == name]

    def queue(self, *arguments, code=0, text=True):
        """`turnaway queue ...`; what it wrote to standard output. The exit code must be `code`."""
        result = self.queue_result(*arguments, text=text)
        if result.returncode != code:
            raise AssertionError(f"queue {arguments}: exit {result.returncode}, not {code}: {result.stdout} {result.stderr}")
        return result.stdout

    def queue_result(self, *arguments, text=True):
        return subprocess.run([BIN / "turnaway", "queue", arguments[0], "--socket", self.control, *arguments[1:]],
                              capture_output=True, text=text, check=False, timeout=WAIT_S)

    def queue_json(self, *arguments, code=0):
        return [json.loads(line) for line in self.queue(*arguments, "--json", code=code).splitlines()]
