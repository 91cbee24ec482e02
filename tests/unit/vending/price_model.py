#!/usr/bin/env python3
"""Prices random purchases under random tariffs a second time, with exact fractions and from the words of the headers
alone, and compares every line with the server's.

Usage: price_model.py DRIVER [CASES [SEED]]
Example: price_model.py build/tests/price_driver 20000 7
"""
import bisect
import functools
import random
import subprocess
import sys
from fractions import Fraction

SINGLE, STEPS, TIME_OF_USE = 1, 2, 3
FIXED, PERCENT, PER_UNIT = 1, 2, 3
UP, DOWN, HALF_EVEN = 1, 2, 3
MONEY, UNITS, FREE = 1, 2, 3
TOKEN, EXACT = 1, 2
HUNDRED = 1000000
MOST_TOKEN_UNITS = 18201624
MOST_UNITS = 10**13


def rounded(tariff, value):
    count = Fraction(value) / tariff["round_to"]
    whole = count.numerator // count.denominator
    rest = count - whole
    if tariff["rounding"] == UP:
        whole += rest > 0
    elif tariff["rounding"] == HALF_EVEN and (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)):
        whole += 1
    return whole * tariff["round_to"]


def token_unit(tariff):
    return 6 if tariff["utility"] == 4 else 100


def account_unit(tariff):
    return 3600 if tariff["utility"] == 4 else 1000


@functools.cache
def token_fields(exponents):
    """Amounts of the fields of IEC 62055-41, from their formula: 10^e m + offset, offset = sum of 2^14 10^(k-1)."""
    amounts = []
    for exponent in range(exponents):
        offset = sum(2**14 * 10 ** (k - 1) for k in range(1, exponent + 1))
        amounts += [10**exponent * mantissa + offset for mantissa in range(2**14)]
    return sorted(amounts)


assert token_fields(4)[-1] == MOST_TOKEN_UNITS, token_fields(4)[-1]


def counts_money(facts):
    """The meter's units are 0.00001 of the currency; the tariff's prices are its own business."""
    return facts.get("currency", 0)


def fields(facts):
    """Of units the exponent has 2 bits, of money 5; ten are enough for all that can be computed."""
    return token_fields(10 if counts_money(facts) else 4)


def unit_of(tariff, facts):
    return 1 if counts_money(facts) else token_unit(tariff)


