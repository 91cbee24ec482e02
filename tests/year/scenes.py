"""Scenes written by hand: a few customers each, to whom all at once happens what is worst for the sums. They come in every
book, in an order and at times that are drawn. Who sells in them sells on no vendor's credit, so that nothing is refused for
that."""
import kind_rush
import people
from kind_life import both_officers

SELLER = people.CLERK_ABOVE
FIXED = {"label": "meter", "priority": 3, "rule": "DEBT_FIXED"}
HALF = {"label": "arrears", "priority": 1, "rule": "DEBT_PERCENT", "percent_e4": 500000}


class Customer:
    """The newest one; most methods are one event."""

    def __init__(self, world):
        self.world, self.account = world, world.accounts[-1]  # as the events that are drawn will find it
        self.number, self.pan, self.name = (self.account[part] for part in ("account", "pan", "name"))
        self.shop = self.account["organisation"]
        self.clerk = people.CLERKS[self.shop]

    def act(self, kind, by=None, **fields):
        return {"kind": kind, "by": by or self.clerk, "account": self.number, **fields}

    def money(self, kind, **fields):
        return self.act(kind, id=self.world.request_id(), **fields)

    def buy(self, **asked):
        return self.money("sell", **{"by": SELLER, "till": "scene", "pay": "cash", **asked})

    def owe(self, amount, terms):
        return self.money("add-debt", amount=amount, terms=terms, reason="arrears")

    def pay(self, amount, to, pay_by="cash", **fields):
        return self.money("pay-account", by=SELLER, amount=amount, to=to, pay=pay_by, till="scene", **fields)

    def out(self, amount, from_deposit=False, pay_by="cash"):
        return self.money("pay-out", by=SELLER, amount=amount, from_deposit=from_deposit, pay=pay_by, till="scene",
                          reason="asked for it")

    def looks(self):
        return [self.act("look"), self.act("look-debts")]

    def reverse(self, sale):
        return {"kind": "reverse", "by": SELLER, "seller": sale["by"], "sale": sale["id"], "id": self.world.request_id(),
                "reason": "wrong customer"}

    def close(self, leaves=True):
        return self.act("close", reason="moved away", leaves=leaves)


def taken_back(customer, sale):
    reverse = customer.reverse(sale)
    return [reverse, *both_officers(reverse["id"], [])]


def a_debt_paid_with_money_that_comes_back(customer, _):
    """The same money must not pay a debt and be the customer's; nor a second time."""
    one = customer.buy(money=2000)
    other = customer.buy(money=3000, tendered=5000, keep=True)
    return [customer.owe(300, dict(FIXED, amount=300)), customer.owe(5000, HALF), one, *taken_back(customer, one),
            *customer.looks(), other, *taken_back(customer, other), customer.buy(wh=12300, pay="balance"),
            *customer.looks()]


def no_room_for_debts(customer, _):
    """Eight are unpaid: those that come back wait until one is written off."""
    first = customer.owe(10, dict(FIXED, amount=10))
    others = [customer.owe(1000, dict(FIXED, amount=10, priority=number)) for number in range(7)]
    sale = customer.buy(wh=20000)
    last = customer.owe(990, dict(FIXED, amount=1))
    reverse = customer.reverse(sale)
    offs = [customer.money("write-off", debt=debt["id"], amount=990, reason="nobody pays that") for debt in [*others, last]]
    agreed = both_officers(reverse["id"], [])
    return [first, *others, customer.owe(1, HALF), sale, last, reverse, *agreed, *customer.looks(), *offs, *agreed,
            *customer.looks()]


