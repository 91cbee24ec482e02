#!/usr/bin/env python3
"""Checks a ledger against what clients were told, with SQL of its own (it shares no code with the server).

usage: ledger.py LEDGER JOURNAL   (the journal of tests/faults/storm.c)
"""
import collections
import sqlite3
import sys


def main():
    ledger = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    print(ledger.execute("select name, sql from sqlite_master").fetchall())


if __name__ == "__main__":
    sys.exit(main())
