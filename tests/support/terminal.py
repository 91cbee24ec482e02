"""A program on a terminal of its own: what it shows, and what is typed."""
import os
import pty
import re
import select
import sys
import time

CLEAR_SCREEN = "\033[2J\033[3J\033[H"
WAIT_S = 20


class Terminal:
    """`shown` is everything so far; what lies before `read_upto` was waited for."""

    def __init__(self, program, *arguments):
        self.shown = ""
        self.read_upto = 0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execv(program, [program, *arguments])

    def read(self, seconds=WAIT_S):
        """False: nothing came in time, or nothing will."""
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.terminal, 4096)
        except OSError:  # the child closed its side
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)

    def read_on(self):
        while self.read():
            pass

    def fail(self, why):
        sys.exit(f"{why}; shown: {self.shown[-3000:]}")

    def await_match(self, pattern):
        """What was shown up to the end of the pattern, and the match."""
        deadline = time.monotonic() + WAIT_S
        while True:
            match = re.compile(pattern).search(self.shown, self.read_upto)
            if match:
                before = self.shown[self.read_upto:match.end()]
                self.read_upto = match.end()
                return before, match
            if time.monotonic() > deadline or not self.read():
                self.fail(f"'{pattern}' was not shown")

    def await_text(self, text):
        return self.await_match(re.escape(text))[0]

    def type(self, text):
        os.write(self.terminal, (text + "\n").encode())

    def press(self, keys):
        """As they are, without a line's end."""
        os.write(self.terminal, keys)

    def answer(self, prompt, text):
        """What was shown before it."""
        before = self.await_text(prompt)
        self.type(text)
        return before

    def end(self):
        """The exit code; a child that still waits for input is ended."""
        self.read_on()
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