def all_rules_in_one_purchase(customer, _):
    """Priorities tie, the second takes all that is left but the smallest unit."""
    debts = [customer.owe(400, dict(FIXED, amount=150, priority=2)), customer.owe(4000, dict(HALF, priority=2)),
             customer.owe(250, {"label": "fine", "priority": 0, "rule": "DEBT_PER_DAY", "amount": 7}),
             customer.owe(90000, dict(HALF, percent_e4=1000000, priority=9)), customer.owe(3, dict(FIXED, amount=500))]
    free = customer.money("change-debt", debt=debts[3]["id"], terms=dict(HALF, percent_e4=1, priority=9), reason="agreed")
    return [*debts, customer.buy(money=9999), customer.buy(wh=100), free, customer.buy(money=9999),
            customer.buy(wh=33300), customer.buy(money=5001, pay="card"), *customer.looks()]


def closed_before_the_money_comes(customer, _):
    """A closed account gets its claim, pays debts and has its money out; nothing else."""
    sale = customer.buy(money=4000)
    debt = customer.owe(2500, HALF)
    reverse = customer.reverse(sale)
    first, second = both_officers(reverse["id"], [])[1:]
    left = {"kind": "claim", "by": SELLER, "account": customer.number, "id": customer.world.request_id(),
            "pan": customer.pan, "units": False, "amount": 1234, "reason": "left in the meter"}
    return [sale, reverse, first, debt, left, customer.close(leaves=False), customer.close(), second,
            *both_officers(left["id"], []),
            customer.buy(money=1000, pay="balance"), customer.pay(2000, "PAY_TO_DEBT", "balance", debt=debt["id"]),
            customer.pay(501, "PAY_TO_DEBT", debt=debt["id"]), customer.pay(500, "PAY_TO_DEBT", debt=debt["id"]),
            customer.pay(100, "PAY_TO_BALANCE"), customer.out(1), customer.out(100000), *customer.looks()]


def sold_by_one_owner_taken_back_from_the_next(customer, _):
    """The money is the first one's, as is what it had paid of debts; debts that went along stay with the next."""
    sale = customer.buy(money=6000)
    after = {"account": f"{customer.number}z", "name": customer.name + " jr"}
    transfer = customer.act("transfer", reason="sold the house", next=after, debts="DEBTS_GO_ALONG")
    customer.world.transfer(customer.account, after)
    there = [dict(event, account=after["account"]) for event in customer.looks()]
    bought = dict(customer.buy(money=2500), account=after["account"])
    return [customer.owe(20000, HALF), customer.owe(700, dict(FIXED, amount=100)),
            customer.pay(1500, "PAY_TO_BALANCE"), customer.pay(900, "PAY_TO_DEPOSIT"), sale, transfer, *there,
            *taken_back(customer, sale), bought, dict(bought, id=customer.world.request_id(), pay="balance"),
            customer.out(900, from_deposit=True), customer.out(1500), *customer.looks(), *there]


def sold_to_one_meter_taken_back_at_the_next(customer, rng):
    """The units of the old meter go to the new one once; a sale by the old meter is taken back as any other."""
    meter = customer.world.meter(rng, customer.shop)
    sale = customer.buy(wh=40000)
    moved = {"kind": "claim", "by": SELLER, "account": customer.number, "id": customer.world.request_id(),
             "pan": customer.pan, "units": True, "amount": 25700, "reason": "display broken"}
    units = {"kind": "free", "by": SELLER, "till": "scene", "id": customer.world.request_id(), "pan": meter["pan"],
             "wh": 25700, "claim": moved["id"], "reason": "left in the old meter"}
    customer.account.update(pan=meter["pan"], version=2)
    return [sale, meter, customer.act("change-meter", pan=meter["pan"], reason="display broken"), moved,
            dict(moved, id=customer.world.request_id(), units=False), *both_officers(moved["id"], [units]),
            dict(units, id=customer.world.request_id(), wh=25800), kind_rush.draw(customer.world, units), units,
            *taken_back(customer, sale), customer.buy(wh=100), *customer.looks()]


