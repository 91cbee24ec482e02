"""Role x call x organisation: every call of the contract, by everybody, about what belongs to the organisation `shop`; the
orders of a batch and the purposes of a card's session as calls of their own, and the standard services of gRPC.
rights.py SNAPSHOT, at the instance in MV_DIR and MV_BIN. Prints the matrix where it is not the snapshot.

A cell says which callers of the role are let in, by where their organisation lies: r the root, a above the shop (region),
o its own, b below it (kiosk), s beside it (other). `-` is nobody."""
import json
import os
import re
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "year"), os.path.join(HERE, "..", "model")]
from clerk import Place  # noqa: E402
from oracle import luhn  # noqa: E402

ROLES = ("vendor", "supervisor", "engineer", "meter-admin", "card-factory", "officer", "auditor", "manager")
PLACES = {"r": "root", "a": "region", "o": "shop", "b": "kiosk", "s": "other"}
SGC, OTHER_SGC, SERIAL = "123457", "123458", 70
PAN, FRESH = luhn.make_pan("12", SERIAL), luhn.make_pan("12", SERIAL + 1)
KEY = {"supply_group_code": SGC, "key_revision_number": 1, "tariff_index": 1, "key_type": 2, "key_expiry_number": 255,
       "base_date": 2014, "encryption_algorithm": 7, "key_generation_algorithm": 4}
TERMS = {"name": "shop-tariff", "utility": "ELECTRICITY", "kind": "PRICE_SINGLE", "steps": [{"price_e5": 20000}],
         "round_to": 1, "rounding": "ROUND_UP", "valid_from_unix_s": 1}
CUSTOMER = {"name": "Mei Lin"}
PURCHASE = {"account_number": "A-1", "money": 1000, "payment": "PAY_CASH", "carrier": "KEYPAD"}
ORDER = {"terminal_id": "till9", "meter_pan": PAN, "carrier": "KEYPAD"}
DEBT = {"label": "arrears", "rule": "DEBT_FIXED", "amount": 1}
CARD = "04000000000001"  # of the shop: rights.sh makes it
VISIT = {"request_id": "WHO-METHOD", "terminal_id": "till9"}
ACT = {"request_id": "WHO-METHOD", "account_number": "A-1", "reason": "reason"}
DENIED = {"ROLE_MISSING", "ORGANISATION_DENIED", "SUPPLY_GROUP_DENIED", "ACCOUNT_UNKNOWN", "METER_UNKNOWN",
          "TOKEN_UNKNOWN", "TARIFF_UNKNOWN", "PROPOSAL_UNKNOWN", "CARD_UNKNOWN", "VENDOR_UNKNOWN", "VENDOR_OWN_CREDIT",
          "DEPOSIT_UNKNOWN", "BATCH_UNKNOWN", "CLAIM_UNKNOWN", "SLIP_UNKNOWN"}

