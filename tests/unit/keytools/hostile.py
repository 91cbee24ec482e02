"""What people of a ceremony and files given to it may try. Run in a folder with hsmd.conf, its token, officer ann.
usage: hostile.py METERVAULT-KEYS"""
import json
import os
import signal
import subprocess
import sys
import termios
import time

from ceremony_people import CLEAR_SCREEN, Room

PROGRAM = os.path.abspath(sys.argv[1])
HEAD = "[ceremony]\nformat = 1\ntitle = Hostile\n[role a]\nkind = officer\nofficer = ann\n[role b]\nkind = witness\n"
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
        if CLEAR_SCREEN not in room.shown[before:] or not echo(room):
            sys.exit(f"signal {number}: echo {echo(room)}, {room.shown[before:]!r}")
        os.kill(room.pid, signal.SIGCONT)
        room.finish(-number)
    os.rename("pin", "pin.away")
    room = Room(PROGRAM, "--config", "hsmd.conf", "list")
    room.await_match("PIN of the token: ")
    os.kill(room.pid, signal.SIGINT)
    while not echo(room) and room.read(5):
        pass
    room.finish(-signal.SIGINT)
    os.rename("pin.away", "pin")


def main():
    tests = (the_whole_act_is_seen, a_signal_leaves_no_secret)
    for test in tests:
        test()
    print(f"{len(tests)} passed, 0 failed")


main()
