"""What a class 1 token has a meter show. Which test is which follows meter manuals as far as they say it."""

LOAD_SWITCH, SEGMENTS, CREDIT, KRN, KT, TI, MAX_POWER, TAMPER, SOFTWARE, PHASE_UNBALANCE, WATER_FACTOR, TARIFF_RATE, \
    EA, TCT, KEN, DRN, SGC, EXTENDED, FLAG = range(1, 20)
SOFTWARE_VERSION = 100
KEYPAD = 2
NOTHING = -1
NO_LIMIT = 0xFFFFFFFF
SGC_UNKNOWN = 0xFFFFFF


def limit(watts: int) -> int:
    return NOTHING if watts == NO_LIMIT else watts


def drn(pan: str) -> str:
    return pan[6:17] if pan.startswith("600727") else pan[4:17]


def one(meter, test: int) -> list:
    """Items (what, index, value) of test 1..18; this meter has no test 6 and 9."""
    if test == 3:
        return [(CREDIT, r, meter.credit[r]) for r in range(8) if meter.measures >> r & 1]
    if test == 12:
        return [(WATER_FACTOR, 0, meter.water_factor)] if meter.measures & (1 << 1 | 1 << 5) else []
    simple = {
        1: [(LOAD_SWITCH, 0, 0)], 2: [(SEGMENTS, 0, 0)], 4: [(KRN, 0, meter.krn), (KT, 0, meter.kt)],
        5: [(TI, 0, meter.ti)], 7: [(MAX_POWER, 0, limit(meter.max_power))], 8: [(TAMPER, 0, int(meter.tampered))],
        10: [(SOFTWARE, 0, SOFTWARE_VERSION)], 11: [(PHASE_UNBALANCE, 0, limit(meter.phase_unbalance))],
        13: [(TARIFF_RATE, 0, meter.tariff_rate)], 14: [(EA, 0, meter.key.ea)], 15: [(TCT, 0, KEYPAD)],
        16: [(KEN, 0, meter.ken)], 17: [(DRN, len(drn(meter.pan)), int(drn(meter.pan)))],
        18: [(SGC, 0, NOTHING if meter.sgc == SGC_UNKNOWN else meter.sgc)]}
    return simple.get(test, [])


def show(meter, subclass: int, control: int) -> list:
    if subclass > 2:
        return []
    if subclass < 2:
        return [item for test in range(1, 19) if control >> (test - 1) & 1 for item in one(meter, test)]
    index, flag = control >> 30, control >> 21 & 511
    if index == 63:
        return [(FLAG, flag, int(flag in meter.flags))]
    return [(EXTENDED, index, meter.extended[index])]
