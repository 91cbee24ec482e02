"""Amounts: 16 bits for units and watts, 20 bits for currency. Both round in the customer's favour."""
from typing import NamedTuple

LARGEST = 18201624


class TooLarge(Exception):
    pass


def offset(exponent: int) -> int:
    return sum(16384 * 10 ** (n - 1) for n in range(1, exponent + 1))


OFFSETS = tuple(offset(e) for e in range(32))


def ceiling(value: int, by: int) -> int:
    return -(-value // by)


def find(magnitude: int, exponents: int, up: bool) -> tuple:
    """The first exponent whose mantissa fits."""
    for e in range(exponents):
        left = magnitude - OFFSETS[e]
        m = ceiling(left, 10 ** e) if up else left // 10 ** e
        if m <= 16383:
            return e, max(m, 0)
    raise TooLarge


def encode(units: int) -> int:
    e, m = find(units, 4, True)
    return e << 14 | m


def decode(field: int) -> int:
    e, m = field >> 14, field & 16383
    return 10 ** e * m + OFFSETS[e]


class Currency(NamedTuple):
    """In 0.00001 of the base currency."""
    negative: int
    exponent: int
    mantissa: int

    def value(self) -> int:
        size = 10 ** self.exponent * self.mantissa + OFFSETS[self.exponent]
        return -size if self.negative else size


def encode_currency(value: int) -> Currency:
    """Toward plus infinity: a debit becomes smaller, a credit larger."""
    if value >= 0:
        return Currency(0, *find(value, 32, True))
    e, m = find_debit(-value)
    return Currency(1, e, m)


def find_debit(magnitude: int) -> tuple:
    """The largest amount that is not above the magnitude."""
    for e in range(32):
        m = (magnitude - OFFSETS[e]) // 10 ** e
        if m <= 16383:
            return (e, m) if m >= 0 else (e - 1, 16383)
    raise TooLarge


def currency_content(amount: Currency, tid: int) -> int:
    high = amount.negative << 3 | amount.exponent >> 2
    low = (amount.exponent & 3) << 14 | amount.mantissa
    return high << 40 | tid << 16 | low


def currency_split(content: int) -> tuple:
    high, tid, low = content >> 40, content >> 16 & 0xFFFFFF, content & 0xFFFF
    return Currency(high >> 3, (high & 7) << 2 | low >> 14, low & 16383), tid
