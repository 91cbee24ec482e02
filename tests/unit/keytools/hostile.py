"""What people of a ceremony and files given to it may try. Run in a folder with hsmd.conf, its token, officer ann.
usage: hostile.py METERVAULT-KEYS"""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import termios
import time

from ceremony_people import Room
from terminal import CLEAR_SCREEN

PROGRAM = os.path.abspath(sys.argv[1])
HEAD = "[ceremony]\nformat = 1\ntitle = Hostile\n[role a]\nkind = officer\nofficer = ann\n[role b]\nkind = witness\n"
INIT = ("act = init --so-pin-file so --shares 2/3 --new-share-file {0}1 --new-share-file {0}2 --new-share-file {0}3 "
        "--officer ann --officer-certificate ann.pem\n")
PEOPLE = {"a": ("Ann Lee", "al"), "b": ("Ben Ox", "bo")}


def tool(code, text, *arguments):
    done = subprocess.run([PROGRAM, "--config", "hsmd.conf", *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, start_new_session=True)
    said = done.stdout + done.stderr
    if done.returncode != code or text not in said:
        sys.exit(f"{arguments}: exit code {done.returncode} instead of {code}, or no '{text}': {said}")
    return said


def script(name, text):
    with open(f"{name}.ceremony", "w", encoding="utf-8") as file:
        file.write(HEAD + text)
    return f"{name}.ceremony"


def begin(name):
    return Room(PROGRAM, "--config", "hsmd.conf", "ceremony", "run", f"{name}.ceremony", "--transcript",
                f"{name}.transcript", "--plain")


def events(name):
    with open(f"{name}.transcript", encoding="utf-8") as file:
        return [json.loads(line[65:]) for line in file]


def the_whole_act_is_seen():
    """A tail behind many bytes, or a second value, would be an act that nobody has read."""
    path = script("tail", "[step s]\nby = a, b\nact = show --label " + "x" * 2040 + " --label vending/1\n")
    tool(1, "longer than 2048", "ceremony", "check", path)
    path = script("twice", "[step s]\nby = a, b\nact = show --label backup --label vending/1\n")
    tool(1, "--label: given twice", "ceremony", "check", path)
    tool(2, "given twice", "show", "--label", "backup", "--label", "backup")
    tool(2, "given twice", "show", "--label", "backup", "--lab=backup")
    script("words", "[step s]\nby = a, b\nact = show --label \"backup --x\"\n")
    room = begin("words")
    room.meet(PEOPLE)
    room.await_match(r'Act: \["show", "--label", "backup --x"\]')
    room.confirm(PEOPLE, ["a", "b"], "ready for this act")
    room.answer("repeat or abort: ", "abort")
    room.finish(1)
    acts = [event["act"] for event in events("words") if event["event"] == "act"]
    if acts != [["show", "--label", "backup --x"]]:
        sys.exit(f"the act in the transcript: {acts}")


def echo(room):
    return bool(termios.tcgetattr(room.terminal)[3] & termios.ECHO)


def a_signal_leaves_no_secret():
    """Neither on the screen nor a terminal without echo: a share that is shown, and a PIN that is typed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        room = Room(PROGRAM, "--config", "hsmd.conf", "split", "--shares", "2/3", "--share-file", "1.share",
                    "--share-file", "2.share")
        for prompt, shown in ((r"alone at the screen\? [^\n]*$", True), (r"Press Enter to wipe it[^\n]*$", False)):
            room.await_match(prompt)
            if echo(room) != shown:
                sys.exit("the echo while a share is shown")
            if shown:
                room.type("")
        os.kill(room.pid, signal.SIGTSTP)  # with a share on the screen nobody is let back to the shell
        before = len(room.shown)
        time.sleep(0.1)
        os.kill(room.pid, number)
        while CLEAR_SCREEN not in room.shown[before:] and room.read(5):
            pass
        deadline = time.monotonic() + 5
        while not echo(room) and time.monotonic() < deadline:
            time.sleep(0.01)
        if CLEAR_SCREEN not in room.shown[before:] or not echo(room):
            sys.exit(f"signal {number}: echo {echo(room)}, {room.shown[before:]!r}")
        os.kill(room.pid, signal.SIGCONT)
        room.finish(-number)
    os.rename("pin", "pin.away")
    room = Room(PROGRAM, "--config", "hsmd.conf", "list")
    room.await_match("PIN of the token: ")
    os.kill(room.pid, signal.SIGINT)
    room.finish(-signal.SIGINT, echo=True)
    os.rename("pin.away", "pin")


def forge(name, change):
    """Every line again, signed by a key of the forger's own: what he can do who can write the file."""
    def run(*words):
        return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout

    run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "evil.key")
    public = run("pkey", "-in", "evil.key", "-pubout", "-outform", "DER")
    head, lines = bytes(32), []
    for event in events(name):
        change(event, hashlib.sha256(public).hexdigest().upper())
        if event["event"] == "signature":
            with open("head", "wb") as file:
                file.write(head)
            event["public_key"] = public.hex()
            event["signature"] = run("pkeyutl", "-sign", "-inkey", "evil.key", "-in", "head").hex()
        text = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        head = hashlib.sha256(b"metervault transcript 1\n" + head + text).digest()
        lines.append(head.hex().upper().encode() + b" " + text + b"\n")
    with open("forged.transcript", "wb") as file:
        file.write(b"".join(lines))


