"""Orders to the server, and whether its answers are right."""
from oracle import amount, manage, token
from oracle.orders import CREDIT, KEY_CHANGE, MANAGEMENT, TEST, Issued, Made, Order, Refused, Target
from oracle.numbers import unit_of
from session import Card, Device, Difference, Session
from world import CLOSED_GROUP, GROUPS

ISSUERS = {CREDIT: "seller", MANAGEMENT: "fitter", TEST: "seller", KEY_CHANGE: "fitter"}
AMOUNTS = (1, 99, 100, 101, 1638300, 1638400, 18022300, 18022301, 181862300, 1820162400, 1820162401, 1 << 40, 1 << 62)


def words(order: Order) -> tuple:
    t = order.target
    return ("order", order.who, order.request_id, order.terminal, order.pan, order.kind, int(order.special), order.unit,
            order.amount, order.subclass, order.value, order.control, order.manufacturer, t.sgc or None, t.krn, t.kt,
            t.ti, int(t.with_sgc))


def place(session: Session, order: Order, device: Device = None) -> None:
    """Places the order and compares the answer; what was issued comes into the customer's hands."""
    try:
        expected = session.server.order(order)
    except Refused as refusal:
        session.counts[f"refused {refusal}"] += 1
        session.expect(f"refused {refusal}", *words(order))
        return
    answer = session.ask(*words(order))
    compare(expected, answer)
    if expected.replayed:
        session.counts["replayed"] += 1
        return
    session.counts[f"issued {order.kind}"] += 1
    session.counts["with a set"] += bool(expected.change)
    session.counts["resent"] += expected.resent
    session.past.append(order)
    if device is not None:
        device.pouch += [Card(made.digits, expected, i) for i, made in enumerate(expected.made)]


def fields(answer: str) -> dict:
    return dict(part.split("=", 1) for part in answer.split()[1:])


def compare(expected: Issued, answer: str) -> None:
    if not answer.startswith("ok "):
        raise Difference(f"expected: {expected}\ngot:      {answer}")
    got = fields(answer)
    want = {"replayed": int(expected.replayed), "receipt": expected.receipt, "issued": expected.issued_at,
            "change": int(expected.change is not None), "resent": int(expected.resent)}
    for name, value in want.items():
        if got[name] != str(value):
            raise Difference(f"{name}: expected {value}\ngot: {answer}")
    tokens = [one.split(":") for one in got["tokens"].split(",")]
    if len(tokens) != len(expected.made):
        raise Difference(f"expected {len(expected.made)} tokens\ngot: {answer}")
    for made, one in zip(expected.made, tokens):
        compare_token(made, one, expected.replayed)


def compare_token(made: Made, got: list, replayed: bool) -> None:
    digits, numbers = got[0], [int(n) for n in got[1:]]
    want = [made.token.token_class, made.token.subclass, made.tid, made.encoded]
    if numbers != want:
        raise Difference(f"token: expected class, subclass, tid, encoded {want}, got {numbers}")
    if made.digits and digits != made.digits:
        raise Difference(f"token: expected {made.digits} for {made}, got {digits}")
    if not made.random or replayed:
        return
    try:
        read = token.read(digits, made.key)
    except token.Unreadable as failure:
        raise Difference(f"token {digits}: {failure} under the key it should be under: {made}") from failure
    if read._replace(content=read.content & (1 << 40) - 1) != made.token:
        raise Difference(f"token {digits}: says {read}, expected {made.token}")
    made.digits = digits


# ---- what is ordered ----
def credit(session: Session, device: Device) -> None:
    rng = session.rng
    office = device.office
    asked = rng.choice(AMOUNTS) if rng.random() < 0.1 else rng.randrange(100, 50000)
    if office.currency and rng.random() < 0.3:
        asked = rng.randrange(1, 1 << rng.randrange(1, 50))
    unit = unit_of(office.utility, office.currency)
    if rng.random() < 0.01:
        unit = rng.randrange(1, 5)
    order = Order("seller" if rng.random() < 0.9 else "boss", session.new_request(), till(session), office.pan, CREDIT,
                  rng.random() < 0.03, unit, asked)
    place(session, order, device)


def burst(session: Session, device: Device) -> None:
    """More than the minutes of an hour, and more than a meter remembers."""
    for _ in range(70):
        credit(session, device)


def again(session: Session, _device: Device) -> None:
    """The same request once more, or another one under its id."""
    if not session.past:
        return
    order = session.rng.choice(session.past[-200:])
    if session.rng.random() < 0.1:
        order = order._replace(terminal=order.terminal + "x")
    place(session, order)


def wrong_caller(session: Session, device: Device) -> None:
    rng = session.rng
    who = rng.choice(("rival", "nobody", "admin", "officer1", "seller", None))
    pan = rng.choice((device.office.pan, "600727000000000009", "600727000000000008", "123"))
    unit = unit_of(device.office.utility, device.office.currency)
    place(session, Order(who, session.new_request(), "till", pan, CREDIT, False, unit, 1000))


def till(session: Session) -> str:
    return f"till{session.rng.randrange(3)}"


def management(session: Session, device: Device) -> None:
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
    place(session, Order(who, session.new_request(), till(session), device.office.pan, MANAGEMENT, rng.random() < 0.05,
                         subclass=subclass, value=value), device)


def test(session: Session, device: Device) -> None:
    rng = session.rng
    subclass = rng.choice((0, 0, 1, 1, 2, rng.randrange(16)))
    long_code = subclass in manage.LONG_CODE
    control = rng.choice((1 << rng.randrange(18), (1 << 28) - 1 if long_code else (1 << 36) - 1, rng.randrange(1 << 36)))
    manufacturer = rng.choice((0, 0, 12, 99, 100, 123, 9999, 10000))
    place(session, Order("seller", session.new_request(), till(session), device.office.pan, TEST, subclass=subclass,
                         control=control, manufacturer=manufacturer), device)


def key_change(session: Session, device: Device) -> None:
    rng = session.rng
    other_group = rng.random() < 0.2
    wanted = Target(rng.choice(GROUPS + (CLOSED_GROUP,)) if other_group else "", rng.choice((0, 0, 1, 2, 3, 4, 5, 6, 7)),
                    rng.choice((0, 0, 0, 1, 2)), rng.choice((-1, 1, 7, rng.randrange(100))), rng.random() < 0.3)
    if rng.random() < 0.2:
        wanted = Target(with_sgc=rng.random() < 0.5)
    if rng.random() < 0.02:
        wanted = wanted._replace(kt=3)
    place(session, Order("fitter", session.new_request(), till(session), device.office.pan, KEY_CHANGE, target=wanted),
          device)


OPERATIONS = [(30, credit), (0.05, burst), (6, management), (3, test), (3, key_change), (4, again), (2, wrong_caller)]
