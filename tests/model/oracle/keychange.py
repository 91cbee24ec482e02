"""Key change sets: a new decoder key in 2, 3 or 4 sections."""
from typing import NamedTuple, Optional

from .cipher import DecoderKey
from .token import Token

SECTION = {3: 0, 4: 1, 8: 2, 9: 3}  # subclass: place in the set


class NewKey(NamedTuple):
    key: DecoderKey
    krn: int
    kt: int
    ti: int
    ken: int
    rollover: bool
    sgc: Optional[int]  # None: the set does not say


def build(new: NewKey) -> list:
    """In the order in which they are printed."""
    value = new.key.value
    high = new.ken >> 4 << 40 | new.krn << 36 | int(new.rollover) << 35 | new.kt << 32
    low = (new.ken & 15) << 40 | new.ti << 32
    if new.key.ea == 11:
        words = [int.from_bytes(value[i:i + 4], "big") for i in range(0, 16, 4)]
        return [Token(2, 3, high | words[0]), Token(2, 4, low | words[3]),
                Token(2, 8, (new.sgc & 0xFFF) << 32 | words[1]), Token(2, 9, new.sgc >> 12 << 32 | words[2])]
    first, last = int.from_bytes(value[:4], "big"), int.from_bytes(value[4:], "big")
    three = new.sgc is not None
    sections = [Token(2, 3, high | int(three) << 34 | first), Token(2, 4, low | last)]
    return sections + ([Token(2, 8, new.sgc << 20)] if three else [])


def needed(sections: dict, ea: int) -> int:
    """How many sections make the set whole; the first one must be known for a 64-bit key."""
    if ea == 11:
        return 4
    if 0 not in sections:
        return 4
    return 3 if sections[0] >> 34 & 1 else 2


def join(sections: dict, ea: int) -> Optional[NewKey]:
    """From place in the set to content; None while one is missing."""
    if any(place not in sections for place in range(needed(sections, ea))):
        return None
    head, tail = sections[0], sections[1]
    word = 0xFFFFFFFF
    if ea == 11:
        value = b"".join((sections[place] & word).to_bytes(4, "big") for place in (0, 2, 3, 1))
        sgc = sections[3] >> 32 << 12 | sections[2] >> 32
    else:
        value = (head & word).to_bytes(4, "big") + (tail & word).to_bytes(4, "big")
        sgc = sections[2] >> 20 if head >> 34 & 1 else None
    return NewKey(DecoderKey(ea, value), head >> 36 & 15, head >> 32 & 3, tail >> 32 & 255,
                  head >> 40 << 4 | tail >> 40, bool(head >> 35 & 1), sgc)


def misfit(place: int, content: int, ea: int) -> Optional[str]:
    """What is wrong with the numbers of one section."""
    if place == 3 and ea == 7:
        return "FUNCTION_ERROR"
    wrong = (place == 0 and not 1 <= content >> 36 & 15 <= 9 or place == 1 and content >> 32 & 255 > 99 or
             place == 2 and ea == 7 and (content >> 20 > 999999 or content & 0xFFFFF != 0))
    return "RANGE_ERROR" if wrong else None
