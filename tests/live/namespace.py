"""A namespace: a private machine for one live test.

Promises: what runs inside `call` has its own mounts, processes, host name and, unless asked
otherwise, its own network of which nothing leads out. When `call` returns, or its time limit
passes, or the caller dies, every process started inside is gone and every mount with it. Nothing is
ever ended by name.
Needs root (or sudo without a password prompt) and a kernel that allows namespaces and overlay
mounts; `unavailable` says in one sentence what is missing. Knows nothing of mail.
Gap: two machines on one wire, no more; IPv4 only.
"""
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
PRIVATE = ["unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child",
           "--mount-proc"]
GRACE_S = 10


class NamespaceError(Exception):
    """The inside failed or ran out of time; the text is one sentence."""


def become_root():
    """Runs this script again as root through sudo if need be. Returns why that is not possible."""
    if os.geteuid() == 0:
        return None
    if not shutil.which("sudo"):
        return "needs root, and sudo is not here"
    asked = subprocess.run(["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True)
    if asked.returncode:
        return "needs root, and sudo asks for a password"
    sys.stdout.flush()
    os.execvp("sudo", ["sudo", "-n", sys.executable, "-B"] + sys.argv)


def give_back(path):
    """Hands a file that root wrote to the user who called sudo, if it was so."""
    if "SUDO_UID" in os.environ:
        os.chown(path, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))


def unavailable():
    """Why no namespace can be made here, in one sentence; None when all is well. Call as root."""
    if os.geteuid() != 0:
        return "needs root"
    for tool in ("unshare", "mount", "chroot", "ip", "tar"):
        if not shutil.which(tool):
            return f"the program `{tool}` is missing"
    try:
        system(*PRIVATE, "--net", "true")
        call("namespace:probe", {}, limit_s=20)
    except NamespaceError as error:
        return f"no private machine possible here: {error}"
    return None


def probe():
    """Tries inside what every live test needs: a network, and an overlay over /."""
    Network()
    mount_tmpfs("/mnt")
    for part in ("upper", "work", "merged"):
        os.mkdir(f"/mnt/{part}")
    mount_overlay("/mnt/upper", "/mnt/work", "/mnt/merged")


def call(target, arguments, *, private_network=True, limit_s):
    """Runs `module:function` of this folder inside a new namespace and returns its (JSON) result.

    Standard output and error are shared with the caller. Raises NamespaceError.
    """
    reader, writer = os.pipe()
    command = PRIVATE + (["--net"] if private_network else [])
    command += [sys.executable, "-B", os.path.join(HERE, "namespace.py"), target, str(writer),
                str(limit_s), json.dumps(arguments)]
    sys.stdout.flush()
    child = subprocess.Popen(command, pass_fds=[writer], stdin=subprocess.PIPE)
    os.close(writer)
    try:
        with os.fdopen(reader) as results:
            answer = results.read()  # to its end: when the last holder is gone
        child.wait(timeout=GRACE_S)
    finally:
        child.kill()
        child.wait()
    if not answer:
        raise NamespaceError(f"`{target}` ended without a result (exit {child.returncode})")
    result = json.loads(answer)
    if "error" in result:
        raise NamespaceError(result["error"])
    return result["value"]


class Network:
    """Two machines on a wire, inside a namespace: the near one is the namespace itself, with `NEAR`
    as its address; the far one has every address of `FAR`, so that any of them can be listened on.

    Two, because a mail server takes port 25 of all addresses, ignores an MX that leads to 127/8,
    and calls one that leads to an address of its own a loop. The far machine shares files and
    processes with the near one.
    """
    NEAR = "192.0.2.10"
    FAR = "198.51.100.0/24"
    WIRE = "wire0"  # the near end, for whoever wants to listen in

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"],
                                       stdin=subprocess.DEVNULL)
        own, end = os.readlink("/proc/self/ns/net"), time.monotonic() + GRACE_S
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == own:
            if time.monotonic() > end:
                raise NamespaceError("the far machine does not come up")
            time.sleep(0.005)
        system("ip", "link", "add", self.WIRE, "type", "veth", "peer", "name", "wire1")
        system("ip", "link", "set", "wire1", "netns", str(self.holder.pid))
        self.set_up([], self.WIRE, ["address", "add", f"{self.NEAR}/32", "dev", self.WIRE],
                    ["route", "add", self.FAR, "dev", self.WIRE, "src", self.NEAR])
        self.set_up(self.far(), "wire1", ["route", "add", "local", self.FAR, "dev", "lo"],
                    ["route", "add", f"{self.NEAR}/32", "dev", "wire1"])

    def far(self):
        """What to put before a command so that it runs on the far machine."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    @staticmethod
    def set_up(where, wire, *commands):
        for command in (["link", "set", "lo", "up"], ["link", "set", wire, "up"], *commands):
            system(*where, "ip", *command)


def set_host_name(name):
    socket.sethostname(name)


def mount_tmpfs(where, mode="755"):
    system("mount", "-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", where)


def mount_overlay(upper, work, where, lower="/"):
    """This machine's own root below, or another system, `upper` above: whatever is written goes to `upper`."""
    system("mount", "-t", "overlay", "overlay", "-o",
           f"lowerdir={lower},upperdir={upper},workdir={work}", where)


def system(*command):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        words = " ".join(done.stderr.split()) or f"exit {done.returncode}"
        raise NamespaceError(f"`{command[0]}` says: {words}")


def inside(target, result_fd, limit_s, arguments):
    """The first process of the namespace: when it ends, the kernel ends all others.

    The work is done by its child, because daemons take a parent with process id 1 for init (Exim
    then stays in the foreground); this one collects the processes that lost their parent.
    """
    worker = os.fork()
    if worker == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os._exit(work(target, result_fd, arguments))

    def too_late(_signal, _frame):
        answer(result_fd, {"error": f"`{target}` took longer than {limit_s} s"})
        os._exit(1)

    signal.signal(signal.SIGALRM, too_late)
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    signal.alarm(limit_s)
    threading.Thread(target=end_with_caller, daemon=True).start()
    while os.wait()[0] != worker:
        pass
    return 0


def end_with_caller():
    """Standard input is a pipe nobody writes to: it ends when the caller does, however that was."""
    os.read(0, 1)
    os._exit(1)


def work(target, result_fd, arguments):
    """Calls the function and answers with its result, or with its failure as a sentence."""
    module, function = target.split(":")
    try:
        value = getattr(importlib.import_module(module), function)(**arguments)
    except NamespaceError as error:
        return answer(result_fd, {"error": str(error)})
    except Exception as error:  # whatever went wrong: the caller is told, the trace shown
        traceback.print_exc()
        return answer(result_fd, {"error": f"{type(error).__name__}: {error}"})
    return answer(result_fd, {"value": value})


def answer(result_fd, result):
    sys.stdout.flush()
    with os.fdopen(result_fd, "w") as pipe:
        json.dump(result, pipe)
    return 1 if "error" in result else 0


if __name__ == "__main__":
    sys.path.insert(0, HERE)
    sys.modules["namespace"] = sys.modules["__main__"]
    sys.exit(inside(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])))
