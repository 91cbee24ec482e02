"""Decoder keys from vending keys."""
import hashlib
import hmac
from typing import NamedTuple

from . import des, tid
from .cipher import DecoderKey


class MeterKey(NamedTuple):
    """What a decoder key is made from, and its expiry number."""
    sgc: str
    krn: int
    ti: int
    kt: int
    ken: int
    ea: int
    dkga: int
    base_date: int


def pan_block(iin: str, iain: str, kt: int) -> int:
    if kt == 3:
        iain = "0" * (11 if len(iin) == 6 else 13)
    return int((iin[-5:] if len(iin) == 6 else iin[-3:]) + iain, 16)


def split_pan(pan: str) -> tuple:
    return (pan[:6], pan[6:17]) if pan.startswith("600727") else (pan[:4], pan[4:17])


def control_block(key: MeterKey) -> int:
    return int(f"{key.kt}{key.sgc}{key.ti:02d}{key.krn}FFFFFF", 16)


def dkga02(vending_key: bytes, pan: str, key: MeterKey) -> bytes:
    vk = int.from_bytes(vending_key, "big")
    x = pan_block(*split_pan(pan), key.kt) ^ control_block(key)
    return (des.encrypt(vk, x) ^ x ^ vk).to_bytes(8, "big")


def dkga04_message(pan: str, key: MeterKey) -> bytes:
    labels = b"\x04\x0204" + b"\x02" + tid.CODES[key.base_date].encode()
    labels += b"\x02%02d\x02%02d" % (key.ea, key.ti)
    context = b"\x04\x06" + key.sgc.encode() + b"\x01%d\x01%d" % (key.kt, key.krn) + b"\x12" + pan.encode()
    bits = 64 if key.ea == 7 else 128
    return labels + b"\x00" + context + bits.to_bytes(4, "big")


def decoder_key(vending_key: bytes, pan: str, key: MeterKey) -> DecoderKey:
    if key.dkga == 2:
        return DecoderKey(key.ea, dkga02(vending_key, pan, key))
    mac = hmac.new(vending_key[:20], dkga04_message(pan, key), hashlib.sha256).digest()
    return DecoderKey(key.ea, mac[:8 if key.ea == 7 else 16])
