"""What a running server costs: CPU, memory, system calls. Sums over all its processes and threads.

CPU is the run time the scheduler kept, in nanoseconds (/proc/PID/task/TID/schedstat), user and
system together. Work the kernel does in a soft interrupt is charged to whoever runs on that core:
on loopback a packet is received in the context of its sender, so a server pays for its client's
receiving side of what it sends, and the clients pay for the server's. Servers and clients are
pinned to different cores, so nothing else mixes in, and it is the same for every server that holds
the same dialogue. Who closes first decides who pays for the other's TIME_WAIT: a server that closes
at once, as nginx does, leaves that work to its client. Hence the CPU of server and client together
is the fair figure between servers that end a connection differently.
"""

import os
import pathlib
import signal
import subprocess
import tempfile
import time


def cpu_ns(process_ids):
    """(time run, time spent ready to run while the core was another's)."""
    run = waited = 0
    for pid in process_ids:
        for task in os.listdir(f"/proc/{pid}/task"):
            fields = pathlib.Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()
            run, waited = run + int(fields[0]), waited + int(fields[1])
    return run, waited


def user_share(process_ids):
    """User time as a share of all CPU time since each process began (clock ticks, so coarse)."""
    user = system = 0
    for pid in process_ids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        user, system = user + int(fields[11]), system + int(fields[12])
    return user / max(1, user + system)


def memory_kib(process_ids):
    """{'rss': all resident pages, 'own': those of no file, so nobody else's}, in KiB."""
    sums = {"Rss": 0, "Anonymous": 0}
    for pid in process_ids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            key = line.partition(":")[0]
            if key in sums:
                sums[key] += int(line.split()[1])
    return {"rss": sums["Rss"], "own": sums["Anonymous"]}


class SyscallCount:
    """Counts the system calls of a server between entering and leaving, with strace."""

    def __init__(self, process_ids):
        self.process_ids = process_ids
        self.calls = {}

    def __enter__(self):
        self.report = tempfile.NamedTemporaryFile("r", prefix="bench-strace-")
        attach = [word for pid in self.process_ids for word in ("-p", str(pid))]
        self.strace = subprocess.Popen(["strace", "-f", "-c", "-o", self.report.name, *attach],
                                       stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not all(is_traced(pid) for pid in self.process_ids):
            if self.strace.poll() is not None or time.monotonic() > deadline:
                break  # strace may not attach here; the count stays empty
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait()
        for line in self.report.read().splitlines():
            fields = line.split()
            if len(fields) >= 5 and fields[3].isdigit() and fields[-1] != "total":
                self.calls[fields[-1]] = int(fields[3])
        self.report.close()


def is_traced(pid):
    for task in os.listdir(f"/proc/{pid}/task"):
        status = pathlib.Path(f"/proc/{pid}/task/{task}/status").read_text()
        if "TracerPid:\t0\n" in status:
            return False
    return True
