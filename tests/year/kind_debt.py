"""What accounts owe and pay besides sales: debts with their rules, payments to balance, debt and deposit, money given out."""
import kind_vendor
import month
import people
import price_model
from kind import PAYMENTS, Kind, answered, refused

MOST = 8
RULES = {"DEBT_PERCENT": 1, "DEBT_FIXED": 2, "DEBT_PER_DAY": 3}


class Debt:
    def __init__(self, number, key, terms, owed, now):
        self.number, self.key, self.terms, self.owed, self.taken_at = number, key, terms, owed, now

    def for_price(self, today, offset_min):
        days = max(0, today - month.day(self.taken_at, offset_min))
        return (RULES[self.terms["rule"]], self.owed, self.terms.get("amount", 0), self.terms.get("percent_e4", 0), days)


def unpaid(account):
    """In the order in which sales take them."""
    return sorted((debt for debt in account.debts if debt.owed), key=lambda debt: (debt.terms["priority"], debt.number))


def for_price(office, account):
    today = month.day(office.now, office.offset_min)
    return [debt.for_price(today, office.offset_min) for debt in unpaid(account)]


def owe(office, account, key, terms, amount):
    """One more debt, which takes an act."""
    office.debts += 1
    office.acts += 1
    account.debts.append(Debt(office.debts, key, terms, amount, office.now))
    return account.debts[-1]


def pay_with_sale(office, account, total, amounts):
    """The sale's debt lines lower the debts, in their order. What it paid of which."""
    money, paid = total, []
    for debt, known in zip(unpaid(account), for_price(office, account)):
        taken, money = price_model.leaves(known, money)
        if taken:
            paid.append((debt, taken))
            debt.owed -= taken
            debt.taken_at = office.now
            office.did["a debt taken by a sale"] += 1
    assert [taken for _, taken in paid] == amounts, (paid, amounts)
    return paid


# ---- acts ----
METHODS = {"add-debt": "AddDebt", "change-debt": "ChangeDebt", "write-off": "WriteOffDebt", "pay-account": "PayAccount",
           "pay-out": "PayOut"}


def calls(book, event):
    fields = ("amount", "terms", "reason", "from_deposit", "to")
    request = {name: event[name] for name in fields if name in event}
    request.update(request_id=event["id"], account_number=event["account"])
    if "debt" in event:
        request["debt_id"] = book.debts.get(event["debt"], 999999)
    if "pay" in event:
        request.update(payment=PAYMENTS[event["pay"]], terminal_id=event["till"])
    return [(event["by"], "AccountMoneyService", METHODS[event["kind"]], request)]


def find_debt(account, event):
    return next((debt for debt in account.debts if debt.key == event.get("debt")), None)


def done(office, account, debt, event):
    office.acts += 1
    return said(office, account, debt, event)


def said(office, account, debt, event):
    return [answered(number=office.acts, balance=account.balance, deposit=account.deposit,
                     owed=debt.owed if debt else 0, amount=event.get("amount", 0))]


def reckon_add(office, event):
    account = office.find(event["by"], event["account"])
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    if account.state == "ACCOUNT_ENDED":
        return [refused("ACCOUNT_CLOSED")]
    if len(unpaid(account)) >= MOST:
        return [refused("TOO_MANY_DEBTS")]
    return said(office, account, owe(office, account, event["id"], event["terms"], event["amount"]), event)


def reckon_of_debt(office, event):
    account = office.find(event["by"], event["account"])
    debt = find_debt(account, event) if account else None
    if account and account.state == "ACCOUNT_ENDED" and event["kind"] == "change-debt":
        return [refused("ACCOUNT_CLOSED")]
    if debt is None:
        return [refused("DEBT_UNKNOWN" if account else "ACCOUNT_UNKNOWN")]
    if event["kind"] == "change-debt":
        debt.terms = event["terms"]
        return done(office, account, debt, event)
    if event["amount"] > debt.owed:
        return [refused("OWED_LESS")]
    debt.owed -= event["amount"]
    return done(office, account, debt, event)


def reckon_pay(office, event):
    account = office.find(event["by"], event["account"])
    debt = find_debt(account, event) if account else None
    amount, own = event["amount"], event["pay"] == "balance"
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    if account.state == "ACCOUNT_ENDED" and event["to"] != "PAY_TO_DEBT":
        return [refused("ACCOUNT_CLOSED")]
    if event["to"] == "PAY_TO_DEBT" and (debt is None or amount > debt.owed):
        return [refused("OWED_LESS" if debt else "DEBT_UNKNOWN")]
    if own and account.balance < amount:
        return [refused("BALANCE_TOO_SMALL")]
    wrong = None if own else kind_vendor.take_at_counter(office, event, amount)
    if wrong:
        return [refused(wrong)]
    account.balance += (amount if event["to"] == "PAY_TO_BALANCE" else 0) - (amount if own else 0)
    account.deposit += amount if event["to"] == "PAY_TO_DEPOSIT" else 0
    if event["to"] == "PAY_TO_DEBT":
        debt.owed -= amount
    return done(office, account, debt if event["to"] == "PAY_TO_DEBT" else None, event)


