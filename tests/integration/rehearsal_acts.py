"""What a rehearsal does to a ceremony: holds it, answers wrongly, ends it, exchanges approvals, changes its transcript."""
import base64
import copy
import glob
import hashlib
import hmac
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../unit/keytools"))
from ceremony_people import People, Room  # pylint: disable=wrong-import-position

SAMPLES_IN_ORDER = ("first-installation", "new-supply-group", "yearly-rotation", "officer-replaced", "disaster-recovery")
TRANSCRIPT = "rehearsed.transcript"
SO_PIN, PIN, WRONG = "87654321", "25071984", "40013977"
COMPONENTS = ("11" * 20, "2A" * 20)
KEY = bytes(a ^ b for a, b in zip(*map(bytes.fromhex, COMPONENTS)))
KCV = hmac.new(KEY, b"KCV", hashlib.sha256).hexdigest()[:6].upper()
WAIT_S = 60

KINDS = (("name", "your full name"), ("initials", "your initials"), ("confirmation", "Initials, or refuse"),
         ("note", "it is written down"), ("chosen PIN", "(officer's|user) PIN"), ("PIN", "PIN of the token"),
         ("PIN again", "Once more"), ("holder", "alone at the screen"), ("share shown", "Enter to wipe"),
         ("share from paper", "Type it from your paper"), ("share", r"Share \d"), ("component", r"Custodian \d"),
         ("KCV of a component", "the one on your paper"), ("KCV from paper", "KCV of"),
         ("correction", "Does the paper say so"), ("choice", "repeat or abort"), ("question", "yes/no"))
OF_ACTS = {"chosen PIN", "PIN again", "holder", "share shown", "share from paper", "share", "component",
           "KCV of a component", "correction"}


@dataclass
class Question:
    kind: str
    step: int
    begins_act: bool = False

    @property
    def of_act(self):
        return self.kind in OF_ACTS


class Players(People):
    """Those of the ceremony tests, who can be asked too whether an act is tried again, and what a share was meant to be."""

    QUESTIONS = ((r"Does the paper say so at every one of these places\? \[yes/no\] $", lambda s, r, m, t: s.correct()),
                 (r"Type repeat or abort: $", lambda s, r, m, t: s.choices.pop(0))) + People.QUESTIONS

    def __init__(self):
        super().__init__(SO_PIN, PIN, COMPONENTS, {"vending/123456/1/2": KCV})
        self.choices = []
        self.corrections = []

    def correct(self):
        return self.corrections.pop(0) if self.corrections else "yes"

    def asked(self, room):
        """The question and its right answer; None after the end."""
        found = self.next_question(room)
        if found is None:
            return None
        steps = re.findall(r"\nStep (\d+) of", room.shown)
        kind = next(kind for kind, words in KINDS if re.search(words, found[0]))
        return Question(kind, int(steps[-1]) if steps else 0), found[1]


