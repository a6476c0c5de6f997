"""The servers that the bench sets side by side, and the network they run in.

Every server is started anew for each measurement, on a free loopback port, pinned to the cores
given, and ended by its process id. nginx is Debian's package, unpacked below build/ and never
installed: no service is enabled and no file outside the build folder is written.
"""

import ctypes
import fcntl
import os
import pathlib
import resource
import shutil
import signal
import socket
import struct
import subprocess
import time

HOSTNAME = "refuse.example"
CLONE_NEWNET = 0x40000000
NGINX_PACKAGES = ["nginx", "libnginx-mod-stream"]
NGINX_CONFIG = """\
load_module {module};
daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
worker_processes {workers};
events {{ worker_connections {connections_max}; multi_accept on; }}
stream {{
    server {{
        listen 127.0.0.1:{port} reuseport backlog=4096;
        tcp_nodelay on;
        return "521 {hostname} Host does not accept mail\\r\\n";
    }}
}}
"""


def enter_fresh_network():
    """Moves this process into a network namespace of its own: no TIME_WAIT of earlier rounds, no
    firewall, no neighbours. False when the kernel does not let us, and all stays as it was."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return False
    siocsifflags, iff_up = 0x8914, 1
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, siocsifflags, struct.pack("16sH14x", b"lo", iff_up))
    return True


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unpack_nginx(folder, fetch):
    """(program, stream module) of the system's nginx or of one unpacked below folder; None when
    there is none and it cannot be fetched."""
    module_path = "usr/lib/nginx/modules/ngx_stream_module.so"
    for root in (pathlib.Path("/"), folder):
        program, module = root / "usr/sbin/nginx", root / module_path
        if program.exists() and module.exists():
            return program, module
    if not fetch or not shutil.which("apt-get"):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(["apt-get", "download", *NGINX_PACKAGES], cwd=folder,
                             capture_output=True)
    if fetched.returncode != 0:
        return None
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, folder], check=True)
    return unpack_nginx(folder, fetch=False)


def spawn_pinned(cores, command, stdin=subprocess.DEVNULL, **streams):
    """Starts a program on these cores, with as many open files as this user may have."""
    def prepare():
        os.sched_setaffinity(0, cores)
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    return subprocess.Popen([str(word) for word in command], stdin=stdin, preexec_fn=prepare,
                            **streams)


class Server:
    """One running server. Use as a context manager; leaving it ends the process."""

    answers_quit = True  # nginx says its line and closes at once
    greeting = 521
    connections_max = 16384
    name = ""
    last_log_line = ""  # of a server whose standard error we read; others write to ours

    def __init__(self, cores, workers):
        self.cores, self.workers = cores, workers
        self.greeted = 0  # clients that read a greeting, as far as they told
        self.port = free_port()

    def __enter__(self):
        self.process = self.start()
        deadline = time.monotonic() + 10
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                    if client.recv(512):
                        self.greeted += 1
                        return self
            except ConnectionError:  # not listening yet, or already gone
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise SystemExit(f"{self.name} did not start (status {self.process.returncode}). "
                                 f"{self.last_log_line}")
            time.sleep(0.02)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def spawn(self, command, **streams):
        return spawn_pinned(self.cores, command, **streams)

    def process_ids(self):
        """This server's process and all below it."""
        found = [self.process.pid]
        for pid in found:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as children:
                    found += [int(child) for child in children.read().split()]
        return found


class BareLoop(Server):
    name = "bare loop"

    def __init__(self, programs, cores, workers, greeting):
        super().__init__(cores, workers)
        self.program, self.greeting = programs / "bench_bare_loop", greeting

    def start(self):
        return self.spawn([self.program, "127.0.0.1", self.port, self.workers, HOSTNAME,
                           self.greeting])


class TurnawayRefuse(Server):
    """As users run it: sandbox, metrics and the JSON log on; stage auto when it greets with 220,
    stage greeting else. The log goes into a pipe whose reader counts the lines and runs on the
    clients' cores, as a log daemon would run elsewhere."""

    name = "turnaway-refuse"
    log = "json"

    def __init__(self, programs, cores, workers, greeting, reader_cores):
        super().__init__(cores, workers)
        self.program, self.greeting = programs / "turnaway-refuse", greeting
        self.reader_cores = reader_cores

    def start(self):
        self.metrics_port = free_port()
        count_and_last_line = ["awk", "{ last = $0 } END { print NR, last }"]
        self.reader = spawn_pinned(self.reader_cores, count_and_last_line, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        process = self.spawn(
            [self.program, "--listen", f"127.0.0.1:{self.port}", "--hostname", HOSTNAME,
             "--stage", "greeting" if self.greeting == 521 else "auto",
             "--workers", self.workers, "--max-connections", self.connections_max,
             "--log", self.log, "--metrics", f"127.0.0.1:{self.metrics_port}"],
            stderr=self.reader.stdin)
        self.reader.stdin.close()
        return process

    def __exit__(self, *_):
        super().__exit__()
        count, _, self.last_log_line = self.reader.stdout.read().partition(" ")
        self.reader.wait()
        self.log_lines = int(count)

    def counters(self):
        """What its metrics say, as {name with labels: number}."""
        with socket.create_connection(("127.0.0.1", self.metrics_port), timeout=5) as client:
            client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            text = b"".join(iter(lambda: client.recv(65536), b"")).decode()
        lines = text.partition("\r\n\r\n")[2].splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
        return {name: float(number) for name, number in pairs}


class TurnawaySilent(TurnawayRefuse):
    """The same without a log: what the log costs."""

    name = "turnaway-refuse, no log"
    log = "none"


class Nginx(Server):
    name = "nginx stream return"
    answers_quit = False

    def __init__(self, program, module, folder, cores, workers):
        super().__init__(cores, workers)
        self.program, self.module, self.folder = program, module, folder

    def start(self):
        config = self.folder / "nginx.conf"
        config.write_text(NGINX_CONFIG.format(
            module=self.module, folder=self.folder, workers=self.workers, port=self.port,
            hostname=HOSTNAME, connections_max=self.connections_max))
        return self.spawn([self.program, "-e", "stderr", "-p", self.folder, "-c", config])
