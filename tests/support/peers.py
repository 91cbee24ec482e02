#!/usr/bin/env python3
"""proto/PEERS.md names calls and tests that exist: every Service.Method is in the contract, every file is there and has the
words that name the case. Every line is answered, or says why it is not offered."""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def contract():
    folder = "proto/metervault/v1"
    for name in os.listdir(os.path.join(ROOT, folder)):
        text = text_of(f"{folder}/{name}")
        for service in re.findall(r"^service (\w+)", text, re.MULTILINE):
            yield from (f"{service}.{method}" for method in re.findall(r"^  rpc (\w+)", text, re.MULTILINE))


def wrong(call, test, calls):
    """What is not so about a line."""
    if call.startswith("not offered: "):
        return ["a test of what is not offered"] if test else []
    found = [f"no such call: {name}" for name in re.findall(r"`(\w+\.\w+)`", call) if name not in calls]
    named = re.fullmatch(r"`([^`]+)`: \"([^\"]+)\"", test)
    if not named:
        return found + ["no test is named"]
    if not os.path.isfile(os.path.join(ROOT, named[1])):
        return found + [f"no such file: {named[1]}"]
    return found + ([] if named[2] in text_of(named[1]) else [f"{named[1]} has no \"{named[2]}\""])


def main():
    calls, good, bad = set(contract()), 0, 0
    for line in text_of("proto/PEERS.md").splitlines():
        if not line.startswith("| ") or line.startswith("| Request"):
            continue
        request, call, test = (part.strip() for part in line.strip("|").split("|"))
        faults = wrong(call, test, calls)
        good, bad = good + (not faults), bad + bool(faults)
        for fault in faults:
            print(f"{request}: {fault}")
    print(f"{good} passed, {bad} failed")
    sys.exit(1 if bad or good < 40 else 0)


main()