class World:
    """A folder with configuration, token, officers' certificates and the ceremonies' papers."""

    def __init__(self, program, samples, folder):
        self.program, self.samples, self.folder = program, samples, folder

    @classmethod
    def new(cls, program, samples, folder):
        world = cls(program, samples, folder)
        for name in ("tokens", "officers", "work"):
            os.makedirs(f"{folder}/{name}")
        with open(f"{folder}/softhsm2.conf", "w", encoding="ascii") as file:
            file.write(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
        with open(f"{folder}/hsmd.conf", "w", encoding="ascii") as file:
            file.write(f'module = "/usr/lib/softhsm/libsofthsm2.so"\ntoken_label = "officers"\npin_file = "{folder}/pin"\n'
                       f'socket = "{folder}/hsmd.sock"\nbackup_dir = "{folder}/backup"\n')
        for name in ("ann", "ben", "cas", "dan", "zoe"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", f"{folder}/officers/{name}.key", "-out", f"{folder}/officers/{name}.pem", "-days",
                            "2", "-subj", f"/CN={name}", "-addext",
                            f"subjectAltName=URI:urn:metervault:principal:{name}"], check=True, capture_output=True)
        return world

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        for name in ("hsmd.conf", "softhsm2.conf"):
            with open(f"{folder}/{name}", encoding="ascii") as file:
                text = file.read()
            with open(f"{folder}/{name}", "w", encoding="ascii") as file:
                file.write(text.replace(self.folder + "/", folder + "/"))
        return World(self.program, self.samples, folder)

    def enter(self):
        os.chdir(self.folder)
        os.environ["SOFTHSM2_CONF"] = f"{self.folder}/softhsm2.conf"
        return self

    def rehearse(self):
        """A copy of its own to work in."""
        number = len(glob.glob(f"{self.folder}.run-{os.getpid()}-*"))
        return self.copy(f"{self.folder}.run-{os.getpid()}-{number}").enter()

    def leave(self):
        os.chdir("/")
        shutil.rmtree(self.folder)

    def tool(self, *arguments, pin=False):
        """Exit code and words of one call without a terminal; the PIN from its file for as long as it takes."""
        if pin:
            with open("pin", "w", encoding="ascii") as file:
                file.write(PIN)
            os.chmod("pin", 0o600)
        done = subprocess.run([self.program, "--config", "hsmd.conf", *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, start_new_session=True, check=False)
        if pin:
            os.remove("pin")
        return done.returncode, done.stdout + done.stderr

    def expect(self, code, text, *arguments, pin=False):
        got, said = self.tool(*arguments, pin=pin)
        if got != code or text not in said:
            sys.exit(f"{' '.join(arguments)}: exit code {got} instead of {code}, or no '{text}': {said}")
        return said

    def begin(self, name, *more):
        script = name if name.endswith(".ceremony") else f"{self.samples}/{name}.ceremony"
        return Room(self.program, "--config", "hsmd.conf", "ceremony", "run", script, "--transcript", TRANSCRIPT, *more)


def events(path=TRANSCRIPT):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line[65:]) for line in file if line.endswith("\n")]


def events_of(kind):
    return [event for event in events() if event["event"] == kind]


# ---- the state of the token, looked at from outside ----

def objects():
    """Objects in the token's folder besides SoftHSM's own of the token."""
    return [path for path in glob.glob("tokens/*/*.object") if not path.endswith("/token.object")]


def look_into_token(world, may_be_left=False):
    """Whether there is a catalogue; a key that it does not know, or that is not in order, is a failure. What a power cut
    left of a creation may be there: the key process serves all the same."""
    code, said = world.tool("--json", "verify", pin=True)
    if code == 0:
        found = json.loads(said)
        if found["strangers"] != 0 or not found["ok"]:
            sys.exit(f"the token afterwards: {said}")
        return True
    if may_be_left and '"strangers":1' in said and not '"ok":false,"state' in said:
        world.expect(0, "are in order", "check", pin=True)
        return "left"
    if objects() or not ("TOKEN_NOT_FOUND" in said or '"KEY_UNKNOWN"' in said):
        sys.exit(f"the token afterwards has {len(objects())} objects and says: {said}")
    return False


def look_for_secrets(people, room, *mistyped):
    """What was typed in secret or by mistake, in what was written and in what was shown."""
    typed = {SO_PIN, PIN, *COMPONENTS, *mistyped}
    kept = typed | {KEY.hex().upper()} | {share.replace(" ", "")[8:30] for share in people.papers}
    for text in typed:
        if room is not None and text in room.shown:
            sys.exit("a typed secret was shown")
    for path in glob.glob("*.transcript") + glob.glob("work/*") + glob.glob("backup/*") + ["hsmd.conf"]:
        with open(path, "rb") as file:
            data = file.read().upper()
        if any(text.upper().encode() in data for text in kept):
            sys.exit(f"a secret is in {path}")


# ---- to the end ----

def last_is_ready(room):
    """Whether an act begins with the answer: nobody of the step confirms after this one."""
    asked = room.shown[room.shown.rindex("\n") + 1:] if "\n" in room.shown else ""
    if "ready for this act" not in asked:
        return False
    return asked.startswith(events_of("step")[-1]["by"][-1] + " (")


def hold_one(world, name, people):
    """To the end; the questions in order."""
    questions = []
    room = world.begin(name)
    while (found := people.asked(room)) is not None:
        question, answer = found
        question.begins_act = question.kind == "confirmation" and last_is_ready(room)
        questions.append(question)
        room.type(answer)
    room.finish(0)
    return room, questions


def finished_well(world, transcript=TRANSCRIPT):
    world.expect(0, "completed, signed by audit-sign", "ceremony", "verify", transcript, "--token", pin=True)
    closed = events(transcript)[-2]
    if (closed["event"], closed["result"], closed["strangers"]) != ("closed", "completed", 0):
        sys.exit(f"{closed}")
    if not look_into_token(world):
        sys.exit("no catalogue after the end")


