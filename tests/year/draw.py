"""Draws the events of a year from a seed."""
import random

import kind_account
import kind_card
import kind_crash
import kind_debt
import kind_life
import kind_sale
import kind_tariff
import kind_vendor
import people
from book import Book
from oracle import luhn

DAY_S = 86400
MONTH_DAYS = 30
QUIET_S = 600
FIRST_SERIAL = 5000
SALES = 3  # of an account in a month
NAMES = ("Mei Lin", "Jörg Weiß", "Ana Sousa", "Wang Xiaoming", "Thabo Nkosi", "O'Neill", "Zoë", "M. Dubois")


class World:
    """As much as the drawing must know to draw what makes sense."""

    def __init__(self):
        self.accounts, self.sales, self.requests, self.meters = [], [], 0, 0
        self.terms, self.deposits = {}, {}  # of vendors: how many

    def some_account(self, rng):
        return rng.choice(self.accounts)

    def name(self, rng):
        return f"{rng.choice(NAMES)} {rng.randint(1, 999)}"

    def meter(self, rng, shop):
        self.meters += 1
        return {"kind": "meter", "pan": luhn.make_pan("12", FIRST_SERIAL + self.meters), "organisation": shop,
                "ea": rng.choice((7, 11))}

    def request_id(self):
        self.requests += 1
        return f"year-{self.requests}"


def draw_customer(rng, world, number):
    shop = people.SHOPS[0 if rng.random() < 0.6 else 1]
    meter = world.meter(rng, shop)
    account = {"account": f"A-{number:04d}", "pan": meter["pan"], "organisation": shop, "name": world.name(rng),
               "class": "trade" if rng.random() < 0.2 else "default"}
    opening = dict(account, kind="open", by=people.CLERKS[shop], via="cli" if rng.random() < 0.05 else "grpc")
    world.accounts.append(dict(account, version=1, held=False, debts=[]))
    return [meter, opening]


class Calendar:
    """Events at rising moments, a minute apart at least."""

    def __init__(self):
        self.at, self.events = 0, []

    def add(self, at, events):
        for event in events:
            self.at = max(self.at + 60, int(at))
            if self.at % DAY_S > DAY_S - QUIET_S:  # an event must not begin on one day and end on the next
                self.at += QUIET_S + 60
            self.events.append({"at": self.at, **event})


def moments(rng, months, customers):
    """(at, what), in order: what happens on ordinary days."""
    length = months * MONTH_DAYS * DAY_S
    counts = {"sale": customers * months * SALES, "update": customers * months // 20, "hold": customers * months // 10,
              "price": max(2, months), "debt": customers * months // 6, "money": customers * months // 6,
              "deposit": months * 8, "terms": months, "shift": months * 12, "settle": months * 4,
              "close": customers * months // 60, "meter": customers * months // 60, "transfer": customers * months // 60,
              "reverse": customers * months // 20, "cancel": customers * months // 40,
              "free": customers * months // 40}
    drawn = [(rng.randint(DAY_S, length), what) for what, count in counts.items() for _ in range(count)]
    drawn.append((length * 2 // 3, "crash"))
    for meter in range(1, kind_card.METERS + 1):
        drawn += [(length * part // 5 + meter, f"card {act} {meter}") for part, act in ((1, "buy"), (3, "lose"))]
    return sorted(drawn)


def draw(seed, customers, months):
    rng = random.Random(seed)
    world, calendar = World(), Calendar()
    first, terms = kind_tariff.draw_first(rng)
    calendar.add(0, first)
    for number in range(customers):
        calendar.add(0, draw_customer(rng, world, number))
    makers = {
        "sale": lambda _: kind_sale.draw(rng, world), "update": lambda _: kind_account.draw_update(rng, world),
        "hold": lambda _: kind_account.draw_hold(rng, world), "crash": lambda _: kind_crash.draw(rng, world),
        "price": lambda at: kind_tariff.draw_change(rng, terms, at), "debt": lambda _: kind_debt.draw_debt(rng, world),
        "money": lambda _: kind_debt.draw_money(rng, world),
        "deposit": lambda _: kind_vendor.draw_deposit(rng, world, customers),
        "terms": lambda _: kind_vendor.draw_terms(rng, world, rng.choice(people.SHOPS)),
        "close": lambda _: kind_life.draw_close(rng, world), "meter": lambda _: kind_life.draw_meter(rng, world),
        "transfer": lambda _: kind_life.draw_transfer(rng, world), "free": lambda _: kind_life.draw_free(rng, world),
        "reverse": lambda _: kind_life.draw_reverse(rng, world), "cancel": lambda _: kind_life.draw_cancel(rng, world),
        "shift": lambda _: kind_vendor.draw_shift(rng, world), "settle": lambda _: kind_vendor.draw_settle(rng, world)}
    calendar.add(0, kind_vendor.draw_terms(rng, world, "shop1"))
    for meter in range(1, kind_card.METERS + 1):
        calendar.add(0, kind_card.draw(rng, meter, "open"))
    for at, what in moments(rng, months, customers):
        if what.startswith("card"):
            calendar.add(at, kind_card.draw(rng, int(what.split()[2]), what.split()[1]))
        else:
            calendar.add(at, makers[what](max(at, calendar.at)))
    looks = [{"kind": "vendor-look", "by": "manager1", "organisation": one} for one in sorted(world.terms)]
    for one in world.accounts:
        looks.append({"kind": "look-debts", "by": people.CLERKS[one["organisation"]], "account": one["account"]})
    looks += [{"kind": "look", "by": people.CLERKS[one["organisation"]], "account": one["account"]}
             for one in world.accounts]
    calendar.add(calendar.at, looks)
    return Book({"seed": seed, "months": months, "customers": customers, "start": 0}, calendar.events)
