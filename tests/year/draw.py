"""Draws the events of a year from a seed."""
import random
import time

import history
import kind_account
import kind_card
import kind_crash
import kind_debt
import kind_life
import kind_sale
import kind_tariff
import kind_vendor
import month
import people
import scenes
from book import Book, next_year
from oracle import luhn

DAY_S = month.DAY_S
MONTH_DAYS = 30
CERTIFIED_DAYS = 800  # from today
QUIET_S = 600    # before a day ends
MOMENT_S = 20    # the last ones of a month
FIRST_SERIAL = 5000
SALES = 3  # of an account in a month
NAMES = ("Mei Lin", "Jörg Weiß", "Ana Sousa", "Wang Xiaoming", "Thabo Nkosi", "O'Neill", "Zoë", "M. Dubois")


class World:
    """As much as the drawing must know to draw what makes sense."""

    def __init__(self):
        self.accounts, self.sales, self.requests, self.meters = [], [], 0, 0
        self.all = []  # accounts, also those that are over: (number, organisation)
        self.terms, self.deposits = {}, {}  # of vendors: how many

    def some_account(self, rng):
        return rng.choice(self.accounts)

    def name(self, rng):
        return f"{rng.choice(NAMES)} {rng.randint(1, 999)}"

    def meter(self, rng, shop):
        self.meters += 1
        return {"kind": "meter", "pan": luhn.make_pan("12", FIRST_SERIAL + self.meters), "organisation": shop,
                "ea": rng.choice((7, 11))}

    def opened(self, account):
        self.all.append((account["account"], account["organisation"]))
        self.accounts.append(dict(account, version=1, held=False, debts=[]))

    def transfer(self, account, after):
        self.accounts.remove(account)
        self.opened(dict(account, **after))

    def request_id(self):
        self.requests += 1
        return f"year-{self.requests}"


def draw_customer(rng, world, tariff_class=None):
    shop = people.SHOPS[0 if rng.random() < 0.6 else 1]
    meter = world.meter(rng, shop)
    account = {"account": f"A-{len(world.all):04d}", "pan": meter["pan"], "organisation": shop, "name": world.name(rng),
               "class": tariff_class or ("trade" if rng.random() < 0.2 else "default")}
    opening = dict(account, kind="open", by=people.CLERKS[shop], via="cli" if rng.random() < 0.05 else "grpc")
    world.opened(account)
    return [meter, opening]


def draw_scene(rng, world, scene):
    opening = draw_customer(rng, world, "default")
    return opening + scenes.draw(rng, world, scene)


class Calendar:
    """Events at rising moments, a minute apart at least; days are the office's."""

    def __init__(self, ahead_s):
        self.at, self.ahead_s, self.events = 0, ahead_s, []

    def add(self, at, events):
        for event in events:
            self.at = max(self.at + 60, int(at))
            if (self.at + self.ahead_s) % DAY_S > DAY_S - QUIET_S:  # an event must not begin on one day and end on the next
                self.at += QUIET_S + 60
            self.events.append({"at": self.at, **event})

    def add_midnight(self, at, before, after):
        if self.at > at - QUIET_S:
            return
        self.events += [{"at": at - MOMENT_S, **before}, {"at": at, **after}]
        self.at = at


def draw_leap(rng, length):
    """A year with a leap day in every second book, where certificates reach as far."""
    return rng.random() < 0.5 and next_year(True) + length - time.time() < CERTIFIED_DAYS * DAY_S


def months_begin(start, length, ahead_min):
    """All but the first."""
    first = month.month(start, ahead_min) + 1
    begin = [history.begin_of(one, ahead_min) - start for one in range(first, first + length // DAY_S // 28 + 1)]
    return [at for at in begin if DAY_S < at < length]


def moments(rng, months, customers, begins):
    """(at, what, of what), in order: what happens on ordinary days, and where months begin."""
    length = months * MONTH_DAYS * DAY_S
    counts = {"sale": customers * months * SALES, "update": customers * months // 20, "hold": customers * months // 10,
              "price": max(2, months), "debt": customers * months // 6, "money": customers * months // 6,
              "deposit": months * 8, "terms": months, "shift": months * 12, "settle": months * 4,
              "close": customers * months // 60, "meter": customers * months // 60, "transfer": customers * months // 60,
              "reverse": customers * months // 20, "cancel": customers * months // 40,
              "free": customers * months // 40}
    drawn = [(rng.randint(DAY_S, length), what, None) for what, count in counts.items() for _ in range(count)]
    drawn.append((length * 2 // 3, "crash", None))
    for meter in range(1, kind_card.METERS + 1):
        drawn += [(length * part // 5 + meter, "card", (meter, act)) for part, act in ((1, "buy"), (3, "lose"))]
    drawn += [(rng.randint(DAY_S, length), "scene", number) for number in range(len(scenes.SCENES))]
    drawn += [(at - QUIET_S, "midnight", at) for at in begins]
    return sorted(drawn, key=lambda one: one[:2])


def draw_end(world):
    """All that is left is looked at."""
    looks = [{"kind": "vendor-look", "by": "manager1", "organisation": one} for one in sorted(world.terms)]
    for kind in ("look-debts", "look"):
        looks += [{"kind": kind, "by": people.CLERKS[shop], "account": account} for account, shop in world.all]
    return looks


def draw(seed, customers, months):
    rng = random.Random(seed)
    first, terms = kind_tariff.draw_first(rng)
    ahead_min, length = first[0]["ahead"], months * MONTH_DAYS * DAY_S
    leap = draw_leap(rng, length)
    begins = months_begin(next_year(leap), length, ahead_min)
    world, calendar = World(), Calendar(ahead_min * 60)
    calendar.add(0, first)
    for _ in range(customers):
        calendar.add(0, draw_customer(rng, world))
    makers = {
        "sale": kind_sale.draw, "update": kind_account.draw_update, "hold": kind_account.draw_hold,
        "crash": kind_crash.draw, "debt": kind_debt.draw_debt, "money": kind_debt.draw_money,
        "terms": lambda *_: kind_vendor.draw_terms(rng, world, rng.choice(people.SHOPS) if len(world.terms) > 1 else "shop2"),
        "deposit": lambda *_: kind_vendor.draw_deposit(rng, world, customers), "close": kind_life.draw_close,
        "meter": kind_life.draw_meter, "transfer": kind_life.draw_transfer, "free": kind_life.draw_free,
        "reverse": kind_life.draw_reverse, "cancel": kind_life.draw_cancel, "shift": kind_vendor.draw_shift,
        "settle": kind_vendor.draw_settle}
    calendar.add(0, kind_vendor.draw_terms(rng, world, "shop1"))
    for meter in range(1, kind_card.METERS + 1):
        calendar.add(0, kind_card.draw_open(rng, world, meter))
    for at, what, of in moments(rng, months, customers, begins):
        if what == "card":
            calendar.add(at, kind_card.draw(rng, world, *of))
        elif what == "scene":
            calendar.add(at, draw_scene(rng, world, scenes.SCENES[of]))
        elif what == "midnight":
            calendar.add_midnight(of, *kind_sale.draw_midnight(rng, world))
        elif what == "price":
            calendar.add(at, kind_tariff.draw_change(rng, terms, max(at, calendar.at)))
        else:
            calendar.add(at, makers[what](rng, world))
    calendar.add(calendar.at, draw_end(world))
    head = {"seed": seed, "months": months, "customers": customers, "leap": leap, "start": next_year(leap)}
    return Book(head, calendar.events)
