"""Sales to accounts, also such as must be refused, and the same again."""
import history
import kind_debt
import kind_vendor
import people
import price_model  # the price, from the words of the headers, with exact fractions
from kind import PAYMENTS, Kind, answered, refused

KIND_OF_LINE = {1: "energy", 2: "free", 3: "monthly", 4: "charge", 5: "tax", 6: "debt"}
KIND = {"PRICE_SINGLE": 1, "PRICE_STEPS_OF_MONTH": 2, "PRICE_TIME_OF_USE": 3}
ROUNDING = {"ROUND_UP": 1, "ROUND_DOWN": 2, "ROUND_HALF_EVEN": 3}
CHARGE = {"CHARGE_FIXED": 1, "CHARGE_PERCENT": 2, "CHARGE_PER_UNIT": 3}


# ---- what is asked ----
def purchase(event):
    asked = {"payment": PAYMENTS[event["pay"]], "carrier": "KEYPAD", "tendered": event.get("tendered", 0),
             "keep_change": event.get("keep", False)}
    asked.update({"meter_pan": event["pan"]} if "pan" in event else {"account_number": event["account"]})
    if "free" in event:
        asked["free_units"] = True
    else:
        asked.update({"money": event["money"]} if "money" in event else {"quantity": {"energy_wh": event["wh"]}})
    return asked


def calls(_, event):
    return [(event["by"], "SaleService", "Sell",
             {"request_id": event["id"], "terminal_id": event["till"], "purchase": purchase(event)})]


def decimal(value, digits):
    return f"{value // 10**digits}.{value % 10**digits:0{digits}d}"


def words(_, event):
    said = [event["by"], "sell", "--account", event["account"], "--request-id", event["id"], "--terminal", event["till"],
            "--pay", event["pay"], "--yes"]
    said += ["--money", decimal(event["money"], 2)] if "money" in event else ["--kwh", decimal(event["wh"], 3)]
    if event.get("tendered"):
        said += ["--tendered", decimal(event["tendered"], 2)]
    return [tuple(said + (["--keep-change"] if event.get("keep") else []))]


# ---- what must come of it ----
def tariff_for_model(terms):
    return {"utility": 1, "kind": KIND[terms["kind"]], "round_to": terms["round_to"],
            "rounding": ROUNDING[terms["rounding"]], "monthly": terms.get("fixed_charge_per_month", 0),
            "minimum": terms.get("minimum_purchase", 0), "maximum": terms.get("maximum_purchase", 0),
            "steps": [(step.get("up_to", 0), step["price_e5"]) for step in terms.get("steps", [])],
            "periods": [(one["price_e5"], one["share_e4"]) for one in terms.get("periods", [])],
            "charges": [(CHARGE[one["kind"]], one["amount"]) for one in terms.get("charges", [])],
            "taxes": [(one["percent_e4"], one["on_energy"], one["on_charges"]) for one in terms.get("taxes", [])]}


def facts_of(office, account, event):
    month = office.month()
    before = account.charged_through
    if before is None:
        before = office.month_of(account.opened) - 1
    ask = price_model.FREE if "free" in event else price_model.UNITS if "wh" in event else price_model.MONEY
    return {"ask": ask, "grain": price_model.TOKEN, "amount": event.get("wh", event.get("money", 0)), "minor_digits": office.minor_digits,
            "bought_units": account.paid.get(month, 0), "free_units": history.free_left(office, account),
            "months_due": 0, "monthly": history.monthly(office, account, before), "debts": kind_debt.for_price(office, account)}


def pay(account, event, total):
    """What was handed over, or a refusal."""
    if event["pay"] == "balance":
        return (total, None) if account.balance >= total else (0, "BALANCE_TOO_SMALL")
    handed = event.get("tendered", 0) or event.get("money", total)
    return (handed, None) if handed >= total else (0, "TENDERED_TOO_LITTLE")


def lines_of(text):
    for part in text:
        kind, count, amount = (int(number) for number in part.split(":"))
        yield KIND_OF_LINE[kind], count, amount


def book_sale(office, account, event, price, handed):
    """The account after the sale, and what is answered."""
    units, free, total = (int(word) for word in price[1:4])
    month, kept = office.month(), event.get("keep", False) and event["pay"] != "balance"
    lines = list(lines_of(price[5:]))
    account.paid[month] = account.paid.get(month, 0) + units - free
    account.free[month] = account.free.get(month, 0) + free
    if "free" not in event:
        account.charged_through = month
    account.units += units
    account.balance += (handed - total if kept else 0) - (total if event["pay"] == "balance" else 0)
    organisation = people.HOME[event["by"]]
    debts = kind_debt.pay_with_sale(office, account, total, [amount for kind, _, amount in lines if kind == "debt"])
    energy = sum(amount for kind, _, amount in lines if kind == "energy")
    vendor, commission = kind_vendor.vendor_of(office, event["by"]), kind_vendor.commission(office, event["by"], energy)
    office.sold[event["by"], event["id"]] = (account, account.pan, total, vendor, commission, debts)
    office.did["free units taken"] += free > 0
    office.did["a month charged"] += any(kind == "monthly" for kind, _, _ in lines)
    office.did["paid with what the account held"] += event["pay"] == "balance" and total > 0
    office.sales.append({"place": (organisation, event["till"]), "by": event["by"], "pay": event["pay"], "total": total,
                         "taken": handed if kept else total, "lines": [(kind, amount) for kind, _, amount in lines],
                         "commission": commission})
    tax = sum(amount for kind, _, amount in lines if kind == "tax")
    return answered(bill__total=total, bill__tax=tax, bill__quantity__energy_wh=units, tendered=handed,
                    change=handed - total, change_kept=kept, balance=account.balance,
                    month_units=account.paid[month] + account.free[month],
                    lines=[amount for _, _, amount in lines],
                    issued__receipt__number=office.receipt(organisation, event["till"]),
                    issued__replayed=False, token=units)


