#!/usr/bin/env python3
"""The sum laws at every prefix of the history, from the ledger's entry rows alone: what a row says is left is what all rows
up to it come to; and what the rows come to is what the account, the vendor and the debt show.

Usage: prefixes.py LEDGER
"""
import sqlite3
import sys
from collections import defaultdict

# name, rows in order as (owner, kind, amount, what is left), what is shown as (owner, what is left)
LAWS = (
    ("what accounts hold", "SELECT account, kind, amount, balance FROM account_entry ORDER BY account, entry",
     "SELECT account, balance FROM account_tally"),
    ("what secures debts", "SELECT account, kind, iif(kind = 6, amount, -amount), deposit FROM account_act "
     "WHERE kind IN (6, 7) ORDER BY id", "SELECT account, held FROM account_deposit"),
    ("what vendors may sell for", "SELECT vendor, kind, amount, balance FROM vendor_entry ORDER BY vendor, entry",
     "SELECT organisation, balance FROM vendor"),
    ("what is owed", "SELECT debt, 0, amount, outstanding FROM debt_entry ORDER BY debt, entry",
     "SELECT id, outstanding FROM debt"),
)
# (when, what came over the counter or was given by a claim - what it was for): what is neither spent nor held came to nobody
NO_MONEY_LOST = """
SELECT s.issued_at_unix_s, iif(b.payment = 5, 0, iif(b.change_kept = 1, b.tendered, b.total))
    - (SELECT coalesce(sum(amount), 0) FROM bill_line WHERE sale = b.sale) FROM bill b JOIN sale s ON s.id = b.sale
UNION ALL SELECT at_unix_s, CASE WHEN payment = 5 THEN 0 WHEN kind IN (4, 5, 6, 9) THEN amount ELSE -amount END
    - iif(kind = 4, amount, 0) FROM account_act WHERE kind BETWEEN 4 AND 9
UNION ALL SELECT at_unix_s, iif(kind = 6, -amount, amount) FROM account_act WHERE kind IN (6, 7)
UNION ALL SELECT at_unix_s, -amount FROM account_entry"""
# (when, what is owed more by the acts and less by the bills - what debts say)
NO_DEBT_LOST = """
SELECT at_unix_s, iif(kind IN (1, 11), amount, -amount) FROM account_act WHERE kind IN (1, 3, 4, 10, 11)
UNION ALL SELECT s.issued_at_unix_s, -l.amount FROM bill_line l JOIN sale s ON s.id = l.sale WHERE l.kind = 6
UNION ALL SELECT coalesce(a.at_unix_s, s.issued_at_unix_s), -e.amount FROM debt_entry e
    LEFT JOIN account_act a ON a.id = e.act LEFT JOIN sale s ON s.id = e.sale"""
# deposits - sales + reversals + commission - what was taken in at the counter besides + what was paid out there
SIGNS = {1: 1, 2: -1, 3: -1, 4: 1, 5: 1, 6: -1, 7: -1, 8: 1}


def prefixes(rows):
    """How many prefixes hold and do not, and where each owner ends."""
    left, good, bad = defaultdict(int), 0, 0
    for owner, _, amount, says in rows:
        left[owner] += amount
        good, bad = (good + 1, bad) if left[owner] == says else (good, bad + 1)
    return left, good, bad


def vendor_law(rows):
    """Deposits - sales + reversals = credit, by sums of each kind, at every prefix."""
    sums, bad = defaultdict(int), 0
    for vendor, kind, amount, says in rows:
        sums[vendor, kind] += abs(amount)
        bad += sum(sign * sums[vendor, of] for of, sign in SIGNS.items()) != says
    return bad


def adds_to_nothing(ledger, rows_of):
    """How many moments there were, and after how many of them the rows until then came to something."""
    moments = ledger.execute(f"SELECT sum(sum(amount)) OVER (ORDER BY at) FROM (SELECT 0 AS at, 0 AS amount UNION ALL {rows_of}) GROUP BY at")
    left = [amount for (amount,) in moments]
    return len(left), sum(amount != 0 for amount in left)


def main():
    ledger = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=30)
    tables = {name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    passed, failed = 0, 0
    for name, rows_of, shown_of in LAWS:
        if rows_of.split()[rows_of.split().index("FROM") + 1] not in tables:
            print(f"{name}: not in this ledger")
            continue
        rows, shown = ledger.execute(rows_of).fetchall(), dict(ledger.execute(shown_of))
        left, good, bad = prefixes(rows)
        bad += sum(left.get(owner, 0) != says for owner, says in shown.items())
        bad += len(set(left) - set(shown))
        bad += vendor_law(rows) if name.startswith("what vendors") else 0
        print(f"{name}: {good} prefixes of {len(shown)}")
        passed, failed = passed + good + len(shown), failed + bad
    for name, rows_of in (("money that came", NO_MONEY_LOST), ("what became of debts", NO_DEBT_LOST)):
        moments, bad = adds_to_nothing(ledger, rows_of)
        print(f"{name}: {moments} moments")
        passed, failed = passed + moments - bad, failed + bad
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
