"""Fields of management tokens (class 2) and of test tokens (class 1)."""

MAX_POWER, CLEAR_CREDIT, TARIFF_RATE, CLEAR_TAMPER, PHASE_UNBALANCE, WATER_FACTOR, EXTENDED = 0, 1, 2, 5, 6, 7, 10
WATTS = (MAX_POWER, PHASE_UNBALANCE)
WITH_TID = (MAX_POWER, CLEAR_CREDIT, TARIFF_RATE, CLEAR_TAMPER, PHASE_UNBALANCE, WATER_FACTOR, EXTENDED)
ALL_REGISTERS = 0xFFFF


def field_ok(subclass: int, field: int) -> bool:
    if subclass == CLEAR_CREDIT:
        return field <= 7 or field == ALL_REGISTERS
    if subclass == CLEAR_TAMPER:
        return field == 0
    return True


# ---- class 1: control and manufacturer code ----
LONG_CODE = (1, 6, 7, 8, 9, 10)
SHORT_CODE = (0, 2, 11, 12, 13, 14, 15)


def test_content(subclass: int, control: int, manufacturer: int) -> int:
    return control << (16 if subclass in LONG_CODE else 8) | manufacturer


def test_split(subclass: int, content: int) -> tuple:
    width = 16 if subclass in LONG_CODE else 8
    return content >> width, content & (1 << width) - 1
