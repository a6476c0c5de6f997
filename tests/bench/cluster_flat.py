"""Whether a queue in PostgreSQL keeps its speed: one relay under constant load, while a session keeps a snapshot from before the first
message, as a backup or a forgotten transaction does. No row that is removed or changed meanwhile can be cleared away.

Called by cluster.py through tests/live/namespace.py. Prints a row for each tenth of the time; the relation of the last three to the
first three says whether it is flat. CPU for 1,000 messages holds on a machine with other work, except
that smaller batches, for which it waits less, cost more of it (transactions per message); messages/s do not hold. Of the tables and
indexes it reads the size and how many of the eight slices have contents; of rows of relays (node, epoch), the dead ones.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import time

import mail_servers
import postgres_servers
from cluster_rounds import WARM_UP_MESSAGES, make_place, running, wait_for_arrival

SLICES = 10
ENDS = 3  # slices at each end
LOAD_MESSAGES = 5_000  # then its 20 connections are made anew
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_database;\n"
ASK_SIZES = ("SELECT sum(pg_total_relation_size(c.oid)), count(*) FILTER (WHERE c.relname ~ '^content_[0-7]$' AND pg_relation_size(c.oid) > 0) "
             "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'turnaway' AND c.relkind = 'r'")
ASK_COMMITS = "SELECT sum(xact_commit) FROM pg_stat_database"
ASK_DEAD = "SELECT sum(n_dead_tup) FROM pg_stat_user_tables WHERE relname IN ('node', 'epoch')"
HEAD = ("| minute | messages/s end to end | CPU seconds per 1,000 messages, relay | of the database | transactions per message | tables and indexes, MiB "
        "| slices with contents | dead rows of relays | load average |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
COMPARED = {"rate": "messages/s", "cpu": "CPU of the relay", "database cpu": "CPU of the database"}


@contextlib.contextmanager
def old_snapshot(server):
    """A session that keeps what it saw until the end."""
    session = subprocess.Popen(["psql", "-h", str(server.folder), "-p", str(server.port), "-U", postgres_servers.DATABASE, "-d",
                                postgres_servers.DATABASE, "-AtXq"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        session.stdin.write(SNAPSHOT)
        session.stdin.flush()
        session.stdout.readline()
        yield session
    finally:
        session.kill()
        session.wait()


def flat(folder, program, minutes, is_in_memory):
    """[figures of each slice]."""
    place = make_place(pathlib.Path(folder), is_in_memory)
    slices = []
    with running(place, "PostgreSQL", program, around=old_snapshot) as (server, database, sink):
        primary = database.servers.primary

        def now():
            return {"time": time.monotonic(), "sent": sent, "cpu": mail_servers.cpu_seconds(server.process_id),
                    "database cpu": database.counts()["cpu"], "commits": int(primary.ask(ASK_COMMITS))}

        sent = WARM_UP_MESSAGES
        begin = before = now()
        print(HEAD, flush=True)
        while len(slices) < SLICES:
            mail_servers.finish_source(mail_servers.start_source(place.root, server.port, LOAD_MESSAGES))
            sent += LOAD_MESSAGES
            if time.monotonic() < begin["time"] + 60 * minutes * (len(slices) + 1) / SLICES:
                continue
            wait_for_arrival(sink, sent, "the relay")
            after = now()
            slices.append(figures_of(before, after, primary) | {"minute": (after["time"] - begin["time"]) / 60})
            print("| {minute:.1f} | {rate:,.0f} | {cpu:.3f} | {database cpu:.3f} | {commits:.3f} | {size:,.0f} | {slices} | {dead} | {load:.1f} |".format(
                **slices[-1]), flush=True)
            before = after
    shutil.rmtree(place.folder, ignore_errors=is_in_memory)
    return slices


def figures_of(before, after, primary):
    size, used = primary.ask(ASK_SIZES).split("|")
    count = after["sent"] - before["sent"]
    return {"rate": count / (after["time"] - before["time"]), "size": int(size) / 2**20, "slices": int(used),
            "commits": (after["commits"] - before["commits"]) / count, "dead": int(primary.ask(ASK_DEAD) or 0), "load": os.getloadavg()[0],
            **{key: 1000 * (after[key] - before[key]) / count for key in ("cpu", "database cpu")}}


def print_relation(slices):
    def mean(some, key):
        return sum(each[key] for each in some) / ENDS

    relations = [f"{words} {mean(slices[-ENDS:], key) / mean(slices[:ENDS], key):.2f}" for key, words in COMPARED.items()]
    print(f"\nThe last {ENDS} tenths in relation to the first {ENDS}: {', '.join(relations)} (aim: 0.80 to 1.20)")
