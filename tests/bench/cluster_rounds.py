"""What the bench of a shared queue measures, inside its namespace: each function returns plain figures.

Called by cluster.py through tests/live/namespace.py. A round is one server with one queue, both made anew, that takes the messages
of smtp-source and hands all of them to smtp-sink. The database runs on the same cores; its processes and those of its standby are
counted apart from the relay.
"""

import contextlib
import shutil
import socket
import time

import mail_servers
import namespace
import postgres_servers
from mail_servers import DESTINATION, Postfix, Relay, Sink
from relay_rounds import WARM_UP_MESSAGES, Place, percentiles, wait_for_arrival

AGED_SEGMENTS = 10  # of 16 MiB
LIGHT_MESSAGES = 300
LIGHT_PAUSE_S = 0.005


class Database:
    """The tables of a spool in a server of their own."""

    def __init__(self, program, has_standby, folder):
        self.servers = postgres_servers.Servers(has_standby, parent=folder)
        self.program, self.folder = program, folder

    def __enter__(self):
        try:
            config = self.folder / "migrate.conf"
            config.write_text('hostname = "relay.example"\n[listen]\nsmtp = ["127.0.0.1:2525"]\n'
                              f'[relay]\nnetworks = ["127.0.0.0/8"]\n[spool]\npath = "{self.servers.address()}"\n')
            mail_servers.system(str(self.program), "--config", str(config), "--migrate-spool")
            self.age()
        except BaseException:
            self.servers.stop()
            raise
        return self

    def __exit__(self, *_):
        self.servers.stop()

    def age(self):
        """A database that has run for a while uses the files of its log again. A new one makes each, which is not what is measured."""
        primary = self.servers.primary
        primary.ask("ALTER SYSTEM SET min_wal_size = '512MB'")
        primary.ask("SELECT pg_reload_conf()")
        for _ in range(AGED_SEGMENTS):
            primary.ask("SELECT pg_logical_emit_message(false, '', 'aged'), pg_switch_wal()")
        primary.ask("CHECKPOINT")

    def path(self):
        return self.servers.address()

    def counts(self):
        """CPU seconds, octets and syncs of its log until now."""
        here = [server for server in (self.servers.primary, self.servers.standby) if server]
        written, syncs = self.servers.primary.ask(
            "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, wal_sync FROM pg_stat_wal").split("|")
        return {"cpu": sum(mail_servers.cpu_seconds(server.process.pid) for server in here),
                "wal": int(written), "syncs": int(syncs)}


class NoDatabase:
    """Of a server whose queue is a folder."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def path(self):
        return None

    def counts(self):
        return {"cpu": 0, "wal": 0, "syncs": 0}


@contextlib.contextmanager
def running(place, queue, program, around=None):
    """(server, its database, the sink behind it), warmed up. `around`: of the primary, is entered before the first message."""
    database = Database(program, queue.endswith("standby"), place.folder) if queue.startswith("PostgreSQL") else NoDatabase()
    with Sink(place.root, place.folder) as sink, database, around(database.servers.primary) if around else contextlib.nullcontext():
        server = (Postfix(place.root, place.folder, sink.port) if queue == "Postfix"
                  else Relay(program, place.folder, sink.port, spool=database.path()))
        with server:
            # Processes started, addresses looked up: not what is measured.
            mail_servers.finish_source(mail_servers.start_source(place.root, server.port, WARM_UP_MESSAGES))
            wait_for_arrival(sink, WARM_UP_MESSAGES, queue)
            yield server, database, sink


def make_place(folder, is_in_memory):
    place = Place(folder)
    if is_in_memory:
        namespace.mount_tmpfs(str(place.folder))
    place.folder.chmod(0o755)
    return place


def throughput(folder, program, rounds, messages, postfix_messages, queues, is_in_memory):
    """{queue: [a dict of figures for each round]}."""
    place = make_place(folder, is_in_memory)
    figures = {queue: [] for queue in queues}
    for _ in range(rounds):
        for queue in queues:
            figures[queue].append(one_round(place, queue, program, postfix_messages if queue == "Postfix" else messages))
    shutil.rmtree(place.folder, ignore_errors=is_in_memory)
    return figures


def one_round(place, queue, program, messages):
    with running(place, queue, program) as (server, database, sink):
        time.sleep(0.3)
        before, cpu = database.counts(), mail_servers.cpu_seconds(server.process_id)
        begin = time.monotonic()
        mail_servers.finish_source(mail_servers.start_source(place.root, server.port, messages))
        accepted = time.monotonic()
        wait_for_arrival(sink, WARM_UP_MESSAGES + messages, queue)
        end = time.monotonic()
        time.sleep(0.3)  # what it still does for these messages belongs to them
        after = database.counts()
        cpu = mail_servers.cpu_seconds(server.process_id) - cpu
    return {"accepted": messages / (accepted - begin), "end to end": messages / (end - begin), "cpu": 1000 * cpu / messages,
            "database cpu": 1000 * (after["cpu"] - before["cpu"]) / messages, "wal": (after["wal"] - before["wal"]) / messages,
            "syncs": (after["syncs"] - before["syncs"]) / messages}


def light(folder, program, queues, is_in_memory):
    """{queue: how long one message alone waits for its 250, in ms, and the CPU of 1,000 such messages}."""
    place = make_place(folder, is_in_memory)
    figures = {}
    for queue in queues:
        with running(place, queue, program) as (server, database, sink):
            before = database.counts()["cpu"] + mail_servers.cpu_seconds(server.process_id)
            waits = one_by_one(server.port)
            wait_for_arrival(sink, WARM_UP_MESSAGES + LIGHT_MESSAGES, queue)
            time.sleep(0.3)
            after = database.counts()["cpu"] + mail_servers.cpu_seconds(server.process_id)
            figures[queue] = percentiles(waits) | {"cpu": 1000 * (after - before) / LIGHT_MESSAGES}
    shutil.rmtree(place.folder, ignore_errors=is_in_memory)
    return figures


def one_by_one(port):
    waits = []
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(text, code):
            client.sendall(text)
            reply = client.recv(4096)
            if not reply.startswith(code):
                raise AssertionError(f"{text[:40]!r} was answered {reply!r}")

        client.recv(4096)
        ask(b"EHLO client.example\r\n", b"250")
        content = b"Subject: one\r\n\r\n" + b"x" * 70 + b"\r\n"
        content += (b"y" * 70 + b"\r\n") * 56 + b".\r\n"
        for _ in range(LIGHT_MESSAGES):
            ask(b"MAIL FROM:<sender@sender.example>\r\n", b"250")
            ask(b"RCPT TO:<user@%s>\r\n" % DESTINATION.encode(), b"250")
            ask(b"DATA\r\n", b"354")
            begin = time.perf_counter()
            ask(content, b"250")
            waits.append(time.perf_counter() - begin)
            time.sleep(LIGHT_PAUSE_S)
        ask(b"QUIT\r\n", b"221")
    return waits
