"""The book of a year: what happened when, as a file that can be played again. The first line is about all, each line after
it is one event {"at": seconds since the start, "kind": ..., ...}. What an event means as calls is said by its kind."""
import calendar
import datetime
import json

import kind_account
import kind_card
import kind_crash
import kind_debt
import kind_life
import kind_meter
import kind_rush
import kind_sale
import kind_tariff
import kind_vendor

KINDS = {}
for part in (kind_tariff, kind_meter, kind_account, kind_sale, kind_crash, kind_vendor, kind_debt, kind_life, kind_card,
             kind_rush):
    KINDS.update(part.KINDS)


class Book:
    def __init__(self, head, events):
        self.seed, self.months, self.customers = head["seed"], head["months"], head["customers"]
        self.leap, self.start = head.get("leap", False), head["start"]
        self.events = events
        # what the server called things in its answers: receipts by (seller, request id), debts and claims by request id
        self.receipts, self.debts, self.claims = {}, {}, {}

    @classmethod
    def read(cls, path):
        with open(path, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        head = lines[0]
        head.setdefault("start", next_year(head.get("leap", False)))
        return cls(head, lines[1:])

    def write(self, path):
        head = {"seed": self.seed, "months": self.months, "customers": self.customers, "leap": self.leap}
        with open(path, "w", encoding="utf-8") as file:
            for line in [head, *self.events]:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def calls(self, event):
        """(principal, service, method, request), in order."""
        return KINDS[event["kind"]].calls(self, event)

    def learn(self, event, answers):
        """Later events may be about what an earlier one made."""
        for made, answer in zip(event.get("sales", [event]), answers, strict=False):
            got = answer.get("ok", {})
            if "issued" in got:
                self.receipts[made["by"], made["id"]] = got["issued"]["receipt"]
            if made["kind"] == "add-debt" and got:
                self.debts[made["id"]] = got["debt_id"]
            if made["kind"] in ("claim", "reverse") and got:
                self.claims[made["id"]] = got["claim_id"]

    def words(self, event):
        """The same for the command line: (principal, word...)."""
        return KINDS[event["kind"]].words(self, event)


def next_year(leap):
    """The first of January that is still to come, or that of the next leap year: the certificates of the instance began
    today."""
    year = datetime.datetime.now(datetime.timezone.utc).year + 1
    while leap and not calendar.isleap(year):
        year += 1
    return int(datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc).timestamp())