def reckon_out(office, event):
    account = office.find(event["by"], event["account"])
    amount, own = event["amount"], event["pay"] == "balance"
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    if amount > (account.deposit if event["from_deposit"] else account.balance):
        return [refused("DEPOSIT_TOO_SMALL" if event["from_deposit"] else "BALANCE_TOO_SMALL")]
    if not own:
        kind_vendor.take_at_counter(office, event, -amount)
    account.deposit -= amount if event["from_deposit"] else 0
    account.balance += (amount if own else 0) - (0 if event["from_deposit"] else amount)
    return done(office, account, None, event)


def shown_terms(terms):
    return [terms["priority"], terms["rule"], int(terms.get("amount", 0)), int(terms.get("percent_e4", 0))]


def look_calls(_, event):
    return [(event["by"], "AccountMoneyService", "ListDebts", {"account_number": event["account"], "all": True})]


def reckon_look(office, event):
    account = office.find(event["by"], event["account"])
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    debts = sorted(account.debts, key=lambda debt: (debt.terms["priority"], debt.number))
    return [answered(owed=sum(debt.owed for debt in debts), deposit=account.deposit, balance=account.balance,
                     debts=[[debt.number, debt.owed, *shown_terms(debt.terms)] for debt in debts])]


def once(reckon):
    """A request id is one act for ever; what was refused may be asked again."""
    def reckon_once(office, event):
        key, asked = (event["by"], event["id"]), {name: value for name, value in event.items() if name != "at"}
        if key in office.acted and office.acted[key][0] != asked:
            return [refused("REQUEST_ID_REUSED")]
        answers = office.acted[key][1] if key in office.acted else reckon(office, event)
        if "ok" in answers[0]:
            office.acted[key] = asked, answers
        return answers
    return reckon_once


KINDS = {"add-debt": Kind(calls, once(reckon_add)), "change-debt": Kind(calls, once(reckon_of_debt)),
         "write-off": Kind(calls, once(reckon_of_debt)), "pay-account": Kind(calls, once(reckon_pay)),
         "pay-out": Kind(calls, once(reckon_out)), "look-debts": Kind(look_calls, reckon_look)}


# ---- drawing ----
def draw_terms(rng):
    rule = rng.choice(sorted(RULES))
    terms = {"label": rng.choice(("arrears", "meter", "fine")), "priority": rng.randint(0, 5), "rule": rule}
    if rule == "DEBT_PERCENT":
        return dict(terms, percent_e4=rng.choice((100000, 250000, 333333, 1000000)))
    return dict(terms, amount=rng.randint(1, 500 if rule == "DEBT_FIXED" else 30))


def draw_debt(rng, world):
    account = world.some_account(rng)
    event = {"by": people.CLERKS[account["organisation"]], "account": account["account"], "id": world.request_id(),
             "reason": "arrears of the old meter"}
    if len(account["debts"]) < MOST and (not account["debts"] or rng.random() < 0.7):
        account["debts"].append(event["id"])
        return [dict(event, kind="add-debt", amount=rng.randint(1, 20000), terms=draw_terms(rng))]
    event["debt"] = rng.choice(account["debts"])
    if rng.random() < 0.5:
        return [dict(event, kind="change-debt", terms=draw_terms(rng))]
    return [dict(event, kind="write-off", amount=rng.randint(1, 3000))]


def draw_money(rng, world):
    account = world.some_account(rng)
    shop = account["organisation"]
    event = {"account": account["account"], "id": world.request_id(), "till": f"till{rng.randint(1, 3)}",
             "amount": rng.randint(1, 5000), "pay": rng.choice(("cash", "cash", "card", "balance"))}
    if rng.random() < 0.25:
        deposit = rng.random() < 0.5
        pay_by = event["pay"] if deposit or event["pay"] != "balance" else "cash"
        return [dict(event, kind="pay-out", by=people.CLERKS[shop], reason="asked for it", pay=pay_by, from_deposit=deposit)]
    event.update(kind="pay-account", by=rng.choice(people.SELLERS[shop]))
    if account["debts"] and rng.random() < 0.5:
        return [dict(event, to="PAY_TO_DEBT", debt=rng.choice(account["debts"]))]
    to = rng.choice(("PAY_TO_BALANCE", "PAY_TO_DEPOSIT"))
    return [dict(event, to=to, pay="cash" if to == "PAY_TO_BALANCE" and event["pay"] == "balance" else event["pay"])]
