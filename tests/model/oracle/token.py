"""The frame of a token: 66 bits, 20 digits."""
from typing import NamedTuple, Optional

from . import crc
from .cipher import DecoderKey, decrypt, encrypt

TOP = 1 << 66
LOW = (1 << 64) - 1
CLASS_AT = 27  # the class takes bits 28 and 27 of the block; those become bits 65 and 64


class Token(NamedTuple):
    token_class: int
    subclass: int
    content: int  # 44 bits


class Unreadable(Exception):
    """FORMAT_ERROR, FUNCTION_ERROR (class 3) or CRC_ERROR."""


def insert_class(token_class: int, block: int) -> str:
    out = block >> CLASS_AT & 3
    kept = block & ~(3 << CLASS_AT)
    return f"{out << 64 | kept | token_class << CLASS_AT:020d}"


def take_class(digits: str) -> tuple:
    if len(digits) != 20 or not digits.isdecimal() or not digits.isascii() or int(digits) >= TOP:
        raise Unreadable("FORMAT_ERROR")
    bits = int(digits)
    block = bits & LOW & ~(3 << CLASS_AT) | bits >> 64 << CLASS_AT
    return bits >> CLASS_AT & 3, block


def clear_block(token: Token) -> int:
    return token.subclass << 60 | token.content << 16 | crc.of_token(*token)


def write(token: Token, key: Optional[DecoderKey]) -> str:
    """Class 1 needs no key: it is not encrypted."""
    block = clear_block(token)
    return insert_class(token.token_class, block if token.token_class == 1 else encrypt(key, block))


def read(digits: str, key: Optional[DecoderKey]) -> Token:
    token_class, block = take_class(digits)
    if token_class == 3:
        raise Unreadable("FUNCTION_ERROR")
    if token_class != 1:
        block = decrypt(key, block)
    token = Token(token_class, block >> 60, block >> 16 & (1 << 44) - 1)
    if crc.of_token(*token) != block & 0xFFFF:
        raise Unreadable("CRC_ERROR")
    return token


def two_faced(token: Token) -> bool:
    """Whether the block has a right CRC under the other encrypted class too: the class is not encrypted, so whoever
    holds the digits could change it. That takes CRC_C on one side and CRC on the other."""
    other = token._replace(token_class=2 - token.token_class)
    return token.token_class != 1 and crc.of_token(*other) == crc.of_token(*token)


def with_tid(random: int, tid: int, field: int) -> int:
    """The content of credit and of management."""
    return random << 40 | tid << 16 | field


def split_tid(content: int) -> tuple:
    return content >> 40, content >> 16 & 0xFFFFFF, content & 0xFFFF
