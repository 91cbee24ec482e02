"""A decoder key and what it does to a block of 64 bits."""
from typing import NamedTuple

from . import misty1, sta


class DecoderKey(NamedTuple):
    """Canonical: most significant byte first; 8 bytes for EA07, 16 for EA11."""
    ea: int
    value: bytes


def encrypt(key: DecoderKey, block: int) -> int:
    if key.ea == 11:
        return misty1.encrypt(key.value, block)
    return sta.public.encrypt(int.from_bytes(key.value, "big"), block)


def decrypt(key: DecoderKey, block: int) -> int:
    if key.ea == 11:
        return misty1.decrypt(key.value, block)
    return sta.public.decrypt(int.from_bytes(key.value, "big"), block)
