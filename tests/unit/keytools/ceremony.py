"""The sample ceremonies as their people would hold them; one that is aborted and one that is killed; what is done to a
transcript afterwards is found. Run in a folder with hsmd.conf, officers/ and work/.
usage: ceremony.py METERVAULT-KEYS FOLDER-OF-SAMPLES"""
import glob
import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import sys

from ceremony_people import People, Room
from terminal import CLEAR_SCREEN

PROGRAM, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SO_PIN, PIN = "87654321", "25071984"
COMPONENTS = ("11" * 20, "2A" * 20)
KEY = bytes(a ^ b for a, b in zip(*map(bytes.fromhex, COMPONENTS)))
KCV = hmac.new(KEY, b"KCV", hashlib.sha256).hexdigest()[:6].upper()


def tool(code, text, *arguments, pin=False):
    """One call without a terminal; the PIN from its file for as long as it takes."""
    if pin:
        with open("pin", "w", encoding="ascii") as file:
            file.write(PIN)
    done = subprocess.run([PROGRAM, "--config", "hsmd.conf", *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, start_new_session=True)
    if pin:
        os.remove("pin")
    said = done.stdout + done.stderr
    if done.returncode != code or text not in said:
        sys.exit(f"{arguments}: exit code {done.returncode} instead of {code}, or no '{text}': {said}")
    return done.stdout


def begin(script, transcript, *more):
    return Room(PROGRAM, "--config", "hsmd.conf", "ceremony", "run", script, "--transcript", transcript, *more)


def events(transcript):
    with open(transcript, encoding="utf-8") as file:
        return [json.loads(line[65:]) for line in file]


def clear_work(but=""):
    for path in glob.glob("work/*"):
        if path != but:
            os.remove(path)


def hold_all(people):
    after = []
    for name in ("first-installation", "new-supply-group", "yearly-rotation", "officer-replaced", "disaster-recovery"):
        script, transcript = f"{SAMPLES}/{name}.ceremony", f"{name}.transcript"
        lost = name == "disaster-recovery"
        clear_work("work/token.backup" if lost else "")
        if lost:
            shutil.rmtree("tokens")
            os.mkdir("tokens")
        tool(0, "in order", "ceremony", "check", script)
        room = begin(script, transcript, *after)
        people.hold(room)
        for share in people.papers:  # each secret on its own screen, none left on another
            for screen in room.shown.split(CLEAR_SCREEN):
                if share in screen and (screen.count("MS1") != 1 or "Initials" in screen):
                    sys.exit(f"{name}: a share is on a screen with something else: {screen}")
        for secret in (PIN, SO_PIN, *COMPONENTS):
            if secret in room.shown:
                sys.exit(f"{name}: a typed secret was shown")
        tool(0, "completed, signed by audit-sign", "ceremony", "verify", transcript, "--token", *after, pin=True)
        last = events(transcript)[-2]
        if (last["event"], last["result"], last["strangers"]) != ("closed", "completed", 0):
            sys.exit(f"{name}: {last}")
        after = ["--after", transcript]


def look_for_secrets(people):
    secrets = [PIN, SO_PIN, *COMPONENTS, KEY.hex().upper()] + [s.replace(" ", "")[8:30] for s in people.papers]
    for path in glob.glob("*.transcript") + glob.glob("work/*") + glob.glob("backup/*") + glob.glob("*.pdf"):
        with open(path, "rb") as file:
            data = file.read().upper()
        for secret in secrets:
            if secret.encode() in data:
                sys.exit(f"a secret is in {path}")


def aborted(people):
    """Wrong entries, a refusal, then an end in each of the ways that there are."""
    script = "key.ceremony"
    with open(script, "w", encoding="ascii") as file:
        file.write("[ceremony]\nformat = 1\ntitle = A key\n[role ann]\nkind = officer\nofficer = ann\n[role wit]\n"
                   "kind = witness\n[step look]\nby = ann, wit\nread = Look.\n[step key]\nby = ann, wit\n"
                   "act = generate --use vending --sgc 999902 --krn 1\n")
    endings = {"typed": lambda room: room.type("abort"), "INT": lambda room: os.write(room.terminal, b"\x03"),
               "end of input": lambda room: os.write(room.terminal, b"\x04"),
               "TERM": lambda room: os.kill(room.pid, signal.SIGTERM)}
    for why, end in endings.items():
        room = begin(script, "aborted.transcript")
        room.answer("PIN of the token: ", PIN)
        room.answer("your full name: ", "12345678")
        room.answer("your full name: ", "Ann Ong")
        room.answer("your initials: ", "AO")
        room.answer("your full name: ", "ann ong")
        room.answer("your full name: ", "Wim Poe")
        room.answer("your initials: ", "WP")
        room.answer("the clock is right. Initials, or refuse, or abort: ", "WP")
        room.answer("the clock is right. Initials, or refuse, or abort: ", "ao")
        room.answer("read and done. Initials, or refuse, or abort: ", "refuse")
        room.answer("Type repeat or abort: ", "repeat")
        room.answer("read and done. Initials, or refuse, or abort: ", "AO")
        room.answer("read and done. Initials, or refuse, or abort: ", "WP")
        room.await_match("ready for this act. Initials, or refuse, or abort: ")
        end(room)
        room.finish(1)
        tool(0, "aborted, signed", "ceremony", "verify", "aborted.transcript", "--token", pin=True)
        seen = events("aborted.transcript")
        told = [event["event"] for event in seen]
        if told.count("wrong-entry") != 3 or told.count("refusal") != 1 or told.count("repeat") != 1:
            sys.exit(f"wrong entries: {told}")
        if seen[-3].get("why") != why or seen[-2]["strangers"] != 0 or seen[-2]["result"] != "aborted":
            sys.exit(f"{why}: {seen[-3:]}")
        if any("12345678" in str(event) for event in seen):
            sys.exit("what was typed by mistake is in the transcript")
        os.remove("aborted.transcript")
    # an act that is refused: two approvals are missing
    room = begin(script, "refused.transcript")
    people.names = {}
    room.answer("PIN of the token: ", PIN)
    while (question := people.next_question(room))[1] != "never" and "ready for this act" not in question[0]:
        room.type(question[1])
    room.type(question[1])
    room.type(people.next_question(room)[1])
    room.await_match("Type repeat or abort: ")
    room.type("abort")
    room.finish(1)
    if [e["reason"] for e in events("refused.transcript") if e["event"] == "refused"] != ["QUORUM_MISSING"]:
        sys.exit("the refusal of the act is not in the transcript")
    # the power fails: what is on the disk verifies and says that it is unfinished
    room = begin(script, "killed.transcript")
    room.answer("PIN of the token: ", PIN)
    room.answer("your full name: ", "Ann Ong")
    room.answer("your initials: ", "AO")
    room.await_match("your full name: ")
    os.kill(room.pid, signal.SIGKILL)
    room.finish(-signal.SIGKILL)
    tool(1, "2 good lines, then the end is missing", "ceremony", "verify", "killed.transcript")
    tool(0, "UNFINISHED", "ceremony", "print", "killed.transcript")
    # a wrong PIN is asked for once, and its refusal is recorded
    room = begin(script, "pin.transcript")
    room.answer("PIN of the token: ", "99999999")
    room.finish(1)
    if room.shown.count("PIN of the token: ") != 1 or events("pin.transcript")[1]["reason"] != "PIN_REFUSED":
        sys.exit("a refused PIN")
    tool(1, "unsigned", "ceremony", "verify", "pin.transcript")


def tampered():
    with open("officer-replaced.transcript", "rb") as file:
        good = file.read()
    lines = good.splitlines(keepends=True)

    def refuse(data, text, *more):
        with open("changed.transcript", "wb") as file:
            file.write(data)
        tool(1, text, "ceremony", "verify", "changed.transcript", *more)
        tool(1, text, "ceremony", "print", "changed.transcript")

    at = len(b"".join(lines[:11])) + 100
    refuse(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:], "line 12: ")
    refuse(b"".join(lines[:30] + lines[31:]), "line 31: line 31 is missing")
    refuse(good + b"x", f"line {len(lines) + 1}: ")
    tool(1, "follows another", "ceremony", "verify", "officer-replaced.transcript", "--after", "new-supply-group.transcript")
    # a foreign key: right by itself, unknown to whoever knows the token's
    public = json.loads(lines[-1][65:])["public_key"]
    for name, hexadecimal in (("own.pem", public), ("foreign.pem", json.loads(
            open("first-installation.transcript", encoding="utf-8").readlines()[-1][65:])["public_key"])):
        subprocess.run(["openssl", "pkey", "-pubin", "-inform", "DER", "-out", name], check=True,
                       input=bytes.fromhex(hexadecimal))
    tool(0, "signed by audit-sign/2", "ceremony", "verify", "officer-replaced.transcript", "--key", "own.pem")
    tool(1, "foreign key", "ceremony", "verify", "officer-replaced.transcript", "--key", "foreign.pem")


def printed():
    page = tool(0, "________", "ceremony", "print", "first-installation.transcript")
    tool(0, "", "ceremony", "print", "first-installation.transcript", "--pdf", "page.pdf", "--out", "page.txt")
    with open("page.pdf", "rb") as file:
        if not file.read().startswith(b"%PDF-"):
            sys.exit("no PDF")
    with open("page.txt", encoding="utf-8") as file:
        if file.read() != page:
            sys.exit("two pages of one transcript")
    tool(1, "FILE_FAILED", "ceremony", "print", "first-installation.transcript", "--pdf", "page.pdf")


def main():
    people = People(SO_PIN, PIN, COMPONENTS, {"vending/123456/1/2": KCV})
    hold_all(people)
    aborted(people)
    tampered()
    printed()
    look_for_secrets(people)
    tool(1, "line 1", "ceremony", "check", "hsmd.conf")


main()
