"""The office: meters are registered, keys assigned and confirmed, moves approved."""
from oracle import desk, luhn, tid, token
from oracle.catalogue import ACTIVE, COMPROMISED, EXPIRED, FOR_EVER, ISSUED_UNTIL
from oracle.dkga import MeterKey
from oracle.meter import SGC_UNKNOWN, Meter
from oracle.verify import verify as look_up
from oracle.orders import CREDIT, MANAGEMENT, OfficeMeter, Refused, Target
from session import METERS, Device, Session
from world import CLOSED_GROUP, GROUPS

DAY = 86400


def both(session: Session, expected, *words) -> bool:
    """`expected` does it in the oracle; the server must answer the same."""
    try:
        expected()
    except Refused as refusal:
        session.clock.noted()
        session.counts[f"{words[0]}: {refusal}"] += 1
        session.expect(f"refused {refusal}", *words)
        return False
    session.counts[words[0]] += 1
    session.expect("ok", *words)
    return True


# ---- registration ----
def choose_key(session: Session):
    rng, now = session.rng, session.clock.real_s
    fit = [k for k in session.server.catalogue.keys.values()
           if 0 < tid.of_time(now, k.base_date) <= tid.LARGEST and k.sgc != CLOSED_GROUP]
    entry = rng.choice(fit)
    number = tid.of_time(now, entry.base_date)
    ken = entry.ken
    if rng.random() < 0.2:
        ken = min(ken, (number >> 16) + rng.randrange(3))
    key = MeterKey(entry.sgc, entry.krn, rng.choice((1, 1, 7, 99)), entry.kt, ken, rng.choice(entry.algorithms),
                   entry.dkga, entry.base_date)
    return key, number


def register(session: Session, _device=None) -> None:
    if len(session.devices) >= METERS:
        return
    rng, number = session.rng, len(session.devices)
    key, tid_fill = choose_key(session)
    pan = luhn.make_pan(rng.choice(("12", "99", "0123", "4567")), rng.randrange(10 ** 8))
    utility, currency = rng.randrange(1, 5), rng.random() < 0.3
    office = OfficeMeter(pan, "shop", utility, currency, key)
    session.expect("ok", "register", "admin", pan, "shop", utility, int(currency), key.sgc, key.krn, key.ti, key.kt,
                   key.ken, key.base_date, key.ea, key.dkga)
    session.server.register(office)
    decoder_key = session.server.decoder_key(pan, key)
    measures = rng.choice((0xFF, 1 << (utility - 1 + (4 if currency else 0))))
    numbers = (key.kt, key.krn, key.ti, key.ken, int(key.sgc))
    device = Device(number, Meter(pan, decoder_key, numbers, measures, tid_fill), office)
    answer = session.ask("make", number, pan, key.ea, decoder_key.value.hex(), *numbers, measures, tid_fill)
    session.compare_meter(device, "DONE", answer)
    session.devices.append(device)


# ---- what the office knows and wants ----
def view(session: Session, device: Device) -> None:
    session.expect(desk.describe(device.office), "view", "fitter", device.office.pan)
    session.check_keys(device)


def sensible(session: Session, device: Device) -> Target:
    """Another revision that the meter may come to now, if there is one."""
    rng, key, now = session.rng, device.office.key, session.clock.real_s
    fit = [k for k in session.server.catalogue.keys.values()
           if k.sgc == key.sgc and k.kt == 2 and k.base_date >= key.base_date and key.ea in k.algorithms and
           k.allows("enter", now) and tid.of_time(now, k.base_date) >= 0]
    return Target(krn=rng.choice(fit).krn if fit else 0, kt=2, ti=rng.choice((-1, rng.randrange(100))))


def assign(session: Session, device: Device) -> None:
    rng, server = session.rng, session.server
    wanted = Target() if rng.random() < 0.2 else sensible(session, device)
    if rng.random() < 0.4:
        other_group = rng.random() < 0.15
        wanted = Target(rng.choice(GROUPS + (CLOSED_GROUP,)) if other_group else "",
                        rng.choice((0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6)), rng.choice((0, 0, 0, 0, 0, 0, 1, 2, 2)),
                        rng.choice((-1, 1, 7, rng.randrange(100))))
    who, pan = rng.choice(("fitter", "boss")), device.office.pan
    both(session, lambda: desk.assign(server, who, pan, wanted), "assign", who, pan, wanted.sgc, wanted.krn, wanted.kt,
         wanted.ti)
    view(session, device)


# ---- what the meter holds ----
def confirm(session: Session, device: Device) -> None:
    if device.office.pending is None and session.rng.random() < 0.8:
        return
    if session.rng.random() < 0.6:
        confirm_token(session, device)
    else:
        confirm_reading(session, device)
    view(session, device)


def confirm_token(session: Session, device: Device) -> None:
    """Mostly what the meter took; now and then something that proves nothing."""
    rng, server, office = session.rng, session.server, device.office
    under_new = [i for i in office.issued if i.change is office.pending and i.order.kind in (CREDIT, MANAGEMENT)]
    cards = [i.made[-1].digits for i in under_new if i.made[-1].digits in device.accepted]
    if not cards and rng.random() < 0.7:
        return
    if under_new and rng.random() < 0.02:
        cards = [rng.choice(under_new).made[-1].digits]  # perhaps a lie
    elif rng.random() < 0.1 or not cards:
        proofs = [m.digits for i in office.issued[-10:] for m in i.made
                  if not (i in under_new and m is i.made[-1])] + ["0" * 20]
        cards = [rng.choice(proofs)]
    who, digits = rng.choice(("seller", "boss", "fitter")), rng.choice(cards)
    if both(session, lambda: desk.confirm_token(server, who, office.pan, digits), "confirm-key", who, office.pan,
            digits, 0, 0, None):
        see_through(session, device)


