"""Shares at a pseudo terminal, as their holders see and type them: shown alone and cleared, proven from paper, judged as
they are entered, corrected only after a look at the paper; and looked for in the program's memory afterwards.
usage: desk.py METERVAULT-KEYS DIRECTORY"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
from terminal import CLEAR_SCREEN, Terminal  # pylint: disable=wrong-import-position

PROGRAM, DIRECTORY = sys.argv[1:]
PIN, SO_PIN = "25071984", "87654321"
LARGEST_AREA = 1 << 26
ALPHABET = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"


class Officer(Terminal):
    def __init__(self, *arguments):
        super().__init__(PROGRAM, "--config", f"{DIRECTORY}/hsmd.conf", *arguments)

    def finish(self, code, text):
        got = self.end()
        if got != code or text not in self.shown:
            self.fail(f"exit code {got} instead of {code}, or '{text}' was not shown")


def shown_share(officer, holder, count):
    officer.answer(f"Holder {holder} of {count}: alone", "")
    text = officer.answer("Press Enter to wipe it", "")
    found = re.findall(r"MS1[A-Z0-9 ]{70,}", text)
    if len(found) != 1:
        sys.exit(f"not one share was shown: {text}")
    officer.await_text(CLEAR_SCREEN)
    return found[0].strip()


def other(character):
    return next(c for c in ALPHABET if c != character)


def spoil(share, *places):
    """Wrong characters at places counted from 1, blanks not counted."""
    packed = list(share.replace(" ", ""))
    for place in places:
        packed[place - 1] = other(packed[place - 1])
    return "".join(packed)


def typed_init():
    officer = Officer("init", "--officer", "ann", "--officer-certificate", f"{DIRECTORY}/ann.pem", "--shares", "2/3")
    for prompt, pin in (("security officer's PIN", SO_PIN), ("Once more: ", SO_PIN), ("PIN of the token: ", PIN),
                        ("Once more: ", PIN)):
        officer.answer(prompt, pin)
    shares = []
    for holder in (1, 2, 3):
        share = shown_share(officer, holder, 3)
        if holder == 2:  # a paper that is not right is noticed, and the share is shown again
            officer.answer("Type it from your paper", spoil(share, 20))
            officer.await_text("The paper is not right")
            if shown_share(officer, holder, 3) != share:
                sys.exit("another share was shown the second time")
            officer.answer("Type it from your paper", shares[0])
            officer.await_text("another share")
            shown_share(officer, holder, 3)
        shares.append(share)
        officer.answer("Type it from your paper", share.lower() if holder == 3 else share)
    officer.finish(0, "any 2 of the 3 shares")
    after = officer.shown.split(CLEAR_SCREEN)
    for screen in after:  # no share on two people's screens, none where it was typed
        if sum(share in screen for share in shares) > 1 or any(s.replace(" ", "") in screen for s in shares):
            sys.exit(f"a share is on a screen where it should not be: {screen}")
    return shares


def locked_only(pid, canary):
    """Where the bytes lie in the child's memory: how often, and whether each place is locked."""
    found = []
    locked = {}
    area = None
    for line in open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace"):
        head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (r)", line)
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            area = (int(head[1], 16), int(head[2], 16)) if head else None
            if area and area[1] - area[0] > LARGEST_AREA:  # shadow memory of a sanitizer
                area = None
        elif area and line.startswith("Locked:"):
            locked[area] = int(line.split()[1]) > 0
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for (start, end), is_locked in locked.items():
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError):
                continue
            found += [is_locked] * data.count(canary)
    return found


def look_for(officer, share):
    """While the program waits for the next share: the text is nowhere, its symbols in locked memory only."""
    packed = share.replace(" ", "")
    for name in ("cmdline", "environ"):
        with open(f"/proc/{officer.pid}/{name}", "rb") as file:
            if packed[8:30].encode() in file.read():
                sys.exit(f"a share is in {name}")
    symbols = bytes(ALPHABET.index(c) for c in packed[3:])
    try:
        if locked_only(officer.pid, packed[8:30].encode()) or locked_only(officer.pid, packed[8:30].lower().encode()):
            sys.exit("what was typed is still in memory")
        places = locked_only(officer.pid, symbols[6:30])
    except PermissionError:
        print("memory of the program: only root may look")
        return
    if not places or not all(places):
        sys.exit(f"symbols of a share: {places} (locked or not)")


