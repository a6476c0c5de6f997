"""Takeover: a relay dies with many messages of a host that was down; how soon the others begin to deliver them, and that all arrive."""
import threading
import time

import relay_kill
from relay_daemon import wait_until
from relay_scene import SENDER

BEGIN_WITHIN_S = 15
CLIENTS = 8
CONNECTION_MESSAGES = 500
END_WAIT_S = 280
RETRY = "2s"


def send(relay, numbers, domain):
    for first in range(0, len(numbers), CONNECTION_MESSAGES):
        with relay.client() as client:
            client.ehlo()
            for number in numbers[first:first + CONNECTION_MESSAGES]:
                client.sendmail(SENDER, [f"taken{number}@{domain}"], relay_kill.content_of(number * 40))


def fill(cluster, messages, domain):
    threads = [threading.Thread(target=send, args=[cluster.relays[0], range(first + 1, messages + 1, CLIENTS), domain])
               for first in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run(cluster, messages):
    """Prints the figure; the faults."""
    scene = cluster.scene
    name = scene.name()
    domain = scene.domain("down.example", name).partition("@")[2]
    for relay in cluster.relays:
        relay.settings["lifetime"] = {"retry_first": RETRY, "retry_max": RETRY}
        relay.settings["delivery"] = {**relay.settings["delivery"], "concurrency": 20}
    cluster.start_all()
    fill(cluster, messages, domain)
    owned = cluster.servers.primary.ask("SELECT n.name, count(*) FROM turnaway.message m JOIN turnaway.node n ON n.id = m.owner "
                                        "GROUP BY n.name")
    if owned != f"relay0|{messages}":
        return [f"before the end of the relay the messages are: {owned!r}"]
    arrivals = {}

    def arrived(message):
        for recipient in message.recipients:
            arrivals.setdefault(recipient, []).append((time.monotonic(), message.client))

    cluster.relays[0].kill()
    died = time.monotonic()
    scene.listen(name, on_message=arrived)
    try:
        wait_until(lambda: len(arrivals) >= messages, "", END_WAIT_S)
    except AssertionError:
        pass  # said below
    faults = [] if len(arrivals) == messages else [f"{messages - len(arrivals)} of {messages} messages did not arrive"]
    copies = [copy for each in list(arrivals.values()) for copy in each]
    began, ended = (min(copies)[0] - died, max(copies)[0] - died) if copies else (0, 0)
    by_relay = {relay.name: sum(client == relay.name for _, client in copies) for relay in cluster.relays[1:]}
    print(f"takeover: {len(arrivals)} of {messages} messages of a dead relay; the first arrived after {began:.1f} s, the last after "
          f"{ended:.1f} s; {len(copies) - len(arrivals)} second copies; delivered by "
          + ", ".join(f"{name}: {count}" for name, count in by_relay.items()))
    if began > BEGIN_WITHIN_S:
        faults.append(f"the first arrived after {began:.1f} s, not within {BEGIN_WITHIN_S}")
    if len(copies) != len(arrivals):
        faults.append(f"{len(copies) - len(arrivals)} second copies")
    for relay in cluster.relays[1:]:
        if (code := relay.stop()) != 0:
            faults.append(f"{relay.name} ended with {code}")
    return faults
