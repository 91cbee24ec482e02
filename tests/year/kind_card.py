"""Customers with cards: opened, sold to, and lost with a purchase on it. What a card brings is sold to the account as any
other sale, but for the token; by somebody above, who is on no credit."""
import kind_sale
import people
from kind import Kind
from oracle import luhn

METERS = 2
SHOP = "shop1"  # has both meters


def words(_, event):
    return [("card.sh", event["act"], str(event["meter"]), str(event["kwh"]), event["id"])]


def reckon(office, event):
    """The meter has every kWh once, whichever card brought it. A new card comes with some that have no price."""
    wh = event["kwh"] * 1000
    sale = dict(event, kind="sell", till="cards", pay="cash", wh=wh)
    answer = kind_sale.sell(office, sale) if event["act"] != "open" else {"ok": {}}
    brought = office.on_cards[event["meter"]] = office.on_cards.get(event["meter"], 0) + wh
    # there is no token, and the sale is read back once the card has it
    fields = {name: value for name, value in answer["ok"].items() if name not in ("token", "issued.replayed")}
    return [{"ok": dict(fields, remaining=brought)}]


KINDS = {"card": Kind(lambda book, event: [], reckon, words)}


# ---- drawing ----
def pan(meter):
    return luhn.make_pan("12", meter)


def draw_open(rng, world, meter):
    account = {"account": f"C-{meter}", "pan": pan(meter), "organisation": SHOP, "name": world.name(rng), "class": "default"}
    world.all.append((account["account"], SHOP))
    return [dict(account, kind="open", by=people.CLERKS[SHOP])] + draw(rng, world, meter, "open")


def draw(rng, world, meter, act):
    return [{"kind": "card", "via": "card", "by": people.CLERK_ABOVE, "act": act, "meter": meter, "account": f"C-{meter}",
             "id": world.request_id(), "kwh": rng.randint(20, 60)}]
