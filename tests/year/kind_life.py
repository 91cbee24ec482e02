"""Meters and owners that change, accounts that end, sales that are confirmed, given up or reversed, claims that two officers
agree to, credit that nobody pays for."""
import kind_debt
import kind_sale
import kind_vendor
import people
import price_model
from kind import Kind, answered, refused
from kind_account import CLOSED, customer, shown

AGREE = 2


class Claim:
    def __init__(self, number, account, amount, by, pays):
        self.number, self.account, self.amount, self.by, self.pays = number, account, amount, by, pays
        self.agreed, self.issued = set(), False
        self.of_sale = False
        self.vendor, self.commission = None, 0  # of a sale that is taken back
        self.debts, self.act = [], 0            # that it paid: (debt, how much)


# ---- the end of an account ----
def close_calls(_, event):
    return [(event["by"], "AccountService", "CloseAccount",
             {"account_number": event["account"], "reason": event["reason"], "leaves_debts": event["leaves"]})]


def end(account):
    account.state = CLOSED
    account.version += 1


def reckon_close(office, event):
    account = office.find(event["by"], event["account"])
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    if account.state != CLOSED:
        if account.balance or account.deposit:
            return [refused("ACCOUNT_HOLDS_MONEY")]
        if kind_debt.unpaid(account) and not event["leaves"]:
            return [refused("ACCOUNT_OWES")]
        end(account)
    return [shown(account)]


# ---- another meter ----
def meter_calls(_, event):
    return [(event["by"], "AccountService", "ChangeMeter",
             {"account_number": event["account"], "meter_pan": event["pan"], "reason": event["reason"]})]


def reckon_meter(office, event):
    account = office.find(event["by"], event["account"])
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    if account.state == CLOSED:
        return [refused("ACCOUNT_CLOSED")]
    account.pan = event["pan"]
    account.pans.append(event["pan"])
    account.version += 1
    return [shown(account)]


# ---- another owner ----
def transfer_calls(_, event):
    after = event["next"]
    return [(event["by"], "AccountService", "TransferAccount",
             {"account_number": event["account"], "reason": event["reason"], "debts": event["debts"],
              "next": {"account_number": after["account"], "customer": customer(after)}})]


def reckon_transfer(office, event):
    account = office.find(event["by"], event["account"])
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    if account.state == CLOSED:
        return [refused("ACCOUNT_CLOSED")]
    owed = kind_debt.unpaid(account)
    if owed and event["debts"] == "DEBTS_AT_UNSPECIFIED":
        return [refused("ACCOUNT_OWES")]
    end(account)
    after = dict(event["next"], pan=account.pan, organisation=account.organisation)
    after["class"] = account.tariff_class
    came = office.open(after)
    for debt in owed if event["debts"] == "DEBTS_GO_ALONG" else []:
        office.acts += 1  # away from the one, and here
        kind_debt.owe(office, came, None, debt.terms, debt.owed)
        debt.owed = 0
        office.did["a debt that went along"] += 1
    return [shown(came)]


# ---- what becomes of a sale ----
def settle_calls(_, event):
    method = "ConfirmSale" if event["kind"] == "confirm" else "CancelSale"
    return [(event["by"], "SaleService", method, {"request_id": event["id"]})]


def reckon_confirm(office, event):
    key = (event["by"], event["id"])
    if key not in office.orders:
        return [refused("TOKEN_UNKNOWN")]
    if key in office.reversed:
        return [refused("SALE_REVERSED")]
    office.confirmed.add(key)
    return [answered()]


def reckon_cancel(office, event):
    key = (event["by"], event["id"])
    if key in office.orders:
        return [refused("SALE_MADE")]
    office.cancelled.add(key)
    return [answered()]


def reverse_calls(book, event):
    """The receipt is that of the sale, as it was answered."""
    nothing = {"organisation": people.HOME[event["by"]], "terminal_id": "none", "number": 1}
    receipt = book.receipts.get((event["seller"], event["sale"]), nothing)
    return [(event["by"], "SaleService", "ReverseSale", {"receipt": receipt, "reason": event["reason"]})]


def claimed(office, event, claim):
    office.claims[event["id"]] = claim
    return [answered(claim_id=claim.number, amount=claim.amount, account_number=claim.account.number, approvals=0,
                     act_number=0)]


