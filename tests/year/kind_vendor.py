"""Vendors on prepaid credit: terms by two persons, deposits, what is left; shifts and the day's settlement."""
import month
import people
from kind import Kind, answered, refused

WHOLE = 1000000
MONEY, LINES, KEPT, COMMISSION, UNPRICED, BALANCE, PAID_IN, PAID_OUT, ACTS = range(1, 10)
PAYMENT = {"cash": 1, "bank": 2, "card": 3, "mobile": 4}
LINE = {"energy": 1, "free": 2, "monthly": 3, "charge": 4, "tax": 5, "debt": 6}
COMMISSION_OF_SALE = 5
SUM_KINDS = {MONEY: "BATCH_SUM_MONEY", LINES: "BATCH_SUM_LINES", KEPT: "BATCH_SUM_KEPT",
             COMMISSION: "BATCH_SUM_COMMISSION", UNPRICED: "BATCH_SUM_UNPRICED", BALANCE: "BATCH_SUM_BALANCE",
             PAID_IN: "BATCH_SUM_PAID_IN", PAID_OUT: "BATCH_SUM_PAID_OUT", ACTS: "BATCH_SUM_ACTS"}
# ACT_DEBT_PAID and so on: of what accounts pay, and get, at the counter
ACT = {"PAY_TO_DEBT": 4, "PAY_TO_BALANCE": 5, "PAY_TO_DEPOSIT": 6}
DEPOSIT_RETURNED, PAID_OUT_OF_BALANCE = 7, 8


class Vendor:
    def __init__(self):
        self.versions, self.terms = [], None
        self.balance, self.day, self.sold = 0, 0, 0
        self.deposits = []  # amounts; what was taken back is None


# ---- what sales and payments do to it ----
def vendor_of(office, who):
    for organisation in people.above(people.HOME[who]):
        vendor = office.vendors.get(organisation)
        if vendor and vendor.terms:
            return vendor
    return None


def take(office, vendor, money):
    """Over the counter, for a sale or into an account. Why the vendor may not, or None after it was taken."""
    terms, today = vendor.terms, month.day(office.now, office.offset_min)
    sold = vendor.sold if vendor.day == today else 0
    if terms.get("day_limit") and sold + money > terms["day_limit"]:
        return "VENDOR_DAY_LIMIT"
    if money > vendor.balance + terms["credit_limit"]:
        return "VENDOR_CREDIT_EXHAUSTED"
    vendor.balance -= money
    vendor.day, vendor.sold = today, sold + money
    return None


def take_sale(office, who, total, money, energy):
    """Of `total` the vendor gets `money`, nothing when the account pays."""
    vendor = vendor_of(office, who)
    if vendor is None:
        return None
    if vendor.terms.get("sale_limit") and max(total, money) > vendor.terms["sale_limit"]:
        return "VENDOR_SALE_LIMIT"
    refusal = take(office, vendor, money) if money > 0 else None
    if refusal is not None:
        return refusal
    vendor.balance += commission(office, who, energy)
    return None


def commission(office, who, energy):
    vendor = vendor_of(office, who)
    return energy * vendor.terms.get("commission_percent_e4", 0) // WHOLE if vendor else 0


def take_at_counter(office, event, money):
    """Money in, or out when negative, besides sales: on the vendor's credit, and in the till. Why not, or None."""
    vendor = vendor_of(office, event["by"])
    refusal = take(office, vendor, money) if vendor and money > 0 else None
    if refusal is not None:
        return refusal
    if vendor and money < 0:
        vendor.balance -= money
    kind = ACT.get(event.get("to")) or (DEPOSIT_RETURNED if event["from_deposit"] else PAID_OUT_OF_BALANCE)
    office.paid.append({"place": (people.HOME[event["by"]], event["till"]), "by": event["by"], "pay": event["pay"],
                        "kind": kind, "money": money})
    return None


