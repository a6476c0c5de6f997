"""What `turnaway demo` shows on a terminal: the table that is filled in place, the last screen, keys; and that the terminal has its
own settings again after every end."""
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import unittest

from demo_case import BIN, LIMIT_S, Terminal


def screen(text, lines=24, columns=80):
    """What a terminal shows of it: as much of its language as the demo speaks. All lines, the last `lines` being the screen."""
    rows, row, column = [""], 0, 0
    for escape, character in re.findall(r"(\x1b\[\d*[A-Za-z])|(.)", text, re.DOTALL):
        if escape.endswith("A"):
            row = max(row - int(escape[2:-1]), len(rows) - lines, 0)
        elif escape.endswith("J"):
            rows = rows[:row] + [rows[row][:column]]
        elif character == "\r":
            column = 0
        elif character == "\n":
            row += 1
        elif character:
            if column == columns:
                row, column = row + 1, 0
            rows += [""] * (row + 1 - len(rows))
            rows[row] = rows[row].ljust(column)[:column] + character + rows[row][column + 1:]
            column += 1
        rows += [""] * (row + 1 - len(rows))
    return rows


class Screen(Terminal):
    def end_of(self, *options, words="q quit", **keywords):
        process_id, terminal = self.start_on_terminal(*options, **keywords)
        text = self.read_until(terminal, words)
        os.write(terminal, b"q")
        self.assertEqual(self.wait(process_id, terminal), 0)
        return text

    def test_the_last_screen_has_everything(self):
        shown = screen(self.end_of())[-24:]
        text = "\n".join(shown)
        self.assertRegex(text, r"  to +turnaway +slowest of 5 others\n1 bob@nomail\.example    refused ")
        for words in ("All five ended as they should.", "Try it yourself", "Next: turnaway check YOURDOMAIN"):
            self.assertIn(words, text)
        self.assertEqual(shown[-1], "1-5 show that dialogue   r the report the sender got   q quit")

    def test_the_table_is_filled_in_place(self):
        text = self.end_of()
        self.assertEqual([line for line in screen(text) if line.startswith("5 bob@healthy.example ")],
                         [next(line for line in screen(text) if re.match(r"5 bob@healthy.example   delivered", line))])
        # Before its end: a row without a result.
        self.assertRegex(text, r"4 bob@silent\.example +(\x1b\[\d*m)*\.\.\.")

    def test_sixty_columns(self):
        shown = screen(self.end_of(columns=60), columns=60)[-24:]
        self.assertTrue(shown[0].startswith("  to "), shown)
        self.assertEqual(shown[-1], "1-5 dialogue   r report   q quit")

    def test_a_dumb_terminal_gets_plain_lines(self):
        text = self.end_of(TERM="dumb")
        self.assertNotIn("\x1b", text)
        self.assertRegex(text, r"\n1 bob@nomail\.example    refused .*\r\n +[\d.]+ m?s you ")

    def test_no_colour(self):
        self.assertNotRegex(self.end_of(NO_COLOR="1"), r"\x1b\[\d*m")

    def test_keys_show_dialogues_and_reports(self):
        process_id, terminal = self.start_on_terminal()
        self.read_until(terminal, "q quit")
        self.assertIn("556 5.1.10 <bob@nomail.example>", self.press(terminal, "1", "q quit"))
        self.assertIn("521 mx.refusing.example", self.press(terminal, "2", "q quit"))
        self.assertIn("Status: 5.3.2", self.press(terminal, "r", "q quit"))
        self.assertIn("Status: 4.4.1", self.press(terminal, "r", "q quit"))
        os.write(terminal, b"\x04")  # Ctrl-D
        self.assertEqual(self.wait(process_id, terminal), 0)

    def test_the_command_to_try_works(self):
        process_id, terminal = self.start_on_terminal()
        text = self.read_until(terminal, "q quit")
        command = re.search(r"  (bash -c '.*?/dev/tcp/[\d.]+/\d+')", text.replace("\r", ""), re.DOTALL)[1]
        said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=LIMIT_S)
        self.assertIn("556 5.1.10 <bob@nomail.example>", said.stdout, said.stderr)
        self.read_until(terminal, "556 5.1.10 <bob@nomail.example>")
        os.write(terminal, b"q")
        self.assertEqual(self.wait(process_id, terminal), 0)


class Restored(Terminal):
    """The terminal's own settings hold again after each end, and while the demo is stopped."""

    def test_after_each_end(self):
        for name, end, expected in (("q", lambda process_id, terminal: os.write(terminal, b"q"), 0),
                                    ("Ctrl-C", lambda process_id, terminal: os.write(terminal, b"\x03"), 0),
                                    ("Ctrl-\\", lambda process_id, terminal: os.write(terminal, b"\x1c"), 0),
                                    ("SIGHUP", lambda process_id, terminal: os.kill(process_id, signal.SIGHUP), 0),
                                    ("SIGTERM", lambda process_id, terminal: os.kill(process_id, signal.SIGTERM), 0)):
            with self.subTest(name):
                process_id, terminal, other_side, before = self.start_with_other_side()
                self.read_until(terminal, "q quit")
                self.assertFalse(termios.tcgetattr(other_side)[3] & (termios.ECHO | termios.ICANON))
                end(process_id, terminal)
                self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1]), expected)
                self.assertEqual(termios.tcgetattr(other_side), before)

    def start_with_other_side(self):
        """On a terminal that stays when the demo has gone; its settings before come last."""
        terminal, other_side = pty.openpty()
        for each in (terminal, other_side):
            self.addCleanup(os.close, each)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        before = termios.tcgetattr(other_side)
        process_id = os.fork()
        if process_id == 0:
            login_tty(other_side)
            os.execve(BIN / "turnaway", ["turnaway", "demo"], {**self.environment, "TERM": "xterm"})
        return process_id, terminal, other_side, before

    def test_while_it_is_stopped(self):
        shell, terminal = pty.fork()
        if shell == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.execve("/bin/bash", ["bash", "--norc", "--noediting", "-i"], {**self.environment, "PS1": "> ", "TERM": "xterm"})
        self.addCleanup(os.close, terminal)
        os.write(terminal, f"{BIN}/turnaway demo\n".encode())
        self.read_until(terminal, "q quit")
        os.write(terminal, b"\x1a")  # Ctrl-Z
        self.read_until(terminal, "Stopped")
        self.assertTrue(termios.tcgetattr(terminal)[3] & termios.ICANON)
        os.write(terminal, b"fg\n")
        self.read_until(terminal, "q quit")
        self.assertIn("556 5.1.10", self.press(terminal, "1", "q quit"))
        os.write(terminal, b"q")
        self.read_until(terminal, "> ")
        self.assertTrue(termios.tcgetattr(terminal)[3] & termios.ICANON)
        os.write(terminal, b"exit\n")
        self.wait(shell, terminal)


def login_tty(descriptor):
    """As os.login_tty, which Python has since 3.11."""
    os.setsid()
    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
    for each in (0, 1, 2):
        os.dup2(descriptor, each)


if __name__ == "__main__":
    unittest.main()
