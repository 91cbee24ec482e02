"""What served an account at a time that is over: by the class, the assignment and the version of that time."""
import datetime

import people


def begin_of(month, offset_min):
    """The first second of a month since January 1970 at the office."""
    first = datetime.datetime(1970 + month // 12, month % 12 + 1, 1, tzinfo=datetime.timezone.utc)
    return int(first.timestamp()) - offset_min * 60


def terms_at(office, account, at):
    """Terms of the version in force then, {} when nothing was. No time is before the account or after now."""
    at = max(min(at, office.now), account.opened)
    of_class = [name for since, name in account.classes if since <= at][-1]
    for organisation in people.above(account.organisation):
        names = [name for since, name in office.assignments.get((organisation, of_class), []) if since <= at]
        if names and names[-1]:
            begun = [v for v in office.tariffs[names[-1]] if v["approved"] and max(v["from"], v["since"]) <= at]
            return begun[-1]["terms"] if begun else {}
    return {}


def free_left(office, account):
    """Each month gives what was in force at its end, for as long as was said then; the oldest are taken first."""
    purse = []  # [last month in which it may be taken, left]
    for month in range(office.month_of(account.class_since), office.month() + 1):
        terms = terms_at(office, account, begin_of(month + 1, office.offset_min) - 1)
        purse = [one for one in purse if one[0] >= month]
        purse.append([month + terms.get("free_carry_months", 0), terms.get("free_units_per_month", 0)])
        taken = account.free.get(month, 0) + account.free_before.get(month, 0)
        for one in purse:
            part = min(one[1], taken)
            one[1] -= part
            taken -= part
    return sum(left for _, left in purse)


def monthly(office, account, before):
    """(months, charge) of each rate after the month `before`: what was in force when each month began."""
    rates = {}
    for month in range(before + 1, office.month() + 1):
        charge = terms_at(office, account, begin_of(month, office.offset_min)).get("fixed_charge_per_month", 0)
        rates[charge] = rates.get(charge, 0) + 1
    return [(months, charge) for charge, months in rates.items() if charge > 0]
