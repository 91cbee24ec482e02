#!/usr/bin/env python3
"""Compares a rollover's report with the ledger: the tokens of every meter that is done are the sections of its one key
change set, in order, and nothing else is in the report. Usage: rollover_report.py REPORT LEDGER"""
import csv
import sqlite3
import sys


def sets(ledger):
    """All sets of every meter, each as the list of its sections."""
    found = {}
    for pan, digits in ledger.execute("select m.pan, k.digits from key_change k join meter m on m.id = k.meter"):
        found.setdefault(pan, []).append([digits[i : i + 20] for i in range(0, len(digits), 20)])
    return found


def main():
    report, path = sys.argv[1:]
    known = sets(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30))
    bad = done = 0
    with open(report, newline="") as file:
        for row in csv.DictReader(file):
            tokens = [row[f"token{i}"].replace(" ", "") for i in range(1, 9)]
            tokens = [token for token in tokens if token]
            if row["outcome"] == "done":
                done += 1
                if known.get(row["meter"]) != [tokens] or len(tokens) < 2:
                    bad += 1
                    print(f"{row['meter']}: report {tokens}, ledger {known.get(row['meter'])}")
            elif tokens:
                bad += 1
                print(f"{row['meter']}: {row['outcome']} and has tokens")
    print(f"{done} sets compared, {bad} differ")
    sys.exit(bad > 0 or done == 0)


main()