# ---- terms ----
def terms_calls(_, event):
    return [(event["by"], "VendorService", "SetTerms", {"organisation": event["organisation"], "terms": event["terms"]}),
            (event["by"], "VendorService", "ApproveTerms", {"organisation": event["organisation"],
                                                            "version": event["version"]}),
            (event["other"], "VendorService", "ApproveTerms", {"organisation": event["organisation"],
                                                               "version": event["version"]})]


def reckon_terms(office, event):
    vendor = office.vendors.setdefault(event["organisation"], Vendor())
    vendor.versions.append(event["terms"])
    vendor.terms = event["terms"]
    return [answered(pending__version=event["version"]), refused("VENDOR_SAME_PERSON"),
            answered(terms__version=event["version"], terms__approved_by=event["other"], balance=vendor.balance,
                     available=vendor.balance + event["terms"]["credit_limit"])]


# ---- deposits ----
def deposit_calls(_, event):
    return [(event["by"], "VendorService", "Deposit",
             {"request_id": event["id"], "organisation": event["organisation"], "amount": event.get("amount", 0),
              "slip": event["slip"], "takes_back": event.get("takes_back", 0)})]


def reckon_deposit(office, event):
    vendor = office.vendors.get(event["organisation"])
    if vendor is None:
        return [refused("VENDOR_UNKNOWN")]
    if event["by"] in people.SELLERS[event["organisation"]]:
        return [refused("VENDOR_OWN_CREDIT")]
    amount, back = event.get("amount", 0), event.get("takes_back", 0)
    if back:
        if back > len(vendor.deposits):
            return [refused("DEPOSIT_UNKNOWN")]
        if vendor.deposits[back - 1] is None:
            return [refused("DEPOSIT_TAKEN_BACK")]
        if vendor.balance + vendor.terms["credit_limit"] < vendor.deposits[back - 1]:
            return [refused("DEPOSIT_SPENT")]
        amount, vendor.deposits[back - 1] = -vendor.deposits[back - 1], None
    vendor.deposits.append(amount if not back else None)
    vendor.balance += amount
    return [answered(number=len(vendor.deposits), amount=amount, balance=vendor.balance)]


def look_calls(_, event):
    return [(event["by"], "VendorService", "GetVendor", {"organisation": event["organisation"]})]


def reckon_look(office, event):
    vendor = office.vendors[event["organisation"]]
    today = month.day(office.now, office.offset_min)
    return [answered(balance=vendor.balance, available=vendor.balance + vendor.terms["credit_limit"],
                     sold_today=vendor.sold if vendor.day == today else 0)]


# ---- batches ----
def sums_of(sales, paid):
    """{(kind, key): (count, money)} of the sales of a batch, and of what was paid at its tills besides."""
    sums = {}

    def add(kind, key, money):
        count, amount = sums.get((kind, key), (0, 0))
        sums[kind, key] = (count + 1, amount + money)
    for sale in sales:
        if "free" in sale:
            add(UNPRICED, 0, 0)
            continue
        if sale["pay"] == "balance":
            add(BALANCE, 0, sale["total"])
        else:
            add(MONEY, PAYMENT[sale["pay"]], sale["taken"])
            if sale["taken"] > sale["total"]:
                add(KEPT, PAYMENT[sale["pay"]], sale["taken"] - sale["total"])
        for kind, amount in sale["lines"]:
            add(LINES, LINE[kind], amount)
        if sale["commission"]:
            add(COMMISSION, COMMISSION_OF_SALE, sale["commission"])
    for act in paid:
        add(PAID_IN if act["money"] > 0 else PAID_OUT, PAYMENT[act["pay"]], abs(act["money"]))
        add(ACTS, act["kind"], abs(act["money"]))
    return sorted([SUM_KINDS[kind], key, count, amount] for (kind, key), (count, amount) in sums.items())


def shift_calls(_, event):
    method = "StartBatch" if event["kind"] == "shift-start" else "EndBatch"
    return [(event["by"], "VendorService", method,
             {"request_id": event["id"], "kind": "BATCH_SHIFT", "terminal_id": event["till"]})]