def sell(office, event):
    account = office.find(event["by"], event.get("account") or office.account_on(event["pan"]))
    if account is None:
        return refused("ACCOUNT_UNKNOWN")
    if account.state != "ACCOUNT_IN_USE":
        return refused("ACCOUNT_SUSPENDED")
    if (event["by"], event["id"]) in office.cancelled:
        return refused("REQUEST_CANCELLED")
    if account.class_by == event["by"]:
        return refused("TARIFF_SAME_PERSON")
    version = office.tariff_of(account)
    if version is None:
        return refused("TARIFF_NOT_ASSIGNED")
    price = price_model.expect(tariff_for_model(version["terms"]), facts_of(office, account, event))
    price = price.split()
    if price[0] != "ok":
        return refused(price[0])
    handed, wrong = pay(account, event, int(price[3]))
    wrong = wrong or take_credit(office, event, price, handed)
    return refused(wrong) if wrong else book_sale(office, account, event, price, handed)


def take_credit(office, event, price, handed):
    """Of the vendor: what the customer handed over, less the change that goes back."""
    total = int(price[3])
    taken = 0 if event["pay"] == "balance" else handed if event.get("keep") else total
    energy = sum(a for kind, _, a in lines_of(price[5:]) if kind == "energy")
    return kind_vendor.take_sale(office, event["by"], total, taken, energy)


def reckon(office, event):
    """A request id is one order for ever; what was refused may be asked again."""
    known = office.orders.get((event["by"], event["id"]))
    asked = {key: value for key, value in event.items() if key not in ("at", "via")}
    if known:
        if known[0] != asked:
            return [refused("REQUEST_ID_REUSED")]
        return [{"ok": dict(known[1]["ok"], **{"issued.replayed": True})}]
    answer = sell(office, event)
    if "ok" in answer:
        office.orders[event["by"], event["id"]] = (asked, answer)
    return [answer]


KINDS = {"sell": Kind(calls, reckon, words)}


# ---- drawing ----
def draw_midnight(rng, world):
    """The same in the last moment of a month and in the first of the next."""
    make = draw_free_units if rng.random() < 0.5 else draw_one
    before = dict(make(rng, world, world.some_account(rng)), via="grpc")
    return before, dict(before, id=world.request_id())


def draw_amount(rng):
    if rng.random() < 0.6:
        return {"money": rng.choice((rng.randint(1, 300), rng.randint(500, 5000), rng.randint(500, 5000),
                                     rng.randint(5000, 20000), 500 * rng.randint(1, 20)))}
    return {"wh": rng.choice((rng.randint(1, 3000), rng.randint(1000, 60000), 1000 * rng.randint(1, 150)))}


def draw_payment(rng, asked):
    pay_by = rng.choices(("cash", "bank", "card", "mobile", "balance"), (60, 5, 15, 10, 10))[0]
    if pay_by != "cash":
        return {"pay": pay_by}
    handed = rng.choice((0, 0, 500, 2000, 5000, 10000, 30000))
    if "money" in asked and handed:
        handed = max(handed, asked["money"])
    paid = {"pay": pay_by, "tendered": handed}
    if rng.random() < 0.3:
        paid["keep"] = True
    return paid


def draw_one(rng, world, account):
    shop = account["organisation"]
    if rng.random() < 0.02:
        shop = people.SHOPS[1 - people.SHOPS.index(shop)]  # the wrong office
    asked = draw_amount(rng)
    event = {"kind": "sell", "by": rng.choice(people.SELLERS[shop]), "id": world.request_id(),
             "till": f"till{rng.randint(1, 3)}", "account": account["account"], **asked, **draw_payment(rng, asked)}
    if rng.random() < 0.04:
        event["via"] = "cli"
    elif rng.random() < 0.1:
        event["pan"] = account["pan"]
        del event["account"]
    return event


def draw_free_units(rng, world, account):
    return {"kind": "sell", "by": rng.choice(people.SELLERS[account["organisation"]]), "id": world.request_id(),
            "till": f"till{rng.randint(1, 3)}", "account": account["account"], "free": True, "pay": "cash"}


def draw(rng, world):
    make = draw_free_units if rng.random() < 0.05 else draw_one
    event = make(rng, world, world.some_account(rng))
    world.sales.append(event)
    events = [event]
    if rng.random() < 0.03:
        events.append(dict(event, via="grpc"))                      # the answer was lost
    elif rng.random() < 0.01 and "money" in event:
        events.append(dict(event, money=event["money"] + 1, via="grpc"))  # somebody else's id
    return events
