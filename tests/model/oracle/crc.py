"""The CRC of a token, over 50 bits of class, subclass and content."""


def crc16(data: bytes) -> int:
    """CRC-16, reflected polynomial A001, start FFFF, its two bytes swapped."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return (crc & 0xFF) << 8 | crc >> 8


def of_token(token_class: int, subclass: int, content: int) -> int:
    """CRC_C for currency credit, else CRC."""
    data = (token_class << 48 | subclass << 44 | content).to_bytes(7, "big")
    if token_class == 0 and 4 <= subclass <= 7:
        data += b"\x01"
    return crc16(data)
