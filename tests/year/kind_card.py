"""Customers with cards: opened, sold to, and lost with a purchase on it; sold by somebody above, as those who sell on credit
sell at prices only."""
from kind import Kind, answered

METERS = 2


def words(_, event):
    return [("card.sh", event["act"], str(event["meter"]), str(event["kwh"]))]


def reckon(office, event):
    """The meter has every kWh once, whichever card brought it."""
    office.on_cards[event["meter"]] = office.on_cards.get(event["meter"], 0) + event["kwh"] * 1000
    return [answered(remaining=office.on_cards[event["meter"]])]


KINDS = {"card": Kind(lambda book, event: [], reckon, words)}


# ---- drawing ----
def draw(rng, meter, act):
    return [{"kind": "card", "via": "card", "act": act, "meter": meter, "kwh": rng.randint(1, 50)}]