def clear_before(name):
    """What the ceremony before left behind goes; before the disaster the token goes too, and its backup is left."""
    lost = name == "disaster-recovery"
    for path in glob.glob("work/*"):
        if not (lost and path == "work/token.backup"):
            os.remove(path)
    if lost:
        shutil.rmtree("tokens")
        os.mkdir("tokens")


def hold_first(base):
    """Every sample after the other; before each, what there was is put aside: name -> (world, questions, people)."""
    held, people = {}, Players()
    base.enter()
    for name in SAMPLES_IN_ORDER:
        clear_before(name)
        aside, before = base.copy(f"{base.folder}-{name}"), copy.deepcopy(people)
        room, questions = hold_one(base, name, people)
        finished_well(base)
        look_for_secrets(people, room)
        held[name] = (aside, questions, before)
        os.rename(TRANSCRIPT, f"{name}.transcript")
    held["end"] = (base, [], people)
    return held


# ---- wrong entries ----

def misspelt(share):
    """One character otherwise, in the payload."""
    text = share.replace(" ", "").ljust(21)
    return text[:20] + ("Q" if text[20] != "Q" else "P") + text[21:]


def wrong_answers(kind, right, people):
    """What is typed first: (text, whether it must be recorded as a wrong entry)."""
    return {
        "name": [(WRONG, True), ("A", True), ("", True)],
        "initials": [(WRONG, True), ("A", True), ("ABCDE", True)],
        "confirmation": [("QQ", True), ("", True), ("refuse", False)],
        "choice": [("perhaps", True), ("", True)],
        "note": [("", True)],
        "PIN again": [(WRONG, False)],
        "share from paper": [(misspelt(right), True), ("MS1", True)],
        "share": [(misspelt(right), True), (right[:-1], True), (misspelt(right), True)],
        "component": [(right[:-2], True), (right[:-1] + "G", True), ("0" * len(right), True)],
        "KCV of a component": [("no", True)],
        "KCV from paper": [("000000", True), ("KCV", True)],
    }.get(kind, [])


def clumsy(before, name, people):
    """One of each kind of question is answered wrongly first, in every way; the ceremony is completed all the same."""
    world, people = before.rehearse(), copy.deepcopy(people)
    todo, given, recorded, chosen = {}, 0, 0, 0
    people.corrections = ["no"]
    room = world.begin(name)
    while (found := people.asked(room)) is not None:
        kind, answer = found[0].kind, found[1]
        wrong = todo.setdefault(kind, None)
        if wrong is None:
            wrong = todo[kind] = wrong_answers(kind, answer, people)
        if wrong:
            answer, counts = wrong.pop(0)
            given, recorded = given + 1, recorded + counts
            chosen += kind in ("confirmation", "PIN again") and not counts
            if kind in ("confirmation", "PIN again") and not counts:
                people.choices.append("repeat")
            if kind == "choice":
                people.choices.insert(0, "repeat")
            if kind == "share from paper":
                people.papers.pop()
        room.type(answer)
    room.finish(0)
    finished_well(world)
    look_for_secrets(people, room)
    seen = len(events_of("wrong-entry"))
    if given < 8 or seen < recorded:
        sys.exit(f"{given} wrong entries, of which {recorded} must be told, {seen} are told")
    if WRONG in "".join(open(TRANSCRIPT, encoding="utf-8")):
        sys.exit("a wrong entry is written down")
    world.leave()


def wrong_to_the_end(before, name, people, kind, wrong, why):
    """The same wrong entry again and again, or the same ones in turn, ends the ceremony, or the act; nothing is left."""
    world, people = before.rehearse(), copy.deepcopy(people)
    typed = itertools.cycle((wrong,) if isinstance(wrong, str) else wrong)
    people.choices = ["repeat", "abort"]
    keys = look_into_token(world) and world.tool("--json", "list", pin=True)[1].count('"label"')
    room = world.begin(name)
    while (found := people.asked(room)) is not None:
        room.type(next(typed) if found[0].kind == kind else found[1])
    room.finish(1)
    reasons = [event["reason"] for event in events_of("refused")] + [event["why"] for event in events_of("abort")]
    if reasons != why:
        sys.exit(f"{kind}: {reasons}")
    world.expect(1 if keys is False else 4, "aborted", "ceremony", "verify", TRANSCRIPT)
    made = kind == "KCV from paper"  # the act was whole, and what came of it is doubted
    if look_into_token(world) and world.tool("--json", "list", pin=True)[1].count('"label"') != keys + made:
        sys.exit("another number of keys")
    look_for_secrets(people, room)
    world.leave()