def reckon_reverse(office, event):
    key = (event["seller"], event["sale"])
    if key not in office.orders:
        return [refused("TOKEN_UNKNOWN")]
    account, pan, total, vendor, commission, debts = office.sold[key]
    if total == 0 or (account.number, pan) in office.claimed_meters:
        return [refused("CLAIM_NOT_DUE")]
    if key in office.confirmed:
        return [refused("SALE_CONFIRMED")]
    if key in office.reversed:
        return [refused("SALE_REVERSED")]
    office.reversed.add(key)
    claim = Claim(office.next_claim(), account, total, event["by"], True)
    claim.of_sale, claim.vendor, claim.commission, claim.debts = True, vendor, commission, debts
    return claimed(office, event, claim)


# ---- claims ----
def claim_calls(_, event):
    return [(event["by"], "AccountMoneyService", "ClaimCredit",
             {"account_number": event["account"], "meter_pan": event["pan"], "units": event["units"],
              "amount": event["amount"], "reason": event["reason"]})]


def reckon_claim(office, event):
    account = office.find(event["by"], event["account"])
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    if event["pan"] not in account.pans:
        return [refused("METER_UNKNOWN")]
    if (account.number, event["pan"]) in office.claimed_meters:
        return [refused("CLAIM_NOT_DUE")]
    office.claimed_meters.add((account.number, event["pan"]))
    return claimed(office, event, Claim(office.next_claim(), account, event["amount"], event["by"], not event["units"]))


def agree_calls(book, event):
    return [(event["by"], "AccountMoneyService", "ApproveClaim", {"claim_id": book.claims.get(event["claim"], 999999)})]


def reckon_agree(office, event):
    claim = office.claims.get(event["claim"])
    if claim is None:
        return [refused("CLAIM_UNKNOWN")]
    second = event["by"] not in claim.agreed and len(claim.agreed) + 1 == AGREE
    if second and claim.pays and len(kind_debt.unpaid(claim.account)) + len(claim.debts) > kind_debt.MOST:
        return [refused("TOO_MANY_DEBTS")]
    claim.agreed.add(event["by"])
    if second and claim.pays:
        pay_claim(office, claim)
    return [answered(claim_id=claim.number, approvals=len(claim.agreed), act_number=claim.act)]


def pay_claim(office, claim):
    """All the money to the account; what it had paid of debts is owed again, and the vendor's commission is gone."""
    office.acts += 1
    claim.act = office.acts
    claim.account.balance += claim.amount
    for debt, taken in claim.debts:
        kind_debt.owe(office, claim.account, None, debt.terms, taken)
        office.did["a debt owed again"] += 1
    if claim.vendor:
        claim.vendor.balance -= claim.commission
    office.did["a reversal paid" if claim.of_sale else "credit of a meter paid"] += 1


# ---- credit that nobody pays for ----
def free_calls(book, event):
    return [(event["by"], "SaleService", "FreeIssue",
             {"request_id": event["id"], "terminal_id": event["till"], "meter_pan": event["pan"],
              "quantity": {"energy_wh": event["wh"]}, "reason": event["reason"], "carrier": "KEYPAD",
              "claim_id": book.claims.get(event["claim"], 999999) if "claim" in event else 0})]


def reckon_free(office, event):
    known = office.orders.get((event["by"], event["id"]))
    if known:
        return [known[1]]
    if kind_vendor.vendor_of(office, event["by"]) and "claim" not in event:
        return [refused("VENDOR_GIVES_NOTHING")]
    served = office.accounts.get(office.account_on(event["pan"]))
    if served and served.state != "ACCOUNT_IN_USE":
        return [refused("ACCOUNT_SUSPENDED")]
    wh = price_model.encode({"utility": 1}, {"grain": price_model.TOKEN}, event["wh"])
    if "claim" in event:
        claim = office.claims.get(event["claim"])
        good = claim and len(claim.agreed) >= AGREE and not claim.pays and not claim.issued
        if not good or claim.amount != event["wh"] or claim.account.pan != event["pan"]:
            return [refused("CLAIM_NOT_DUE")]
        claim.issued = True
        office.did["units of an old meter moved"] += 1
    organisation = people.HOME[event["by"]]
    office.sales.append({"place": (organisation, event["till"]), "by": event["by"], "free": True})
    answer = answered(receipt__number=office.receipt(organisation, event["till"]), free_token=wh)
    office.orders[event["by"], event["id"]] = (event, answer)
    return [answer]