def a_foreign_key_proves_nothing():
    script("plain", "[step s]\nby = a, b\nread = Hello.\n")
    room = begin("plain")
    room.meet(PEOPLE)
    room.step(PEOPLE, ["a", "b"], act=False)
    room.finish(0)
    own = json.loads(tool(4, "", "--json", "ceremony", "verify", "plain.transcript"))
    if own["key_proven"] is not False or own["signer"] != events("plain")[0]["signer"]:
        sys.exit(f"{own}")
    tool(4, "NOT PROVEN", "ceremony", "verify", "plain.transcript")
    tool(0, "signed by audit-sign/1\n", "ceremony", "verify", "plain.transcript", "--fingerprint", own["signer"])
    tool(0, '"key_proven":', "--json", "ceremony", "verify", "plain.transcript", "--token")
    tool(1, "64 hex", "ceremony", "verify", "plain.transcript", "--fingerprint", own["signer"][:10])

    def rename(event, _):
        if event["event"] == "person":
            event["name"] = "Mallory"

    forge("plain", rename)
    tool(1, "signed by another key than the first line", "ceremony", "verify", "forged.transcript")
    tool(1, "signed by another key", "ceremony", "print", "forged.transcript")

    def rename_all(event, signer):
        rename(event, signer)
        if "signer" in event:
            event["signer"] = signer

    forge("plain", rename_all)
    tool(4, "NOT PROVEN", "ceremony", "verify", "forged.transcript")
    tool(1, "foreign key", "ceremony", "verify", "forged.transcript", "--token")
    tool(1, "foreign key", "ceremony", "verify", "forged.transcript", "--fingerprint", own["signer"])
    tool(0, "NOT PROVEN", "ceremony", "print", "forged.transcript")


def nobody_signs_for_another():
    with open("x.act", "w", encoding="ascii") as file:
        file.write("text")
    act = "act = approve --act x.act --key ann.key --officer-certificate ann.pem --out x.ann"
    for options, why in (("--officer ann", "in order"), ("--officer ben", "officer ben approves"),
                         ("--off ben", "ambiguous"), ("--officer ann --ou=y", "--out: abbreviated"),
                         ("--officer ann --yes", "--yes is not for"), ("--officer ann --y", "--yes: abbreviated")):
        path = script("sign", f"[step s]\nby = a, b\n{act} {options}\n")
        tool(0 if why == "in order" else 1, why, "ceremony", "check", path)
    path = script("sign", f"[step r]\nby = a\nread = x\n[step s]\nby = b\n{act} --officer ann\n")
    tool(1, "officer ann approves", "ceremony", "check", path)