def all_at_once(customer, _):
    """Neither balance nor debts nor free units are used twice."""
    free = customer.money("sell", by=SELLER, till="scene", pay="cash", free=True)
    return [kind_rush.draw(customer.world, free), *customer.looks(),
            customer.owe(500, dict(FIXED, amount=100)), customer.owe(90000, dict(HALF, percent_e4=200000)),
            customer.pay(5000, "PAY_TO_BALANCE"), kind_rush.draw(customer.world, customer.buy(wh=5000, pay="balance")),
            *customer.looks(), kind_rush.draw(customer.world, customer.buy(money=1500, tendered=2000, keep=True)),
            *customer.looks()]


def nothing_while_it_is_suspended(customer, _):
    """Neither for money nor for nothing; but money comes and goes, and a claim is paid."""
    sale = customer.buy(money=3000)
    free = {"kind": "free", "by": SELLER, "till": "scene", "id": customer.world.request_id(), "pan": customer.pan,
            "wh": 1000, "reason": "emergency"}
    hold = {"reason": "moved out", "via": "grpc"}
    customer.account["version"] = 3
    return [sale, customer.act("suspend", **hold), free, customer.buy(money=1000), customer.pay(500, "PAY_TO_BALANCE"),
            *taken_back(customer, sale), customer.out(250), customer.act("resume", **hold), free, free,
            customer.buy(wh=700, pay="balance"), *customer.looks()]


def a_deposit_there_and_back(customer, _):
    """No more comes out of deposit or balance than went in, to the minor unit."""
    debt = customer.owe(1001, dict(FIXED, amount=1))
    first = customer.pay(1000, "PAY_TO_DEPOSIT")
    return [debt, first, debt, first, dict(first, amount=1001), dict(first, to="PAY_TO_BALANCE"),
            customer.pay(1000, "PAY_TO_DEPOSIT", "balance"),
            customer.out(1001, from_deposit=True), customer.out(999, from_deposit=True, pay_by="balance"),
            customer.pay(1000, "PAY_TO_DEBT", "balance", debt=debt["id"]),
            customer.pay(999, "PAY_TO_DEBT", "balance", debt=debt["id"]), customer.out(1), customer.out(1, from_deposit=True),
            customer.out(1, from_deposit=True), first, customer.close(leaves=False),
            customer.pay(2, "PAY_TO_DEBT", debt=debt["id"]), customer.close(leaves=False), *customer.looks()]


def one_class_after_the_other(customer, _):
    """Free units and charges of a month belong to the class of their time; who changes it sells nothing."""
    def to(tariff_class, version):
        return customer.act("update", by=SELLER, version=version, name=customer.name, **{"class": tariff_class})
    free = dict(customer.buy(free=True), by=people.SELLERS[customer.shop][0])
    again = [dict(free, id=customer.world.request_id()) for _ in range(3)]
    customer.account.update({"class": "trade", "version": 4})
    return [customer.buy(wh=60000), free, to("trade", 1), again[0], customer.buy(wh=5000),
            dict(customer.buy(wh=5000), by=customer.clerk), to("trade", 2), to("default", 2), again[1], to("trade", 2), to("trade", 3), to("trade", 1), again[2],
            *customer.looks()]


def an_id_is_one_order(customer, _):
    """Given up it is none, made it is not given up; another one's id is another one."""
    sale = customer.buy(wh=1500)
    gone = {"kind": "cancel", "by": SELLER, "id": sale["id"]}
    other = dict(sale, by=customer.clerk)
    late = customer.buy(wh=1500)
    return [gone, sale, dict(sale, wh=1600), gone, other, late, {**gone, "id": late["id"]}, late, dict(late, till="till1"),
            customer.reverse(sale), {"kind": "confirm", "by": SELLER, "id": late["id"]}, customer.reverse(late),
            *customer.looks()]


SCENES = (a_debt_paid_with_money_that_comes_back, no_room_for_debts, all_rules_in_one_purchase,
          closed_before_the_money_comes, sold_by_one_owner_taken_back_from_the_next,
          sold_to_one_meter_taken_back_at_the_next, nothing_while_it_is_suspended, a_deposit_there_and_back,
          one_class_after_the_other, an_id_is_one_order, all_at_once)


def draw(rng, world, scene):
    return scene(Customer(world), rng)
