#!/usr/bin/env python3
"""Checks a ledger against what clients were told, with SQL and hashing of its own (it shares no code with the server).

usage: ledger.py LEDGER JOURNAL   (the journal of tests/faults/storm.c)
"""
import hashlib
import sqlite3
import sys

faults = []


def fault(text):
    faults.append(text)


def read_journal(path):
    started, acknowledged, refused = {}, {}, {}
    with open(path, encoding="ascii") as file:
        for line in file:
            kind, request_id, *rest = line.split()
            if kind == "start":
                started[request_id] = rest
            elif kind == "ack":
                if request_id in acknowledged:
                    fault(f"{request_id} was acknowledged twice by one client")
                acknowledged[request_id] = rest
            else:
                refused[request_id] = rest[0]
    return started, acknowledged, refused


def check_sales(ledger, started, acknowledged, refused):
    rows = ledger.execute("""
        select s.request_id, m.pan, s.requested, t.name, s.receipt, s.digits, s.encoded
        from sale s join meter m on m.id = s.meter join terminal t on t.id = s.terminal""").fetchall()
    sold = {}
    for request_id, *row in rows:
        if request_id in sold:
            fault(f"{request_id} has two rows")
        sold[request_id] = row
    for request_id, (pan, wh, till, receipt, digits) in acknowledged.items():
        row = sold.get(request_id)
        if row is None:
            fault(f"{request_id} was acknowledged and is not in the ledger")
        elif row[:5] != [pan, int(wh), till, int(receipt), digits]:
            fault(f"{request_id} was acknowledged as {pan} {wh} {till} {receipt} and stands as {row[:4]}, or other digits")
        elif row[5] < int(wh):
            fault(f"{request_id}: less was sold than was asked")
    for request_id in refused:
        if request_id in sold:
            fault(f"{request_id} was refused and is in the ledger")
    for request_id, row in sold.items():
        if row[2].startswith("storm") and request_id not in started:
            fault(f"{request_id} is in the ledger and nobody asked for it")
    for request_id in started:
        if request_id not in acknowledged and request_id not in refused:
            fault(f"{request_id} was begun and never came to an end")


def check_rules(ledger):
    nothing = {
        "a request id with two sales": "select principal, request_id from sale group by 1, 2 having count(*) > 1",
        "a TID twice on one meter": "select meter, tid from sale group by 1, 2 having count(*) > 1",
        "digits twice on one meter": "select meter, digits from sale group by 1, 2 having count(*) > 1",
        "a receipt gap": "select terminal from sale group by 1 having min(receipt) <> 1 or max(receipt) <> count(*)",
        "a last TID that is not the last": """
            select m.meter from meter_tid m left join (select meter, max(tid) tid from sale group by 1) s using (meter)
            where m.last_tid <> coalesce(s.tid, 0)""",
        "a later receipt with an earlier time": """
            select a.id from sale a join sale b on b.id = a.id + 1 where b.issued_at_unix_s < a.issued_at_unix_s""",
        "the reserved minute": "select id from sale where tid % 1440 = 1",
        "a sale that the audit does not tell of": """
            select count(*) from sale having count(*) <> (
              select count(*) from audit where action like '%IssueCredit' and outcome = 'ok')""",
    }
    for name, sql in nothing.items():
        rows = ledger.execute(sql).fetchmany(3)
        if rows:
            fault(f"{name}: {rows}")
    answer = ledger.execute("pragma integrity_check").fetchone()[0]
    if answer != "ok":
        fault(f"integrity check: {answer}")


def text(value):
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


def check_audit(ledger):
    previous, expected, chain_before = bytes(32), 1, None
    columns = "chain, sequence, time_unix_us, principal, action, object, outcome, detail, hash"
    for row in ledger.execute(f"select {columns} from audit order by chain, sequence"):
        chain, sequence, time, *texts, digest = row
        if chain != chain_before:
            previous, expected, chain_before = bytes(32), 1, chain
        form = text("metervault-audit-1") + previous + chain.to_bytes(4, "big") + sequence.to_bytes(8, "big")
        form += time.to_bytes(8, "big", signed=True) + b"".join(text(value) for value in texts)
        if sequence != expected or hashlib.sha256(form).digest() != digest:
            fault(f"audit record {chain}/{sequence} breaks the chain")
            return
        previous, expected = digest, expected + 1


def main():
    ledger = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    started, acknowledged, refused = read_journal(sys.argv[2])
    check_sales(ledger, started, acknowledged, refused)
    check_rules(ledger)
    check_audit(ledger)
    if not acknowledged:
        fault("nothing was acknowledged, so nothing was shown")
    sales = ledger.execute("select count(*) from sale").fetchone()[0]
    print(f"{len(started)} sales begun, {len(acknowledged)} acknowledged, {len(refused)} refused; {sales} in the ledger")
    for line in faults[:20]:
        print(f"FAULT {line}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