def nothing_moves_the_cursor():
    """Neither what is typed nor a transcript that somebody else wrote."""
    script("escape", "[step s]\nby = a, b\nread = Hello.\nnote = Bag\n")
    room = begin("escape")
    room.answer("your full name: ", "Ann\u009bJ Lee")
    room.answer("your full name: ", "Ann\u202e Lee")
    room.meet(PEOPLE)
    for number, note in enumerate(("bag\x1b[2K7", "bag\u009b2K7", "bag 7")):
        room.answer(r"written down\): ", note)
        room.await_match("Not taken" if number < 2 else "read and done")
        room.read_upto -= len("read and done") if number == 2 else 0
    room.read_upto = room.shown.rindex("a (Ann")
    room.step(PEOPLE, ["a", "b"], act=False)
    room.finish(0)
    if [e["event"] for e in events("escape")].count("wrong-entry") != 4:
        sys.exit("typed escapes")

    def escape(event, _):
        for name in ("text", "name", "title"):
            if name in event:
                event[name] = "x\x1b[2J\u009b\u202e"
        if event["event"] == "ceremony":
            del event["signer"]
            event["list"] = ["\u009b"]

    forge("escape", escape)
    page = tool(0, r"x\x1B[2J\xC2\x9B\xE2\x80\xAE", "ceremony", "print", "forged.transcript")
    if any(mark in page for mark in ("\x1b", "\u009b", "\u202e")):
        sys.exit(f"print: {page!r}")


def spoken(text):
    """The words of a fingerprint: the four lines behind its hex."""
    found = re.search(r"SHA-256 of the script: ([0-9A-F]{64})\s+((?:    [^\n]+\s*\n){4})", text)
    return found and (found[1], found[2].split())


def another_token_is_seen():
    """Rules, minimum versions and the script's words are there to compare; a token that went back ends it."""
    path = script("words", "[step one]\nby = a, b\nread = x\n")
    checked = spoken(tool(0, "in order", "ceremony", "check", path))
    os.remove("words.transcript")
    room = begin("words")
    room.meet(PEOPLE)
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest().upper()
    if checked is None or spoken(room.shown) != checked or checked[0] != digest:
        sys.exit(f"the words of the script: {checked}")
    room.step(PEOPLE, ["a", "b"], act=False)
    room.finish(0)
    if events("words")[0]["policy"] != {} or events("words")[0]["minimum_versions"] != {}:
        sys.exit(f"the first line: {events('words')[0]}")
    shutil.rmtree("tokens")
    os.mkdir("tokens")
    with open(script("back", ""), "w", encoding="utf-8") as file:
        file.write(HEAD.replace("[role a]", "token = new\n[role a]") + "[step one]\nby = a, b\n" + INIT.format("x") +
                   "[step two]\nby = a, b\nact = rotate --use audit-sign --minimum-version 2\n"
                   "[step three]\nby = a, b\n" + INIT.format("y"))
    room = begin("back")
    room.meet(PEOPLE)
    room.step(PEOPLE, ["a", "b"])
    room.step(PEOPLE, ["a", "b"])
    room.confirm(PEOPLE, ["a"], "ready for this act")
    shutil.rmtree("tokens")
    os.mkdir("tokens")
    room.confirm(PEOPLE, ["b"], "ready for this act")
    room.finish(1)
    seen = events("back")
    if [e["minimum_versions"] for e in seen if e["event"] == "catalogue"] != [{}, {"audit-sign/2": 2}]:
        sys.exit(f"minimum versions: {seen}")
    if [e["reason"] for e in seen if e["event"] == "refused"] != 2 * ["TOKEN_ROLLED_BACK"]:
        sys.exit(f"an older token: {seen[-4:]}")
    if [e["result"] for e in seen if e["event"] == "closed"] != ["aborted"]:
        sys.exit(f"an older token: {seen[-4:]}")


