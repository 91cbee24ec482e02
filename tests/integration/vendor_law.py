"""The law of vendors' money, worked out a second time from the rows of a ledger, at every prefix of its history:
deposits - sales + reversals + commission - taken in + paid out = balance, which no sale, payment and deposit taken back
brings below the credit limit.
What each row has to say is found from bills, deposits and acts; then the sums of ended batches from the bills of their
receipts and the acts of their time, and with them what each till's drawer has to hold. Prints what breaks it and ends with 2, or prints counts. vendor_law.py LEDGER"""
import sqlite3
import sys

RECEIPTS = 1 << 40
wrong = []


def check(holds, *what):
    if not holds:
        wrong.append(" ".join(str(part) for part in what))


def rows(ledger, text, *values):
    return [dict(row) for row in ledger.execute(text, values)]


def lines_up(ledger):
    """Each organisation with itself and those above it."""
    parents = {row["id"]: row["parent"] for row in rows(ledger, "SELECT id, parent FROM organisation")}
    above = {}
    for organisation in parents:
        line = [organisation]
        while parents[line[-1]] is not None:
            line.append(parents[line[-1]])
        above[organisation] = line
    return above


def taken(bill):
    if bill["payment"] == 5:
        return 0
    return bill["tendered"] if bill["change_kept"] else bill["total"]


def walk_vendor(vendor, facts):
    balance = day_sold = 0
    day = None
    for number, entry in enumerate(facts["entries"].get(vendor, []), 1):
        where = ("vendor", vendor, "entry", number)
        terms = facts["terms"][vendor, entry["terms"]]
        check(entry["entry"] == number, *where, "numbers leave a gap")
        balance += amount_of(entry, terms, facts, where)
        check(balance == entry["balance"], *where, "says", entry["balance"], "and has", balance)
        if entry["kind"] in (3, 7):
            now = (entry["at_unix_s"] + facts["offset_s"]) // 86400
            day_sold = (day_sold if day is not None and now <= day else 0) - entry["amount"]
            day = now if day is None else max(day, now)
            check(day_sold == entry["day_sold"], *where, "day sold", entry["day_sold"], "and not", day_sold)
            check(not terms["day_limit"] or day_sold <= terms["day_limit"], *where, "above the day's limit")
            check(entry["kind"] == 7 or not terms["sale_limit"] or -entry["amount"] <= terms["sale_limit"], *where, "above the sale's limit")
        if entry["kind"] in (2, 3, 7):
            check(balance + terms["credit_limit"] >= 0, *where, "below the limit:", balance)
    return balance


def amount_of(entry, terms, facts, where):
    """What the row has to say, from what it is of."""
    kind = entry["kind"]
    if kind in (1, 2):
        deposit = facts["deposits"].pop((entry["vendor"], entry["deposit"]), None)
        check(deposit is not None, *where, "deposit booked twice or missing")
        return deposit["amount"] if deposit else 0
    if kind in (7, 8):
        act = facts["acts"].get(entry["act"])
        check(act is not None and act["kind"] in ((4, 5, 6) if kind == 7 else (7, 8)), *where, "not an act over the counter")
        return 0 if act is None else act["amount"] * (-1 if kind == 7 else 1)
    bill = facts["bills"].get(entry["sale"])
    check(bill is not None, *where, "without a bill")
    if bill is None:
        return 0
    if kind in (3, 4):
        return -taken(bill) if kind == 3 else taken(bill)
    if kind == 5:
        return bill["energy"] * terms["commission_e4"] // 1000000
    return -facts["commission"].get(entry["sale"], 0)


def every_bill_is_booked(facts):
    booked = {(entry["sale"], entry["kind"]) for all_of in facts["entries"].values() for entry in all_of}
    for sale, bill in facts["bills"].items():
        vendor = next((one for one in facts["above"][bill["seller"]] if one in facts["since"]), None)
        if vendor is None or bill["issued_at_unix_s"] <= facts["since"][vendor]:
            continue
        check((taken(bill) == 0) or (sale, 3) in booked, "sale", sale, "of a vendor is not booked")


def batches(ledger):
    ended = rows(ledger, "SELECT b.*, e.ended_at_unix_s FROM batch b JOIN batch_end e ON e.batch = b.id ORDER BY b.id")
    last = {}
    for batch in ended:
        series = batch["kind"], batch["organisation"], batch["terminal"]
        check(batch["number"] == last.get(series, 0) + 1, "batch", batch["id"], "leaves a gap")
        last[series] = batch["number"]
        check_sums(ledger, batch)
    for kind in (3, 4):
        through = {}
        for till in rows(ledger, "SELECT * FROM batch_till WHERE kind = ? ORDER BY batch, terminal", kind):
            check(till["after"] == through.get(till["terminal"], 0), "till", till["terminal"], "not from where it ended")
            through[till["terminal"]] = till["through"]
        check_goes_on(ledger, kind)
    return len(ended)


def check_goes_on(ledger, kind):
    """No act is in two batches of this kind of an organisation, or in none."""
    through = {}
    for row in rows(ledger, "SELECT b.organisation, s.after, e.through FROM batch b JOIN batch_act_start s ON s.batch = b.id "
                    "JOIN batch_act_end e ON e.batch = b.id WHERE b.kind = ? ORDER BY b.id", kind):
        check(row["after"] == through.get(row["organisation"], 0), "acts of", row["organisation"], "not from where it ended")
        through[row["organisation"]] = row["through"]