def typed_combine(shares):
    officer = Officer("combine")
    officer.answer("PIN of the token: ", PIN)
    officer.answer("Share 1 (not shown", spoil(shares[0], 15, 40))
    officer.await_text("wrong checksum")
    officer.await_text("character 15: typed ")
    officer.await_text("character 40: typed ")
    officer.answer("Does the paper say so", "no")
    officer.await_text(CLEAR_SCREEN)
    officer.answer("Share 1 (not shown", spoil(shares[0], 15, 40))
    officer.answer("Does the paper say so", "yes")
    officer.await_text("Share A is in order; 1 more")
    officer.await_text("Share 2 (not shown")
    look_for(officer, shares[0])
    officer.type(shares[0])
    officer.await_text("the same index twice")
    unreadable = shares[2].replace(" ", "")
    officer.answer("Share 2 (not shown", unreadable[:-8] + "????????")
    officer.await_text("an unreadable character")
    officer.answer("Does the paper say so", "yes")
    officer.finish(0, "this is the backup key")
    for share in shares:
        if share in officer.shown or share.replace(" ", "") in officer.shown:
            sys.exit("a share was shown while it was typed")


def refused(shares):
    officer = Officer("combine")
    officer.answer("PIN of the token: ", PIN)
    for text, why in ((shares[0][:-1], "length"), ("bc" + shares[0][2:], "case"), ("BC" + shares[0][2:], "ms1"),
                      (spoil(shares[0], 10, 20, 30, 40, 50, 60), "checksum"), (shares[0].replace(" ", "B", 1), "length")):
        officer.answer("Share 1 (not shown", text)
        officer.await_text(why)
    officer.finish(1, "SHARE_REFUSED")
    officer = Officer("combine")
    officer.answer("PIN of the token: ", PIN)
    officer.await_text("Share 1 (not shown")
    os.write(officer.terminal, shares[0][:12].encode() + b"\x03")
    officer.finish(1, "CANCELLED")
    officer = Officer("combine")  # a wrong PIN is asked for once
    officer.answer("PIN of the token: ", "99999999")
    officer.finish(1, "PIN_REFUSED")
    if "tries are left" not in officer.shown:
        sys.exit(f"nothing is said of the tries that are left: {officer.shown}")
    if officer.shown.count("PIN of the token: ") != 1:
        sys.exit("a refused PIN was asked for again")


def typed_component():
    """A component that is in while the next custodian comes: its digits nowhere, its bytes in locked memory only."""
    component = bytes(range(7, 147, 7)).hex().upper()
    officer = Officer("import", "--use", "vending", "--sgc", "123457", "--krn", "1")
    officer.answer("PIN of the token: ", PIN)
    officer.answer("Custodian 1 of 2", component)
    officer.answer("on your paper?", "yes")
    officer.await_text("Custodian 2 of 2")
    try:
        if locked_only(officer.pid, component[4:36].encode()):
            sys.exit("the digits of a component are still in memory")
        places = locked_only(officer.pid, bytes.fromhex(component))
        if not places or not all(places):
            sys.exit(f"bytes of a component: {places} (locked or not)")
        if locked_only(officer.pid, PIN.encode()):
            sys.exit("the PIN is still in memory")
    except PermissionError:
        print("memory of the program: only root may look")
    os.write(officer.terminal, b"\x03")
    officer.finish(1, "CANCELLED")
    if component[4:36] in officer.shown:
        sys.exit("a component was shown")


def typed_split(shares):
    officer = Officer("split", "--shares", "2/2")
    officer.answer("PIN of the token: ", PIN)
    officer.answer("Share 1 (not shown", shares[1])
    officer.answer("Share 2 (not shown", shares[2])
    fresh = []
    for holder in (1, 2):
        fresh.append(shown_share(officer, holder, 2))
        officer.answer("Type it from your paper", fresh[-1])
    officer.finish(0, "in 2 shares")
    officer = Officer("combine")
    officer.answer("PIN of the token: ", PIN)
    officer.answer("Share 1 (not shown", fresh[0])
    officer.answer("Share 2 (not shown", shares[0])
    officer.await_text("of two sets")
    officer.answer("Share 2 (not shown", fresh[1])
    officer.finish(0, "this is the backup key")


def main():
    shares = typed_init()
    typed_combine(shares)
    refused(shares)
    typed_split(shares)
    typed_component()
    for folder, _, files in os.walk(DIRECTORY):  # what was only shown and typed is in no file
        for name in files:
            with open(f"{folder}/{name}", "rb") as file:
                data = file.read().upper()
            if any(share.replace(" ", "")[8:30].encode() in data for share in shares):
                sys.exit(f"a share is in {folder}/{name}")


main()
