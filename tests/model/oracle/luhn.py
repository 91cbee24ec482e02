"""Check digits of meter numbers."""


def digit(text: str) -> int:
    """The Luhn digit that comes after `text`."""
    total = 0
    for place, char in enumerate(reversed(text)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return (10 - total % 10) % 10


def drn_ok(drn: str) -> bool:
    return len(drn) in (11, 13) and drn.isdigit() and digit(drn[:-1]) == int(drn[-1])


def pan_ok(pan: str) -> bool:
    if len(pan) != 18 or not pan.isdigit():
        return False
    if pan.startswith("600727"):
        drn = pan[6:17]
    elif pan.startswith("0000"):
        drn = pan[4:17]
    else:
        return False
    return drn_ok(drn) and digit(pan[:17]) == int(pan[17])


def make_pan(manufacturer: str, serial: int) -> str:
    """A PAN of a maker with a code of 2 or 4 digits."""
    drn = f"{manufacturer}{serial:08d}"
    drn += str(digit(drn))
    body = ("600727" if len(drn) == 11 else "0000") + drn
    return body + str(digit(body))
