"""A meter: section 14 of the facts. Where they are silent it does what meter-core/docs/sts.md says."""
from . import amount, display, keychange, manage, tid, token
from .cipher import DecoderKey

MEMORY = 50
SGC_UNKNOWN = 0xFFFFFF
NO_LIMIT = 0xFFFFFFFF
SECTION_TIMEOUT_S = 600
LARGEST_CREDIT = (1 << 63) - 1
UNIT = (100, 100, 100, 6)  # Wh, litres, litres, seconds in one unit of a token
DITK, DDTK, DUTK, DCTK = 0, 1, 2, 3
FREE_ENTRIES, FIRST_LOCK_S, LONGEST_LOCK_S = 3, 10, 1280
WRONG_COUNTED = FREE_ENTRIES + (LONGEST_LOCK_S // FIRST_LOCK_S).bit_length() - 1  # more change nothing
WATER = 1 << 1 | 1 << 5


class Verdict(Exception):
    """Why a token was not accepted."""


class Meter:
    def __init__(self, pan: str, key: DecoderKey, numbers: tuple, measures: int, tid_fill: int):
        self.pan = pan
        self.key = key
        self.kt, self.krn, self.ti, self.ken, self.sgc = numbers
        self.measures = measures
        self.credit = [0] * 8
        self.tids = [tid_fill] * MEMORY
        self.sections: dict = {}
        self.sections_since = 0
        self.max_power = NO_LIMIT
        self.phase_unbalance = NO_LIMIT
        self.tariff_rate = 0
        self.water_factor = 0
        self.tampered = False
        self.extended = [0] * 63
        self.flags: set = set()
        self.wrong = 0
        self.locked_since = 0
        self.shown: list = []  # by the last class 1 token

    # ---- time ----
    def stale(self, now_s: int) -> bool:
        return bool(self.sections) and now_s - self.sections_since >= SECTION_TIMEOUT_S

    def forget_stale(self, now_s: int) -> None:
        if self.stale(now_s):
            self.sections = {}

    def locked(self, now_s: int) -> bool:
        if self.wrong < FREE_ENTRIES:
            return False
        lock_s = min(FIRST_LOCK_S << (self.wrong - FREE_ENTRIES), LONGEST_LOCK_S)
        return now_s - self.locked_since < lock_s

    def restart(self, now_s: int) -> None:
        """The time before it is not known: what was waiting begins to wait again."""
        self.sections_since = now_s
        self.locked_since = now_s

    def count_wrong(self, now_s: int) -> None:
        self.wrong = min(self.wrong + 1, WRONG_COUNTED)
        self.locked_since = now_s

    # ---- a token ----
    def enter(self, digits: str, now_s: int) -> str:
        self.shown = []
        try:
            return self.judge(digits, now_s)
        except Verdict as verdict:
            return str(verdict)

    def judge(self, digits: str, now_s: int) -> str:
        read = self.authenticate(digits, now_s)
        if read.token_class == 1:
            return self.display(read)
        if read.token_class == 0:
            return self.take_credit(read)
        if read.subclass in keychange.SECTION:
            return self.take_section(read, now_s)
        return self.take_management(read)

    def authenticate(self, digits: str, now_s: int) -> token.Token:
        try:
            token_class, _ = token.take_class(digits)
            if token_class in (0, 2):
                self.forget_stale(now_s)
                if self.locked(now_s):
                    raise Verdict("LOCKOUT_ACTIVE")
            return token.read(digits, self.key)
        except token.Unreadable as failure:
            if str(failure) == "CRC_ERROR" and token_class != 1:
                self.count_wrong(now_s)
            raise Verdict(str(failure)) from failure

    # ---- class 1 ----
    def display(self, read: token.Token) -> str:
        if 3 <= read.subclass <= 5:
            raise Verdict("FUNCTION_ERROR")
        control, manufacturer = manage.test_split(read.subclass, read.content)
        largest = 9999 if read.subclass in manage.LONG_CODE else 99
        if manufacturer > largest or manufacturer not in (0, self.manufacturer()):
            raise Verdict("MFR_CODE_ERROR")
        self.shown = display.show(self, read.subclass, control)
        if not self.shown:
            raise Verdict("FUNCTION_ERROR")
        return "ACCEPT"

    def manufacturer(self) -> int:
        return int(self.pan[6:8] if self.pan.startswith("600727") else self.pan[4:8])

    # ---- class 0 ----
    def take_credit(self, read: token.Token) -> str:
        if self.kt == DDTK:
            raise Verdict("DDTK_ERROR")
        if self.kt == DITK:
            raise Verdict("KEY_TYPE_ERROR")
        if read.subclass >= 8:
            raise Verdict("FUNCTION_ERROR")
        if read.subclass >= 4:
            money, number = amount.currency_split(read.content)
            credited, debit = money.value(), money.negative
        else:
            _, number, field = token.split_tid(read.content)
            credited, debit = amount.decode(field) * UNIT[read.subclass], 0
        self.check_tid(number)
        if not self.measures >> read.subclass & 1:
            raise Verdict("FUNCTION_ERROR")
        if debit:
            raise Verdict("RANGE_ERROR")
        if self.credit[read.subclass] + credited > LARGEST_CREDIT:
            raise Verdict("OVERFLOW_ERROR")
        self.credit[read.subclass] += credited
        self.accept(number)
        return "ACCEPT"

    def check_tid(self, number: int) -> None:
        if tid.expired(number, self.ken):
            raise Verdict("KEY_EXPIRED_ERROR")
        if number < min(self.tids):
            raise Verdict("OLD_ERROR")
        if number in self.tids:
            raise Verdict("USED_ERROR")

    def accept(self, number: int) -> None:
        self.tids[self.tids.index(min(self.tids))] = number
        self.sections = {}
        self.wrong = 0

    # ---- class 2 ----
    def take_management(self, read: token.Token) -> str:
        if read.subclass not in manage.WITH_TID:
            raise Verdict("FUNCTION_ERROR")
        _, number, field = token.split_tid(read.content)
        self.check_tid(number)
        self.obey(read.subclass, field)
        self.accept(number)
        return "ACCEPT"

    def obey(self, subclass: int, field: int) -> None:
        if not manage.field_ok(subclass, field):
            raise Verdict("RANGE_ERROR")
        if subclass == manage.MAX_POWER:
            self.max_power = amount.decode(field)
        elif subclass == manage.PHASE_UNBALANCE:
            self.phase_unbalance = amount.decode(field)
        elif subclass == manage.CLEAR_CREDIT:
            self.clear(field)
        elif subclass == manage.TARIFF_RATE:
            self.tariff_rate = field
        elif subclass == manage.WATER_FACTOR:
            if not self.measures & WATER:
                raise Verdict("FUNCTION_ERROR")
            self.water_factor = field
        elif subclass == manage.CLEAR_TAMPER:
            self.tampered = False
        else:
            self.set_extended(field)

    def clear(self, register: int) -> None:
        if register == manage.ALL_REGISTERS:
            self.credit = [0] * 8
        elif self.measures >> register & 1:
            self.credit[register] = 0
        else:
            raise Verdict("FUNCTION_ERROR")

    def set_extended(self, field: int) -> None:
        index, value = field >> 10, field & 1023
        if index < 63:
            self.extended[index] = value
        elif value & 1:
            self.flags.add(value >> 1)
        else:
            self.flags.discard(value >> 1)

    # ---- key change ----
    def take_section(self, read: token.Token, now_s: int) -> str:
        place = keychange.SECTION[read.subclass]
        self.check_section(place, read.content)
        other_set = self.sections.get(place, read.content) != read.content
        sections = {} if other_set else dict(self.sections)
        sections[place] = read.content
        new = keychange.join(sections, self.key.ea)
        if new is None:
            if sections != self.sections:  # what is there already gets no more time
                self.sections = sections
                self.sections_since = now_s
            return ("KCT_1ST", "KCT_2ND", "KCT_3RD", "KCT_4TH")[place]
        self.check_new(new)
        self.change(new)
        return "ACCEPT"

    def check_section(self, place: int, content: int) -> None:
        misfit = keychange.misfit(place, content, self.key.ea)
        if misfit:
            raise Verdict(misfit)
        if place == 0 and not self.type_allowed(content >> 32 & 3):
            raise Verdict("KEY_TYPE_ERROR")

    def type_allowed(self, kt: int) -> bool:
        """Never back to a DITK; DCTK only with magnetic cards."""
        return kt in (DDTK, DUTK)

    def check_new(self, new: keychange.NewKey) -> None:
        """A rollover under the same key would make it forget tokens that it goes on taking."""
        if new.sgc is not None and new.sgc > 999999 or new.rollover and new.key == self.key:
            raise Verdict("RANGE_ERROR")

    def change(self, new: keychange.NewKey) -> None:
        """Wrong entries stay counted: a set has no identifier and could be entered again to clear them."""
        self.key = new.key
        self.krn, self.kt, self.ti, self.ken = new.krn, new.kt, new.ti, new.ken
        self.sgc = SGC_UNKNOWN if new.sgc is None else new.sgc
        if new.rollover:
            self.tids = [0] * MEMORY
        self.sections = {}


def describe_tids(tids: list) -> str:
    return ",".join(f"{number}x{n}" if (n := tids.count(number)) > 1 else str(number) for number in sorted(set(tids)))


def describe(meter: Meter) -> str:
    """All of its state, as the driver prints it."""
    numbers = (meter.krn, meter.kt, meter.ti, meter.ken, meter.sgc)
    extended = ",".join(f"{i}:{v}" for i, v in enumerate(meter.extended) if v)
    flags = ",".join(str(f) for f in sorted(meter.flags))
    mask = sum(1 << place for place in meter.sections)
    return (f"key={meter.key.value.hex()} numbers={','.join(map(str, numbers))} "
            f"credit={','.join(map(str, meter.credit))} tids={describe_tids(meter.tids)} "
            f"sections={mask} limits={meter.max_power},{meter.phase_unbalance},{meter.tariff_rate},"
            f"{meter.water_factor},{int(meter.tampered)} extended={extended or '-'} flags={flags or '-'} "
            f"wrong={meter.wrong}")
