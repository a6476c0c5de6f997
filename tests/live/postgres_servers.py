"""PostgreSQL from Debian's packages for tests: a primary and, if wanted, a synchronous standby, each with a Unix socket in a
scratch folder. As root they run as `nobody`. They end with the test.

A `Servers` has one address for both; `fail_over` kills the primary, promotes the standby, and makes the old primary the standby.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

DATABASE = "turnaway"
PROGRAMS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
UNPRIVILEGED = ["setpriv", "--pdeathsig=KILL"] + (
    ["--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else [])
READY_WAIT_S = 60


def is_installed():
    return bool(PROGRAMS)


class Server:
    """One of them. `syncs`: whether it waits for its disk, as in life."""

    def __init__(self, folder, syncs=True):
        self.folder, self.syncs, self.process = folder, syncs, None
        self.listen, self.port = "", 5432
        self.wrapper = []  # words before its command
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
        self.data = folder / "data"

    @staticmethod
    def run(program, *arguments):
        subprocess.run([*UNPRIVILEGED, str(PROGRAMS[-1].with_name(program)), *map(str, arguments)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")

    def make(self):
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", DATABASE, "-N", "-E", "UTF8", "--locale=C")

    def copy(self, primary):
        """A standby of the primary."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.run("pg_basebackup", "-D", self.data, "-d", f"host={primary.folder} user={DATABASE} application_name=standby",
                 "-R", "-X", "stream", "-c", "fast")

    def listen_with_tls(self, port, certificate, key):
        """From the next start on, at localhost too, and only with TLS there."""
        for file, name in ((certificate, "server.crt"), (key, "server.key")):
            copy = self.data / name
            shutil.copyfile(file, copy)
            copy.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(copy, "nobody", "nogroup")
        self.listen = "localhost"
        with (self.data / "postgresql.auto.conf").open("a", encoding="ascii") as file:
            file.write(f"ssl = on\nport = {port}\n")
        (self.data / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n"
                                               "hostssl all all ::1/128 trust\n", encoding="ascii")
        self.port = port

    def start(self):
        log = (self.folder / "log").open("ab")
        options = ["-c", f"listen_addresses={self.listen}", "-c", f"fsync={'on' if self.syncs else 'off'}", "-c", "max_connections=100"]
        self.process = subprocess.Popen([*self.wrapper, *UNPRIVILEGED, str(PROGRAMS[-1].with_name("postgres")), "-D", str(self.data), "-k",
                                         str(self.folder), *options], stdout=log, stderr=log, cwd="/")
        log.close()
        end = time.monotonic() + READY_WAIT_S
        while not self.answers():
            if time.monotonic() > end:
                raise AssertionError((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def answers(self):
        try:
            return self.ask("SELECT 1", "postgres") == "1"
        except subprocess.CalledProcessError:
            return False

    def kill(self):
        """As if the machine had died: no process of it does anything more."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False).stdout
        self.process.kill()
        for child in children.split():
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self):
        """As an administrator does before an upgrade: sessions are ended."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def ask(self, sql, database=DATABASE):
        done = subprocess.run(["psql", "-h", str(self.folder), "-p", str(self.port), "-U", DATABASE, "-d", database,
                               "-AtXqc", sql], check=True,
                              capture_output=True, text=True, env={**os.environ, "PGCONNECT_TIMEOUT": "5"})
        return done.stdout.strip()


class Servers:
    def __init__(self, has_standby=True, syncs=True, parent="/tmp"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="turnaway_pg_", dir=parent))
        self.folder.chmod(0o755)
        self.primary, self.standby = Server(self.folder / "a", syncs), None
        self.primary.make()
        self.primary.start()
        self.primary.ask(f"CREATE DATABASE {DATABASE}", "postgres")
        if has_standby:
            self.standby = Server(self.folder / "b", syncs)
            self.add_standby()

    def address(self):
        hosts = ",".join(str(self.folder / name) for name in ("a", "b")) if self.standby else str(self.folder / "a")
        return f"postgresql:///{DATABASE}?user={DATABASE}&host={hosts}&target_session_attrs=read-write"

    def add_standby(self):
        self.standby.copy(self.primary)
        self.standby.start()
        self.wait_for_standby()

    def wait_for_standby(self):
        self.primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        self.primary.ask("SELECT pg_reload_conf()")
        end = time.monotonic() + READY_WAIT_S
        while self.primary.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") != "1":
            if time.monotonic() > end:
                raise AssertionError("the standby does not follow")
            time.sleep(0.05)

    def fail_over(self, overlap_s=None):
        """`overlap_s`: so long the old primary goes on."""
        if overlap_s is None:
            self.primary.kill()
        # A new primary without a standby must not wait for one.
        self.standby.ask("SELECT pg_promote()", "postgres")
        if overlap_s is not None:
            time.sleep(overlap_s)
            self.primary.kill()
        self.primary, self.standby = self.standby, self.primary
        self.add_standby()

    def stop(self):
        for server in (self.primary, self.standby):
            if server and server.process and server.process.poll() is None:
                server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