# ---- ends ----

def end(room, way):
    if way == "typed":
        room.type("abort")
    elif way == "INT":
        os.write(room.terminal, b"\x03")
    elif way == "end of input":
        os.write(room.terminal, b"\x04")
    elif way == "HUP":
        os.close(room.terminal)
    else:
        os.kill(room.pid, getattr(signal, f"SIG{way}"))


def leave_hung_up(room):
    """The terminal is gone: only the exit code is left."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        pid, status = os.waitpid(room.pid, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(room.pid, signal.SIGKILL)
    os.waitpid(room.pid, 0)
    return sys.exit("it goes on without its terminal")


def finish(room, way, people):
    """What is asked after the end (whether to repeat; the PIN of a token that was just made) is answered."""
    if way == "HUP":
        code = leave_hung_up(room)
    else:
        people.choices = ["abort"] * 3
        while (found := people.asked(room)) is not None:
            if found[0].kind not in ("choice", "PIN"):
                room.fail(f"after {way} it asks on")
            room.type(found[1])
        room.read_upto = len(room.shown)
        os.close(room.terminal)
        code = os.waitstatus_to_exitcode(os.waitpid(room.pid, 0)[1])
    if code != (-signal.SIGKILL if way == "KILL" else 1):
        sys.exit(f"exit code {code}; shown: {room.shown[-1500:]}")


WHYS = {"typed": {"typed"}, "INT": {"INT", "typed"}, "end of input": {"end of input", "typed"}, "TERM": {"TERM"},
        "HUP": {"HUP", "end of input"}}


def judge_unfinished(world):
    lines = len(events())
    world.expect(1, f"{lines} good lines, then", "ceremony", "verify", TRANSCRIPT)
    world.expect(0, "UNFINISHED", "ceremony", "print", TRANSCRIPT)


def judge_ended(world, name, way, at_pin, catalogue):
    """A transcript is unsigned only where nobody could open the token, or it has no key for it."""
    new_token = name in ("first-installation", "disaster-recovery")
    seen = events()
    closed = next(event for event in seen if event["event"] == "closed")
    if closed["result"] != "aborted":
        sys.exit(f"{closed}")
    whys = [event["why"] for event in seen if event["event"] == "abort"]
    if not at_pin and (len(whys) != 1 or whys[0] not in WHYS[way]):
        sys.exit(f"{way} is told as {whys}: {seen[-4:]}")
    if closed["signed"]:
        if closed["strangers"] != 0:
            sys.exit(f"{closed}")
        world.expect(0, "aborted, signed by audit-sign", "ceremony", "verify", TRANSCRIPT, "--token", pin=True)
        return
    may_sign = catalogue and not at_pin and not (way == "HUP" and new_token)
    made = [event for event in seen if event["event"] == "key" and event["use"] == "audit-sign"]
    no_signer_yet = name == "disaster-recovery" and not any(event["step"] == "signer" for event in made)
    if may_sign and not no_signer_yet:
        sys.exit(f"unsigned, though there is a token: {seen[-4:]}")
    if closed["strangers"] > 0:
        sys.exit(f"{closed}")
    world.expect(1, f"{len(seen)} good lines, aborted; no key signed them", "ceremony", "verify", TRANSCRIPT)


def abort_at(before, name, people, at, way):
    world, people = before.rehearse(), copy.deepcopy(people)
    room = world.begin(name)
    for _ in range(at):
        room.type(people.asked(room)[1])
    question, _ = people.asked(room)
    end(room, way)
    finish(room, way, people)
    catalogue = look_into_token(world)
    if way != "KILL":
        judge_ended(world, name, way, question.kind == "PIN", catalogue)
    elif os.path.exists(TRANSCRIPT):
        judge_unfinished(world)
    elif question.kind != "PIN":
        sys.exit("no transcript")
    look_for_secrets(people, None)
    world.leave()


def kill_in_act(before, name, people, at, wait_ms):
    """The power fails while an act is done: after its last confirmation, or while it asks nothing."""
    world, before_act, people = before.rehearse(), people, copy.deepcopy(people)
    room = world.begin(name)
    for _ in range(at + 1):
        room.type(people.asked(room)[1])
    time.sleep(wait_ms / 1000)
    os.kill(room.pid, signal.SIGKILL)
    room.finish(-signal.SIGKILL)
    state = look_into_token(world, may_be_left=True)
    judge_unfinished(world)
    if state == "left" or name == "first-installation" and not state:
        hold_again(world, name, copy.deepcopy(before_act))
    world.leave()


def hold_again(world, name, people):
    """The same ceremony after the power is back: what was left of the act is gone with it."""
    os.remove(TRANSCRIPT)
    for path in glob.glob("work/*"):
        os.remove(path)
    hold_one(world, name, people)
    finished_well(world)


# ---- approvals ----

def sign(text, officer, key=None):
    """An approval as anybody can put it together."""
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", f"officers/{key or officer}.key"],
                               input=text.encode(), check=True, capture_output=True).stdout
    with open(f"officers/{officer}.pem", encoding="ascii") as file:
        certificate = file.read()
    return (f"{text}{certificate}-----BEGIN METERVAULT ACT SIGNATURE-----\n"
            f"{base64.encodebytes(signature).decode()}-----END METERVAULT ACT SIGNATURE-----\n")


def forgeries(texts, act, first, second):
    """Reason that must be given, and what is put in the place of the two approvals."""
    expired = re.sub(r"(?m)^expires \d+$", f"expires {int(time.time()) - 1}", act)
    other = re.sub(r"(?m)^token .*$", "token 0123456789abcdef", act)
    assert expired != act and other != act
    return (("SAME_OFFICER", (texts[0], texts[0])), ("APPROVAL_EXPIRED", (sign(expired, first), sign(expired, second))),
            ("APPROVAL_OTHER_ACT", (sign(other, first), sign(other, second))),
            ("OFFICER_UNKNOWN", (texts[0], sign(act, "zoe"))),
            ("APPROVAL_INVALID", (texts[0], sign(act, second, first))))


def exchange(room, people, answer):
    """At the last confirmation before an act with two approvals: everything else in their place is refused by name."""
    paths = re.findall(r'"--approval", "([^"]+)"', re.findall(r"\nAct: ([^\r\n]+)", room.shown)[-1])
    texts = []
    for path in paths:
        with open(path, encoding="ascii") as file:
            texts.append(file.read())
    act = texts[0][:texts[0].index("-----BEGIN")]
    first, second = (path.rsplit(".", 1)[1] for path in paths)
    for reason, forged in (*forgeries(texts, act, first, second), (None, texts)):
        for path, text in zip(paths, forged):
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        if reason is None:
            return answer
        room.type(answer)
        question, answer = people.asked(room)
        refused = [event["reason"] for event in events() if event["event"] == "refused"]
        if question.kind != "choice" or refused[-1:] != [reason]:
            room.fail(f"{reason} was expected: {refused}")
    return answer


def bad_approvals(before, name, people):
    world, people = before.rehearse(), copy.deepcopy(people)
    people.choices = ["repeat"] * 5
    room, exchanged = world.begin(name), False
    while (found := people.asked(room)) is not None:
        answer = found[1]
        act = re.findall(r"\nAct: ([^\r\n]+)", room.shown)[-1:]
        if not exchanged and act and "--approval" in act[0] and last_is_ready(room):
            answer, exchanged = exchange(room, people, answer), True
        room.type(answer)
    room.finish(0)
    if not exchanged:
        sys.exit("no act with approvals")
    finished_well(world)
    world.leave()


# ---- the transcript afterwards ----

def change_lines(world, name, times):
    """A byte of every line is changed, one line at a time: that line is named."""
    world.enter()
    path = f"{name}.changed-{os.getpid()}"
    with open(f"{name}.transcript", "rb") as file:
        lines = file.read().splitlines(keepends=True)
    chance = random.Random(name)
    for number, line in enumerate(lines, 1):
        for _ in range(times):
            at, bit = chance.randrange(len(line)), 1 << chance.randrange(7)
            if line[at] ^ bit == ord("\n"):
                continue
            changed = line[:at] + bytes([line[at] ^ bit]) + line[at + 1:]
            with open(path, "wb") as file:
                file.write(b"".join(lines[:number - 1] + [changed] + lines[number:]))
            world.expect(1, f"line {number}: ", "ceremony", "verify", path)
    os.remove(path)
