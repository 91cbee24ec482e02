"""Draws the events of a year from a seed."""
import random

import kind_account
import kind_crash
import kind_sale
import kind_tariff
import people
from book import Book
from oracle import luhn

DAY_S = 86400
MONTH_DAYS = 30
FIRST_SERIAL = 5000
SALES = 3  # of an account in a month
NAMES = ("Mei Lin", "Jörg Weiß", "Ana Sousa", "Wang Xiaoming", "Thabo Nkosi", "O'Neill", "Zoë", "M. Dubois")


class World:
    """As much as the drawing must know to draw what makes sense."""

    def __init__(self):
        self.accounts, self.requests = [], 0

    def some_account(self, rng):
        return rng.choice(self.accounts)

    def name(self, rng):
        return f"{rng.choice(NAMES)} {rng.randint(1, 999)}"

    def request_id(self):
        self.requests += 1
        return f"year-{self.requests}"


def draw_customer(rng, world, number):
    shop = people.SHOPS[0 if rng.random() < 0.6 else 1]
    meter = {"kind": "meter", "pan": luhn.make_pan("12", FIRST_SERIAL + number), "organisation": shop,
             "ea": rng.choice((7, 11))}
    account = {"account": f"A-{number:04d}", "pan": meter["pan"], "organisation": shop, "name": world.name(rng),
               "class": "trade" if rng.random() < 0.2 else "default"}
    opening = dict(account, kind="open", by=people.CLERKS[shop], via="cli" if rng.random() < 0.05 else "grpc")
    world.accounts.append(dict(account, version=1, held=False))
    return [meter, opening]


class Calendar:
    """Events at rising moments, a minute apart at least."""

    def __init__(self):
        self.at, self.events = 0, []

    def add(self, at, events):
        for event in events:
            self.at = max(self.at + 60, int(at))
            self.events.append({"at": self.at, **event})


def moments(rng, months, customers):
    """(at, what), in order: what happens on ordinary days."""
    length = months * MONTH_DAYS * DAY_S
    counts = {"sale": customers * months * SALES, "update": customers * months // 20, "hold": customers * months // 10,
              "price": max(2, months)}
    drawn = [(rng.randint(DAY_S, length), what) for what, count in counts.items() for _ in range(count)]
    drawn.append((length * 2 // 3, "crash"))
    return sorted(drawn)


def draw(seed, customers, months):
    rng = random.Random(seed)
    world, calendar = World(), Calendar()
    first, terms = kind_tariff.draw_first(rng)
    calendar.add(0, first)
    for number in range(customers):
        calendar.add(0, draw_customer(rng, world, number))
    for at, what in moments(rng, months, customers):
        if what == "sale":
            calendar.add(at, kind_sale.draw(rng, world))
        elif what == "update":
            calendar.add(at, kind_account.draw_update(rng, world))
        elif what == "hold":
            calendar.add(at, kind_account.draw_hold(rng, world))
        elif what == "price":
            calendar.add(at, kind_tariff.draw_change(rng, terms, max(at, calendar.at)))
        elif what == "crash":
            calendar.add(at, kind_crash.draw(rng, world))
    looks = [{"kind": "look", "by": people.CLERKS[one["organisation"]], "account": one["account"]}
             for one in world.accounts]
    calendar.add(calendar.at, looks)
    return Book({"seed": seed, "months": months, "customers": customers, "start": 0}, calendar.events)
