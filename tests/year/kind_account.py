"""Accounts: opened, changed (with them their owner's name), suspended and resumed, and looked at."""
import people
from kind import Kind, answered, refused


CLOSED = "ACCOUNT_ENDED"


def customer(event):
    return {"name": event["name"], "address": event.get("address", ""), "reference": event.get("reference", "")}


def shown(account):
    return answered(account_number=account.number, meter_pan=account.pan, state=account.state,
                    version=account.version, balance=account.balance, customer__name=account.name,
                    tariff_class=account.tariff_class, organisation=account.organisation)


# ---- opening ----
def open_calls(_, event):
    return [(event["by"], "AccountService", "OpenAccount",
             {"account_number": event["account"], "meter_pan": event["pan"], "customer": customer(event),
              "tariff_class": event["class"]})]


def open_words(_, event):
    return [(event["by"], "account", "open", event["account"], "--meter", event["pan"], "--name", event["name"],
             "--class", event["class"])]


def reckon_open(office, event):
    if event["account"] not in office.accounts:
        office.open(event)
    return [shown(office.accounts[event["account"]])]


# ---- changing ----
def update_calls(_, event):
    return [(event["by"], "AccountService", "UpdateAccount",
             {"account_number": event["account"], "version": event["version"], "customer": customer(event),
              "tariff_class": event["class"]})]


def reckon_update(office, event):
    account = office.find(event["by"], event["account"])
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    if account.state == CLOSED:
        return [refused("ACCOUNT_CLOSED")]
    if (account.name, account.tariff_class) == (event["name"], event["class"]):
        return [shown(account)]
    if event["version"] != account.version:
        return [refused("ACCOUNT_CHANGED")]
    account.version += 1
    if account.tariff_class != event["class"]:
        account.class_since = office.now
        account.classes.append((office.now, event["class"]))
        account.class_by = event["by"]
    account.name, account.tariff_class = event["name"], event["class"]
    return [shown(account)]


# ---- suspending ----
def state_calls(_, event):
    method = "SuspendAccount" if event["kind"] == "suspend" else "ResumeAccount"
    return [(event["by"], "AccountService", method, {"account_number": event["account"], "reason": event["reason"]})]


def state_words(_, event):
    return [(event["by"], "account", event["kind"], event["account"], "--reason", event["reason"])]


def reckon_state(office, event):
    account = office.find(event["by"], event["account"])
    state = "ACCOUNT_ON_HOLD" if event["kind"] == "suspend" else "ACCOUNT_IN_USE"
    if account is None:
        return [refused("ACCOUNT_UNKNOWN")]
    if account.state == CLOSED:
        return [refused("ACCOUNT_CLOSED")]
    if account.state != state:
        account.state = state
        account.version += 1
    return [shown(account)]


# ---- looking ----
def look_calls(_, event):
    return [(event["by"], "AccountService", "GetAccount", {"account_number": event["account"]})]


def reckon_look(office, event):
    account = office.find(event["by"], event["account"])
    return [shown(account) if account else refused("ACCOUNT_UNKNOWN")]


KINDS = {"open": Kind(open_calls, reckon_open, open_words), "update": Kind(update_calls, reckon_update),
         "suspend": Kind(state_calls, reckon_state, state_words),
         "resume": Kind(state_calls, reckon_state, state_words), "look": Kind(look_calls, reckon_look)}


# ---- drawing ----
def draw_update(rng, world):
    """A change of the name: somebody married, moved in, or was misspelt."""
    account = world.some_account(rng)
    stale = rng.random() < 0.1
    event = {"kind": "update", "by": people.CLERKS[account["organisation"]], "account": account["account"],
             "version": account["version"] - (1 if stale else 0), "name": world.name(rng), "class": account["class"]}
    if not stale:
        if event["name"] != account["name"]:
            account["version"] += 1
        account["name"] = event["name"]
    return [event]


def draw_hold(rng, world):
    on_hold = [account for account in world.accounts if account["held"]]
    account = rng.choice(on_hold) if on_hold and rng.random() < 0.6 else world.some_account(rng)
    held = not account["held"]
    if rng.random() < 0.2:
        held = not held  # so it is already
    if held != account["held"]:
        account["held"] = held
        account["version"] += 1
    return [{"kind": "suspend" if held else "resume", "by": people.CLERKS[account["organisation"]],
             "account": account["account"], "reason": rng.choice(("moved out", "meter broken", "asked for it")),
             "via": "cli" if rng.random() < 0.2 else "grpc"}]
