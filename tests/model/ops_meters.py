"""Customers and fitters at their meters."""
import copy

from oracle import keychange, manage, token
from oracle.meter import Meter, describe
from oracle.orders import Change
from oracle.token import Token
from ops_time import advance
from session import Card, Device, Difference, Session


class Before:
    """What the meter was like before a token."""

    def __init__(self, meter: Meter):
        self.key = meter.key
        self.credit = list(meter.credit)
        self.sections = dict(meter.sections)


def enter(session: Session, device: Device, card: Card) -> str:
    """Enters digits; compares result and state with the oracle's."""
    before = Before(device.meter)
    result = device.meter.enter(card.digits, session.clock.boot_s)
    answer = session.ask("enter", device.number, card.digits)
    session.compare_meter(device, result, answer)
    session.counts[result] += 1
    if result == "ACCEPT":
        note_accepted(session, device, card, before)
    return result


def note_accepted(session: Session, device: Device, card: Card, before: Before) -> None:
    read = token.read(card.digits, before.key)
    if read.token_class == 1:
        return
    if read.token_class == 2 and read.subclass in keychange.SECTION:
        note_change(session, device, read, before)
        return
    if card.digits in device.accepted:
        raise Difference(f"meter {device.number} took {card.digits} twice")
    device.accepted.add(card.digits)
    settle(device, card, read, before.credit)


def note_change(session: Session, device: Device, last: Token, before: Before) -> None:
    """Two things that nobody can prevent: sections of two sets make a key that nobody knows, and a meter that came back
    to a key obeys again the set that once led away from it."""
    office = device.office
    whole = {**before.sections, keychange.SECTION[last.subclass]: last.content}
    sets = {id(i.change): i.change for i in office.issued if i.change}
    sources = [change for change in sets.values() if came_from(change, whole)]
    if not sources:
        device.astray = True
        session.counts["sets mixed"] += 1
    elif office.pending not in sources and office.key not in [change.after for change in sources]:
        device.astray = True
        session.counts["old sets obeyed again"] += 1
    session.counts["key changed"] += device.meter.key != before.key
    session.counts["rollovers taken"] += last_rolled(device.meter)
    session.check_keys(device)


def last_rolled(meter: Meter) -> bool:
    return max(meter.tids) == 0


def came_from(change: Change, whole: dict) -> bool:
    own = {keychange.SECTION[made.token.subclass]: made.token.content for made in change.made}
    return all(own[place] == whole.get(place) for place in own)


def settle(device: Device, card: Card, read: Token, old_credit: list) -> None:
    """Credit is conserved: the registers are the sum of what the server says that it sold."""
    if read.token_class == 2:
        device.account = list(device.meter.credit) if read.subclass == manage.CLEAR_CREDIT else device.account
    elif card.issued is not None and card.issued.order.pan == device.office.pan:
        device.account[read.subclass] += card.issued.made[card.place].encoded
    else:  # forged by the model, or a typing error that has a right CRC
        device.account[read.subclass] += device.meter.credit[read.subclass] - old_credit[read.subclass]
    if device.account != device.meter.credit:
        raise Difference(f"meter {device.number}: has {device.meter.credit}, was sold {device.account}")


def use_pouch(session: Session, device: Device) -> None:
    """The customer enters what one order brought, in order; sometimes only a part of it."""
    rng = session.rng
    if device.meter.locked(session.clock.boot_s) and rng.random() < 0.8:
        advance(session, rng.choice((11, 700, 1281)))
    answer = device.pouch[0].issued if device.pouch else None
    while device.pouch and device.pouch[0].issued is answer and rng.random() < 0.95:
        card = device.pouch.pop(0)
        device.drawer.append(card)
        if enter(session, device, card) in ("CRC_ERROR", "LOCKOUT_ACTIVE") and rng.random() < 0.8:
            break
    del device.drawer[:-150]


def out_of_order(session: Session, device: Device) -> None:
    if device.pouch:
        card = device.pouch.pop(session.rng.randrange(len(device.pouch)))
        device.drawer.append(card)
        enter(session, device, card)


def lose(session: Session, device: Device) -> None:
    """Some or all of the tokens get lost; some are found again."""
    lost = device.pouch if session.rng.random() < 0.5 else device.pouch[:1]
    device.drawer += lost if session.rng.random() < 0.3 else []
    device.pouch = device.pouch[len(lost):]


def old_token(session: Session, device: Device) -> None:
    if device.drawer:
        enter(session, device, session.rng.choice(device.drawer[-60:]))


