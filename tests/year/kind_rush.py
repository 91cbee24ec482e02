"""The same sale, or the same free units, under several request ids at one moment: which of them is carried out first, nobody
can know, but what all of them together come to."""
import kind_life
import kind_sale
from kind import Kind

AT_ONCE = 8
KINDS_OF_ONE = {"sell": kind_sale.KINDS["sell"], "free": kind_life.KINDS["free"]}


def calls(book, event):
    return [call for one in event["sales"] for call in KINDS_OF_ONE[one["kind"]].calls(book, one)]


def reckon(office, event):
    office.did["at one moment"] += len(event["sales"])
    return [answer for one in event["sales"] for answer in KINDS_OF_ONE[one["kind"]].reckon(office, one)]


def in_order(answers):
    """As they were carried out: by receipt, and then what was refused."""
    def place(answer):
        got = answer.get("ok", {})
        flat = got.get("issued.receipt.number", got.get("receipt.number"))
        receipt = got.get("issued", got).get("receipt", {})
        return (not got, flat or receipt.get("number", 0), answer.get("no", ""))
    return sorted(answers, key=place)


KINDS = {"rush": Kind(calls, reckon)}


def draw(world, event):
    return {"kind": "rush", "sales": [dict(event, id=world.request_id()) for _ in range(AT_ONCE)]}