# call: request, or (request, reasons that let in although they sound like a denial). WHO is the caller's name.
# What is not about an object of an organisation lets everybody of the role in; a card that nobody knows, too.
NOTHING = {"TOKEN_UNKNOWN", "PROPOSAL_UNKNOWN"}
BYTES = {"INVALID_FIELD"}  # JSON gives none, and so the call stops there
CALLS = {
    "TokenService.IssueCredit": {**ORDER, "request_id": "WHO-credit", "quantity": {"energy_wh": 100}},
    "TokenService.IssueManagement": {**ORDER, "request_id": "WHO-mse", "management": {"clear_tamper": True}},
    "TokenService.IssueTest": {**ORDER, "request_id": "WHO-test", "test": {"test": 0}},
    "TokenService.IssueKeyChange": {**ORDER, "request_id": "WHO-key", "to": {"key_revision_number": 1, "tariff_index": 1}},
    "TokenService.TrialCredit": {**ORDER, "quantity": {"energy_wh": 100}},
    "TokenService.GetToken": {"receipt": {"organisation": "shop", "terminal_id": "till1", "number": 1}},
    "TokenService.LastResponse": ({"terminal_id": "none"}, NOTHING),
    "TokenService.Verify": {"meter_pan": PAN, "digits": "12345678901234567890"},
    "TokenService.IssueRecord": {"request_id": "WHO-record", "meter_pan": PAN, "read": {"wanted": "WANT_EVENTS"}},
    "TokenService.AcceptReturn": ({}, BYTES),
    "TokenService.ListRecords": {"meter_pan": PAN},
    "TokenService.ListReturns": {"meter_pan": PAN},
    "SaleService.Sell": {"request_id": "WHO-sell", "terminal_id": "till9", "purchase": PURCHASE},
    "SaleService.TrialSell": {"terminal_id": "till9", "purchase": PURCHASE},
    "SaleService.GetReceipt": {"receipt": {"organisation": "shop", "terminal_id": "till1", "number": 1}},
    "SaleService.LastSale": ({"terminal_id": "none"}, NOTHING),
    "SaleService.ConfirmSale": ({"request_id": "none"}, NOTHING),
    "SaleService.CancelSale": {"request_id": "WHO-none"},
    "SaleService.ReverseSale": {"receipt": {"organisation": "shop", "terminal_id": "till1", "number": 1},
                                "reason": "reason"},
    "SaleService.FreeIssue": {**ORDER, "request_id": "WHO-free", "quantity": {"energy_wh": 100}, "reason": "storm"},
    "MeterService.RegisterMeter": {"meter_pan": PAN, "organisation": "shop", "utility": "ELECTRICITY", "key": KEY},
    "MeterService.GetMeter": {"meter_pan": PAN},
    "MeterService.ListMeters": {"organisation": "shop"},
    "MeterService.AssignKey": {"meter_pan": PAN},
    "MeterService.ConfirmKeyChange": {"meter_pan": PAN, "accepted_token": "12345678901234567890"},
    "MeterService.GetMeterHistory": {"meter_pan": PAN},
    "MeterService.ListExposed": {"supply_group_code": SGC, "key_revision_number": 1},
    "MeterService.ProvisionMeter": {"meter_pan": PAN, "record_keys": {"domain": "A1B2C3", "mac_version": 9, "enc_version": 9}},
    "MeterService.ConfirmRecordKeys": {"meter_pan": PAN, "taken": True},
    "MeterService.SetMeterState": {"meter_pan": FRESH, "state": "SUSPENDED"},
    "AccountService.OpenAccount": {"account_number": "A-1", "meter_pan": PAN, "customer": CUSTOMER},
    "AccountService.OpenAccount.sale": {
        "account_number": "A-1", "meter_pan": PAN, "customer": CUSTOMER,
        "first_sale": {"request_id": "WHO-first", "terminal_id": "till1",
                       "purchase": {"money": 1000, "payment": "PAY_CASH", "carrier": "KEYPAD"}}},
    "AccountService.UpdateAccount": {"account_number": "A-1", "version": 99, "customer": CUSTOMER},
    "AccountService.GetAccount": {"account_number": "A-1"},
    "AccountService.ListAccounts": {"organisation": "shop"},
    "AccountService.SuspendAccount": {"account_number": "A-2", "reason": "moved out"},
    "AccountService.ResumeAccount": {"account_number": "A-1", "reason": "back"},
    "AccountService.GetTimeline": {"account_number": "A-1"},
    "AccountService.CloseAccount": {"account_number": "A-1", "reason": "reason"},  # it owes something
    "AccountService.ChangeMeter": {"account_number": "A-1", "meter_pan": PAN, "reason": "reason"},
    "AccountService.TransferAccount": {"account_number": "A-1", "reason": "reason",
                                       "next": {"account_number": "A-2", "customer": CUSTOMER}},
    "AccountMoneyService.AddDebt": {**ACT, "amount": 10, "terms": DEBT},
    "AccountMoneyService.ChangeDebt": {**ACT, "debt_id": 1, "terms": DEBT},
    "AccountMoneyService.WriteOffDebt": {**ACT, "debt_id": 1, "amount": 1},
    "AccountMoneyService.ListDebts": {"account_number": "A-1"},
    "AccountMoneyService.GetAct": {"number": 1},
    "AccountMoneyService.PayAccount": {"request_id": "WHO-pay", "terminal_id": "till9", "account_number": "A-1",
                                       "amount": 1, "payment": "PAY_CASH", "to": "PAY_TO_BALANCE"},
    "AccountMoneyService.PayOut": {**ACT, "terminal_id": "till9", "amount": 1, "payment": "PAY_CASH"},
    "AccountMoneyService.ClaimCredit": {"account_number": "A-1", "meter_pan": PAN, "amount": 1, "reason": "reason"},
    "AccountMoneyService.ApproveClaim": {"claim_id": 1},
    "AccountMoneyService.ListClaims": {"account_number": "A-1"},
    "VendorService.SetTerms": {"organisation": "shop", "terms": {"credit_limit": 1000000}},
    "VendorService.ApproveTerms": {"organisation": "shop", "version": 1},
    "VendorService.GetVendor": {"organisation": "shop"},
    "VendorService.ListVendors": {"organisation": "shop"},
    "VendorService.Deposit": {"request_id": "WHO-deposit", "organisation": "shop", "amount": 1, "slip": "7"},
    "VendorService.GetDeposit": {"organisation": "shop", "number": 1},
    "VendorService.Statement": {"organisation": "shop"},
    "VendorService.StartBatch": {"request_id": "WHO-start", "kind": "BATCH_SHIFT", "terminal_id": "WHO"},
    "VendorService.TotalBatch": {"kind": "BATCH_SHIFT", "terminal_id": "WHO"},
    "VendorService.EndBatch": {"request_id": "WHO-end", "kind": "BATCH_SHIFT", "terminal_id": "WHO"},
    "VendorService.GetBatch": {"kind": "BATCH_SALES", "organisation": "shop", "terminal_id": "till1", "number": 1},
    "VendorService.Settle": {"request_id": "WHO-settle", "organisation": "shop"},
    "TariffService.SetOffice": {"currency": "EUR", "minor_digits": 2},
    "TariffService.GetOffice": {},
    "TariffService.PutTariff": {"organisation": "shop", "terms": TERMS},
    "TariffService.ApproveTariff": {"name": "shop-tariff", "version": 1},
    "TariffService.WithdrawTariff": {"name": "shop-tariff", "version": 1},
    "TariffService.RejectTariff": {"name": "shop-tariff", "version": 1, "reason": "reason"},
    "TariffService.ListAssignments": {},
    "TariffService.GetTariff": {"name": "shop-tariff"},
    "TariffService.ListTariffs": {},
    "TariffService.AssignTariff": {"organisation": "shop", "utility": "ELECTRICITY", "meter_class": "default",
                                   "tariff": "shop-tariff"},
    "TariffService.Quote": {"organisation": "shop", "utility": "ELECTRICITY", "meter_class": "default", "money": 1000},
    "CardService.ListCards": {},
    "CardService.GetCard": {"uid": CARD},
    "CardService.BlockCard": {"uid": CARD, "reason": "lost"},
    "CardService.UnblockCard": {"uid": CARD},
    # The card of the shop is known by its number, and is gone before it has proven itself.
    "CardService.Session.identify": {**VISIT, "purpose": "IDENTIFY"},
    "CardService.Session.take-in": {**VISIT, "purpose": "PERSONALISE", "factory": True},
    "CardService.Session.personalise-user": {**VISIT, "purpose": "PERSONALISE", "kind": "USER", "meter_pan": PAN},
    "CardService.Session.personalise-tool": {**VISIT, "purpose": "PERSONALISE", "kind": "INSPECTION", "domain": "A1B2C3"},
    "CardService.Session.open": {**VISIT, "purpose": "OPEN_ACCOUNT_CARD", "meter_pan": PAN,
                                 "purchase": {"quantity": {"energy_wh": 100}, "client_number": "1"}},
    "CardService.Session.purchase": {**VISIT, "purpose": "PURCHASE_CARD", "purchase": {"quantity": {"energy_wh": 100}}},
    "CardService.Session.read-back": {**VISIT, "purpose": "READ_BACK"},
    "CardService.Session.replace": {**VISIT, "purpose": "REPLACE", "meter_pan": PAN},
    "CardService.Session.close": {**VISIT, "purpose": "CLOSE_ACCOUNT"},
    "CardService.Session.load-round": {**VISIT, "purpose": "LOAD_ROUND", "kind": "INSPECTION", "meter_pans": [PAN]},
    "CardService.Session.collect-round": {**VISIT, "purpose": "COLLECT_ROUND"},
    "CardService.Session.rekey": {**VISIT, "purpose": "REKEY"},
    "CardService.Session.block": {**VISIT, "purpose": "BLOCK", "reason": "found"},
    "AuditService.ExportAudit": {},
    "TokenService.IssueBatch.credit": {"items": [{"credit": {**ORDER, "request_id": "WHO-b1", "quantity": {"energy_wh": 100}}}]},
    "TokenService.IssueBatch.management": {"items": [{"management": {**ORDER, "request_id": "WHO-b2",
                                                                    "management": {"clear_tamper": True}}}]},
    "TokenService.IssueBatch.test": {"items": [{"test": {**ORDER, "request_id": "WHO-b3", "test": {"test": 0}}}]},
    "TokenService.IssueBatch.key-change": {"items": [{"key_change": {
        **ORDER, "request_id": "WHO-b4", "to": {"key_revision_number": 1, "tariff_index": 1}}}]},
    "Health.Check": {},
    "Health.Watch": {},
    "ServerReflection.ServerReflectionInfo": {"list_services": "*"},
    "ApprovalService.ProposeSupplyGroupChange": {"from_supply_group_code": SGC, "to_supply_group_code": OTHER_SGC,
                                                 "meter_pan": PAN},
    "ApprovalService.Approve": ({"id": 999}, NOTHING | BYTES),
    "ApprovalService.ListProposals": {},
    "OperatorService.WhoAmI": {},
    "OperatorService.CreateOrganisation": {"name": "shop", "parent": "region"},
    "OperatorService.ListOrganisations": {},
    "OperatorService.GrantSupplyGroup": {"organisation": "shop", "supply_group_code": SGC},
    "OperatorService.RevokeSupplyGroup": {"organisation": "shop", "supply_group_code": "777777"},
    "OperatorService.CreatePrincipal": {"name": "till-of-shop", "organisation": "shop", "roles": ["VENDOR"]},
    "OperatorService.UpdatePrincipal": {"name": "till-of-shop", "roles": ["VENDOR"], "enabled": True},
    "OperatorService.ListPrincipals": {},
    "OperatorService.ConfirmClock": {"now_unix_s": int(time.time())},
}


