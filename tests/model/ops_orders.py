"""Orders to the server: one after the other, again, and several at once."""
from functools import partial

from answers import compare
from oracle import amount, crc, manage
from oracle.numbers import unit_of
from oracle.orders import CREDIT, CURRENCY, KEY_CHANGE, MANAGEMENT, TEST, Issued, Made, Order, Refused, Target
from session import Card, Device, Difference, Session
from world import CLOSED_GROUP, GROUPS

AMOUNTS = (1, 99, 100, 101, 1638300, 1638400, 18022300, 18022301, 181862300, 1820162400, 1820162401, 1 << 40, 1 << 62)


def words(order: Order) -> tuple:
    t = order.target
    return (order.who, order.request_id, order.terminal, order.pan, order.kind, int(order.special), order.unit,
            order.amount, order.subclass, order.value, order.control, order.manufacturer, t.sgc or None, t.krn, t.kt,
            t.ti, int(t.with_sgc))


# ---- placing orders ----
def predict(session: Session, order: Order) -> tuple:
    """What must be issued, or the name of the refusal."""
    try:
        return session.server.order(order), None
    except Refused as refusal:
        session.counts[f"refused {refusal}"] += 1
        return None, str(refusal)


def judge(session: Session, order: Order, expected: tuple, answer: str, receipts: bool) -> None:
    """Compares; what was issued comes into the customer's hands."""
    issued, refusal = expected
    if refusal is not None:
        if answer.split()[:2] != ["refused", refusal]:
            raise Difference(f"{order}\nexpected: refused {refusal}\ngot:      {answer}")
        return
    compare(issued, answer, receipts)
    if issued.replayed:
        session.counts["replayed"] += 1
        return
    session.past.append(order)
    count(session, issued)
    hand_over(session, order, issued)


def count(session: Session, issued: Issued) -> None:
    session.counts[f"issued {('credit', 'management', 'test', 'key change')[issued.order.kind]}"] += 1
    session.counts["special identifiers"] += issued.order.special
    session.counts["with a set"] += issued.change is not None
    session.counts["with the same set again"] += issued.resent
    session.counts["rollovers issued"] += bool(issued.change and issued.change.rollover and not issued.resent)


def hand_over(session: Session, order: Order, issued: Issued) -> None:
    for device in session.devices:
        if device.office.pan == order.pan:
            device.pouch += [Card(made.digits, issued, i) for i, made in enumerate(issued.made)]


def place(session: Session, order: Order) -> None:
    expected = predict(session, order)
    judge(session, order, expected, session.ask("order", *words(order)), True)


def ordering(make, session: Session, device: Device) -> None:
    place(session, make(session, device))


# ---- what is ordered ----
def till(session: Session) -> str:
    return f"till{session.rng.randrange(3)}"


def credit(session: Session, device: Device) -> Order:
    rng = session.rng
    office = device.office
    asked = rng.choice(AMOUNTS) if rng.random() < 0.1 else rng.randrange(100, 50000)
    if office.currency and rng.random() < 0.3:
        asked = rng.randrange(1, 1 << rng.randrange(1, 50))
    unit = unit_of(office.utility, office.currency)
    if rng.random() < 0.01:
        unit = rng.randrange(1, 5)
    return Order("seller" if rng.random() < 0.9 else "boss", session.new_request(), till(session), office.pan, CREDIT,
                 rng.random() < 0.03, unit, asked)


def management(session: Session, device: Device) -> Order:
    rng = session.rng
    subclass = rng.choice(manage.WITH_TID) if rng.random() < 0.95 else rng.randrange(16)
    value = rng.choice((0, 1, 16384, 180223, rng.randrange(amount.LARGEST + 2)))
    if subclass == manage.CLEAR_CREDIT:
        value = rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, manage.ALL_REGISTERS))
    elif subclass == manage.CLEAR_TAMPER:
        value = 0 if rng.random() < 0.9 else 1
    elif subclass not in manage.WATTS:
        value = rng.choice((rng.randrange(1 << 16), 0xFC00 | rng.randrange(1024), 0x10000))
    who = rng.choice(("fitter", "boss", "seller")) if rng.random() < 0.1 else "fitter"
    return Order(who, session.new_request(), till(session), device.office.pan, MANAGEMENT, rng.random() < 0.05,
                 subclass=subclass, value=value)


