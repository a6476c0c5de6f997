"""One dead domain with very many messages delays nobody else (requirement 55, DESIGN section 6).

The relay has one thread, so that everything is in each other's way that can be. The dead domain's only host takes connections and
says nothing: each try costs a connection for a second, and one round over all its messages would take far longer than this test.
Meanwhile mail to healthy domains, some of it in between, arrives. Prints what the queue takes in memory; --messages N for more.
"""
import argparse
import socket
import statistics
import sys
import threading
import time

from relay_daemon import WAIT_S, wait_until
from relay_scene import SENDER, Scene
from smtp_host import SILENT

MESSAGES = 20_000
CLIENTS = 40
BATCH, BATCHES = 20, 40  # of a connection: it ends after a thousand messages
HEALTHY = 200
CONTENT = b"Subject: x\r\n\r\n" + b"a line of this message\r\n" * 170


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def expect(stream, code, count):
    for _ in range(count):
        line = stream.readline()
        while line[3:4] == b"-":
            line = stream.readline()
        check(line.startswith(code), f"the relay said {line}, not {code}")


def pour(relay, count):
    """So many messages, as fast as the relay takes them: a batch in one write."""
    message = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<bob@dead.example>\r\nBDAT {len(CONTENT)} LAST\r\n".encode() + CONTENT
    while count > 0:
        with socket.create_connection((relay.address, relay.port), timeout=WAIT_S) as client, client.makefile("rb") as stream:
            client.sendall(b"EHLO client.example\r\n")
            expect(stream, b"2", 2)
            for _ in range(BATCHES):
                batch = min(count, BATCH)
                client.sendall(message * batch)
                expect(stream, b"250", 3 * batch)
                count -= batch


def play(scene, messages):
    relay = scene.relay
    dead, healthy = scene.host({"greeting": SILENT}), scene.host()
    scene.domain("dead.example", dead)
    arrived = {}
    healthy.on_message = lambda message: arrived.setdefault(message.recipients[0][4:-1], time.monotonic())
    names = [f"bob{i}@healthy{i % 20}.example" for i in range(HEALTHY)]
    for i in range(20):
        scene.domain(f"healthy{i}.example", healthy)
    begun = time.monotonic()
    pourers = [threading.Thread(target=pour, args=(relay, messages // CLIENTS)) for _ in range(CLIENTS)]
    for thread in pourers:
        thread.start()
    sent = {}
    for i, name in enumerate(names):
        if i == HEALTHY // 2:  # the second half comes when all the dead ones are there
            for thread in pourers:
                thread.join()
            seconds = time.monotonic() - begun
        scene.send(name)
        sent[name] = time.monotonic()
    wait_until(lambda: len(arrived) == HEALTHY, lambda: f"{len(arrived)} of {HEALTHY} arrived")
    tries = len(dead.dialogues)
    check(0 < tries < messages // 2, f"the dead domain was tried {tries} times: this proves nothing")
    waits = [max(0.0, arrived[name] - sent[name]) for name in names]
    print(f"{messages} messages of {len(CONTENT)} octets to a dead domain taken in {seconds:.1f} s; {tries} tries of it; {HEALTHY} others "
          f"arrived, median {statistics.median(waits) * 1000:.1f} ms and at most {max(waits) * 1000:.1f} ms after their 250; "
          f"{relay.resident_kib() / 1024:.0f} MiB resident")


def restart(scene, messages):
    """All of it is still there, and the next one still delays nobody."""
    relay = scene.relay
    check(relay.stop() == 0, "the stop failed")
    seconds = relay.start()
    started = wait_until(lambda: relay.lines("started")[1:], "the second start")[0]
    check(started["queued"] == messages, f"{started['queued']} are queued after a restart")
    host = scene.host()
    scene.send(to := scene.domain("after.example", host))
    relay.delivery(to, "sent")
    print(f"started with {messages} queued in {seconds:.2f} s; {relay.resident_kib() / 1024:.0f} MiB resident")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=MESSAGES)
    messages = parser.parse_args().messages // CLIENTS * CLIENTS
    scene = Scene({"": {"threads": 1}})
    scene.start()
    try:
        play(scene, messages)
        restart(scene, messages)
    finally:
        scene.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
