"""The server's rules: what an order is answered, and what the office then knows of the meter."""
from . import amount, dkga, keychange, luhn, manage, numbers, target, tid, token
from .catalogue import Catalogue
from .clock import Clock
from .dkga import MeterKey
from .orders import (CREDIT, KEY_CHANGE, LARGEST_AMOUNT, MANAGEMENT, TEST, Change, Held, Issued, Made, OfficeMeter,
                     Order, Refused, Target)
from .people import MAY, People
from .token import Token

DUTK = 2


class Server:
    def __init__(self, catalogue: Catalogue, people: People, clock: Clock):
        self.catalogue, self.people, self.clock = catalogue, people, clock
        self.meters: dict = {}
        self.answers: dict = {}  # (principal, request id): Issued
        self.receipts: dict = {}
        self.keys: dict = {}
        self.books = True  # whether what is issued is remembered
        self.proposals: list = []
        self.approved: list = []
        self.looks: dict = {}  # somebody's into foreign tokens: how many were wrong, locked until

    # ---- keys ----
    def decoder_key(self, pan: str, key: MeterKey):
        parts = (pan, target.secret_parts(key), key.base_date)
        if parts not in self.keys:
            entry = self.catalogue.find(key.sgc, key.krn, key.kt)
            self.keys[parts] = dkga.decoder_key(entry.secret, pan, key)
        return self.keys[parts]

    # ---- meters ----
    def register(self, meter: OfficeMeter) -> None:
        meter.history = [Held(meter.key, None)]
        self.meters[meter.pan] = meter

    # ---- orders ----
    def order(self, order: Order) -> Issued:
        self.clock.admitted()
        check_form(order)
        home = self.people.call(order.who, MAY[order.kind])
        stored = self.answers.get((order.who, order.request_id))
        if stored is not None:
            return self.replay(home, order, stored)
        meter = self.meters.get(order.pan)
        if meter is None:
            raise Refused("METER_UNKNOWN")
        self.people.touch(home, meter.organisation, meter.key.sgc, "METER_UNKNOWN")
        return self.issue(home, order, meter)

    def replay(self, home: str, order: Order, stored: Issued) -> Issued:
        if stored.order != order:
            raise Refused("REQUEST_ID_REUSED")
        meter = self.meters[order.pan]
        self.people.touch(home, meter.organisation, stored.sgc, "METER_UNKNOWN")
        return Issued(**{**stored.__dict__, "replayed": True})

    def issue(self, home: str, order: Order, meter: OfficeMeter) -> Issued:
        change, resent = self.plan_change(home, order, meter)
        key = change.after if change else meter.key
        issued = Issued(order, 0, self.clock.issue_s(), [], change, resent, sgc=key.sgc)
        own = self.own_token(order, meter, key, issued)
        if not self.clock.sample():
            raise Refused("CLOCK_STEPPED")
        if change and not resent:
            self.check_leaving(meter.key)
        issued.made = (change.made if change else []) + own
        if self.books:
            self.book(home, meter, issued)
        return issued

    def book(self, home: str, meter: OfficeMeter, issued: Issued) -> None:
        till = (home, issued.order.terminal)
        issued.receipt = self.receipts[till] = self.receipts.get(till, 0) + 1
        self.answers[issued.order.who, issued.order.request_id] = issued
        meter.issued.append(issued)
        if issued.tid:
            meter.last_tid = issued.tid
        if issued.change and not issued.resent:
            meter.pending = issued.change
            meter.history.append(Held(issued.change.after, issued.change))
        self.clock.written()

    def try_out(self, order: Order) -> tuple:
        """What would be issued if the order came now, or why not; nothing is done."""
        self.books = False
        try:
            return self.order(order), None
        except Refused as refusal:
            return None, str(refusal)
        finally:
            self.books = True

    # ---- key changes ----
    def plan_change(self, home: str, order: Order, meter: OfficeMeter) -> tuple:
        now = self.clock.issue_s()
        if order.kind == TEST:
            pending = meter.pending and self.may_send(home, meter.pending.after, now)
            return (meter.pending, True) if pending else (None, False)
        if meter.pending:
            return self.resend(home, order, meter, now), True
        if order.kind == KEY_CHANGE:
            return self.ordered_change(home, order, meter, now), False
        after = target.wish(self.catalogue, meter, meter.wanted, now)
        if after == meter.key:
            self.check_usable(after, now)
            return None, False
        return self.new_change(home, meter, after, False, now), False

    def may_send(self, home: str, key: MeterKey, now: int) -> bool:
        entry = self.catalogue.find(key.sgc, key.krn, key.kt)
        return self.people.granted(home, key.sgc) and entry.allows("issue", now)

    def resend(self, home: str, order: Order, meter: OfficeMeter, now: int) -> Change:
        pending = meter.pending
        if order.kind == KEY_CHANGE and self.asked(meter, order.target, now) != pending.after:
            raise Refused("KEY_CHANGE_PENDING")
        if not self.people.granted(home, pending.after.sgc):
            raise Refused("SUPPLY_GROUP_DENIED")
        if not self.may_send(home, pending.after, now):
            raise Refused("KEY_CHANGE_PENDING")
        return pending

    def asked(self, meter: OfficeMeter, asked: Target, now: int) -> MeterKey:
        key = target.wish(self.catalogue, meter, asked, now)
        if asked.krn and key.krn != asked.krn:  # who names a revision gets that one or nothing
            raise Refused("KEY_CHANGE_NOT_ALLOWED")
        return key

    def ordered_change(self, home: str, order: Order, meter: OfficeMeter, now: int) -> Change:
        after = self.asked(meter, order.target, now)
        if after == meter.key and order.target == Target():
            raise Refused("KEY_UNCHANGED")
        return self.new_change(home, meter, after, order.target.with_sgc, now)

    def check_usable(self, key: MeterKey, now: int) -> None:
        if not self.catalogue.find(key.sgc, key.krn, key.kt).allows("issue", now):
            raise Refused("VENDING_KEY_NOT_ACTIVE")

    # The key process is asked last.
    def check_leaving(self, key: MeterKey) -> None:
        """The old key may be past issuing, but not before its time."""
        if not self.catalogue.find(key.sgc, key.krn, key.kt).allows("leave", self.clock.issue_s()):
            raise Refused("VENDING_KEY_NOT_ACTIVE")

    def new_change(self, home: str, meter: OfficeMeter, after: MeterKey, with_sgc: bool, now: int) -> Change:
        before = meter.key
        if after.sgc != before.sgc:
            if not self.people.granted(home, after.sgc):
                raise Refused("SUPPLY_GROUP_DENIED")
            self.check_approval(meter, after.sgc, now)
        target.check_change(self.catalogue, meter, after, now)
        rollover = after.base_date > before.base_date
        old, new = self.decoder_key(meter.pan, before), self.decoder_key(meter.pan, after)
        tells = with_sgc or after.ea == 11
        sections = keychange.build(keychange.NewKey(new, after.krn, after.kt, after.ti, after.ken, rollover,
                                                    int(after.sgc) if tells else None))
        made = [Made(section, old, before, False, encoded=place + 1, section=True, digits=token.write(section, old))
                for place, section in enumerate(sections)]
        return Change(before, after, made, rollover, with_sgc)

    def check_approval(self, meter: OfficeMeter, sgc: str, now: int) -> None:
        if not any(p.before == meter.key.sgc and p.after == sgc and p.pan in ("", meter.pan) and now < p.expires and
                   self.people.below(meter.organisation, self.people.principals[p.proposer][0]) for p in self.approved):
            raise Refused("APPROVAL_MISSING")

    # ---- the order's own token ----
    def own_token(self, order: Order, meter: OfficeMeter, key: MeterKey, issued: Issued) -> list:
        if order.kind == KEY_CHANGE:
            return []
        if order.kind == TEST:
            content = manage.test_content(order.subclass, order.control, order.manufacturer)
            made = Token(1, order.subclass, content)
            told = order.control | order.manufacturer << 40
            return [Made(made, None, key, False, encoded=told, digits=token.write(made, None))]
        if order.kind == CREDIT and key.kt != DUTK:
            raise Refused("KEY_TYPE_NOT_ALLOWED")
        if order.kind == CREDIT:
            what = numbers.token_amount(meter.utility, meter.currency, order.unit, order.amount)
        else:
            what = management_field(order)
        if not self.clock.sample():
            raise Refused("CLOCK_STEPPED")
        find = numbers.special_tid if order.special else numbers.next_tid
        issued.tid = find(key, meter.last_tid, self.clock.issue_s())
        made = self.numbered(order, meter, key, issued.tid, what)
        while not made.random and token.two_faced(made.token):
            if order.special:  # there is no other
                raise Refused("TOKEN_AMBIGUOUS")
            issued.tid = numbers.next_tid(key, issued.tid, self.clock.issue_s())
            made = self.numbered(order, meter, key, issued.tid, what)
        return [made]

    def numbered(self, order: Order, meter: OfficeMeter, key: MeterKey, absolute: int, what: tuple) -> Made:
        subclass, coded, worth = what
        raw = absolute - tid.BASE_MINUTES[key.base_date]
        money = isinstance(coded, amount.Currency)
        content = amount.currency_content(coded, raw) if money else token.with_tid(0, raw, coded)
        made = Token(0 if order.kind == CREDIT else 2, subclass, content)
        decoder_key = self.decoder_key(meter.pan, key)
        digits = token.write(made, decoder_key) if money else ""
        return Made(made, decoder_key, key, not money, raw, worth, digits=digits)