def contract():
    """Every rpc of the contract, as Service.Method."""
    folder = os.path.join(HERE, "..", "..", "proto", "metervault", "v1")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        service = re.search(r"^service (\w+)", text, re.MULTILINE)
        for method in re.findall(r"^  rpc (\w+)", text, re.MULTILINE):
            yield f"{service[1]}.{method}"


def in_contract(call):
    return not call.startswith(("Health.", "ServerReflection."))


def row_there(call):
    """An order of a batch is what it is alone; who watches the server's health needs no right."""
    batch = {"credit": "IssueCredit", "management": "IssueManagement", "test": "IssueTest", "key-change": "IssueKeyChange"}
    if call.startswith("TokenService.IssueBatch."):
        return "TokenService." + batch[call.split(".")[2]]
    return call


def differs_from_unit_tests(lines):
    """Roles that are let in here and not there, or the other way round: test_rights.c tries the same without a server."""
    def read(rows):
        cells = [re.split(r"  *", row.strip()) for row in rows]
        return {row[0]: [cell == "-" for cell in row[1:]] for row in cells[1:]}
    with open(os.path.join(HERE, "..", "unit", "vending", "permissions.txt"), encoding="utf-8") as file:
        there = read(file.read().splitlines())
    return sorted(call for call, cells in read(lines).items() if in_contract(call) and there.get(row_there(call)) != cells)


