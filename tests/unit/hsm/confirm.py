"""Declares a key compromised at a pseudo terminal: the key's label must be typed.
usage: confirm.py METERVAULT-KEYS DIRECTORY"""
import os
import pty
import select
import sys
import time

PROGRAM, DIRECTORY = sys.argv[1:]
COMMAND = ["state", "--sgc", "123457", "--krn", "1", "--compromised"]


def read_until(terminal, shown, text):
    """Reads on until `text` was shown (None: until the end); what was shown so far."""
    deadline = time.monotonic() + 20
    while text is None or text not in shown:
        ready, _, _ = select.select([terminal], [], [], 20)
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


def run(typed):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(PROGRAM, [PROGRAM, "--config", f"{DIRECTORY}/hsmd.conf", *COMMAND])
    shown = read_until(terminal, "", "to go on: ")
    os.write(terminal, (typed + "\n").encode())
    shown = read_until(terminal, shown, None)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


def main():
    for wrong in ("", "yes", "vending/123457/1/3"):
        code, shown = run(wrong)
        if code != 1 or "confirm" not in shown:
            sys.exit(f"'{wrong}' was taken: {shown}")
    code, shown = run("vending/123457/1/2")
    if code != 0 or "compromised" not in shown or "cannot be undone" not in shown:
        sys.exit(f"the label was not taken: {shown}")


main()
