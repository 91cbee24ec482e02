#!/usr/bin/env python3
"""Prints the key check value that a sample key's paper would carry: the key is the XOR of two component files.

usage: sample_kcv.py hmac|cmac FILE FILE   (vending keys: HMAC-SHA-256 of "KCV"; AES keys: AES-CMAC of a zero block)
For samples and tests only: it holds the key in ordinary memory.
"""
import hashlib
import hmac
import sys


def double(value, bits, reduction):
    value <<= 1
    return (value ^ reduction) & ((1 << bits) - 1) if value >> bits else value


def multiply(a, b):
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a, b = double(a, 8, 0x1B), b >> 1
    return product


def sbox(value):
    inverse = value
    for _ in range(253):  # value ** 254
        inverse = multiply(inverse, value)
    result = 0x63
    for turn in range(5):
        result ^= (inverse << turn | inverse >> (8 - turn)) & 0xFF
    return result


SBOX = [sbox(value) for value in range(256)]


def round_keys(key):
    words, factor = [key[i : i + 4] for i in range(0, 16, 4)], 1
    while len(words) < 44:
        word = words[-1]
        if len(words) % 4 == 0:
            word = bytes(SBOX[byte] for byte in word[1:] + word[:1])
            word, factor = bytes([word[0] ^ factor]) + word[1:], double(factor, 8, 0x1B)
        words.append(bytes(a ^ b for a, b in zip(words[-4], word)))
    return [b"".join(words[i : i + 4]) for i in range(0, 44, 4)]


def aes128(key, block):
    keys = round_keys(key)
    state = bytes(a ^ b for a, b in zip(block, keys[0]))
    for number in range(1, 11):
        state = bytes(SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16))
        if number < 10:
            columns = [state[i : i + 4] for i in range(0, 16, 4)]
            state = bytes(
                multiply(c[i], 2) ^ multiply(c[(i + 1) % 4], 3) ^ c[(i + 2) % 4] ^ c[(i + 3) % 4] for c in columns for i in range(4)
            )
        state = bytes(a ^ b for a, b in zip(state, keys[number]))
    return state


def cmac_of_zero_block(key):
    subkey = double(int.from_bytes(aes128(key, bytes(16)), "big"), 128, 0x87)
    return aes128(key, subkey.to_bytes(16, "big"))


def component(path):
    with open(path, encoding="ascii") as file:
        return bytes.fromhex(file.read())


def main():
    method, first, second = sys.argv[1:]
    key = bytes(a ^ b for a, b in zip(component(first), component(second), strict=True))
    mac = hmac.new(key, b"KCV", hashlib.sha256).digest() if method == "hmac" else cmac_of_zero_block(key)
    print(mac[:3].hex().upper())


if __name__ == "__main__":
    main()
