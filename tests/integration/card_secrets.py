#!/usr/bin/env python3
"""Looks for card keys where none may be, while a run with cards goes on beside it. Root only.

usage: card_secrets.py FOLDER SERVER-PID HSMD-PID CLIENT PAN DOMAIN CANARY   FOLDER is that of the instance, HSMD-PID the
supervisor of the key process, CLIENT the program that carries a card's messages; CANARY, 32 hex digits, is given to it as
a request id. The run is over when FOLDER/run-is-over is there.
The keys: every diversified one, computed here of the masters as their backups have them, or, of profile 2, as the card
issuer has them (what lies on the cards must be among these), and every session key, told by the emulated cards. The client is stopped again and again while a card is in
it; then its memory and that of server and key process are searched, in the end with all keys, and all files: logs,
ledger, token, what went over the client's TLS connection, what went between client and cards.
The search is not blind: what is in the same places and no secret, the canary and the free content of a card, it finds.
"""
import glob
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from card_keys import keys_of_card, unwrap, xor  # noqa: E402 pylint: disable=wrong-import-position
from memory import children, forms, found, read_hex  # noqa: E402 pylint: disable=wrong-import-position

USES = ("card-transport", "card-issuer", "card-office", "card-meter", "card-area")
MOST_LOOKS = int(os.environ.get("METERVAULT_CARD_LOOKS", "1"))  # at one client
LATEST = 4  # session keys that a look in the middle of a run is for
PROFILE_1 = b"metervault card 1\n"
MAGIC = len(PROFILE_1)  # before the serial number in an emulated card
OWN_PLACES = ("/custodians/", "/meters/", "/cards/", "/told.")
passed = failed = 0


def check(name, good, why=""):
    global passed, failed  # pylint: disable=global-statement
    passed, failed = passed + bool(good), failed + (not good)
    print(f"  {'ok   ' if good else 'FAIL '} {name}{'' if good or not why else ': ' + why}", flush=True)


# ---- what is looked for ----

def masters_of(folder):
    kek = xor(*(read_hex(f"{folder}/custodians/backup-{part}") for part in "ab"))
    masters = {}
    for path in glob.glob(f"{folder}/hsm/backup/card-*"):
        with open(path, encoding="ascii") as file:
            fields = dict(line.split(" ", 1) for line in file.read().splitlines())
        if fields["use"] in USES:
            masters[fields["use"], int(fields["version"])] = unwrap(kek, bytes.fromhex(fields["wrapped_key"]))
    return masters


def read(path):
    with open(path, "rb") as file:
        return file.read()


def told(folder):
    """Session keys in the order in which cards derived them."""
    if not os.path.exists(f"{folder}/told.keys"):
        return {}
    lines = read(f"{folder}/told.keys").decode().split("\n")[:-1]
    return {f"session key {number} ({line[:3]})": bytes.fromhex(line[4:]) for number, line in enumerate(lines, 1)}


def pboc_keys(folder, serial):
    """Of a card of profile 2: Enc(factor) | Enc(NOT factor), as they are and with the parity that a token gives them. Halves:
    the left one is a key of its own, for single DES."""
    both = serial + bytes(byte ^ 0xFF for byte in serial)
    keys = {}
    with open(f"{folder}/custodians/pboc-masters", encoding="ascii") as file:
        masters = file.read().split()
    for use, master in zip(("int", "ext", "fil"), masters, strict=True):
        key = subprocess.run(["openssl", "enc", "-des-ede", "-nopad", "-K", master], input=both, capture_output=True,
                             check=True).stdout
        odd = bytes(byte & 0xFE | (bin(byte >> 1).count("1") + 1) % 2 for byte in key)
        for parity, value in {"": key, ", odd": odd}.items():
            name = f"card-pboc {use} of {serial.hex()}{parity}"
            keys |= {f"{name}, left": value[:8], f"{name}, right": value[8:]}
    return keys


class Diversified:
    """Computed anew only when there is another card or master."""

    def __init__(self, folder, pan, domain):
        self.folder, self.pan, self.domain = folder, pan, domain
        self.made_of, self.keys = None, {}

    def __call__(self):
        cards = [read(path) for path in glob.glob(f"{self.folder}/cards/*")]
        uids = sorted({card[MAGIC:MAGIC + 7] for card in cards if card.startswith(PROFILE_1)})
        serials = sorted({card[MAGIC:MAGIC + 8] for card in cards if not card.startswith(PROFILE_1)})
        made_of = uids, serials, sorted(glob.glob(f"{self.folder}/hsm/backup/card-*"))
        if made_of != self.made_of:
            masters, self.made_of, self.keys = masters_of(self.folder), made_of, {}
            for uid in uids:
                self.keys |= keys_of_card(masters, uid, self.pan, self.domain)
            for serial in serials:
                self.keys |= pboc_keys(self.folder, serial)
        return self.keys


# ---- where ----

class Look:
    """Searches of processes, and what came of them."""

    def __init__(self, server, supervisor, plain):
        self.server, self.supervisor, self.plain = server, supervisor, plain
        self.leaks, self.seen, self.looks = set(), set(), {}

    def at(self, pid, name, keys):
        hits, _ = found(pid, keys | self.plain, mode_is="rw")
        self.leaks |= {f"{hit} in {name}" for hit in hits & keys.keys()}
        self.seen |= {f"{hit} in {name}" for hit in hits & self.plain.keys()}

    def at_key_process(self, keys):
        """Its supervisor holds no key, its workers only in locked memory: those that are found there."""
        self.at(self.supervisor, "the key process's supervisor", keys)
        held = set()
        for worker in children(self.supervisor):
            self.leaks |= {f"{hit} in unlocked memory of a worker" for hit in found(worker, keys, True, "rw")[0]}
            hits = found(worker, keys | self.plain, mode_is="rw")[0]
            self.seen |= {f"{hit} in a worker" for hit in hits & self.plain.keys()}
            held |= hits & keys.keys()
        return held

    def while_stopped(self, client, keys):
        """The client with a card in it: what would end the session waits meanwhile."""
        self.looks[client] = self.looks.get(client, 0) + 1
        self.at(client, "the client", keys)
        self.at(self.server, "the server", keys)
        self.at_key_process(keys)


