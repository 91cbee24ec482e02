"""init at a pseudo terminal: two officers, each with an own PIN, typed twice without echo.
usage: two_pins.py METERVAULT-KEYS DIRECTORY"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
from terminal import Terminal  # pylint: disable=wrong-import-position

PROGRAM, DIRECTORY = sys.argv[1:]
SO_PROMPT = "ann, alone at the keyboard. Choose the security officer's PIN of the token: "
USER_PROMPT = "ben, alone at the keyboard. Choose the user PIN of the token: "
AGAIN = "Once more: "
SO_PIN, USER_PIN = "12345678", "25071984"


def init():
    arguments = ["init"]
    for name in ("ann", "ben"):
        arguments += ["--officer", name, "--officer-certificate", f"{DIRECTORY}/{name}.pem"]
    arguments += ["--shares", "2/2"]
    for number in (1, 2):
        arguments += ["--new-share-file", f"{DIRECTORY}/{number}.share"]
    return ["--config", f"{DIRECTORY}/hsmd.conf", *arguments]


def run(dialogue):
    officers = Terminal(PROGRAM, *init())
    for prompt, answer in dialogue:
        officers.answer(prompt, answer)
    code = officers.end()
    for pin in (SO_PIN, USER_PIN):
        if pin in officers.shown:
            officers.fail("a PIN was shown")
    return code, officers.shown


def main():
    refusals = (
        ([(SO_PROMPT, SO_PIN), (AGAIN, "12345679")], "typed differently"),
        ([(SO_PROMPT, "")], "empty"),
        ([(SO_PROMPT, SO_PIN), (AGAIN, SO_PIN), (USER_PROMPT, USER_PIN), (AGAIN, "1")], "typed differently"),
        ([(SO_PROMPT, SO_PIN), (AGAIN, SO_PIN), (USER_PROMPT, SO_PIN), (AGAIN, SO_PIN)], "both are the same"),
    )
    for dialogue, reason in refusals:
        code, shown = run(dialogue)
        if code != 1 or reason not in shown:
            sys.exit(f"instead of '{reason}': {shown}")
        if os.listdir(f"{DIRECTORY}/tokens"):
            sys.exit(f"a refused init made a token ({reason})")
    code, shown = run([(SO_PROMPT, SO_PIN), (AGAIN, SO_PIN), (USER_PROMPT, USER_PIN), (AGAIN, USER_PIN)])
    if code != 0 or "officers ann, ben are enrolled" not in shown:
        sys.exit(f"init: {shown}")


main()
