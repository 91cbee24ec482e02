"""Rules broken on purpose: a comparison that does not notice them would notice nothing else either."""
import contextlib

from oracle import amount, clock, crc, keychange, meter, numbers, server, target, tid


@contextlib.contextmanager
def replaced(place, name: str, value):
    kept = getattr(place, name)
    setattr(place, name, value)
    try:
        yield
    finally:
        setattr(place, name, kept)


def rounds_down(units: int) -> int:
    try:
        return encode(max(units - 1, 1))
    except amount.TooLarge:
        return 0xFFFF


def plain_next(key, last: int, now_s: int) -> int:
    """Takes the reserved minute."""
    number = max(tid.minutes(now_s), last + 1)
    if number > tid.minutes(now_s) + numbers.AHEAD:
        raise numbers.Refused("TID_AHEAD")
    return numbers.checked(key, number)


def swapped(new) -> list:
    sections = build(new)
    return sections[1::-1] + sections[2:]


def bars_what_was_not_taken(meter, wanted, rollover: bool) -> bool:
    return rollover and any(target.secret_parts(held.key) == target.secret_parts(wanted) for held in meter.history)


encode, build, of_token = amount.encode, keychange.build, crc.of_token
ALL = {
    "amounts are rounded down": lambda: replaced(amount, "encode", rounds_down),
    "a meter remembers 49 identifiers": lambda: replaced(meter, "MEMORY", 49),
    "a lockout begins with the fourth wrong entry": lambda: replaced(meter, "FREE_ENTRIES", 4),
    "sections wait an hour": lambda: replaced(meter, "SECTION_TIMEOUT_S", 3600),
    "a key is good for one step longer": lambda: replaced(tid, "expired", lambda number, ken: number >> 16 > ken + 1),
    "the reserved minute is taken": lambda: replaced(numbers, "next_tid", plain_next),
    "identifiers run ahead by two hours": lambda: replaced(numbers, "AHEAD", 120),
    "a clock may step": lambda: replaced(clock, "STEP_S", 10 ** 9),
    "sections come in another order": lambda: replaced(keychange, "build", swapped),
    "a rollover that was not taken bars its key": lambda: replaced(target, "used_before", bars_what_was_not_taken),
    "no approval is needed": lambda: replaced(server.Server, "check_approval", lambda *_: None),
    "the CRC of currency is the plain one": lambda: replaced(
        crc, "of_token", lambda c, s, content: of_token(c, s, content) if c or s < 4 else of_token(2, s, content)),
}
