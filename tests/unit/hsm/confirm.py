"""Declares a key compromised at a pseudo terminal: the key's label must be typed.
usage: confirm.py METERVAULT-KEYS DIRECTORY"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
from terminal import Terminal  # pylint: disable=wrong-import-position

PROGRAM, DIRECTORY = sys.argv[1:]
COMMAND = ["state", "--sgc", "123457", "--krn", "1", "--compromised"]


def run(typed):
    officer = Terminal(PROGRAM, "--config", f"{DIRECTORY}/hsmd.conf", *COMMAND)
    officer.answer("to go on: ", typed)
    return officer.end(), officer.shown


def main():
    for wrong in ("", "yes", "vending/123457/1/3"):
        code, shown = run(wrong)
        if code != 1 or "confirm" not in shown:
            sys.exit(f"'{wrong}' was taken: {shown}")
    code, shown = run("vending/123457/1/2")
    if code != 0 or "compromised" not in shown or "cannot be undone" not in shown:
        sys.exit(f"the label was not taken: {shown}")


main()
