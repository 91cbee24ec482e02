"""What has to come about in every book that is drawn: done, not refused."""
import kind_card
import people

LEAST = {
    "office": 1, "put-tariff": 5, "approve-tariff": 3, "assign-tariff": 3, "meter": 30, "open": 30, "sell": 200,
    "update": 3, "suspend": 2, "resume": 2, "transfer": 2, "change-meter": 2, "close": 2, "claim": 3, "agree": 10,
    "reverse": 4, "confirm": 1, "cancel": 4, "free": 3, "add-debt": 15, "change-debt": 1, "write-off": 3, "pay-account": 10,
    "pay-out": 4, "vendor-terms": 2, "vendor-deposit": 5, "shift-start": 2, "shift-end": 2, "settle": 4, "crash": 1,
    "look": 30, "look-debts": 30, "vendor-look": 2, "card": 3 * kind_card.METERS,
    "a card lost": kind_card.METERS, "a sale in a crash": 1, "a reversal paid": 3, "a debt owed again": 8,
    "a debt taken by a sale": 20, "a debt that went along": 2, "credit of a meter paid": 1, "units of an old meter moved": 1,
    "free units taken": 3, "a month charged": 20, "paid with what the account held": 2, "a deposit taken back": 1, "at the command line": 5, "rush": 3, "at one moment": 32,
}
OPERATORS = 10


def note(did, book, event, answers):
    """Counts what an event did."""
    if not any("ok" in answer for answer in answers):
        return
    did[event["kind"]] += 1
    did["at the command line"] += event.get("via") == "cli"
    did["a deposit taken back"] += "takes_back" in event
    did["a card lost"] += event.get("act") == "lose"
    did["a sale in a crash"] += sum("ok" in answer for answer in answers) if event["kind"] == "crash" else 0
    for call, answer in zip(book.calls(event), answers):
        if "ok" in answer:
            did["by " + call[0]] += 1
            did["at " + people.HOME[call[0]]] += event["kind"] == "sell"


def missing(did):
    """What there was too little of."""
    few = [f"{name}: {did[name]} of {least}" for name, least in LEAST.items() if did[name] < least]
    operators = sum(name.startswith("by ") for name in did)
    few += [f"operators: {operators} of {OPERATORS}"] if operators < OPERATORS else []
    return few + [f"no sale at {shop}" for shop in people.SHOPS if not did["at " + shop]]
