"""The server is killed while sales are under way, each to another account and at a till of its own; it starts again, and
all of them come to their end once."""
import kind_sale
from kind import Kind

AT_ONCE = 6


def calls(book, event):
    return [kind_sale.calls(book, sale)[0] for sale in event["sales"]]


def reckon(office, event):
    """Whether an answer had been stored before the crash, nobody can know."""
    answers = [kind_sale.reckon(office, sale)[0] for sale in event["sales"]]
    for answer in answers:
        answer.get("ok", {}).pop("issued.replayed", None)
    return answers


KINDS = {"crash": Kind(calls, reckon)}


def draw(rng, world):
    sales = []
    for number, account in enumerate(rng.sample(world.accounts, min(AT_ONCE, len(world.accounts)))):
        sale = kind_sale.draw_one(rng, world, account)
        sale["till"] = f"crash{number}"
        sale.pop("via", None)
        sales.append(sale)
    return [{"kind": "crash", "sales": sales}]
