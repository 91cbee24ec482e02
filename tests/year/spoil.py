"""Events that are not what was played, for a test of the reckoning: of every kind some, and it must notice."""


def more(name, by=1):
    return lambda event: dict(event, **{name: event[name] + by}) if name in event else None


def other(name, *values):
    """Another one of the values, or the longer text."""
    def change(event):
        if name not in event:
            return None
        return dict(event, **{name: next((one for one in values if one != event[name]), str(event[name]) + "x")})
    return change


def terms(change):
    return lambda event: dict(event, terms=change(event["terms"])) if change(event["terms"]) else None


def each(part, name, by):
    """In a list of terms."""
    def change(said):
        return dict(said, **{part: [dict(one, **{name: one[name] + by}) for one in said[part]]}) if part in said else None
    return terms(change)


def all_sales(event):
    return dict(event, sales=[dict(sale, **{"money" if "money" in sale else "wh": 5777}) for sale in event["sales"]])


SHOPS, OFFICERS, MANAGERS = ("shop1", "shop2"), ("officer1", "officer2"), ("manager1", "manager2")
PAN = "600727000000000009"
# kind, what is changed, how
WAYS = (
    ("office", "day", more("ahead", 60)), ("office", "digits", more("digits")),
    ("put-tariff", "price", each("steps", "price_e5", 1)), ("put-tariff", "tax", each("taxes", "percent_e4", 1000)),
    ("put-tariff", "date", more("from", 86400 * 20)), ("approve-tariff", "by", other("by", *MANAGERS)),
    ("assign-tariff", "name", other("name", "home", "flat", "trade")),
    ("meter", "organisation", other("organisation", *SHOPS)), ("open", "class", other("class", "trade", "default")),
    ("open", "name", other("name")), ("update", "name", other("name")), ("suspend", "kind", other("kind", "resume")),
    ("resume", "kind", other("kind", "suspend")), ("look", "account", other("account")),
    ("sell", "money", more("money", 100)), ("sell", "units", more("wh", 1000)), ("sell", "tendered", more("tendered")),
    ("sell", "payment", other("pay", "balance", "cash")), ("sell", "till", other("till", "till9")),
    ("sell", "kept", other("keep", False)), ("crash", "amount", all_sales), ("rush", "amount", all_sales),
    ("vendor-terms", "commission", terms(more("commission_percent_e4", 100))),
    ("vendor-terms", "limit", terms(more("credit_limit"))), ("vendor-deposit", "amount", more("amount")),
    ("vendor-deposit", "takes_back", more("takes_back")), ("vendor-look", "organisation", other("organisation", *SHOPS)),
    ("shift-start", "till", other("till", "till9")), ("shift-end", "till", other("till", "till9")),
    ("settle", "organisation", other("organisation", *SHOPS)), ("add-debt", "amount", more("amount")),
    ("add-debt", "priority", terms(more("priority", 20))), ("add-debt", "part", terms(more("amount"))),
    ("change-debt", "percent", terms(more("percent_e4"))), ("write-off", "amount", more("amount")),
    ("pay-account", "amount", more("amount")), ("pay-account", "to", other("to", "PAY_TO_BALANCE", "PAY_TO_DEPOSIT")),
    ("pay-out", "amount", more("amount")), ("pay-out", "payment", other("pay", "balance", "cash")),
    ("look-debts", "account", other("account")), ("close", "account", other("account")),
    ("change-meter", "pan", other("pan", PAN)), ("transfer", "debts", other("debts", "DEBTS_STAY", "DEBTS_GO_ALONG")),
    ("transfer", "account", other("account")), ("confirm", "id", other("id")), ("cancel", "id", other("id")),
    ("reverse", "sale", other("sale")), ("claim", "amount", more("amount")), ("claim", "units", other("units", True, False)),
    ("agree", "by", other("by", *OFFICERS)), ("agree", "claim", other("claim")), ("free", "units", more("wh", 1000)),
    ("card", "units", more("kwh")),
)
TRIES = 20  # some changes make no difference, as when nobody buys at the price
