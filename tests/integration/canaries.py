"""Secrets that this test knows are looked for wherever they must not be, while ceremonies are held and after: at every
question in the program's memory outside what is locked, in its arguments and environment; in every file that was
written; in a core, which must not be. Root only.
usage: canaries.py METERVAULT-KEYS FOLDER-OF-SAMPLES FOLDER"""
import copy
import glob
import os
import re
import resource
import signal
import sys

from rehearsal_acts import COMPONENTS, KEY, PIN, SAMPLES_IN_ORDER, SO_PIN, Players, World, clear_before, finished_well

ALPHABET = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
LARGEST_AREA = 1 << 26
passed = failed = 0


def check(name, why=""):
    global passed, failed  # pylint: disable=global-statement
    passed, failed = passed + (not why), failed + bool(why)
    print(f"  {'FAIL' if why else 'ok'}    {name}{': ' if why else ''}{why}")


# ---- what is looked for ----

def symbols(share):
    return bytes(ALPHABET.index(c) for c in share.replace(" ", "")[3:])


def secret_of(shares):
    """The backup key of two shares of two: the line through both, at the secret's place, by GF(32) of codex32."""
    exp, log = [1], {}
    for _ in range(30):
        value = exp[-1] << 1
        exp.append(value ^ 0b101001 if value & 32 else value)
    log = {value: power for power, value in enumerate(exp)}

    def times(a, b):
        return exp[(log[a] + log[b]) % 31] if a and b else 0

    def over(a, b):
        return exp[(log[a] - log[b]) % 31] if a else 0

    first, second = (symbols(share) for share in shares)
    x, y, at = first[5], second[5], ALPHABET.index("S")
    payload = [times(a, over(at ^ y, x ^ y)) ^ times(b, over(at ^ x, x ^ y)) for a, b in zip(first[6:58], second[6:58])]
    bits = "".join(f"{symbol:05b}" for symbol in payload)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, 256, 8))


def forms(secret):
    return [secret, secret[::-1], secret.hex().encode(), secret.hex().upper().encode()]


class Canaries:
    def __init__(self):
        self.texts = {"security officer's PIN": SO_PIN.encode(), "user PIN": PIN.encode()}
        self.values = {}
        for number, component in enumerate(COMPONENTS, 1):
            self.texts[f"component {number}, digits"] = component.encode()
        for number, component in enumerate(COMPONENTS, 1):
            self.values[f"component {number}"] = bytes.fromhex(component)
        self.values["vending key"] = KEY

    def add_shares(self, shares):
        for share in shares:
            packed = share.replace(" ", "")
            self.texts[f"share {packed[8]}"] = packed[8:40].encode()
            self.texts[f"share {packed[8]} in groups"] = " ".join(packed[i:i + 4] for i in range(8, 40, 4)).encode()
            self.values[f"symbols of share {packed[8]}"] = symbols(share)[6:40]
        if len(shares) > 1:
            self.values["backup key"] = secret_of(shares[:2])

    def all_forms(self):
        for name, text in self.texts.items():
            yield name, [text, text.lower()]
        for name, value in self.values.items():
            yield name, forms(value)


# ---- where ----

def areas(pid):
    """(start, end, locked) of what can be written."""
    area = None
    with open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace") as smaps:
        for line in smaps:
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (....)", line)
            if head:
                area = (int(head[1], 16), int(head[2], 16)) if head[3].startswith("rw") else None
            elif area and line.startswith("Locked:") and area[1] - area[0] <= LARGEST_AREA:
                yield *area, int(line.split()[1]) > 0


def look_into(pid, canaries):
    """What lies outside locked memory; how much is locked; whether anything was found in there."""
    found, locked_bytes, known = set(), 0, set()
    wanted = list(canaries.all_forms())
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end, locked in areas(pid):
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError):
                continue
            locked_bytes += len(data) if locked else 0
            hits = {name for name, texts in wanted if any(text in data for text in texts)}
            known |= hits if locked else set()
            found |= set() if locked else hits
    return found, locked_bytes, known


def look_at_process(pid, canaries):
    for name in ("cmdline", "environ"):
        with open(f"/proc/{pid}/{name}", "rb") as file:
            data = file.read()
        if any(text in data for _, texts in canaries.all_forms() for text in texts):
            return {f"something in {name}"}, 0, set()
    return look_into(pid, canaries)


def look_into_files(folder, canaries, but=()):
    found = []
    for path in glob.glob(f"{folder}/**", recursive=True):
        if not os.path.isfile(path) or path in but:
            continue
        with open(path, "rb") as file:
            data = file.read()
        found += [f"{name} in {path}" for name, texts in canaries.all_forms() for text in texts
                  if text in data or text in data.upper()]
    return found


# ---- ceremonies ----

def look_in_ceremony(world, name, people, canaries):
    """Holds it; what was found where, most secret places first."""
    leaks, seen, least_locked, questions = {}, set(), LARGEST_AREA, 0
    room = world.begin(name)
    while (question := people.asked(room)) is not None:
        canaries.add_shares(people.papers)
        found, locked, known = look_at_process(room.pid, canaries)
        questions += 1
        seen |= known
        least_locked = min(least_locked, locked)
        for leak in found:
            leaks.setdefault(leak, f"{question[0].kind} of step {question[0].step}")
        room.type(question[1])
    room.finish(0)
    finished_well(world)
    return leaks, seen, least_locked, questions


def hold_ceremonies(world, people, canaries):
    seen = set()
    for name in SAMPLES_IN_ORDER:
        clear_before(name)
        if name == "new-supply-group":
            crash_in(world, name, people)
        leaks, known, locked, questions = look_in_ceremony(world, name, people, canaries)
        os.rename("rehearsed.transcript", f"{name}.transcript")
        seen |= known
        check(f"{name}: {questions} questions, no secret outside locked memory", ", ".join(
            f"{leak} at {where}" for leak, where in leaks.items()))
        check(f"{name}: secret memory is locked ({locked // 1024} KiB)", "" if locked >= 65536 else f"{locked} bytes")
    missing = {"backup key", "component 1", "symbols of share A"} - seen
    check("the search is not blind: in locked memory it finds what was typed and made of it", ", ".join(missing))


# ---- cores ----

def crash(world, name, people, number):
    """Ends the program hard while it holds a component."""
    room, components = world.begin(name), 0
    while components < 2:
        question, answer = people.asked(room)
        components += question.kind == "component"
        if components < 2:
            room.type(answer)
    os.kill(room.pid, number)
    while room.read(5):
        pass
    _, status = os.waitpid(room.pid, 0)
    ended = os.WIFSIGNALED(status) and os.WTERMSIG(status) == number
    cores = glob.glob("core*") + glob.glob("/var/lib/systemd/coredump/*keys*")
    check(f"no core after {signal.Signals(number).name}", "it did not end by it" if not ended else
          "a core" if os.WCOREDUMP(status) or cores else "")


def crash_in(world, name, people):
    for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS):
        aside = world.rehearse()
        crash(aside, name, copy.deepcopy(people), number)
        aside.leave()
    world.enter()


def main():
    program, samples, folder = map(os.path.abspath, sys.argv[1:4])
    world = World.new(program, samples, f"{folder}/base").enter()
    people, canaries = Players(), Canaries()
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    hold_ceremonies(world, people, canaries)
    found = look_into_files(folder, canaries)
    check("no secret in transcripts, backups, approvals, configuration and token", ", ".join(found))
    with open("planted", "wb") as file:
        file.write(b"x" + canaries.values["backup key"] + b"y")
    check("and one that is planted is found", "" if look_into_files(folder, canaries) else "it is not")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
