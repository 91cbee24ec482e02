"""The identifier and the amount of a token."""
from . import amount, tid
from .dkga import MeterKey
from .orders import CURRENCY, LITRE, SECOND, TIME, WH, Refused

AHEAD = 60  # minutes
LARGEST_INT = (1 << 63) - 1


def unit_of(utility: int, currency: bool) -> int:
    if currency:
        return CURRENCY
    return {1: WH, TIME: SECOND}.get(utility, LITRE)


def token_amount(utility: int, currency: bool, unit: int, asked: int) -> tuple:
    """Subclass, what the content says of the amount, and what that is worth in the unit of the request."""
    if unit != unit_of(utility, currency):
        raise Refused("WRONG_UTILITY")
    try:
        if currency:
            money = amount.encode_currency(asked)
            worth, coded = money.value(), money
        else:
            one = 6 if utility == TIME else 100
            if asked < one:
                raise Refused("AMOUNT_TOO_SMALL")
            coded = amount.encode(-(-asked // one))
            worth = amount.decode(coded) * one
    except amount.TooLarge:
        raise Refused("AMOUNT_TOO_LARGE") from None
    if worth > LARGEST_INT:
        raise Refused("AMOUNT_TOO_LARGE")
    return utility - 1 + (4 if currency else 0), coded, worth


def next_tid(key: MeterKey, last: int, now_s: int) -> int:
    """In absolute minutes: strictly rising for a meter, whatever its key."""
    now, base = tid.minutes(now_s), tid.BASE_MINUTES[key.base_date]
    if now < base:
        raise Refused("BEFORE_BASE_DATE")
    number = max(now, last + 1)
    while number == base or tid.reserved(number):
        number += 1
    if number > now + AHEAD:
        raise Refused("TID_AHEAD")
    return checked(key, number)


def special_tid(key: MeterKey, last: int, now_s: int) -> int:
    """00:01 UTC of today, or of tomorrow when that is near."""
    now, base = tid.minutes(now_s), tid.BASE_MINUTES[key.base_date]
    if now < base:
        raise Refused("BEFORE_BASE_DATE")
    number = now - now % tid.DAY + 1
    if number <= last:
        number += tid.DAY
        if number <= last or number > now + AHEAD:
            raise Refused("SPECIAL_IDENTIFIER_TAKEN")
    return checked(key, number)


def checked(key: MeterKey, number: int) -> int:
    raw = number - tid.BASE_MINUTES[key.base_date]
    if raw > tid.LARGEST:
        raise Refused("TID_OUT_OF_RANGE")
    if tid.expired(raw, key.ken):
        raise Refused("KEY_EXPIRED")
    return number
