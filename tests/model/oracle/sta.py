"""EA07, the Standard Transfer Algorithm. Tables are merged per byte: two substitutions and the bits' new places."""
from functools import lru_cache
from typing import NamedTuple

MASK = (1 << 64) - 1


class Tables(NamedTuple):
    s1: tuple
    s2: tuple
    p: tuple


PUBLIC = Tables(
    (14, 10, 7, 9, 12, 3, 2, 5, 13, 0, 15, 1, 4, 8, 6, 11),
    (12, 8, 2, 13, 7, 6, 1, 3, 11, 5, 9, 15, 0, 4, 10, 14),
    (55, 42, 10, 18, 24, 21, 44, 35, 2, 22, 56, 43, 27, 58, 9, 50, 6, 36, 12, 61, 37, 38, 53, 16, 62, 3, 7, 4, 32, 20,
     63, 25, 51, 52, 54, 33, 49, 19, 46, 29, 48, 31, 23, 30, 41, 28, 13, 5, 40, 60, 39, 11, 15, 17, 1, 0, 57, 34, 59,
     8, 47, 14, 45, 26))
SAMPLE = Tables(
    (12, 10, 8, 4, 3, 15, 0, 2, 14, 1, 5, 13, 6, 9, 7, 11),
    (6, 9, 7, 4, 3, 10, 12, 14, 2, 13, 1, 15, 0, 11, 8, 5),
    (29, 27, 34, 9, 16, 62, 55, 2, 40, 49, 38, 25, 33, 61, 30, 23, 1, 41, 21, 57, 42, 15, 5, 58, 19, 53, 22, 17, 48,
     28, 24, 39, 3, 60, 36, 14, 11, 52, 54, 12, 31, 51, 10, 26, 0, 45, 37, 43, 44, 6, 59, 4, 7, 35, 56, 50, 13, 18,
     32, 47, 46, 63, 20, 8))


def inverse(table: tuple) -> tuple:
    back = [0] * len(table)
    for index, value in enumerate(table):
        back[value] = index
    return tuple(back)


def move(value: int, places: tuple) -> int:
    """Bit j goes to places[j]."""
    moved = 0
    for j in range(64):
        if value >> j & 1:
            moved |= 1 << places[j]
    return moved


def spread(choice: tuple, places: tuple) -> list:
    """[byte][choice of the byte's two key bits][value]: substituted by `choice` and moved to `places`."""
    bits = [move(1 << j, places) for j in range(64)]

    def one(byte: int, high: int, low: int, value: int) -> int:
        after = choice[high][value >> 4] << 4 | choice[low][value & 15]
        return sum(bits[8 * byte + j] for j in range(8) if after >> j & 1)

    return [[[one(byte, picked >> 1, picked & 1, value) for value in range(256)] for picked in range(4)]
            for byte in range(8)]


class Cipher:
    def __init__(self, tables: Tables):
        stay = tuple(range(64))
        backwards = (inverse(tables.s1), inverse(tables.s2))
        self.back = inverse(tables.p)
        self.forth_rounds = spread((tables.s1, tables.s2), tables.p)
        self.back_rounds = spread(backwards, self.back)
        self.back_last = spread(backwards, stay)
        self.schedule = lru_cache(maxsize=4096)(schedule)

    def encrypt(self, key: int, block: int) -> int:
        for picks in self.schedule(key):
            block = pass_through(self.forth_rounds, picks, block)
        return block

    def decrypt(self, key: int, block: int) -> int:
        rounds = self.schedule(key)
        block = move(block, self.back)
        for picks in rounds[:0:-1]:
            block = pass_through(self.back_rounds, picks, block)
        return pass_through(self.back_last, rounds[0], block)


def pass_through(table: list, picks: tuple, block: int) -> int:
    data = block.to_bytes(8, "little")
    return (table[0][picks[0]][data[0]] | table[1][picks[1]][data[1]] | table[2][picks[2]][data[2]] |
            table[3][picks[3]][data[3]] | table[4][picks[4]][data[4]] | table[5][picks[5]][data[5]] |
            table[6][picks[6]][data[6]] | table[7][picks[7]][data[7]])


def align(key: int) -> int:
    """The key of round 0: complemented, rotated right by 12."""
    turned = ~key & MASK
    return (turned >> 12 | turned << 52) & MASK


def schedule(key: int) -> list:
    """For every round, for every byte of the block, the two key bits that choose its substitutions."""
    aligned = align(key)
    rounds = []
    for r in range(16):
        turned = (aligned << r | aligned >> (64 - r)) & MASK
        rounds.append(tuple((turned >> (8 * byte + 7) & 1) << 1 | turned >> (8 * byte + 3) & 1 for byte in range(8)))
    return rounds


public = Cipher(PUBLIC)


@lru_cache(maxsize=1)
def sample() -> Cipher:
    return Cipher(SAMPLE)
