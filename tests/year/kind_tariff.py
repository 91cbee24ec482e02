"""The currency, tariffs in versions, who approves them, whom they serve."""
import people
from kind import Kind, answered, refused


def office_calls(_, event):
    return [(people.OFFICER, "TariffService", "SetOffice",
             {"currency": "EUR", "minor_digits": event["digits"], "utc_offset_min": event.get("ahead", 0)})]


def reckon_office(office, event):
    office.minor_digits, office.offset_min = event["digits"], event.get("ahead", 0)
    return [answered(currency="EUR", minor_digits=event["digits"], utc_offset_min=office.offset_min)]


def terms_of(book, event):
    return dict(event["terms"], valid_from_unix_s=book.start + event["from"])


def put_calls(book, event):
    return [(event["by"], "TariffService", "PutTariff", {"organisation": people.ROOT, "terms": terms_of(book, event)})]


def differs_much(before, after):
    """More than half as much again, less than two thirds, or of another shape: number by number, of what was typed."""
    if isinstance(before, dict):
        keys = set(before) | set(after)
        return any(differs_much(before.get(key, 0), after.get(key, 0)) for key in keys)
    if isinstance(before, list):
        return len(before) != len(after) or any(differs_much(b, a) for b, a in zip(before, after))
    if isinstance(before, int) and not isinstance(before, bool):
        return 2 * max(before, after) > 3 * min(before, after)
    return before != after


def reckon_put(office, event):
    versions = office.tariffs.setdefault(event["terms"]["name"], [])
    agreed = [v for v in versions if v["agreed"]]
    doubtful = not agreed or differs_much(agreed[-1]["terms"], event["terms"])
    versions.append({"terms": event["terms"], "from": office.book.start + event["from"], "approved": not doubtful, "agreed": False, "since": office.now,
                     "by": event["by"], "version": len(versions) + 1})
    state = "TARIFF_PENDING" if doubtful else "TARIFF_APPROVED"
    return [answered(version=len(versions), state=state, put_by=event["by"])]


def approve_calls(_, event):
    return [(event["by"], "TariffService", "ApproveTariff", {"name": event["name"], "version": event["version"]})]


def reckon_approve(office, event):
    version = office.tariffs[event["name"]][event["version"] - 1]
    later = any(v["approved"] for v in office.tariffs[event["name"]][event["version"]:])
    if version["approved"] or later:
        return [refused("TARIFF_NOT_PENDING")]
    if version["by"] == event["by"]:
        return [refused("TARIFF_SAME_PERSON")]
    version["approved"] = version["agreed"] = True
    version["since"] = office.now
    return [answered(state="TARIFF_APPROVED", approved_by=event["by"])]


def assign_calls(_, event):
    return [(event["by"], "TariffService", "AssignTariff",
             {"organisation": event["organisation"], "utility": "ELECTRICITY", "meter_class": event["class"],
              "tariff": event["name"]})]


def reckon_assign(office, event):
    place = event["organisation"], event["class"]
    office.assigned[place] = event["name"]
    office.assignments.setdefault(place, []).append((office.now, event["name"]))
    return [answered(tariff=event["name"])]


KINDS = {"office": Kind(office_calls, reckon_office), "put-tariff": Kind(put_calls, reckon_put),
         "approve-tariff": Kind(approve_calls, reckon_approve), "assign-tariff": Kind(assign_calls, reckon_assign)}

# ---- drawing ----
AHEAD = (0, 60, 345, 840, -300, -720)  # minutes that the office's day is ahead of UTC
ROUNDINGS = ("ROUND_UP", "ROUND_DOWN", "ROUND_HALF_EVEN")