def test(session: Session, device: Device) -> Order:
    rng = session.rng
    subclass = rng.choice((0, 0, 1, 1, 2, rng.randrange(16)))
    wide = (1 << 28) - 1 if subclass in manage.LONG_CODE else (1 << 36) - 1
    control = rng.choice((1 << rng.randrange(18), wide, rng.randrange(1 << 36)))
    manufacturer = rng.choice((0, 0, 0, 12, 99, 100, 123, 9999, 10000))
    return Order("seller", session.new_request(), till(session), device.office.pan, TEST, subclass=subclass,
                 control=control, manufacturer=manufacturer)


def key_change(session: Session, device: Device) -> Order:
    rng = session.rng
    other_group = rng.random() < 0.2
    wanted = Target(rng.choice(GROUPS + (CLOSED_GROUP,)) if other_group else "", rng.choice((0, 0, 0, 1, 2, 3, 4, 5, 6)),
                    rng.choice((0, 0, 0, 0, 1, 2)), rng.choice((-1, 1, 7, rng.randrange(100))), rng.random() < 0.3)
    if rng.random() < 0.2:
        wanted = Target(with_sgc=rng.random() < 0.5)
    if rng.random() < 0.02:
        wanted = wanted._replace(kt=3)
    return Order("fitter", session.new_request(), till(session), device.office.pan, KEY_CHANGE, target=wanted)


def again(session: Session, device: Device) -> Order:
    """The same request once more, or another one under its id."""
    if not session.past:
        return credit(session, device)
    order = session.rng.choice(session.past[-200:])
    return order if session.rng.random() < 0.9 else order._replace(terminal=order.terminal + "x")


def wrong(session: Session, device: Device) -> Order:
    rng = session.rng
    who = rng.choice(("rival", "nobody", "admin", "officer1", "seller", None))
    pan = rng.choice((device.office.pan, "600727000000000009", "600727000000000008", "123"))
    unit = unit_of(device.office.utility, device.office.currency)
    return Order(who, session.new_request(), "till", pan, CREDIT, False, unit, 1000)


# ---- many ----
def burst(session: Session, device: Device) -> None:
    """More than the minutes of an hour, and more than a meter remembers."""
    for _ in range(70):
        place(session, credit(session, device))


def unlucky(session: Session, device: Device) -> None:
    """Money whose token would be valid under the other class too. CRCs are linear: the bits' parts are added up."""
    order = credit(session, device)._replace(special=False, unit=CURRENCY)
    issued, _ = session.server.try_out(order) if session.clock.steady() else (None, None)
    if issued is None:
        return
    made = issued.made[-1]
    found = {0: 0}
    for bit in range(14):
        part = difference(made, 0, 1 << bit) ^ difference(made, 0, 0)
        found.update({total ^ part: mantissa | 1 << bit for total, mantissa in list(found.items())})
    fit = [amount.Currency(0, e, found[difference(made, e, 0)]) for e in range(12) if difference(made, e, 0) in found]
    if fit:
        place(session, order._replace(amount=session.rng.choice(fit).value() or 1))
        session.counts["tokens that would have two faces"] += 1


def difference(made: Made, exponent: int, mantissa: int) -> int:
    """Between the CRCs of the two classes."""
    content = amount.currency_content(amount.Currency(0, exponent, mantissa), made.tid)
    return crc.of_token(0, made.token.subclass, content) ^ crc.of_token(2, made.token.subclass, content)


OPERATIONS = [(25, partial(ordering, credit)), (6, partial(ordering, management)), (3, partial(ordering, test)),
              (3, partial(ordering, key_change)), (4, partial(ordering, again)), (2, partial(ordering, wrong)),
              (0.05, burst), (0.2, unlucky)]
