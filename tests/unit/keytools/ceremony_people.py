"""The people of a ceremony at a pseudo terminal: what the program shows them, and what they type."""
import os
import pty
import re
import select
import sys
import time

CLEAR_SCREEN = "\033[2J\033[3J\033[H"
WAIT_S = 60


class Room:
    """A program on its own terminal."""

    def __init__(self, program, *arguments):
        self.shown = ""
        self.read_upto = 0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execv(program, [program, *arguments])

    def read(self, seconds):
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.terminal, 4096)
        except OSError:
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)

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
            if time.monotonic() > deadline or not self.read(WAIT_S):
                self.fail(f"'{pattern}' was not shown")

    def type(self, text):
        os.write(self.terminal, (text + "\n").encode())

    def answer(self, pattern, text):
        before, _ = self.await_match(pattern)
        self.type(text)
        return before

    def meet(self, people):
        """Name and initials of each role; initials of the first one for the clock."""
        for role, (name, initials) in people.items():
            self.answer(rf"{role} \([a-z]+\), your full name: ", name)
            self.answer(rf"{role} \([a-z]+\), your initials: ", initials)
        self.confirm(people, list(people)[:1], "the clock is right")

    def confirm(self, people, roles, what):
        for role in roles:
            self.answer(rf"{role} \([^)]+\), {what}\. Initials, or refuse, or abort: ", people[role][1])

    def step(self, people, roles, act=True):
        if act:
            self.confirm(people, roles, "ready for this act")
            self.confirm(people, roles, "seen and as it should be")
        else:
            self.confirm(people, roles, "read and done")

    def finish(self, code):
        while self.read(WAIT_S):
            pass
        os.close(self.terminal)
        got = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if got != code:
            self.fail(f"exit code {got} instead of {code}")
        return self.shown