def home(rng):
    return {"name": "home", "utility": "ELECTRICITY", "kind": "PRICE_STEPS_OF_MONTH",
            "steps": [{"up_to": 50000, "price_e5": rng.randint(8000, 12000)},
                      {"up_to": 150000, "price_e5": rng.randint(16000, 24000)}, {"price_e5": rng.randint(30000, 40000)}],
            "free_units_per_month": 10000, "free_carry_months": 2, "fixed_charge_per_month": 250,
            "charges": [{"name": "levy", "kind": "CHARGE_PERCENT", "amount": rng.randint(10000, 50000)},
                        {"name": "green", "kind": "CHARGE_PER_UNIT", "amount": rng.randint(500, 1500)}],
            "taxes": [{"name": "VAT", "percent_e4": 150000, "on_energy": True, "on_charges": True}],
            "minimum_purchase": 100, "maximum_purchase": 100000, "round_to": 1, "rounding": rng.choice(ROUNDINGS)}


def trade(rng):
    return {"name": "trade", "utility": "ELECTRICITY", "kind": "PRICE_TIME_OF_USE",
            "periods": [{"name": "day", "price_e5": rng.randint(20000, 30000), "share_e4": 6200},
                        {"name": "night", "price_e5": rng.randint(9000, 14000), "share_e4": 3800}],
            "charges": [{"name": "Bareme", "kind": "CHARGE_FIXED", "amount": 30}],
            "taxes": [{"name": "VAT", "percent_e4": 150000, "on_energy": True, "on_charges": False},
                      {"name": "city", "percent_e4": 12345, "on_energy": True, "on_charges": True}],
            "round_to": 5, "rounding": rng.choice(ROUNDINGS)}


def flat(rng):
    return {"name": "flat", "utility": "ELECTRICITY", "kind": "PRICE_SINGLE",
            "steps": [{"price_e5": rng.randint(15000, 25000)}], "fixed_charge_per_month": rng.choice([0, 120]),
            "taxes": [{"name": "VAT", "percent_e4": 99999, "on_energy": True, "on_charges": True}],
            "round_to": 1, "rounding": rng.choice(ROUNDINGS)}


def scaled(terms, percent):
    """The same tariff with other prices."""
    def price(part):
        return dict(part, price_e5=max(1, part["price_e5"] * percent // 100))
    changed = dict(terms)
    for part in ("steps", "periods"):
        if part in terms:
            changed[part] = [price(one) for one in terms[part]]
    return changed


def draw_first(rng):
    """On the first day: three tariffs, each approved by another person than put it in."""
    events = [{"kind": "office", "digits": 2, "ahead": rng.choice(AHEAD)}]
    for number, make in enumerate((home, trade, flat)):
        terms = make(rng)
        by = people.MANAGERS[number % 2]
        other = people.MANAGERS[1 - number % 2]
        events += [{"kind": "put-tariff", "by": by, "from": 0, "terms": terms},
                   {"kind": "approve-tariff", "by": by, "name": terms["name"], "version": 1},
                   {"kind": "approve-tariff", "by": other, "name": terms["name"], "version": 1}]
    for name, organisation in (("flat", "shop2"), ("home", people.ROOT), ("trade", people.ROOT)):
        events.append({"kind": "assign-tariff", "by": "manager1", "organisation": organisation, "name": name,
                       "class": "default" if name != "trade" else "trade"})
    return events, {event["terms"]["name"]: [event["terms"]] for event in events if "terms" in event}


def draw_change(rng, terms, at):
    """New prices from the next midnight; one of three is so far off that it waits, and not all of those are agreed to."""
    name = rng.choice(sorted(terms))
    percent = rng.choice([rng.randint(90, 120), rng.randint(90, 120), rng.choice([30, 210, 10000])])
    by, other = rng.sample(people.MANAGERS, 2)
    # measured against what is in force: an absurd version that waits is not
    changed = scaled(terms[name][0], percent)
    event = {"kind": "put-tariff", "by": by, "terms": changed, "from": (at // 86400 + 1) * 86400}
    terms[name].append(changed)
    events = [event]
    if percent in (30, 210) or (percent < 10000 and rng.random() < 0.3):
        events.append({"kind": "approve-tariff", "by": other, "name": name, "version": len(terms[name])})
    return events