def setup(desk):
    """What belongs to the shop: two accounts on two meters, a tariff in force, a receipt of its own."""
    def must(who, call, request):
        answer = desk.call(who, *call.split("."), request)
        if "ok" not in answer:
            sys.exit(f"{who} {call}: {answer}")
    must("officer1", "TariffService.SetOffice", CALLS["TariffService.SetOffice"])
    must("officer1", "OperatorService.GrantSupplyGroup", {"organisation": "root", "supply_group_code": OTHER_SGC})
    for pan in (PAN, FRESH):
        must("admin1", "MeterService.RegisterMeter", dict(CALLS["MeterService.RegisterMeter"], meter_pan=pan))
    for number, pan in (("A-1", PAN), ("A-2", FRESH)):
        must("admin1", "AccountService.OpenAccount", {"account_number": number, "meter_pan": pan, "customer": CUSTOMER})
    must("supervisor-o", "AccountMoneyService.AddDebt",
         {"request_id": "debt", "account_number": "A-1", "amount": 1000, "terms": DEBT, "reason": "arrears"})
    must("manager-r", "TariffService.PutTariff", CALLS["TariffService.PutTariff"])
    must("officer1", "TariffService.ApproveTariff", CALLS["TariffService.ApproveTariff"])
    must("manager-r", "TariffService.AssignTariff", CALLS["TariffService.AssignTariff"])
    must("manager-r", "VendorService.SetTerms", CALLS["VendorService.SetTerms"])
    must("officer1", "VendorService.ApproveTerms", CALLS["VendorService.ApproveTerms"])
    must("manager-r", "VendorService.Deposit", dict(CALLS["VendorService.Deposit"], request_id="paid"))
    batch = {"kind": "BATCH_SALES", "terminal_id": "till1"}
    must("vendor-o", "VendorService.StartBatch", dict(batch, request_id="batch"))
    sale = dict(CALLS["SaleService.Sell"], request_id="first", terminal_id="till1")
    must("vendor-o", "SaleService.Sell", sale)
    must("vendor-o", "VendorService.EndBatch", dict(batch, request_id="batch-ends"))
    must("supervisor-o", "AccountMoneyService.ClaimCredit", CALLS["AccountMoneyService.ClaimCredit"])
    must("officer1", "OperatorService.CreatePrincipal", CALLS["OperatorService.CreatePrincipal"])