def check_sums(ledger, batch):
    found = {}

    def add(what, key, amount):
        count, total = found.get((what, key), (0, 0))
        found[what, key] = count + 1, total + amount

    for till in rows(ledger, "SELECT * FROM batch_till WHERE batch = ?", batch["id"]):
        low, high = till["terminal"] * RECEIPTS + till["after"], till["terminal"] * RECEIPTS + till["through"]
        for sale in rows(ledger, "SELECT id, principal FROM sale WHERE id > ? AND id <= ?", low, high):
            if batch["kind"] == 1 and sale["principal"] != batch["principal"]:
                continue
            add_sale(ledger, sale["id"], add)
    add_acts(ledger, batch, add)
    said = {(row["what"], row["key"]): (row["count"], row["amount"])
            for row in rows(ledger, "SELECT * FROM batch_sum WHERE batch = ?", batch["id"])}
    check(said == found, "batch", batch["id"], "says", said, "and has", found)
    law = sum(amount * {1: 1, 6: 1, 2: -1, 3: -1}.get(what, 0) for (what, _), (_, amount) in found.items())
    check(law == 0, "batch", batch["id"], "money and lines differ by", law)


def add_acts(ledger, batch, add):
    """What came and went over the counter besides sales, at the tills of the batch. Its acts are those after one through
    another: they have to be those of its time, too."""
    window = next(iter(rows(ledger, "SELECT s.after, e.through FROM batch_act_start s JOIN batch_act_end e "
                            "ON e.batch = s.batch WHERE s.batch = ?", batch["id"])), {"after": 0, "through": 0})
    for act in rows(ledger, "SELECT a.*, p.organisation FROM account_act a JOIN principal p ON p.id = a.principal"):
        of_till = batch["terminal"] in ("", act["terminal"]) and act["organisation"] == batch["organisation"]
        of_person = batch["kind"] != 1 or act["principal"] == batch["principal"]
        if act["payment"] not in (1, 2, 3, 4) or not of_till or not of_person:
            continue
        inside = window["after"] < act["id"] <= window["through"]
        late, early = act["at_unix_s"] > batch["ended_at_unix_s"], act["at_unix_s"] < batch["started_at_unix_s"]
        check(not (inside and late), "act", act["id"], "is in batch", batch["id"], "that had ended")
        if batch["kind"] < 3:
            check(not (inside and early), "act", act["id"], "is in batch", batch["id"], "that had not begun")
            check(inside or early or late or act["at_unix_s"] in (batch["started_at_unix_s"], batch["ended_at_unix_s"]),
                  "act", act["id"], "is missing in batch", batch["id"])
        if inside:
            out = act["kind"] in (7, 8)
            add(8 if out else 7, act["payment"], act["amount"])
            add(9, act["kind"], act["amount"])


def add_sale(ledger, sale, add):
    bill = next(iter(rows(ledger, "SELECT * FROM bill WHERE sale = ?", sale)), None)
    if bill is None:
        add(5, 0, 0)
        return
    if bill["payment"] == 5:
        add(6, 0, bill["total"])
    else:
        add(1, bill["payment"], taken(bill))
    if bill["change_kept"] and bill["tendered"] > bill["total"]:
        add(3, bill["payment"], bill["tendered"] - bill["total"])
    for line in rows(ledger, "SELECT kind, amount FROM bill_line WHERE sale = ?", sale):
        add(2, line["kind"], line["amount"])
    for entry in rows(ledger, "SELECT kind, amount FROM vendor_entry WHERE sale = ? AND kind = 5", sale):
        add(4, entry["kind"], entry["amount"])


def main():
    ledger = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
    ledger.row_factory = sqlite3.Row
    ledger.execute("BEGIN")
    facts = {
        "above": lines_up(ledger),
        "offset_s": 60 * next(iter(rows(ledger, "SELECT utc_offset_min FROM office")))["utc_offset_min"],
        "terms": {(row["vendor"], row["version"]): row for row in rows(ledger, "SELECT * FROM vendor_terms")},
        "since": {row["vendor"]: row["at"] for row in rows(
            ledger, "SELECT vendor, min(approved_at_unix_s) AS at FROM vendor_terms_approval GROUP BY vendor")},
        "deposits": {(row["vendor"], row["number"]): row for row in rows(ledger, "SELECT * FROM vendor_deposit")},
        "acts": {row["id"]: row for row in rows(ledger, "SELECT * FROM account_act")},
        "bills": {row["sale"]: row for row in rows(
            ledger, "SELECT b.*, s.issued_at_unix_s, p.organisation AS seller FROM bill b JOIN sale s ON s.id = b.sale "
            "JOIN principal p ON p.id = s.principal")},
        "commission": {row["sale"]: row["amount"] for row in rows(
            ledger, "SELECT sale, amount FROM vendor_entry WHERE kind = 5")},
        "entries": {},
    }
    for entry in rows(ledger, "SELECT * FROM vendor_entry ORDER BY vendor, entry"):
        facts["entries"].setdefault(entry["vendor"], []).append(entry)
    for vendor in rows(ledger, "SELECT * FROM vendor"):
        balance = walk_vendor(vendor["organisation"], facts)
        check(balance == vendor["balance"], "vendor", vendor["organisation"], "has", vendor["balance"], "not", balance)
    check(not facts["deposits"], "deposits that are not booked:", list(facts["deposits"]))
    every_bill_is_booked(facts)
    ended = batches(ledger)
    for text in wrong:
        print(text)
    if wrong:
        return 2
    print("%d entries of %d vendors, %d batches: every prefix holds" % (
        sum(map(len, facts["entries"].values())), len(facts["entries"]), ended))
    return 0


if __name__ == "__main__":
    sys.exit(main())