def foreign_token(session: Session, device: Device) -> None:
    other = session.rng.choice(session.devices)
    cards = other.pouch + other.drawer[-20:]
    if cards:
        enter(session, device, session.rng.choice(cards))


def typing_error(session: Session, device: Device) -> None:
    cards = device.pouch + device.drawer[-20:]
    digits = session.rng.choice(cards).digits if cards else f"{session.rng.randrange(10 ** 20):020d}"
    enter(session, device, Card(misspell(session, digits)))


def misspell(session: Session, digits: str) -> str:
    rng = session.rng
    at = rng.randrange(20)
    kind = rng.randrange(5)
    if kind == 0:
        return digits[:at] + str((int(digits[at]) + rng.randrange(1, 10)) % 10) + digits[at + 1:]
    if kind == 1 and at < 19:
        return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2:]
    if kind == 2:
        return digits[:at] or "1"
    if kind == 3:
        return digits + "0"
    return f"{rng.randrange(10 ** 20):020d}"


def forged(session: Session, device: Device) -> None:
    """What no server issues, under the meter's own key: odd subclasses and fields, debits, used identifiers."""
    rng = session.rng
    token_class = rng.choice((0, 0, 1, 2))
    number = rng.choice(device.meter.tids) + rng.choice((0, 0, 1, -1))
    content = token.with_tid(rng.randrange(16), max(number, 0) & 0xFFFFFF, rng.randrange(1 << 16))
    subclass = rng.randrange(16)
    if token_class == 1:
        content = rng.choice((rng.randrange(1 << 44), 1 << rng.randrange(44), device.meter.manufacturer()))
    elif token_class == 2 and subclass in (3, 4, 8, 9):
        content = spoil_section(rng, subclass)
    enter(session, device, Card(token.write(Token(token_class, subclass, content), device.meter.key)))


def spoil_section(rng, subclass: int) -> int:
    """A section that no meter may take, so that it does not go astray."""
    if subclass == 3:
        krn, kt = rng.choice(((0, 2), (10, 2), (1, 0), (1, 3)))
        return krn << 36 | kt << 32 | rng.randrange(1 << 32)
    if subclass == 4:
        return rng.randrange(100, 256) << 32 | rng.randrange(1 << 32)
    return rng.choice((1000000 << 20, 1)) if subclass == 8 else rng.randrange(1 << 44)


def power_cut(session: Session, device: Device) -> None:
    """The token counts or it does not: no third state."""
    cards = device.pouch[:1] or device.drawer[-1:]
    if not cards:
        return
    before, now_s = copy.deepcopy(device.meter), session.clock.boot_s
    after = copy.deepcopy(before)
    expected = after.enter(cards[0].digits, now_s)
    stale = copy.deepcopy(before)
    stale.forget_stale(now_s)
    answer = session.ask("cut", device.number, session.rng.randrange(1800), cards[0].digits)
    result = answer.split()[1]
    states = [describe(m) for m in (before, stale, after)]
    state = answer.split(" ", 3)[3]
    if result not in (expected, "STORAGE_ERROR") or state not in states or (
            result == expected and state != states[2]):
        raise Difference(f"power cut at meter {device.number}: expected {expected} and one of\n" +
                         "\n".join(states) + f"\ngot: {answer}")
    old = Before(before)
    counted = state == states[2]
    device.meter = after if counted else (stale if state == states[1] else before)
    device.meter.restart(now_s)
    session.counts[f"power cut, {'done' if counted else 'undone'}"] += 1
    if counted and expected == "ACCEPT":
        note_accepted(session, device, cards[0], old)


def reboot(session: Session, device: Device) -> None:
    device.meter.restart(session.clock.boot_s)
    device.meter.shown = []
    session.compare_meter(device, "DONE", session.ask("reboot", device.number))


def tamper(session: Session, device: Device) -> None:
    device.meter.tampered = True
    device.meter.shown = []
    session.compare_meter(device, "DONE", session.ask("tamper", device.number))


def tick(session: Session, device: Device) -> None:
    device.meter.forget_stale(session.clock.boot_s)
    device.meter.shown = []
    session.compare_meter(device, "DONE", session.ask("tick", device.number))


OPERATIONS = [(30, use_pouch), (3, out_of_order), (2, lose), (4, old_token), (2, foreign_token), (3, typing_error),
              (2, forged), (1, power_cut), (1, reboot), (0.3, tamper), (0.5, tick)]
