"""What bash, zsh and fish offer when TAB is pressed on the command lines of the three programs, asked of the shells themselves.

That the scripts are those of today's options is another test (tools/write_completions.py --check). A shell that is not installed is
skipped by name.
"""
import contextlib
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import subprocess
import tempfile
import time
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "etc/completion"
PROGRAMS = sorted(path.stem for path in SCRIPTS.glob("*.bash"))
SECONDS_MAX = 60

# A command line as it is typed, without its last TAB; what must be offered for it, and nothing else.
EXACTLY = {
    "turnaway che": ["check"],
    "turnaway park rec": ["records"],
    "turnaway park aud": ["audit"],
    "turnaway check --color ": ["always", "auto", "never"],
    "turnaway check --trust": ["--trust-anchor"],
    "turnaway check --port ": [],
    "turnaway check example.org --na": ["--nagios"],
    "turnaway codes --co": [],
    "turnaway demo --keep ": ["folder/"],
    "turnaway explain --provider Exch": ["Exchange Online"],
    "turnaway park records --format z": ["zone"],
    "turnaway park records --intent ": ["none", "receive-only", "send-only"],
    "turnaway park records --provider route": ["route53"],
    "turnaway park records --ttl ": [],
    "turnaway queue list --state ": ["corrupt", "held", "unreportable", "waiting"],
    "turnaway queue list --sender ": [],
    "turnaway queue list --yes": [],
    "turnaway queue delete --y": ["--yes"],
    "turnaway queue show --socket ": ["file.csv", "folder/"],
    "turnaway queue recover --spool ": ["folder/"],
    "turnaway refuse --stage g": ["greeting"],
    "turnaway relay --pr": ["--print-schema"],
    "turnaway-refuse --log ": ["json", "none", "text"],
    "turnaway-refuse --user roo": ["root"],
    "turnaway-refuse --listen ": [],
    "turnaway-relay --check": ["--check-config"],
    "turnaway-relay --config fi": ["file.csv"],
}
# Typed with a TAB at each mark, and the words that the program is then called with.
TYPED = {
    "turnaway che^ --conn^ --color=al^ --timeout 5s": ["check", "--connect", "--color", "always", "--timeout", "5s"],
    "turnaway park rec^ --inp^ fi^ --prov^ route^": ["park", "records", "--input", "file.csv", "--provider", "route53"],
    "turnaway explain --prov^ Exch^": ["explain", "--provider", "Exchange Online"],
    "turnaway que^ rele^ --stat^ he^": ["queue", "release", "--state", "held"],
}


@contextlib.contextmanager
def folder_of_names():
    """A folder with a file and a folder, the two things that names of files are completed to."""
    with tempfile.TemporaryDirectory() as name:
        pathlib.Path(name, "file.csv").touch()
        pathlib.Path(name, "folder").mkdir()
        yield name


class Terminal:
    """An interactive shell on a terminal of its own."""

    def __init__(self, words, folder):
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            environment = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": "dumb", "LC_ALL": "C", "PS1": "at-the-prompt> "}
            os.execvpe(words[0], words, environment)
        self.seen = ""

    def type(self, text):
        os.write(self.terminal, text.encode())

    def read_until(self, pattern):
        """What was printed up to a match, which is taken away."""
        end = time.monotonic() + SECONDS_MAX
        while not (found := re.search(pattern, self.seen)):
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"no {pattern!r} in {self.seen!r}")
            self.seen += os.read(self.terminal, 65536).decode(errors="replace")
        self.seen = self.seen[found.end():]
        return found

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.child, 0)


class Shell:
    """The cases, for the shells below."""

    name: str

    @contextlib.contextmanager
    def asked_in(self, folder):
        """A function that gives what is offered for a line, in this folder."""
        yield lambda line: self.offered(line, folder)

    def offered(self, line, folder):
        raise NotImplementedError

    def setUp(self):
        if not shutil.which(self.name):
            self.skipTest(f"{self.name} is not installed")

    def test_what_is_offered(self):
        with folder_of_names() as folder, self.asked_in(folder) as offered:
            for line, words in EXACTLY.items():
                with self.subTest(line):
                    self.assertEqual(sorted(offered(line)), words)

    def test_every_command_is_offered(self):
        with folder_of_names() as folder, self.asked_in(folder) as offered:
            words = set(offered("turnaway "))
        self.assertLessEqual({"check", "codes", "demo", "doctor", "explain", "park", "queue", "refuse", "relay"}, words)
        self.assertNotIn("list", words)


