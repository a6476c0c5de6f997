"""A real name server (NSD) on a loopback address, for tests that need no machine of their own.

Promises: serves the root zone from lines of a zone file, so the names put in are all the names there are and any other is
NXDOMAIN; over UDP and TCP, at a port that was free. `broken` names are zones of their own without data: SERVFAIL. `signed` are
further zones, name to lines, ready made (zone_signer.py). Ended by its process id.
"""
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

READY_LIMIT_S = 30
SOA_QUESTION = b"\x52\x46\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x01"


def program():
    return shutil.which("nsd") or shutil.which("nsd", path="/usr/sbin:/sbin")


class NsdZone:
    def __init__(self, address, lines, broken=(), signed=None):
        self.address = address
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nsd-test-", dir="/var/tmp"))
        self.port = self.free_port()
        head = ["$ORIGIN .", "$TTL 300", "@ SOA ns. who. 1 3600 600 86400 60", "@ NS ns.", f"ns. A {address}"]
        zones = {".": head + list(lines), **(signed or {})}
        self.folder.joinpath("nsd.conf").write_text(self.configuration(zones, broken))
        for number, (_, text) in enumerate(zones.items()):
            self.folder.joinpath(f"{number}.zone").write_text("\n".join(text) + "\n")
        with open(self.folder / "log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([program(), "-d", "-c", self.folder / "nsd.conf"], stdout=log, stderr=log)
        self.wait_until_answers()

    def free_port(self):
        """One that is free for UDP and TCP."""
        while True:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket() as other:
                one.bind((self.address, 0))
                try:
                    other.bind(one.getsockname())
                except OSError:
                    continue
                return one.getsockname()[1]

    def configuration(self, zones, broken):
        server = {"ip-address": f"{self.address}@{self.port}", "server-count": "1",
                  # By default NSD stops answering who asks more than 200 times a second.
                  "rrl-ratelimit": "0", "database": '""', "username": '""',
                  "zonesdir": f'"{self.folder}"', "xfrdfile": '""', "pidfile": '""', "zonelistfile": f'"{self.folder}/list"',
                  "verbosity": "1"}
        text = "server:\n" + "".join(f"  {key}: {value}\n" for key, value in server.items())
        text += "remote-control:\n  control-enable: no\n"
        for number, name in enumerate(zones):
            text += f'zone:\n  name: "{name}"\n  zonefile: "{number}.zone"\n'
        for name in broken:
            text += f'zone:\n  name: "{name}"\n  zonefile: "missing.zone"\n'
        return text

    def wait_until_answers(self):
        end = time.monotonic() + READY_LIMIT_S
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(0.05)
            while time.monotonic() < end and self.process.poll() is None:
                try:
                    asker.sendto(SOA_QUESTION, (self.address, self.port))
                    if asker.recv(512)[3] & 0x0F == 0:
                        return
                except OSError:  # not yet listening
                    time.sleep(0.01)
        log = self.folder.joinpath("log").read_text()
        self.stop()
        raise AssertionError(f"the name server does not answer: {log}")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
