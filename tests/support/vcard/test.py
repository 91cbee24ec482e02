#!/usr/bin/env python3
"""test.py VCARD: the emulated card as a program: both ways to reach it, its file, and its bad manners."""
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

VCARD = sys.argv[1]
UID = "04782E21801D80"
VERSION, MORE, FIRST = "9060000000", "90af000000", "9071000002000000"
results = {"passed": 0, "failed": 0}


def check(name, holds):
    results["passed" if holds else "failed"] += 1
    if not holds:
        print("FAIL ", name)


class Reader:
    def __init__(self, end):
        self.end = end

    def send(self, payload):
        self.end.sendall(struct.pack(">H", len(payload)) + payload)

    def receive(self):
        data = b""
        while len(data) < 2 or len(data) < 2 + struct.unpack(">H", data[:2])[0]:
            more = self.end.recv(4096)
            if not more:
                return None
            data += more
        return data[2:].hex()

    def apdu(self, text):
        try:
            self.send(bytes.fromhex(text))
            return self.receive()
        except (BrokenPipeError, ConnectionResetError):
            return None


def run(*options):
    return subprocess.run([VCARD, *options], capture_output=True, text=True, timeout=20)


def start(folder, *options):
    """A card at a UNIX socket, and a reader at it."""
    path = os.path.join(folder, "slot")
    card = subprocess.Popen([VCARD, "--card", os.path.join(folder, "card"), "--listen", path, *options])
    end = socket.socket(socket.AF_UNIX)
    for _ in range(200):
        try:
            end.connect(path)
            return card, Reader(end)
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the card does not listen")


def uid_of(reader):
    reader.apdu(VERSION)
    reader.apdu(MORE)
    return (reader.apdu(MORE) or "")[:14]


def files(folder):
    card = os.path.join(folder, "card")
    check("a new card", run("--card", card, "--new", UID).returncode == 0)
    check("is not made twice", run("--card", card, "--new", UID).returncode == 1)
    check("needs a serial number", run("--card", card + "2", "--new", "0478").returncode == 2)
    check("needs somewhere to go", run("--card", card).returncode == 2)
    check("no card", run("--card", "/dev/null", "--listen", os.path.join(folder, "s")).returncode == 1)
    check("no file", run("--card", card + "2", "--listen", os.path.join(folder, "s")).returncode == 1)
    check("help", "Example" in run("--help").stdout)
    damaged = os.path.join(folder, "damaged")
    shutil.copyfile(card, damaged)
    os.truncate(damaged, 40)
    check("half a card", run("--card", damaged, "--listen", os.path.join(folder, "s")).returncode == 1)


def socket_ways(folder):
    pid_file = os.path.join(folder, "pid")
    card, reader = start(folder, "--pid-file", pid_file)
    check("its pid", int(open(pid_file).read()) == card.pid)
    reader.send(b"\x01")
    check("ATR", reader.apdu("04") == "3b8180018080")
    check("UID", uid_of(reader) == UID.lower())
    check("no such class", reader.apdu("00a4040000") == "6e00")
    check("no such command", reader.apdu("9099000000") == "911c")
    check("nothing to go on with", reader.apdu(MORE) == "91ca")
    check("wrong length", reader.apdu("905a0000030000") == "917e")
    check("a challenge", (reader.apdu(FIRST) or "")[-4:] == "91af")
    reader.send(b"\x02")
    check("a reset forgets it", reader.apdu("90af000020" + "00" * 33) == "91ca")
    reader.end.close()
    again = socket.socket(socket.AF_UNIX)
    again.connect(os.path.join(folder, "slot"))
    check("the next reader", uid_of(Reader(again)) == UID.lower())
    card.terminate()
    card.wait(5)


