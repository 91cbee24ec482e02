#!/usr/bin/env python3
"""Searches the memory of a running process for secrets that this test knows. Root only.

usage: memory.py PID HSMD-PID FOLDER PAN...   FOLDER is that of the instance; the PANs are being sold to (odd ones of the list
use EA 11); HSMD-PID is the supervisor of the key process
Looks for the vending, factory and backup keys, their components, the decoder key of every PAN and the PIN, raw, reversed and in
hexadecimal; finds none in PID, but finds the PANs there (so it does read what the process works on), and finds every one of the
secrets in its own memory (so it would find them). In the key process's workers the same secrets may lie in locked memory only.
Then no file of the instance holds one: logs, ledger, backups, configuration, token; the custodians' own and the PIN's do.
"""
import hashlib
import hmac
import os
import sys


def read_hex(path):
    with open(path, encoding="ascii") as file:
        return bytes.fromhex(file.read())


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def decoder_key(vending_key, pan, ea):
    """DKGA04 for supply group 123457, KRN 1, KT 2, TI 01, base date 2014."""
    size = {7: 8, 11: 16}[ea]
    message = b"\x04" + b"\x0204" + b"\x0214" + b"\x02%02d" % ea + b"\x0201" + b"\x00"
    message += b"\x04" + b"\x06123457" + b"\x012" + b"\x011" + b"\x12" + pan.encode()
    message += (size * 8).to_bytes(4, "big")
    assert len(message) == 49
    return hmac.new(vending_key, message, hashlib.sha256).digest()[:size]


def secrets_of(folder, pans):
    parts = os.path.join(folder, "custodians")
    secrets = {}
    for kind in ("vending", "factory", "backup"):
        a, b = read_hex(f"{parts}/{kind}-a"), read_hex(f"{parts}/{kind}-b")
        secrets |= {f"{kind} component a": a, f"{kind} component b": b, f"{kind} key": xor(a, b)}
    for index, pan in enumerate(pans):
        ea = 7 if index % 2 == 0 else 11
        secrets[f"decoder key of {pan}"] = decoder_key(secrets["vending key"], pan, ea)
    for name in ("pin", "so-pin"):
        with open(os.path.join(folder, "hsm", name), "rb") as file:
            secrets[name] = file.read().strip()
    return secrets


def forms(secret):
    yield secret
    yield secret[::-1]
    yield secret.hex().encode()
    yield secret.hex().upper().encode()


def regions(pid, unlocked_only=False, mode_is="r"):
    """Readable mappings with something in them (most of a thread's stack never was); mode_is "rw": what may be written."""
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as smaps:
        for line in smaps:
            if "-" in line.split()[0]:
                span, mode = line.split()[:2]
            elif line.startswith("Rss:"):
                empty = line.split()[1] == "0"
            elif line.startswith("Locked:") and not empty and mode.startswith(mode_is):
                if unlocked_only and line.split()[1] != "0":
                    continue
                start, end = (int(x, 16) for x in span.split("-"))
                yield start, end


def pieces(memory, start, end):
    """What of a mapping is not zero, in runs of a mebibyte."""
    size = 1 << 20
    run = b""
    for at in range(start, end, size):
        memory.seek(at)
        data = memory.read(min(size, end - at))
        if data.count(0) == len(data):
            yield run
            run = b""
        else:
            run += data
    yield run


def image(pid, unlocked_only, mode_is="r"):
    """A region that went away meanwhile is left out, and so is what the kernel does not show ([vvar])."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end in regions(pid, unlocked_only, mode_is):
            try:
                yield from pieces(memory, start, end)
            except OSError:
                continue


def found(pid, wanted, unlocked_only=False, mode_is="r"):
    hits, size = set(), 0
    for data in image(pid, unlocked_only, mode_is):
        size += len(data)
        hits |= {name for name, secret in wanted.items() if name not in hits and any(f in data for f in forms(secret))}
    return hits, size


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def in_files(folder, secrets):
    """Secrets in files that are not their own place."""
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            if where.endswith("/custodians") or path.endswith(("/hsm/pin", "/hsm/so-pin")) or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                data = file.read()
            yield from (f"{secret} in {path}" for secret, value in secrets.items() if any(f in data for f in forms(value)))


def main():
    pid, supervisor, folder, pans = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    secrets = secrets_of(folder, pans)
    known = {f"PAN {pan}": pan.encode() for pan in pans}
    seen, total, passes = set(), 0, 5
    leaked = set()
    for _ in range(passes):
        hits, size = found(pid, secrets | known)
        seen |= hits & known.keys()
        leaked |= {f"{hit} in process {pid}" for hit in hits & secrets.keys()}
        total += size
        for worker in [supervisor, *children(supervisor)]:
            leaked |= {f"{hit} in process {worker}, unlocked" for hit in found(worker, secrets, unlocked_only=True)[0]}
    leaked |= set(in_files(folder, secrets))
    if not children(supervisor):
        print("the search is blind: the key process has no worker")
        return 1
    own, _ = found(os.getpid(), secrets)
    print(f"{passes} passes, {total // passes // 1024} KiB each; looked for {len(secrets)} secrets in 4 forms")
    good = True
    for name in sorted(leaked):
        print(f"FOUND {name}")
        good = False
    for name in sorted(secrets.keys() - own):
        print(f"the search is blind: it does not find in its own memory: {name}")
        good = False
    if not seen:
        print("the search is blind: no PAN found in the process, though sales run")
        good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
