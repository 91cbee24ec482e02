"""Types an import and an init at a pseudo terminal, as two custodians would, and proves that nothing typed is echoed.
usage: typed.py METERVAULT-KEYS DIRECTORY"""
import os
import pty
import re
import select
import sys
import time

PROGRAM, DIRECTORY = sys.argv[1:]
FIRST = "00112233445566778899AABBCCDDEEFF00112233"
SECOND = "5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A"
PIN = "25071984"
SO_PIN = "87654321"
CLEAR_SCREEN = "\033[2J\033[3J\033[H"


class Officer:
    """A child on its own terminal: what it shows, and what is typed."""

    def __init__(self, *arguments, config="hsmd.conf"):
        self.shown = ""
        self.read_upto = 0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execv(PROGRAM, [PROGRAM, "--config", f"{DIRECTORY}/{config}", *arguments])

    def read(self, seconds):
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.terminal, 4096)
        except OSError:
            return False
        self.shown += data.decode()
        return bool(data)

    def await_text(self, text):
        deadline = time.monotonic() + 20
        while text not in self.shown[self.read_upto:]:
            if time.monotonic() > deadline or not self.read(20):
                sys.exit(f"'{text}' was not shown; shown: {self.shown}")
        self.read_upto = self.shown.index(text, self.read_upto) + len(text)

    def type(self, text):
        os.write(self.terminal, (text + "\n").encode())

    def answer(self, prompt, text):
        self.await_text(prompt)
        self.type(text)

    def finish(self):
        while self.read(20):
            pass
        os.close(self.terminal)  # ends a child that still waits for input
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def kcv_shown(officer, before):
    """The six digits after a text."""
    officer.await_text(before)
    while len(officer.shown) < officer.read_upto + 6:
        check(officer.read(20), "no KCV was shown", officer)
    return officer.shown[officer.read_upto:officer.read_upto + 6]


def check(condition, what, officer):
    if not condition:
        sys.exit(f"{what}; shown: {officer.shown}")


def typed_import(krn, typed_kcv=None):
    officer = Officer("import", "--use", "vending", "--sgc", "123457", "--krn", str(krn), "--ea", "7,11")
    officer.answer("PIN of the token: ", PIN)
    officer.answer("Custodian 1 of 2", FIRST[:-1] + "G")
    officer.await_text("Not taken")
    officer.answer("Custodian 1 of 2", FIRST)
    first_kcv = kcv_shown(officer, "KCV of this component: ")
    officer.answer("on your paper?", "no")
    officer.answer("Custodian 1 of 2", FIRST)
    check(kcv_shown(officer, "KCV of this component: ") == first_kcv, "another KCV for the same component", officer)
    officer.answer("on your paper?", "yes")
    officer.answer("Custodian 2 of 2", SECOND.lower())
    officer.answer("on your paper?", "yes")
    kcv = kcv_shown(officer, "KCV of the combined key: ")
    officer.answer("Type the KCV", typed_kcv or kcv)
    code = officer.finish()
    text = officer.shown.upper().replace(" ", "")
    for secret in (FIRST, SECOND, FIRST[:12], SECOND[:12], PIN):
        check(secret not in text, "a secret was shown on the terminal", officer)
    return code, officer


def cancelled_import():
    officer = Officer("import", "--use", "vending", "--sgc", "123457", "--krn", "3")
    officer.answer("PIN of the token: ", PIN)
    officer.await_text("Custodian 1 of 2")
    os.write(officer.terminal, b"00112233\x03")
    check(officer.finish() == 1 and "CANCELLED" in officer.shown, "Ctrl-C did not cancel", officer)
    check("00112233" not in officer.shown, "a cancelled component was shown", officer)


def part_shown(officer, number):
    """A part of the backup key is on the screen until its custodian has written it down."""
    officer.answer(f"Custodian {number} of 2: alone at the screen?", "")
    start = officer.read_upto
    officer.answer("Press Enter to wipe it", "")
    parts = re.findall(r"(?<![0-9A-F])[0-9A-F]{64}(?![0-9A-F])", officer.shown[start:officer.read_upto])
    check(len(parts) == 1, "not one part of 32 bytes was shown", officer)
    officer.await_text(CLEAR_SCREEN)
    return parts[0]


def typed_init():
    with open(f"{DIRECTORY}/hsmd.conf", encoding="ascii") as lines:
        kept = [line for line in lines if not line.startswith(("token_", "backup_dir"))]
    with open(f"{DIRECTORY}/typed.conf", "w", encoding="ascii") as config:
        config.writelines([*kept, 'token_label = "typed"\n', f'backup_dir = "{DIRECTORY}/typed-backup"\n'])
    officer = Officer("init", "--officer", "ann", "--officer-certificate", f"{DIRECTORY}/ann.pem", config="typed.conf")
    officer.answer("security officer's PIN", SO_PIN)
    officer.answer("Once more: ", SO_PIN)
    officer.answer("PIN of the token: ", PIN)
    officer.answer("Once more: ", PIN)
    check(part_shown(officer, 1) != part_shown(officer, 2), "both custodians have the same part", officer)
    code = officer.finish()
    check(code == 0 and "officer ann is enrolled" in officer.shown, "the typed init failed", officer)
    check(SO_PIN not in officer.shown and PIN not in officer.shown, "a PIN was shown", officer)
    check(len(os.listdir(f"{DIRECTORY}/typed-backup")) == 3, "not three backups", officer)


def main():
    os.rename(f"{DIRECTORY}/pin", f"{DIRECTORY}/pin.away")
    code, officer = typed_import(2, "000000")
    check(code == 1 and "KCV_MISMATCH" in officer.shown, "a wrong typed KCV was taken", officer)
    code, officer = typed_import(2)
    check(code == 0 and "imported vending/123457/2/2" in officer.shown, "the typed import failed", officer)
    cancelled_import()
    typed_init()
    os.rename(f"{DIRECTORY}/pin.away", f"{DIRECTORY}/pin")


main()