KINDS = {"close": Kind(close_calls, reckon_close), "change-meter": Kind(meter_calls, reckon_meter),
         "transfer": Kind(transfer_calls, reckon_transfer), "confirm": Kind(settle_calls, reckon_confirm),
         "cancel": Kind(settle_calls, reckon_cancel), "reverse": Kind(reverse_calls, reckon_reverse),
         "claim": Kind(claim_calls, reckon_claim), "agree": Kind(agree_calls, reckon_agree),
         "free": Kind(free_calls, reckon_free)}


# ---- drawing ----
def clerk(rng, account):
    """Who sells on credit gives nothing away: mostly it is somebody above."""
    return people.CLERK_ABOVE if rng.random() < 0.8 else people.CLERKS[account["organisation"]]


def both_officers(claim, events):
    """The second one may forget it, or the first one does it twice."""
    agreed = [{"kind": "agree", "by": by, "claim": claim} for by in people.OFFICERS]
    return agreed[:1] + events + agreed


def draw_close(rng, world):
    if len(world.accounts) < 10:
        return []
    account = world.some_account(rng)
    event = {"by": people.CLERKS[account["organisation"]], "account": account["account"], "reason": "moved away"}
    asked = world.request_id()
    left = [dict(event, kind="claim", id=asked, pan=account["pan"], units=False, amount=rng.randint(1, 5000)),
            *both_officers(asked, [])]
    out = dict(event, kind="pay-out", till="till1", pay="cash", from_deposit=False, amount=rng.randint(1, 4000),
               id=world.request_id())
    ending = dict(event, kind="close", leaves=rng.random() < 0.5)
    return (left if rng.random() < 0.3 else []) + [ending, out, ending]


def draw_meter(rng, world):
    account = world.some_account(rng)
    meter = world.meter(rng, account["organisation"])
    event = {"by": people.CLERKS[account["organisation"]], "account": account["account"], "reason": "display broken"}
    old, account["pan"] = account["pan"], meter["pan"]
    account["version"] += 1
    wh = 100 * rng.randint(1, 500)
    asked = world.request_id()
    units = {"kind": "free", "by": clerk(rng, account), "till": "till2", "id": world.request_id(), "pan": meter["pan"], "wh": wh,
             "claim": asked, "reason": "left in the old meter"}
    return [meter, dict(event, kind="change-meter", pan=meter["pan"]),
            dict(event, kind="claim", id=asked, pan=old, units=True, amount=wh), units, *both_officers(asked, []), units]


def draw_transfer(rng, world):
    account = world.some_account(rng)
    after = {"account": f"{account['account']}n", "name": world.name(rng)}
    if len(after["account"]) > 12:
        return []
    event = {"kind": "transfer", "by": people.CLERKS[account["organisation"]], "account": account["account"],
             "reason": "sold the house", "next": after, "debts": rng.choice(("DEBTS_STAY", "DEBTS_GO_ALONG"))}
    world.transfer(account, after)
    return [event]


def draw_reverse(rng, world):
    if not world.sales:
        return []
    sale = rng.choice(world.sales[-50:])
    shop = people.HOME[sale["by"]]
    asked = world.request_id()
    confirm = {"kind": "confirm", "by": sale["by"], "id": sale["id"]}
    reverse = {"kind": "reverse", "by": people.CLERKS[shop], "seller": sale["by"], "sale": sale["id"], "id": asked,
               "reason": "wrong customer"}
    if rng.random() < 0.4:
        return [confirm, reverse]
    return [reverse, *both_officers(asked, [dict(reverse, id=world.request_id())]), confirm]


def draw_cancel(rng, world):
    if world.sales and rng.random() < 0.5:
        sale = rng.choice(world.sales)
        return [{"kind": "cancel", "by": sale["by"], "id": sale["id"]}]
    late = kind_sale.draw_one(rng, world, world.some_account(rng))  # given up before it is asked for
    return [{"kind": "cancel", "by": late["by"], "id": late["id"]}] * rng.choice((1, 2)) + [late]


def draw_free(rng, world):
    account = world.some_account(rng)
    return [{"kind": "free", "by": clerk(rng, account), "till": "till2", "id": world.request_id(),
             "pan": account["pan"], "wh": rng.randint(100, 5000), "reason": "emergency at night"}]