def encode(tariff, facts, units):
    """None: the token cannot say it."""
    if facts["grain"] == EXACT:
        return units
    unit, said = unit_of(tariff, facts), fields(facts)
    index = bisect.bisect_left(said, -(-units // unit))
    return said[index] * unit if index < len(said) else None


def energy(tariff, facts, x):
    e5 = 10 ** (5 - facts["minor_digits"])
    if counts_money(facts):
        return rounded(tariff, Fraction(x, e5))
    if tariff["kind"] == TIME_OF_USE:
        rate = sum(Fraction(price * share, 10000) for price, share in tariff["periods"])
        exact = rate * x
    else:
        exact, start = Fraction(0), 0
        for up_to, price in tariff["steps"]:
            end = x if up_to == 0 else min(up_to, x)
            if end > start:
                exact += (end - start) * price
                start = end
    return rounded(tariff, Fraction(exact, account_unit(tariff) * e5))


def month_until(tariff, facts, x):
    """Energy, charges that depend on units, taxes on both, of the first x units of the month."""
    e5 = 10 ** (5 - facts["minor_digits"])
    spent = energy(tariff, facts, x)
    charges = []
    for kind, amount in tariff["charges"]:
        if kind == PERCENT:
            charges.append(rounded(tariff, Fraction(spent * amount, HUNDRED)))
        elif kind == PER_UNIT and not counts_money(facts):
            charges.append(rounded(tariff, Fraction(x * amount, account_unit(tariff) * e5)))
        else:
            charges.append(0)
    taxes = [
        rounded(tariff, Fraction((spent * on_energy + sum(charges) * on_charges) * percent, HUNDRED))
        for percent, on_energy, on_charges in tariff["taxes"]
    ]
    return charges, taxes


def leaves(debt, money):
    """What a debt takes of the money, and what it leaves."""
    rule, owed, amount, percent, days = debt
    if rule == 1:
        due = -(-money * percent // HUNDRED)
    else:
        due = amount * (days if rule == 3 else 1)
    taken = min(owed, due, money)
    return taken, money - taken


def least_money(debts, left):
    """The least money of which all debts leave `left`, found by trying: what is left never falls with the money."""
    low, high = left, left + sum(debt[1] for debt in debts)
    while low < high:
        middle = (low + high) // 2
        money = middle
        for debt in debts:
            money = leaves(debt, money)[1]
        if money >= left:
            high = middle
        else:
            low = middle + 1
    return low


def bill(tariff, facts, units):
    free = min(units, facts["free_units"])
    paid = units - free
    begin, end = facts["bought_units"], facts["bought_units"] + paid
    lines = [(2, free, 0)] if free > 0 else []
    if facts["ask"] == FREE:
        return lines
    if tariff["kind"] == TIME_OF_USE or counts_money(facts):
        if paid > 0:
            lines.append((1, paid, energy(tariff, facts, end) - energy(tariff, facts, begin)))
    else:
        start = 0
        for up_to, _ in tariff["steps"]:
            low, high = max(start, begin), end if up_to == 0 else min(up_to, end)
            if high > low:
                lines.append((1, high - low, energy(tariff, facts, high) - energy(tariff, facts, low)))
            start = up_to
    fixed = 0
    if facts["months_due"] > 0 and tariff["monthly"] > 0:
        fixed += tariff["monthly"] * facts["months_due"]
        lines.append((3, 0, fixed))
    for months, charge in facts.get("monthly", []):
        fixed += months * charge
        lines.append((3, 0, months * charge))
    charges_before, taxes_before = month_until(tariff, facts, begin)
    charges_after, taxes_after = month_until(tariff, facts, end)
    for (kind, amount), before, after in zip(tariff["charges"], charges_before, charges_after):
        if not (kind == PER_UNIT and counts_money(facts)):
            lines.append((4, 0, amount if kind == FIXED else after - before))
        fixed += amount if kind == FIXED else 0
    for (percent, _, on_charges), before, after in zip(tariff["taxes"], taxes_before, taxes_after):
        extra = rounded(tariff, Fraction(fixed * percent, HUNDRED)) if on_charges else 0
        lines.append((5, 0, after - before + extra))
    left = sum(line[2] for line in lines)
    if left > 0:
        money = least_money(facts["debts"], left)
        for debt in facts["debts"]:
            taken, money = leaves(debt, money)
            if taken > 0:
                lines.append((6, 0, taken))
        assert money == left, (money, left)
    return lines


def total(lines):
    return sum(line[2] for line in lines)


def has_price(tariff, facts, paid):
    """Before anything is rounded."""
    if counts_money(facts):
        return paid > 0
    begin, start, worth = facts["bought_units"], 0, 0
    for up_to, price in tariff["steps"]:
        low, high = max(start, begin), begin + paid if up_to == 0 else min(up_to, begin + paid)
        worth += max(0, high - low) * price
        start = up_to
    worth += paid * sum(price * share for price, share in tariff["periods"])
    worth += paid * sum(amount for kind, amount in tariff["charges"] if kind == PER_UNIT)
    return worth > 0


def for_nothing(tariff, facts, units):
    """Rounding alone makes it free: nobody gets that."""
    paid = units - min(units, facts["free_units"])
    return total(bill(tariff, facts, units)) == 0 and has_price(tariff, facts, paid)


class Amounts:
    """What can be sold, by index from 1."""

    def __init__(self, tariff, facts):
        self.exact, self.unit, self.said = facts["grain"] == EXACT, unit_of(tariff, facts), fields(facts)
        self.count = MOST_UNITS if self.exact else len(self.said) - 1

    def __getitem__(self, index):
        return index if self.exact else self.said[index] * self.unit

    def most(self, fits):
        """The last index of those that fit, which are the first ones; 0 for none."""
        low, high = 0, self.count + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(self[middle]) else (low, middle)
        return low


def least_of(tariff, facts):
    """The money with which PURCHASE_TOO_SMALL would have been a purchase."""
    amounts = Amounts(tariff, facts)
    first = total(bill(tariff, facts, amounts[1]))
    if first == 0 and (tariff["minimum"] == 0 or for_nothing(tariff, facts, amounts[1])):
        index = 1 + amounts.most(lambda units: computable(facts, units) and total(bill(tariff, facts, units)) == 0)
        if index > amounts.count or not computable(facts, amounts[index]):
            return 0
        first = total(bill(tariff, facts, amounts[index]))
    least = max(first, tariff["minimum"])
    return 0 if tariff["maximum"] and least > tariff["maximum"] else least


def expect(tariff, facts):
    least_unit = 1 if facts["grain"] == EXACT else unit_of(tariff, facts)
    if facts["ask"] == FREE:
        if facts["free_units"] < least_unit:
            return "AMOUNT_TOO_SMALL 0"
        units = facts["free_units"]
        if facts["grain"] == TOKEN:
            unit, said = unit_of(tariff, facts), fields(facts)
            units = said[bisect.bisect_right(said, units // unit) - 1] * unit
        return answer(facts, units, bill(tariff, facts, units))
    if facts["ask"] == UNITS:
        if facts["amount"] < least_unit:
            return "AMOUNT_TOO_SMALL 0"
        units = encode(tariff, facts, facts["amount"])
        if units is None:
            return "AMOUNT_TOO_LARGE 0"
        lines = bill(tariff, facts, units)
        money = total(lines)
        if for_nothing(tariff, facts, units):
            return f"PURCHASE_TOO_SMALL {least_of(tariff, facts)}"
    else:
        money = facts["amount"]
    if money < tariff["minimum"]:
        return f"PURCHASE_TOO_SMALL {least_of(tariff, facts)}"
    if tariff["maximum"] and money > tariff["maximum"]:
        return "PURCHASE_TOO_LARGE 0"
    if facts["ask"] == UNITS:
        return answer(facts, units, lines)
    return by_money(tariff, facts)


def computable(facts, units):
    return units <= MOST_UNITS and max(0, units - facts["free_units"]) + facts["bought_units"] <= MOST_UNITS


def fits(tariff, facts, units):
    return computable(facts, units) and total(bill(tariff, facts, units)) <= facts["amount"]


def by_money(tariff, facts):
    amounts = Amounts(tariff, facts)
    index = amounts.most(lambda units: fits(tariff, facts, units))
    if index > 0 and for_nothing(tariff, facts, amounts[index]):
        index = amounts.most(lambda units: fits(tariff, facts, units) and not for_nothing(tariff, facts, units))
    if index == 0:
        return f"PURCHASE_TOO_SMALL {least_of(tariff, facts)}"
    lines = bill(tariff, facts, amounts[index])
    if (index == amounts.count or not computable(facts, amounts[index + 1])) and total(lines) < facts["amount"]:
        return "AMOUNT_TOO_LARGE 0"
    return answer(facts, amounts[index], lines)


def answer(facts, units, lines):
    change = facts["amount"] - total(lines) if facts["ask"] == MONEY else 0
    text = f"ok {units} {min(units, facts['free_units'])} {total(lines)} {change}"
    return text + "".join(f" {kind}:{count}:{amount}" for kind, count, amount in lines)


def random_tariff(rng):
    round_to = rng.choice([1, 1, 1, 5, 10, 100])
    tariff = {
        "utility": rng.randint(1, 4),
        "kind": rng.randint(1, 3),
        "round_to": round_to,
        "rounding": rng.randint(1, 3),
        "monthly": rng.choice([0, rng.randint(1, 500) * round_to]),
        "minimum": rng.choice([0, 0, 0, rng.randint(1, 2000)]),
        "steps": [],
        "periods": [],
    }
    tariff["maximum"] = rng.choice([0, 0, 0, tariff["minimum"] + rng.randint(0, 1000000)])
    price = lambda: rng.choice([rng.randint(1, 99), rng.randint(1000, 99999), rng.randint(100000, 9999999)])
    if tariff["kind"] == TIME_OF_USE:
        count = rng.randint(1, 4)
        cuts = sorted(rng.randint(0, 10000) for _ in range(count - 1))
        shares = [b - a for a, b in zip([0] + cuts, cuts + [10000])]
        tariff["periods"] = [(price(), share) for share in shares]
    else:
        count = 1 if tariff["kind"] == SINGLE else rng.randint(1, 5)
        ends = sorted(rng.sample(range(1, 2000000), count - 1)) + [0]
        tariff["steps"] = [(end, price()) for end in ends]
    tariff["charges"] = []
    for _ in range(rng.randint(0, 3)):
        kind = rng.randint(1, 3)
        amount = {FIXED: rng.randint(0, 50) * round_to, PERCENT: rng.randint(0, 300000), PER_UNIT: rng.randint(0, 9999)}
        tariff["charges"].append((kind, amount[kind]))
    tariff["taxes"] = [
        (rng.randint(0, 250000), *rng.choice([(1, 0), (0, 1), (1, 1)])) for _ in range(rng.randint(0, 2))
    ]
    return tariff


def random_facts(rng, tariff):
    ends = [end for end, _ in tariff["steps"] if end] or [100000]
    facts = {
        "ask": rng.choice([MONEY] * 4 + [UNITS] * 4 + [FREE]),
        "grain": rng.choice([TOKEN, TOKEN, EXACT]),
        "minor_digits": rng.randint(0, 3),
        "bought_units": max(0, rng.choice([0, rng.randint(0, 3000000), rng.choice(ends) + rng.randint(-300, 300)])),
        "currency": rng.choice([0, 0, 0, 1]),
        "free_units": rng.choice([0, 0, rng.randint(0, 500000)]),
        "months_due": rng.choice([0, 1, rng.randint(0, 40)]),
        "debts": [],
    }
    if facts["currency"]:
        facts["free_units"] = 0
    if facts["ask"] == MONEY:
        facts["amount"] = rng.choice([rng.randint(1, 300), rng.randint(1, 100000), rng.randint(1, 10**6), rng.randint(1, 10**10)])
    else:
        facts["amount"] = rng.choice([rng.randint(1, 500), rng.randint(1, 2000000), rng.randint(1, 2 * 10**9)])
    for _ in range(rng.choice([0, 0, 1, 2, 8])):
        owed = rng.choice([rng.randint(0, 50), rng.randint(0, 100000)])
        percent = rng.choice([1, rng.randint(1, HUNDRED), HUNDRED])
        facts["debts"].append((rng.randint(1, 3), owed, rng.randint(0, 5000), percent, rng.randint(0, 60)))
    return facts


def case_line(tariff, facts):
    numbers = [tariff[k] for k in ("utility", "kind", "round_to", "rounding", "monthly", "minimum", "maximum")]
    for part in ("steps", "periods", "charges", "taxes"):
        numbers.append(len(tariff[part]))
        numbers += [number for entry in tariff[part] for number in entry]
    numbers += [facts["ask"], facts["amount"], facts["currency"]]
    numbers += [facts[k] for k in ("grain", "minor_digits", "bought_units", "free_units", "months_due")]
    numbers.append(len(facts["debts"]))
    numbers += [number for debt in facts["debts"] for number in debt]
    return " ".join(str(number) for number in numbers)


def main():
    driver = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(seed)
    cases = []
    for _ in range(count):
        tariff = random_tariff(rng)
        cases.append((tariff, random_facts(rng, tariff)))
    lines = "\n".join(case_line(*case) for case in cases) + "\n"
    answers = subprocess.run([driver], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(answers) == count, f"{len(answers)} answers to {count} cases"
    bad, sold = 0, 0
    for case, got in zip(cases, answers):
        want = expect(*case)
        sold += got.startswith("ok")
        if got != want:
            bad += 1
            if bad <= 5:
                print(f"case {case_line(*case)}\n  server {got}\n  model  {want}")
    if sold * 2 < count:
        print(f"only {sold} of {count} cases are purchases")
        bad += 1
    print(f"{count - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
