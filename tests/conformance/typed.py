"""Types an import and an init at a pseudo terminal, as two custodians would, and proves that nothing typed is echoed.
usage: typed.py METERVAULT-KEYS DIRECTORY"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from terminal import CLEAR_SCREEN, Terminal  # pylint: disable=wrong-import-position

PROGRAM, DIRECTORY = sys.argv[1:]
FIRST = "00112233445566778899AABBCCDDEEFF00112233"
SECOND = "5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A"
PIN = "25071984"
SO_PIN = "87654321"


class Officer(Terminal):
    def __init__(self, *arguments, config="hsmd.conf"):
        super().__init__(PROGRAM, "--config", f"{DIRECTORY}/{config}", *arguments)


def kcv_shown(officer, before):
    """The six digits after a text."""
    officer.await_text(before)
    while len(officer.shown) < officer.read_upto + 6:
        check(officer.read(), "no KCV was shown", officer)
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
    code = officer.end()
    text = officer.shown.upper().replace(" ", "")
    for secret in (FIRST, SECOND, FIRST[:12], SECOND[:12], PIN):
        check(secret not in text, "a secret was shown on the terminal", officer)
    return code, officer


def cancelled_import():
    officer = Officer("import", "--use", "vending", "--sgc", "123457", "--krn", "3")
    officer.answer("PIN of the token: ", PIN)
    officer.await_text("Custodian 1 of 2")
    os.write(officer.terminal, b"00112233\x03")
    check(officer.end() == 1 and "CANCELLED" in officer.shown, "Ctrl-C did not cancel", officer)
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
    code = officer.end()
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