def clients(program):
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.path.samefile(f"/proc/{entry}/exe", program):
                yield int(entry)
        except OSError:
            continue


def stopped(pid):
    try:
        os.kill(pid, signal.SIGSTOP)
        for _ in range(100):
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "T":
                    return True
            time.sleep(0.002)
    except OSError:
        pass
    return False


def watch(folder, program, look, wanted):
    """Looks whenever a session has got new keys."""
    looked_at = 0
    while not os.path.exists(f"{folder}/run-is-over"):
        time.sleep(0.005)
        if len(told(folder)) == looked_at:
            continue
        looked_at = len(told(folder))
        for pid in clients(program):
            if look.looks.get(pid, 0) == MOST_LOOKS or not stopped(pid):
                continue
            keys = told(folder)
            try:
                look.while_stopped(pid, wanted() | dict(list(keys.items())[-LATEST:]))
            except OSError:
                pass  # it has ended
            os.kill(pid, signal.SIGCONT)
        with open(f"{folder}/looked", "w", encoding="ascii"):
            pass  # the card holds its answers back for this


# ---- files ----

def in_files(folder, keys):
    for path in glob.glob(f"{folder}/**", recursive=True):
        if os.path.isfile(path) and not any(place in path for place in OWN_PLACES):
            data = read(path)
            yield from (f"{name} in {path}" for name, key in keys.items() if any(form in data for form in forms(key)))


def carried(folder):
    """What went to the cards and from them: every APDU, and the content of their frames joined."""
    lines = read(f"{folder}/told.wire").decode().split("\n")[:-1]
    whole = [bytes.fromhex(line[2:]) for line in lines]
    out = b"".join(apdu[5:-1] for line, apdu in zip(lines, whole) if line[0] == ">")
    back = b"".join(apdu[:-2] for line, apdu in zip(lines, whole) if line[0] == "<")
    return b"\n".join([*whole, out, back])


def on_the_wire(data, keys):
    return [name for name, key in keys.items() if any(form in data for form in forms(key))]


def search_files(folder, keys, plain):
    wires = {"card's wire": carried(folder), "client's connection": read(f"{folder}/wire.tls")}
    for name, data in wires.items():
        hits = on_the_wire(data, keys)
        check(f"no key in {len(data)} bytes of the {name}", not hits, ", ".join(hits))
    check("the card's wire has its free content", on_the_wire(wires["card's wire"], plain) == ["free content of a card"])
    check("the client's connection has that and the canary", len(on_the_wire(wires["client's connection"], plain)) == 2)
    hits = list(in_files(folder, keys))
    check("no key in any file: logs, ledger, token, configuration, printed", not hits, ", ".join(hits))
    with open(f"{folder}/log/planted", "wb") as file:
        file.write(b"text " + next(iter(keys.values())).hex().encode() + b" text")
    hits = list(in_files(folder, keys))
    check("one that is planted among the logs is found", len(hits) == 1 and hits[0].endswith("/log/planted"), ", ".join(hits))
    os.unlink(f"{folder}/log/planted")


def search_memory(look, keys):
    """When the run is over: nothing of it stayed."""
    look.at(look.server, "the server", keys)
    stayed = look.at_key_process(keys)
    looks = sum(look.looks.values())
    check(f"no key in memory of server, clients and supervisor, nor unlocked in a worker ({looks} looks at {len(look.looks)} "
          "sessions)", not look.leaks and len(look.looks) >= 8, ", ".join(sorted(look.leaks)))
    check("no key in a worker either when its session is over", not stayed, ", ".join(sorted(stayed)))
    for place, names in {"the server": look.plain, "the client": look.plain, "a worker": ["meter"]}.items():
        missing = {f"{name} in {place}" for name in names} - look.seen
        check(f"what is no secret is found in memory of {place}", not missing, ", ".join(sorted(missing)))
    own, _ = found(os.getpid(), keys)
    check("every key is found in this process", own == keys.keys())


def main():
    folder, program = sys.argv[1], sys.argv[4]
    pan, domain, canary = sys.argv[5], bytes.fromhex(sys.argv[6]), bytes.fromhex(sys.argv[7])
    free = bytes([1, 1]) + bytes.fromhex(pan) + domain + bytes([0, 1])
    plain = {"canary": canary, "free content of a card": free}
    look = Look(int(sys.argv[2]), int(sys.argv[3]), plain | {"meter": bytes.fromhex(pan)})
    wanted = Diversified(folder, pan, domain)
    watch(folder, program, look, wanted)
    derived, sessions = wanted(), told(folder)
    cards = b"".join(read(path) for path in glob.glob(f"{folder}/cards/*"))
    on_cards = [name for name, key in derived.items() if key in cards]
    check(f"{len(derived)} diversified keys are computed, {len(on_cards)} of them lie on cards", len(on_cards) >= 8)
    of_2 = {key for name, key in sessions.items() if name.endswith(("(int)", "(ext)", "(fil)"))}
    check("those of profile 2 are what its cards have",
          len(of_2) == 3 and all(half in derived.values() for key in of_2 for half in (key[:8], key[8:])))
    search_memory(look, derived | sessions)
    search_files(folder, derived | sessions, plain)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