def reckon_start(office, event):
    place = (people.HOME[event["by"]], event["till"])
    if place in office.shifts:
        return [refused("BATCH_OPEN")]
    office.shifts[place] = (event["by"], len(office.sales), len(office.paid))
    office.shift_numbers[place] = office.shift_numbers.get(place, 0) + 1
    return [answered(number=office.shift_numbers[place], started_by=event["by"])]


def reckon_end(office, event):
    place = (people.HOME[event["by"]], event["till"])
    if place not in office.shifts:
        return [refused("BATCH_NOT_OPEN")]
    who, since, paid_since = office.shifts[place]
    if who != event["by"] and event["by"] not in people.CLERKS.values():
        return [refused("ROLE_MISSING")]
    del office.shifts[place]
    sold = [sale for sale in office.sales[since:] if (sale["place"], sale["by"]) == (place, who)]
    paid = [act for act in office.paid[paid_since:] if (act["place"], act["by"]) == (place, who)]
    return [answered(number=office.shift_numbers[place], ended_by=event["by"], sums=sums_of(sold, paid))]


def settle_calls(_, event):
    return [(event["by"], "VendorService", "Settle", {"request_id": event["id"], "organisation": event["organisation"]})]


def reckon_settle(office, event):
    organisation = event["organisation"]
    since, paid_since, number = office.settled.get(organisation, (0, 0, 0))
    sold = [sale for sale in office.sales[since:] if sale["place"][0] == organisation]
    paid = [act for act in office.paid[paid_since:] if act["place"][0] == organisation]
    office.settled[organisation] = (len(office.sales), len(office.paid), number + 1)
    return [answered(number=number + 1, sums=sums_of(sold, paid), ended_by=event["by"])]


KINDS = {"vendor-terms": Kind(terms_calls, reckon_terms), "vendor-deposit": Kind(deposit_calls, reckon_deposit),
         "vendor-look": Kind(look_calls, reckon_look), "shift-start": Kind(shift_calls, reckon_start),
         "shift-end": Kind(shift_calls, reckon_end), "settle": Kind(settle_calls, reckon_settle)}


# ---- drawing ----
def draw_terms(rng, world, organisation):
    by, other = rng.sample(people.MANAGERS, 2)
    version = world.terms[organisation] = world.terms.get(organisation, 0) + 1
    terms = {"credit_limit": 1000 * rng.randint(0, 200), "commission_percent_e4": 10000 + rng.randint(1, 9999),
             "sale_limit": rng.choice((0, 30000)), "day_limit": rng.choice((0, 200000))}
    return [{"kind": "vendor-terms", "organisation": organisation, "by": by, "other": other, "version": version,
             "terms": terms}]


def draw_deposit(rng, world, accounts):
    organisation = rng.choice(sorted(world.terms))
    event = {"kind": "vendor-deposit", "organisation": organisation, "id": world.request_id(), "slip": str(rng.randint(1, 9999)),
             "by": rng.choice(people.MANAGERS) if rng.random() < 0.95 else people.CLERKS[organisation]}
    number = world.deposits.get(organisation, 0)
    if number and rng.random() < 0.2:
        return [dict(event, takes_back=rng.randint(1, number + 1))]
    world.deposits[organisation] = number + 1
    return [dict(event, amount=1000 * rng.randint(1, 100 + 20 * accounts))]


def draw_shift(rng, world):
    shop = rng.choice(people.SHOPS)
    return [{"kind": rng.choice(("shift-start", "shift-end")), "by": rng.choice(people.SELLERS[shop]),
             "till": f"till{rng.randint(1, 3)}", "id": world.request_id()}]


def draw_settle(rng, world):
    shop = rng.choice(people.SHOPS)
    return [{"kind": "settle", "by": rng.choice((people.CLERKS[shop], "manager1")), "organisation": shop,
             "id": world.request_id()}]
