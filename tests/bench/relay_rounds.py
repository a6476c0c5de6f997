"""What the relay's bench measures, inside its namespace: each function returns plain figures.

Called by relay.py through tests/live/namespace.py. A round is one server, started anew, that takes
the messages of smtp-source and hands all of them to smtp-sink.
"""

import os
import pathlib
import shutil
import socket
import statistics
import time

import mail_servers
import namespace
import peer
from mail_servers import CACHED, REFUSED, Postfix, Relay, Sink

ARRIVAL_LIMIT_S = 240
LATENCY_QUESTIONS = 4000
WARM_UP_MESSAGES = 1000


class Place:
    """The network, the root with Postfix in it, and the folder on the disk."""

    def __init__(self, folder):
        namespace.system("ip", "link", "set", "lo", "up")
        self.root = peer.make("postfix").root
        self.root.mount()
        self.root.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)


def throughput(folder, program, rounds, messages, postfix_messages):
    """{"server/recipients": [a dict of figures for each round]}."""
    place = Place(folder)
    figures = {}
    for _ in range(rounds):
        for recipients in (1, 10):
            direct = figures.setdefault(f"smtp-source into smtp-sink/{recipients}", [])
            direct.append(straight(place, messages, recipients))
            for name in ("Postfix", "turnaway-relay"):
                count = postfix_messages if name == "Postfix" else messages
                if count:
                    measured = one_round(place, name, program, count, recipients)
                    figures.setdefault(f"{name}/{recipients}", []).append(measured)
        figures.setdefault("disk", []).append({"syncs": syncs_per_second(place.folder)})
    shutil.rmtree(place.folder)
    return figures


def make_server(place, name, program, next_hop):
    if name == "Postfix":
        return Postfix(place.root, place.folder, next_hop)
    return Relay(program, place.folder, next_hop)


def one_round(place, name, program, messages, recipients):
    with Sink(place.root, place.folder) as sink, \
            make_server(place, name, program, sink.port) as server:
        # Processes started, addresses looked up: not what is measured.
        mail_servers.finish_source(mail_servers.start_source(
            place.root, server.port, WARM_UP_MESSAGES, recipients=recipients))
        wait_for_arrival(sink, WARM_UP_MESSAGES, name)
        before = mail_servers.cpu_seconds(server.process_id)
        begin = time.monotonic()
        mail_servers.finish_source(mail_servers.start_source(
            place.root, server.port, messages, recipients=recipients))
        accepted = time.monotonic()
        wait_for_arrival(sink, WARM_UP_MESSAGES + messages, name)
        end = time.monotonic()
        time.sleep(0.3)  # what it still does for these messages belongs to them
        peak_kib = mail_servers.memory_kib(server.process_id, *server.peak_memory)
        cpu = mail_servers.cpu_seconds(server.process_id) - before
    return {"accepted": messages / (accepted - begin), "end to end": messages / (end - begin),
            "cpu": 1000 * cpu / messages, "peak": peak_kib / 1024}


def wait_for_arrival(sink, messages, name):
    mail_servers.wait_until(lambda: sink.messages() >= messages,
                            f"{name}: {messages} messages should come", ARRIVAL_LIMIT_S, 0.005)


def straight(place, messages, recipients):
    with Sink(place.root, place.folder) as sink:
        begin = time.monotonic()
        mail_servers.finish_source(
            mail_servers.start_source(place.root, sink.port, messages, recipients=recipients))
        return {"end to end": messages / (time.monotonic() - begin)}


def syncs_per_second(folder, seconds=1.0):
    """A file that grows by 4 KiB with each fdatasync, one after the other."""
    block, count = b"x" * 4096, 0
    with open(folder / "syncs", "wb", buffering=0) as file:
        begin = time.monotonic()
        while time.monotonic() < begin + seconds:
            file.write(block)
            os.fdatasync(file.fileno())
            count += 1
        return count / (time.monotonic() - begin)


def full_queue(folder, program, messages):
    """Memory with so many messages waiting for a destination that refuses connections."""
    place = Place(folder)
    with Relay(program, place.folder, 9) as server:
        for at in range(0, messages, 10_000):
            source = mail_servers.start_source(place.root, server.port,
                                               min(10_000, messages - at), domain=REFUSED)
            mail_servers.finish_source(source)
        wait_for_quiet(server.process_id)
        resident = mail_servers.memory_kib(server.process_id, "status", "VmRSS") / 1024
        peak = mail_servers.memory_kib(server.process_id, "status", "VmHWM") / 1024
    with Relay(program, place.folder, 9, keep=True) as server:
        wait_for_quiet(server.process_id)
        restarted = mail_servers.memory_kib(server.process_id, "status", "VmRSS") / 1024
        start_seconds = server.start_seconds
    shutil.rmtree(place.folder)
    return {"resident": resident, "peak": peak, "restarted": restarted, "start": start_seconds}


def wait_for_quiet(process_id, quiet_s=2.0):
    """Until the server has used next to no CPU for a while."""
    last, since = -1.0, time.monotonic()
    while time.monotonic() < since + quiet_s:
        time.sleep(0.2)
        now = mail_servers.cpu_seconds(process_id)
        if now > last + 0.02:
            last, since = now, time.monotonic()


def verdicts(folder, program, messages):
    """Round trips of RCPT with a cached route and of NOOP, alone and while mail runs through."""
    place = Place(folder)
    figures = {}
    with Sink(place.root, place.folder) as sink, \
            Relay(program, place.folder, sink.port) as server:
        figures["alone"] = round_trips(server.port, lambda: False)
        source = mail_servers.start_source(place.root, server.port, messages)
        figures["under load"] = round_trips(server.port, lambda: source.poll() is not None)
        mail_servers.finish_source(source)
    shutil.rmtree(place.folder)
    return figures


def round_trips(port, is_over):
    times = {"RCPT": [], "NOOP": []}
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(line):
            begin = time.perf_counter()
            if line:
                client.sendall(line)
            reply = client.recv(4096)
            return time.perf_counter() - begin, reply

        ask(b"")
        ask(b"EHLO client.example\r\n")
        while len(times["RCPT"]) < LATENCY_QUESTIONS and not is_over():
            ask(b"MAIL FROM:<sender@sender.example>\r\n")
            for _ in range(50):
                seconds, reply = ask(b"RCPT TO:<user@%s>\r\n" % CACHED.encode())
                if not reply.startswith(b"250"):
                    raise namespace.NamespaceError(f"RCPT was answered {reply!r}")
                times["RCPT"].append(seconds)
                times["NOOP"].append(ask(b"NOOP\r\n")[0])
            ask(b"RSET\r\n")
        ask(b"QUIT\r\n")
    return {name: percentiles(values[50:]) for name, values in times.items()}


def percentiles(values):
    cuts = statistics.quantiles(values, n=100)
    return {"p50": cuts[49] * 1000, "p99": cuts[98] * 1000, "count": len(values)}
