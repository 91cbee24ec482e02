"""init at a pseudo terminal: two officers, each with an own PIN, typed twice without echo.
usage: two_pins.py METERVAULT-KEYS DIRECTORY"""
import os
import pty
import select
import sys
import time

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
    return [PROGRAM, "--config", f"{DIRECTORY}/hsmd.conf", *arguments]


def read_until(terminal, shown, text):
    """Reads on until `shown` ends with the text (None: until the end); what was shown so far."""
    deadline = time.monotonic() + 30
    while text is None or not shown.endswith(text):
        ready, _, _ = select.select([terminal], [], [], 30)
        try:
            data = os.read(terminal, 4096) if ready else b""
        except OSError:  # the child closed its side
            data = b""
        if not data and text is None:
            return shown
        if not data or time.monotonic() > deadline:
            sys.exit(f"'{text}' was not shown; shown: {shown}")
        shown += data.decode()
    return shown


def run(dialogue):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(PROGRAM, init())
    shown = ""
    for prompt, answer in dialogue:
        shown = read_until(terminal, shown, prompt)
        os.write(terminal, (answer + "\n").encode())
    shown = read_until(terminal, shown, None)
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    for pin in (SO_PIN, USER_PIN):
        if pin in shown:
            sys.exit(f"a PIN was shown: {shown}")
    return code, shown


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