def management_field(order: Order) -> tuple:
    if order.subclass not in manage.WATTS:
        return order.subclass, order.value, order.value
    field = amount.encode(order.value)
    return order.subclass, field, amount.decode(field)


def check_form(order: Order) -> None:
    if len(order.pan) != 18 or not order.pan.isdigit() or not order.pan.startswith(("600727", "0000")):
        raise Refused("INVALID_FIELD")
    if not luhn.pan_ok(order.pan):
        raise Refused("CHECK_DIGIT")
    if order.kind == CREDIT and not (1 <= order.amount <= LARGEST_AMOUNT and 1 <= order.unit <= 4):
        raise Refused("INVALID_FIELD")
    if order.kind == MANAGEMENT and not management_form(order.subclass, order.value):
        raise Refused("INVALID_FIELD")
    if order.kind == TEST and not test_form(order.subclass, order.control, order.manufacturer):
        raise Refused("INVALID_FIELD")
    if order.special and order.kind in (TEST, KEY_CHANGE):
        raise Refused("INVALID_FIELD")


def test_form(subclass: int, control: int, manufacturer: int) -> bool:
    if subclass in manage.LONG_CODE:
        return control < 1 << 28 and manufacturer <= 9999
    return subclass in manage.SHORT_CODE and control < 1 << 36 and manufacturer <= 99


def management_form(subclass: int, value: int) -> bool:
    if subclass not in manage.WITH_TID:
        return False
    if subclass in manage.WATTS:
        return value <= amount.LARGEST
    return value <= 0xFFFF and manage.field_ok(subclass, value)
