"""What a token is, for the help desk: what was issued is told; who guesses is told nothing and soon must wait."""
from . import amount, keychange, manage, token
from .desk import find_meter
from .numbers import LARGEST_INT, unit_of
from .orders import CURRENCY, OfficeMeter, Refused
from .people import ENGINEER, VERIFY
from .server import Server
from .token import Token

METER_FREE, CALLER_FREE, FIRST_S, LONGEST_S, MEMORY_S = 2, 9, 60, 3600, 86400


def verify(server: Server, who: str, pan: str, digits: str) -> list:
    """The driver's answer: one of these, for a set that came with several orders."""
    home = server.people.call(who, VERIFY)
    meter = find_meter(server, home, pan)
    server.clock.sample()
    found = find_issued(meter, digits)
    if found:
        server.people.touch(home, meter.organisation, found[0][0].sgc, "METER_UNKNOWN")
        return [f"ok issued {issued.receipt} {place}" for issued, place in found]
    server.clock.admitted()  # what follows is put on record like an order
    if ENGINEER not in server.people.principals[who][1]:
        raise Refused("TOKEN_NOT_ISSUED_HERE")
    if meter.pending:
        server.people.touch(home, meter.organisation, meter.pending.after.sgc, "METER_UNKNOWN")
    return look_into(server, who, meter, digits)


def find_issued(meter: OfficeMeter, digits: str) -> list:
    """The orders that it came with, and its place in each."""
    return [(issued, place) for issued in meter.issued for place, made in enumerate(issued.made)
            if made.digits == digits]


def look_into(server: Server, who: str, meter: OfficeMeter, digits: str) -> list:
    """Charged before it is made, and given back when the token is good."""
    now = server.clock.real_s
    keys = 2 if meter.pending else 1
    before = meter.looks, server.looks.get(who, (0, 0))
    charged = charge(before[0], METER_FREE, keys, now), charge(before[1], CALLER_FREE, keys, now)
    meter.looks, server.looks[who] = charged
    for key in [meter.key] + ([meter.pending.after] if meter.pending else []):
        try:
            read = token.read(digits, server.decoder_key(meter.pan, key))
        except token.Unreadable:
            continue
        if token.two_faced(read):
            continue
        meter.looks, server.looks[who] = before
        return ["ok foreign " + " ".join(map(str, tell(read, key.ea)))]
    raise Refused("TOKEN_NOT_VALID")


def charge(before: tuple, free: int, keys: int, now: int) -> tuple:
    """Wrong looks, and until when no more is allowed."""
    wrong, until = before
    if now < until:
        raise Refused("VERIFY_LOCKED")
    wrong = keys + (0 if now - until >= MEMORY_S else wrong)
    return wrong, now + (0 if wrong <= free else min(FIRST_S << (wrong - free - 1), LONGEST_S))


def tell(read: Token, ea: int) -> tuple:
    """Class, subclass, identifier, unit and amount, management and its value, section."""
    start = (read.token_class, read.subclass)
    if read.token_class == 1:
        return start + (0,) * 7
    if read.token_class == 2 and read.subclass in keychange.SECTION:
        return start + (0,) * 6 + (section(read, ea),)
    _, number, field = token.split_tid(read.content)
    if read.token_class == 0:
        return start + (number,) + credit(read, field) + (0,) * 4
    if read.subclass not in manage.WITH_TID or not manage.field_ok(read.subclass, field):
        return start + (number,) + (0,) * 6
    value = amount.decode(field) if read.subclass in manage.WATTS else field
    return start + (number, 0, 0, 1, read.subclass, value, 0)


def credit(read: Token, field: int) -> tuple:
    if read.subclass >= 8:
        return 0, 0
    if read.subclass < 4:
        return unit_of(read.subclass + 1, False), amount.decode(field) * (6 if read.subclass == 3 else 100)
    money, _ = amount.currency_split(read.content)
    return (0, 0) if money.negative or money.value() > LARGEST_INT else (CURRENCY, money.value())


def section(read: Token, ea: int) -> int:
    place = keychange.SECTION[read.subclass]
    return 0 if keychange.misfit(place, read.content, ea) else place + 1