def vpcd_way(folder):
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    card = subprocess.Popen([VCARD, "--card", os.path.join(folder, "card"), "--vpcd", f"127.0.0.1:{port}",
                             "--uid", "01020304050607"])
    end, _ = listener.accept()
    reader = Reader(end)
    check("another UID over TCP", uid_of(reader) == "01020304050607")
    begin = time.monotonic()
    for _ in range(100):
        reader.apdu("906e000000")
    check("no delay of the acknowledgements", time.monotonic() - begin < 2)  # 49 ms each would be 5 s
    end.close()
    check("leaves with the reader", card.wait(5) == 0)
    listener.close()


def manners(folder):
    for option, answers in (("--cut", 2), ("--cut-after", 2)):
        card, reader = start(folder, option, "3")
        got = [reader.apdu(VERSION), reader.apdu(MORE), reader.apdu(MORE)]
        check(option, [answer is not None for answer in got] == [True] * answers + [False])
        check("the card is gone", card.wait(5) == 0)
    wire, keys = os.path.join(folder, "wire"), os.path.join(folder, "keys")
    card, reader = start(folder, "--tell-wire", wire, "--tell-keys", keys)
    reader.apdu("9099000000")
    card.terminate()
    card.wait(5)
    check("tells the wire", open(wire).read() == "> 9099000000\n< 911C\n")
    check("and no key without an authentication", open(keys).read() == "")
    card, reader = start(folder, "--slow", "100")
    begin = time.monotonic()
    reader.apdu(VERSION)
    check("slow", time.monotonic() - begin >= 0.1)
    card.terminate()
    card.wait(5)
    noisy = []
    for _ in range(2):
        card, reader = start(folder, "--noise", "77")
        noisy.append([reader.apdu("906e000000") for _ in range(200)])
        card.terminate()
        card.wait(5)
    spoilt = sum(answer != "0000019100" for answer in noisy[0])
    check("noise", 3 <= spoilt <= 40 and noisy[0] == noisy[1])


def profile_2(folder):
    path, masters = os.path.join(folder, "two"), os.path.join(folder, "masters")
    with open(masters, "w") as out:
        out.write("\n".join(digit * 32 for digit in "123") + "\n")
    check("no masters", run("--card", path, "--new", UID, "--profile-2", path).returncode == 2)
    check("a card of profile 2", run("--card", path, "--new", UID, "--profile-2", masters).returncode == 0)
    os.replace(path, os.path.join(folder, "card"))
    wallet, read = "04d682000c" + "00" * 12, "00b0820008"
    for _ in range(2):
        card, reader = start(folder)
        check("its master file", reader.apdu("00a40000023f00") == "9000")
        check("its serial number", reader.apdu("00b0990108") == "00" + UID.lower() + "9000")
        check("no profile 1", reader.apdu(VERSION) == "6e00")
        check("no files outside of the folder", reader.apdu(read) == "6a82")
        check("the folder", reader.apdu("00a4000002df01") == "9000")
        check("an empty wallet", reader.apdu(read) == "00" * 8 + "9000")
        check("beyond", reader.apdu("00b0820009") == "6b00")
        check("nobody writes", reader.apdu(wallet) == "6982")
        check("no challenge", reader.apdu("0082000208" + "00" * 8) == "6984")
        card.terminate()
        card.wait(5)
    card, reader = start(folder)
    reader.apdu("00a4000002df01")
    for left in ("63c2", "63c1", "63c0", "6983"):
        reader.apdu("0084000008")
        check("tries are counted", reader.apdu("0082000208" + "00" * 8) == left)
    card.terminate()
    card.wait(5)
    card, reader = start(folder)
    reader.apdu("00a4000002df01")
    check("and kept", reader.apdu("0082000208" + "00" * 8) == "6983")
    card.terminate()
    card.wait(5)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for part in (files, socket_ways, vpcd_way, manners, profile_2):
            part(folder)
    print(f"{results['passed']} passed, {results['failed']} failed")
    return 1 if results["failed"] else 0


sys.exit(main())