class InATerminal(Shell):
    """Shells that are asked by typing, whenever they show their prompt."""

    words: list
    load: str  # the command that reads the scripts
    prompt = "at-the-prompt> "

    @contextlib.contextmanager
    def terminal(self, folder):
        terminal = Terminal(self.words, folder)
        try:
            terminal.read_until(self.prompt)
            terminal.type(self.load + "\n")
            terminal.read_until(self.prompt)
            yield terminal
        finally:
            terminal.close()

    def test_typing_with_tab(self):
        with folder_of_names() as folder, self.terminal(folder) as terminal:
            terminal.type("turnaway() { echo; echo \"[\"\"called\"; printf '<%s>' \"$@\"; echo; }\n")
            for typed, words in TYPED.items():
                with self.subTest(typed):
                    terminal.read_until(self.prompt)
                    terminal.type(typed.replace("^ ", "\t").replace("^", "\t") + "\n")
                    called = terminal.read_until(r"\[called\r?\n(.*)\r?\n")[1].strip()
                    # zsh completes --option to --option=
                    self.assertEqual(called.replace("=", "><"), "".join(f"<{word}>" for word in words))


class Bash(InATerminal, unittest.TestCase):
    name = "bash"
    words = ["bash", "--norc", "--noprofile", "-i"]
    load = "; ".join(f"source {shlex.quote(str(SCRIPTS / program))}.bash" for program in PROGRAMS) + "; bind 'set bell-style none'"

    def offered(self, line, folder):
        program = line.split()[0]
        words = re.sub("=", " = ", line).split() + ([""] if line.endswith((" ", "=")) else [])
        script = (f"source {shlex.quote(str(SCRIPTS / program))}.bash; compopt() {{ :; }}; COMP_WORDS=({shlex.join(words)});"
                  f"COMP_CWORD={len(words) - 1}; _{program.replace('-', '_')}; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        done = subprocess.run(["bash", "--norc", "-c", script], cwd=folder, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        # readline adds the slash of a folder.
        return [word + ("/" if pathlib.Path(folder, word).is_dir() else "") for word in done.stdout.splitlines() if word]


class Zsh(InATerminal, unittest.TestCase):
    name = "zsh"
    words = ["zsh", "-f", "-i"]
    load = f"fpath=({shlex.quote(str(SCRIPTS))} $fpath); autoload -Uz compinit; compinit -u -d ~/.dump; unsetopt beep"
    prompt = "at-the-prompt> .*\x1b\\[\\?2004h"  # the line editor begins to read
    # compadd, which every completion ends in, also writes the words into a file.
    capture = ("compadd() { if [[ ${@[1,(i)(-|--)]} == *-[OAD]\\ * ]]; then builtin compadd \"$@\"; else local -a hits;"
               ' builtin compadd -O hits "$@"; print -rl -- $hits >>~/.offered; builtin compadd "$@"; fi }')

    @contextlib.contextmanager
    def asked_in(self, folder):
        captured = pathlib.Path(folder, ".offered")
        with self.terminal(folder) as terminal:
            terminal.type(self.capture + "\n")
            terminal.read_until(self.prompt)

            def offered(line):
                captured.write_text("")
                terminal.type(line + "\t\x15\n")
                terminal.read_until(self.prompt)
                words = set(captured.read_text().split("\n")) - {""}
                return [word + ("/" if pathlib.Path(folder, word).is_dir() else "") for word in words]

            yield offered


class Fish(Shell, unittest.TestCase):
    name = "fish"

    def offered(self, line, folder):
        sources = "; ".join(f"source {shlex.quote(str(SCRIPTS / program))}.fish" for program in PROGRAMS)
        done = subprocess.run(["fish", "--no-config", "-c", f"{sources}; complete -C {shlex.quote(line)}"], cwd=folder,
                              env={**os.environ, "HOME": folder, "XDG_CONFIG_HOME": f"{folder}/.config"}, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return [each.split("\t")[0] for each in done.stdout.splitlines()]


if __name__ == "__main__":
    unittest.main()
