"""Which key a meter shall have at an order, and whether it may."""
from . import tid
from .catalogue import Catalogue, Vending
from .dkga import MeterKey
from .orders import OfficeMeter, Refused, Target

CHAIN = 16


def secret_parts(key: MeterKey) -> tuple:
    """What the decoder key is derived from; KEN never is, the base date only by DKGA04."""
    return (key.sgc, key.krn, key.ti, key.kt, key.ea, key.dkga, key.base_date if key.dkga == 4 else 0)


def follow(catalogue: Catalogue, entry: Vending, now: int) -> Vending:
    """To the successor, as long as it may be entered."""
    for _ in range(CHAIN):
        after = catalogue.find(entry.sgc, entry.successor, entry.kt) if entry.successor else None
        if after is None or not after.allows("enter", now):
            return entry
        entry = after
    return entry


def wish(catalogue: Catalogue, meter: OfficeMeter, wanted: Target, now: int) -> MeterKey:
    """The key on file, with what is wanted instead, and all that goes with the vending key it leads to."""
    key = meter.key
    sgc, kt = wanted.sgc or key.sgc, wanted.kt or key.kt
    if sgc != key.sgc and not wanted.krn:
        entry = catalogue.newest(sgc, kt, key.ea, now)
    else:
        entry = catalogue.find(sgc, wanted.krn or key.krn, kt)
        entry = entry and follow(catalogue, entry, now)
    if entry is None:
        raise Refused("VENDING_KEY_UNKNOWN")
    ti = key.ti if wanted.ti < 0 else wanted.ti
    found = MeterKey(sgc, entry.krn, ti, kt, entry.ken, key.ea, entry.dkga, entry.base_date)
    kept = same_key(found, key) and found.ken < key.ken
    return found._replace(ken=key.ken) if kept else found


def same_key(a: MeterKey, b: MeterKey) -> bool:
    return a._replace(ken=0) == b._replace(ken=0)


def used_before(meter: OfficeMeter, target: MeterKey, rollover: bool) -> bool:
    last = max((i for i, held in enumerate(meter.history) if held.rolled_over()), default=-1)
    closed = meter.history[:max(last, 0)]
    if rollover:  # a key that the meter did not take may be tried again
        closed = closed + [held for held in meter.history if held.change is None or held.change.outcome != "not applied"]
    return any(secret_parts(held.key) == secret_parts(target) for held in closed)


def check_change(catalogue: Catalogue, meter: OfficeMeter, target: MeterKey, now: int) -> None:
    before = meter.key
    if target.base_date < before.base_date or target.kt not in (1, 2) or before.kt == 0:
        raise Refused("KEY_CHANGE_NOT_ALLOWED")
    if target.dkga < before.dkga or (target.sgc != before.sgc and target.kt != before.kt):
        raise Refused("KEY_CHANGE_NOT_ALLOWED")
    check_entry(catalogue, before, target, now)
    check_expiry(target, now)
    if used_before(meter, target, target.base_date > before.base_date):
        raise Refused("KEY_ALREADY_USED")


def check_entry(catalogue: Catalogue, before: MeterKey, target: MeterKey, now: int) -> None:
    entry = catalogue.find(target.sgc, target.krn, target.kt)
    stays = (before.sgc, before.krn, before.kt) == (target.sgc, target.krn, target.kt)
    purpose = "issue" if stays else "enter"
    if target.ea not in entry.algorithms:
        raise Refused("VENDING_KEY_MISMATCH")
    if not entry.allows(purpose, now):
        raise Refused("VENDING_KEY_NOT_ACTIVE")


def check_expiry(target: MeterKey, now: int) -> None:
    number = tid.of_time(now, target.base_date)
    if number < 0:
        raise Refused("BEFORE_BASE_DATE")
    if number > tid.LARGEST:
        raise Refused("TID_OUT_OF_RANGE")
    if tid.expired(number, target.ken):
        raise Refused("KEY_EXPIRED")
