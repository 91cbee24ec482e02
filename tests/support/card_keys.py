"""Card keys computed apart from metervault: AES, the unwrapping of a master's backup (RFC 3394) and AN10922."""


def _times2(byte):
    return byte << 1 ^ (0x11B if byte & 0x80 else 0)


def _times(a, b):
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a, b = _times2(a), b >> 1
    return product


def _sbox():
    box = []
    for byte in range(256):
        inverse = next((x for x in range(256) if _times(byte, x) == 1), 0)
        rotated = (inverse << n | inverse >> (8 - n) for n in range(5))
        value = 0x63
        for part in rotated:
            value ^= part & 0xFF
        box.append(value)
    return box


SBOX = _sbox()
INVERSE = [SBOX.index(byte) for byte in range(256)]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


class Aes:
    """AES of one key of 16 or 32 bytes."""

    def __init__(self, key):
        count, rounds, constant = len(key) // 4, len(key) // 4 + 6, 1
        words = [key[i:i + 4] for i in range(0, len(key), 4)]
        while len(words) < 4 * (rounds + 1):
            word, place = words[-1], len(words) % count
            if place == 0:
                word = bytes(SBOX[byte] for byte in word[1:] + word[:1])
                word = xor(word, bytes([constant, 0, 0, 0]))
                constant = _times2(constant)
            elif count == 8 and place == 4:
                word = bytes(SBOX[byte] for byte in word)
            words.append(xor(words[-count], word))
        self.rounds = [b"".join(words[i:i + 4]) for i in range(0, len(words), 4)]

    @staticmethod
    def _mix(state, row):
        def one(column, i):
            return _times(column[i], row[0]) ^ _times(column[(i + 1) % 4], row[1]) ^ \
                _times(column[(i + 2) % 4], row[2]) ^ _times(column[(i + 3) % 4], row[3])
        return bytes(one(state[at:at + 4], i) for at in range(0, 16, 4) for i in range(4))

    def encrypt(self, block):
        state = xor(block, self.rounds[0])
        for number, key in enumerate(self.rounds[1:], 1):
            state = bytes(SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16))
            if number < len(self.rounds) - 1:
                state = self._mix(state, (2, 3, 1, 1))
            state = xor(state, key)
        return state

    def decrypt(self, block):
        state = block
        for number, key in reversed(list(enumerate(self.rounds[1:], 1))):
            state = xor(state, key)
            if number < len(self.rounds) - 1:
                state = self._mix(state, (14, 11, 13, 9))
            state = bytes(INVERSE[state[(i - 4 * (i % 4)) % 16]] for i in range(16))
        return xor(state, self.rounds[0])


def unwrap(kek, wrapped):
    """RFC 3394; raises ValueError when it was not wrapped under this key."""
    aes, check, parts = Aes(kek), wrapped[:8], [wrapped[i:i + 8] for i in range(8, len(wrapped), 8)]
    for step in range(6 * len(parts), 0, -1):
        at = (step - 1) % len(parts)
        block = aes.decrypt(xor(check, step.to_bytes(8, "big")) + parts[at])
        check, parts[at] = block[:8], block[8:]
    if check != b"\xA6" * 8:
        raise ValueError("wrapped under another key")
    return b"".join(parts)


def diversify(master, text):
    """AN10922 of AES-128: the last block of CBC over 01 | text, always two blocks."""
    aes = Aes(master)
    subkey = int.from_bytes(aes.encrypt(bytes(16)), "big")
    for _ in range(1 if len(text) == 31 else 2):
        subkey = (subkey << 1 ^ (0x87 if subkey >> 127 else 0)) & (1 << 128) - 1
    data = b"\x01" + text
    data = data if len(data) == 32 else (data + b"\x80").ljust(32, b"\0")
    return aes.encrypt(xor(xor(aes.encrypt(data[:16]), data[16:]), subkey.to_bytes(16, "big")))


def keys_of_card(masters, uid, pan, domain):
    """All keys that a card or a meter may hold. masters: (use, version) -> key; the inputs of docs/cards.md."""
    bcd = bytes.fromhex(pan)
    inputs = {"card-transport": [b"\5" + uid], "card-issuer": [b"\0" + uid, b"\6" + uid],
              "card-office": [bytes([slot]) + uid for slot in (1, 2, 3)], "card-meter": [b"\2" + bcd],
              "card-area": [b"\4" + domain]}
    return {f"{use}/{version} of {text.hex()}": diversify(master, text)
            for (use, version), master in masters.items() for text in inputs[use]}
