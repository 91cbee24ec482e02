"""DES, one block, encryption only: what DKGA02 needs (FIPS 46-3)."""

IP = (58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32,
      24, 16, 8, 57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55,
      47, 39, 31, 23, 15, 7)
FP = tuple(IP.index(i) + 1 for i in range(1, 65))
EXPAND = tuple((4 * row + column - 1) % 32 + 1 for row in range(8) for column in range(6))
PERMUTE = (16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
           11, 4, 25)
PC1 = (57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, 63,
       55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4)
PC2 = (14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55,
       30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32)
SHIFTS = (1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1)
# four rows of sixteen values for each box, as hex digits
BOXES = tuple(tuple(int(c, 16) for c in box) for box in (
    "e4d12fb83a6c59070f74e2d1a6cb9538"
    "41e8d62bfc973a50fc8249175b3ea06d",
    "f18e6b34972dc05a3d47f28ec01a69b5"
    "0e7ba4d158c6932fd8a13f42b67c05e9",
    "a09e63f51dc7b428d709346a285ecbf1"
    "d6498f30b12c5ae71ad069874fe3b52c",
    "7de3069a1285bc4fd8b56f03472c1ae9"
    "a690cb7df13e52843f06a1d8945bc72e",
    "2c417ab6853fd0e9eb2c47d150fa3986"
    "421bad78f9c5630eb8c71e2d6f09a453",
    "c1af92680d34e75baf427c9561de0b38"
    "9ef528c3704a1db6432c95fabe17608d",
    "4b2ef08d3c975a61d0b7491ae35c2f86"
    "14bdc37eaf6805926bd814a7950fe23c",
    "d2846fb1a93e50c71fd8a374c56b0e92"
    "7b419ce206adf35821e74a8dfc90356b",
))


def pick(value: int, width: int, places: tuple) -> int:
    """Bits numbered from 1 at the most significant end."""
    out = 0
    for place in places:
        out = out << 1 | value >> (width - place) & 1
    return out


def subkeys(key: int) -> list:
    joined = pick(key, 64, PC1)
    c, d = joined >> 28, joined & 0xFFFFFFF
    keys = []
    for shift in SHIFTS:
        c = (c << shift | c >> (28 - shift)) & 0xFFFFFFF
        d = (d << shift | d >> (28 - shift)) & 0xFFFFFFF
        keys.append(pick(c << 28 | d, 56, PC2))
    return keys


def feistel(half: int, key: int) -> int:
    mixed = pick(half, 32, EXPAND) ^ key
    out = 0
    for box in range(8):
        six = mixed >> (42 - 6 * box) & 63
        row = (six >> 5) << 1 | six & 1
        out = out << 4 | BOXES[box][16 * row + (six >> 1 & 15)]
    return pick(out, 32, PERMUTE)


def encrypt(key: int, block: int) -> int:
    block = pick(block, 64, IP)
    left, right = block >> 32, block & 0xFFFFFFFF
    for subkey in subkeys(key):
        left, right = right, left ^ feistel(right, subkey)
    return pick(right << 32 | left, 64, FP)
