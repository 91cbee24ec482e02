"""EA11, MISTY1 (RFC 2994): 64-bit block, 128-bit key, 8 rounds."""
from functools import lru_cache

from .misty1_tables import S7, S9


def fi(x: int, k: int) -> int:
    d9, d7 = x >> 7, x & 0x7F
    d9 = S9[d9] ^ d7
    d7 = S7[d7] ^ (d9 & 0x7F)
    d7 ^= k >> 9
    d9 ^= k & 0x1FF
    d9 = S9[d9] ^ d7
    return d7 << 9 | d9


@lru_cache(maxsize=4096)
def expand(key: bytes) -> tuple:
    words = [int.from_bytes(key[i:i + 2], "big") for i in range(0, 16, 2)]
    return tuple(words + [fi(words[i], words[(i + 1) % 8]) for i in range(8)])


def fo(ek: tuple, x: int, k: int) -> int:
    t0, t1 = x >> 16, x & 0xFFFF
    t0 = fi(t0 ^ ek[k], ek[(k + 5) % 8 + 8]) ^ t1
    t1 = fi(t1 ^ ek[(k + 2) % 8], ek[(k + 1) % 8 + 8]) ^ t0
    t0 = fi(t0 ^ ek[(k + 7) % 8], ek[(k + 3) % 8 + 8]) ^ t1
    return (t1 ^ ek[(k + 4) % 8]) << 16 | t0


def fl_keys(ek: tuple, k: int) -> tuple:
    t = k // 2
    return (ek[t], ek[(t + 6) % 8 + 8]) if k % 2 == 0 else (ek[(t + 2) % 8 + 8], ek[(t + 4) % 8])


def fl(ek: tuple, x: int, k: int) -> int:
    both, either = fl_keys(ek, k)
    d0, d1 = x >> 16, x & 0xFFFF
    d1 ^= d0 & both
    d0 ^= d1 | either
    return d0 << 16 | d1


def fl_back(ek: tuple, x: int, k: int) -> int:
    both, either = fl_keys(ek, k)
    d0, d1 = x >> 16, x & 0xFFFF
    d0 ^= d1 | either
    d1 ^= d0 & both
    return d0 << 16 | d1


def encrypt(key: bytes, block: int) -> int:
    ek = expand(key)
    d0, d1 = block >> 32, block & 0xFFFFFFFF
    for r in (0, 2, 4, 6):
        d0, d1 = fl(ek, d0, r), fl(ek, d1, r + 1)
        d1 ^= fo(ek, d0, r)
        d0 ^= fo(ek, d1, r + 1)
    return fl(ek, d1, 9) << 32 | fl(ek, d0, 8)


def decrypt(key: bytes, block: int) -> int:
    ek = expand(key)
    d0, d1 = fl_back(ek, block & 0xFFFFFFFF, 8), fl_back(ek, block >> 32, 9)
    for r in (6, 4, 2, 0):
        d0 ^= fo(ek, d1, r + 1)
        d1 ^= fo(ek, d0, r)
        d0, d1 = fl_back(ek, d0, r), fl_back(ek, d1, r + 1)
    return d0 << 32 | d1