def cell(desk, call, role):
    request, lets_in = CALLS[call] if isinstance(CALLS[call], tuple) else (CALLS[call], set())
    letters, missing = "", 0
    for letter in PLACES:
        who = f"{role}-{letter}"
        asked = json.loads(json.dumps(request).replace("WHO", who).replace("METHOD", call.split(".")[-1]))
        answer = desk.call(who, *call.split(".")[:2], asked)
        refused = answer.get("ok", {}).get("results", [{}])[0].get("refused")
        answer = {"no": refused["reason"]} if refused else answer
        no_role = answer.get("no") == ("CARD_FACTORY_ROLE" if call.endswith(".take-in") else "ROLE_MISSING")
        denied = no_role or answer.get("no") in DENIED - lets_in
        missing += no_role
        letters += "" if denied else letter
        if "grpc" in answer and answer["no"] in {"", "INTERNAL_ERROR", "INVALID_FIELD"} - lets_in:
            sys.exit(f"{who} {call}: {answer}")
    return letters or ("-" if missing else "nobody")  # the latter has the role, and reaches nothing


def main():
    desk = Place().desk
    setup(desk)
    lines = [f"{'call':41}" + "".join(f" {role:12}" for role in ROLES)]
    for call in CALLS:
        lines.append(f"{call:41}" + "".join(f" {cell(desk, call, role):12}" for role in ROLES))
    found = "".join(line.rstrip() + "\n" for line in lines)
    desk.close()
    rpcs, tried = set(contract()), {".".join(call.split(".")[:2]) for call in CALLS if in_contract(call)}
    missing, gone = sorted(rpcs - tried), sorted(tried - rpcs)
    with open(sys.argv[1], encoding="utf-8") as file:
        expected = file.read()
    if found != expected:
        print(found, end="")
    print("in the contract, but not tried:", *missing, "; tried, but not in the contract:", *gone)
    cells = len(CALLS) * len(ROLES) * len(PLACES)
    other = differs_from_unit_tests(lines)
    print("otherwise than permissions.txt:", *other)
    bad = len(missing) + len(gone) + len(other) + (found != expected)
    print(f"{cells - bad} passed, {bad} failed")
    sys.exit(bad != 0)


main()
