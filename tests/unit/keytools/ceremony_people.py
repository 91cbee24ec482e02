"""The people of a ceremony at a pseudo terminal: what the program shows them, and what they type."""
import os
import re
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
from terminal import WAIT_S, Terminal  # pylint: disable=wrong-import-position


class Room(Terminal):
    """A ceremony on the screen."""

    def answer(self, prompt, text):
        """`prompt` is a pattern."""
        before, _ = self.await_match(prompt)
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

    def finish(self, code, echo=None):
        self.read_on()
        if echo is not None and bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO) != echo:
            self.fail("the echo of the terminal")
        got = self.end()
        if got != code:
            self.fail(f"exit code {got} instead of {code}")
        return self.shown


class People:
    """Those who answer what a ceremony asks, each question in its own way: name, initials, PINs, what their papers
    hold. `papers` are shares, kept between ceremonies; `components` and `kcvs` are what letters say."""

    def __init__(self, so_pin, pin, components=(), kcvs=None):
        self.names = {}
        self.pins = {"security officer's PIN": so_pin, "PIN of the token": pin}
        self.last_pin = ""
        self.papers = []
        self.components = list(components)
        self.kcvs = kcvs or {}
        self.typed_shares = 0
        self.shown_share = ""

    def initials(self, role):
        name = self.names.setdefault(role, f"{role.capitalize()} O'Neil-{role}")
        return (name[:2] + role[-2:]).upper()

    def share(self, room, text):
        found = re.findall(r"MS1[A-Z0-9 ]{70,}", text)
        if len(found) != 1:
            room.fail("not one share was shown")
        self.shown_share = found[0].strip()
        return ""

    def read_back(self):
        self.papers.append(self.shown_share)
        return self.shown_share

    def next_share(self, number):
        if number == 1 and len(self.papers) > 3:  # a new set was handed out
            self.papers = self.papers[-3:]
        return self.papers[number - 1]

    def pin(self, prompt):
        self.last_pin = next(pin for words, pin in self.pins.items() if words in prompt)
        return self.last_pin

    QUESTIONS = (
        (r"(?P<role>[\w-]+) \(\w+\), your full name: $", lambda s, r, m, t: s.names.setdefault(
            m["role"], f"{m['role'].capitalize()} O'Neil-{m['role']}")),
        (r"(?P<role>[\w-]+) \(\w+\), your initials: $", lambda s, r, m, t: s.initials(m["role"])),
        (r"(?P<role>[\w-]+) \([^)]+\), [^.\n]+\. Initials, or refuse, or abort: $",
         lambda s, r, m, t: s.initials(m["role"])),
        (r"no secret; it is written down\): $", lambda s, r, m, t: "A 4711"),
        (r"(security officer's|user) PIN of the token: $", lambda s, r, m, t: s.pin(m[0])),
        (r"(?<!officer's )(?<!user )PIN of the token: $", lambda s, r, m, t: s.pin(m[0])),
        (r"Once more: $", lambda s, r, m, t: s.last_pin),
        (r"Holder \d+ of \d+: alone at the screen\? [^\n]*$", lambda s, r, m, t: ""),
        (r"Press Enter to wipe it[^\n]*$", lambda s, r, m, t: s.share(r, t)),
        (r"Type it from your paper \(not shown\): $", lambda s, r, m, t: s.read_back()),
        (r"Share (?P<n>\d+) \(not shown[^\n]*: $", lambda s, r, m, t: s.next_share(int(m["n"]))),
        (r"Custodian (?P<n>\d+) of \d+, [^\n]*: $", lambda s, r, m, t: s.components[int(m["n"]) - 1]),
        (r"Is it the one on your paper\? \[yes/no\] $", lambda s, r, m, t: "yes"),
        (r"KCV of (?P<label>\S+) from its paper: $", lambda s, r, m, t: s.kcvs[m["label"]]),
        (r"\[yes/no\] $", lambda s, r, m, t: "yes"),
        (r"Type repeat or abort: $", lambda s, r, m, t: r.fail("an act was refused")),
    )

    def next_question(self, room):
        """The question that is shown now, its answer; None after the end of the program."""
        deadline = time.monotonic() + WAIT_S
        while True:
            text = room.shown[room.read_upto:]
            for pattern, answer in self.QUESTIONS:
                match = re.search(pattern, text)
                if match:
                    room.read_upto = len(room.shown)
                    return match[0], answer(self, room, match, text)
            if time.monotonic() > deadline:
                room.fail("no question that anybody knows")
            if not room.read(WAIT_S):
                return None

    def hold(self, room, code=0):
        """Answers to the end; the questions that were asked."""
        asked = []
        while (question := self.next_question(room)) is not None:
            asked.append(question[0])
            room.type(question[1])
        room.finish(code)
        return asked