def see_through(session: Session, device: Device) -> None:
    """Who says what is not so leads the office astray; it cannot know."""
    office = device.office
    if device.meter.key != session.server.decoder_key(office.pan, office.key) and not device.astray:
        device.astray = True
        session.counts["lies believed"] += 1


def confirm_reading(session: Session, device: Device) -> None:
    """Mostly what it displays."""
    rng, server, meter, office = session.rng, session.server, device.meter, device.office
    krn, ti = meter.krn, meter.ti
    sgc = None if meter.sgc == SGC_UNKNOWN or rng.random() < 0.3 else f"{meter.sgc:06d}"
    if rng.random() < 0.1:
        krn, ti = krn % 9 + 1, rng.randrange(100)
    elif rng.random() < 0.02 and office.pending:
        claimed = rng.choice((office.pending.before, office.pending.after))
        krn, ti, sgc = claimed.krn, claimed.ti, None
    who = "fitter" if rng.random() < 0.95 else "seller"
    done = both(session, lambda: desk.confirm_reading(server, who, office.pan, krn, ti, sgc), "confirm-key", who,
                office.pan, None, krn, ti, sgc)
    if done:
        session.settle_reading(device)
        see_through(session, device)


def guess(session: Session, device: Device) -> None:
    """One wrong token after the other."""
    for _ in range(session.rng.randrange(2, 7)):
        verify(session, device)


def verify(session: Session, device: Device) -> None:
    """The help desk looks at a token that somebody brings."""
    rng, server = session.rng, session.server
    other = rng.choice(session.devices) if rng.random() < 0.3 else device
    cards = other.pouch[-20:] + other.drawer[-20:]
    digits = rng.choice(cards).digits if cards and rng.random() < 0.8 else f"{rng.randrange(10 ** 20):020d}"
    if len(digits) != 20:
        return
    if rng.random() < 0.1:
        number = rng.randrange(1 << 44)
        digits = token.write(token.Token(rng.choice((0, 2)), rng.randrange(16), number), device.meter.key)
    who, pan = rng.choice(("seller", "fitter", "fitter")), device.office.pan
    try:
        expected = look_up(server, who, pan, digits)
    except Refused as refusal:
        session.clock.noted()
        expected = [f"refused {refusal}"]
    session.counts["verify: " + " ".join(expected[0].split()[:2])] += 1
    session.expect(expected, "verify", who, pan, digits)


# ---- moves to another supply group ----
def propose(session: Session, device: Device) -> None:
    rng, server = session.rng, session.server
    if len(server.proposals) >= 200:
        return
    who = rng.choice(("fitter", "boss", "officer1"))
    before, after = device.office.key.sgc, device.office.wanted.sgc or rng.choice(GROUPS)
    pan, valid_s = rng.choice(("", device.office.pan)), rng.choice((DAY, 30 * DAY))
    try:
        desk.propose(server, who, before, after, pan, valid_s)
    except Refused as refusal:
        session.clock.noted()
        session.expect(f"refused {refusal}", "propose", who, before, after, pan, valid_s)
        return
    session.expect(f"ok {len(server.proposals)}", "propose", who, before, after, pan, valid_s)


def approve(session: Session, _device: Device) -> None:
    rng, server = session.rng, session.server
    if not server.proposals:
        return
    number = rng.randrange(max(0, len(server.proposals) - 3), len(server.proposals))
    if server.proposals[number].expires <= session.clock.real_s and rng.random() < 0.9:
        return
    who, signer = rng.choice(("officer1", "officer2")), rng.choice(("officer1", "officer2"))
    both(session, lambda: desk.approve(server, who, number, signer), "approve", who, number + 1, signer)


# ---- vending keys ----
def amend(session: Session, _device: Device) -> None:
    """A key is replaced, runs out or is found out; none comes back."""
    rng = session.rng
    key = rng.choice(list(session.server.catalogue.keys.values()))
    if key.state != ACTIVE or key.issued_until != FOR_EVER:
        return
    state, until, successor = 0, 0, -1
    if rng.random() < 0.5:
        state = rng.choice((ISSUED_UNTIL, EXPIRED, COMPROMISED))
        until = max(session.clock.real_s, key.active_from) + rng.randrange(1, 400 * DAY)
    else:
        successor = find_successor(session, key)
    if state == 0 and successor < 0:
        return
    session.expect("ok", "amend", key.sgc, key.krn, key.kt, state, until, successor)
    session.expect("ok", "server", "refresh")
    session.clock.refreshed()
    session.counts["vending key amended"] += 1
    if successor >= 0:
        key.successor = successor
        return
    key.state = state
    if state == ISSUED_UNTIL:
        key.issued_until = until


def find_successor(session: Session, key) -> int:
    """One that the catalogue takes: it serves the same meters, its base date is not earlier, and no circle arises."""
    catalogue = session.server.catalogue
    fit = [k for k in catalogue.keys.values()
           if k.sgc == key.sgc and k.kt == key.kt and k.krn != key.krn and k.state == ACTIVE and
           k.base_date >= key.base_date and k.dkga >= key.dkga and set(key.algorithms) <= set(k.algorithms) and
           k.issued_until == FOR_EVER and not k.successor]
    return session.rng.choice(fit).krn if fit else -1


OPERATIONS = [(0.4, register), (2, view), (3, assign), (8, confirm), (0.5, propose), (1.5, approve), (2, verify), (0.4, guess),
              (0.03, amend)]