def a_refused_pin_is_not_tried_again():
    """Tokens lock after a few: what an act was refused is not tried by the ceremony with the same file."""
    with open("pin", encoding="ascii") as file:
        good = file.read()
    shutil.rmtree("tokens")
    os.mkdir("tokens")
    with open(script("pin", ""), "w", encoding="utf-8") as file:
        file.write(HEAD.replace("[role a]", "token = new\n[role a]") + "[step one]\nby = a, b\n" + INIT.format("q") +
                   "[step two]\nby = a, b\n" + INIT.format("r"))
    room = begin("pin")
    room.meet(PEOPLE)
    room.step(PEOPLE, ["a", "b"])
    with open("pin", "w", encoding="ascii") as file:
        file.write("99999999")
    room.confirm(PEOPLE, ["a", "b"], "ready for this act")
    room.answer("repeat or abort: ", "abort")
    room.finish(1)
    with open("pin", "w", encoding="ascii") as file:
        file.write(good)
    if [e["reason"] for e in events("pin") if e["event"] == "refused"] != ["TOKEN_IN_USE"]:
        sys.exit(f"a PIN that was refused in the act: {events('pin')[-4:]}")
    if "was tried on it, once" not in events("pin")[-3]["about"]:
        sys.exit(f"no PIN was tried: {events('pin')[-3]}")


def residue(key, *words):
    """Which forms of an officer's key are in the memory of a program at its end."""
    private = subprocess.run(["openssl", "ec", "-in", key, "-text", "-noout"], check=True, capture_output=True,
                             text=True).stdout
    digits = re.sub(r"[:\s]", "", re.search(r"priv:([0-9a-f:\s]+)pub", private)[1])
    scalar = bytes.fromhex(digits)[-32:].rjust(32, b"\0")
    with open(key, "rb") as file:
        needles = (scalar, scalar[::-1], file.read().splitlines()[1][:48])
    with open("needles", "w", encoding="ascii") as file:
        file.writelines(bytes(byte ^ 0xA5 for byte in needle).hex() + "\n" for needle in needles)
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, start_new_session=True,
                          env=os.environ | {"LD_PRELOAD": os.path.abspath("memory_at_exit.so"), "NEEDLES": "needles"})
    if done.returncode != 0 or f"LOOKED FOR {len(needles)}" not in done.stderr:
        sys.exit(f"{words}: {done}")
    return re.findall("RESIDUE (.*)", done.stderr)


def no_key_stays_in_memory():
    with open(PROGRAM, "rb") as file:
        if b"__asan_init" in file.read():
            return  # its runtime must be loaded first, and keeps what is freed
    for name, key in (("e", "ann.key"), ("p", "plain.key")):
        if name == "p":
            subprocess.run(["openssl", "ec", "-in", "ann.key", "-out", key], check=True, capture_output=True)
        tool(0, "", "propose", "generate", "--use", "audit-sign", "--out", f"{name}.act")
        left = residue(key, PROGRAM, "approve", f"{name}.act", "--officer", "ann", "--key", key,
                       "--officer-certificate", "ann.pem")
        if left:
            sys.exit(f"{key}: left in memory: {left}")
    # the search finds what is there
    if "2" not in residue("ann.key", sys.executable, "-c", "import sys; sys.key = open('ann.key').read()"):
        sys.exit("a key that is in memory is not found")


def main():
    tests = (the_whole_act_is_seen, a_signal_leaves_no_secret, a_foreign_key_proves_nothing,
             nobody_signs_for_another, nothing_moves_the_cursor,
             another_token_is_seen,
             a_refused_pin_is_not_tried_again,
             no_key_stays_in_memory)
    for test in tests:
        test()
    print(f"{len(tests)} passed, 0 failed")


main()
