"""Where an episode takes place: vending keys, people, and the day on which it begins."""
import calendar
import random

from oracle import tid
from oracle.catalogue import FOR_EVER, Vending
from oracle.people import ENGINEER, METER_ADMIN, OFFICER, SUPERVISOR, VENDOR, People

BOTH = (7, 11)
ONLY_STA = (7,)
GROUPS = ("100001", "200002", "300003")
CLOSED_GROUP = "400004"  # granted to nobody who sells
OFFICERS = ("officer1", "officer2")


def day(year: int, month: int = 1, date: int = 1) -> int:
    return calendar.timegm((year, month, date, 0, 0, 0))


# shortly before everything that changes with time
BEGINNINGS = (day(2014, 6), day(2019, 3), day(2022, 12), day(2024, 11, 20), day(2026), day(2030, 5), day(2034, 12, 29),
              day(2040, 2), day(2045, 11, 20))


def odd_parity(data: bytes) -> bytes:
    return bytes(b & 0xFE | (bin(b >> 1).count("1") + 1) % 2 for b in data)


def secret(rng: random.Random, dkga: int) -> bytes:
    return rng.randbytes(20) if dkga == 4 else odd_parity(rng.randbytes(8))


def make_keys(rng: random.Random, begin: int) -> list:
    """(sgc, krn, kt, dkga, base date, ken, algorithms, active from, issued until, successor)"""
    soon = min(max(tid.of_time(begin, 2014) >> 16, 0) + rng.randrange(3), 255)
    rows = [
        ("100001", 1, 2, 2, 1993, 255, ONLY_STA, 0, FOR_EVER, 3),
        ("100001", 2, 2, 2, 1993, 255, ONLY_STA, 0, day(2024, 11, 25), 0),
        ("100001", 3, 2, 2, 2014, 255, ONLY_STA, day(2023, 1, 2), FOR_EVER, 5),
        ("100001", 4, 2, 4, 2014, 255, ONLY_STA, day(2020), FOR_EVER, 0),
        ("100001", 5, 2, 4, 2035, 255, ONLY_STA, day(2044, 6), FOR_EVER, 0),
        ("200002", 1, 2, 4, 1993, 255, BOTH, 0, FOR_EVER, 2),
        ("200002", 2, 2, 4, 2014, 255, BOTH, day(2024, 11, 22), FOR_EVER, 4),
        ("200002", 3, 2, 4, 2014, 200, BOTH, 0, FOR_EVER, 0),
        ("200002", 4, 2, 4, 2035, 255, BOTH, day(2045, 11, 22), FOR_EVER, 0),
        ("200002", 5, 2, 4, 2014, 255, BOTH, 0, day(2031), 0),
        ("200002", 6, 1, 4, 2014, 255, BOTH, 0, FOR_EVER, 0),
        ("200002", 7, 2, 4, 2014, 128, ONLY_STA, 0, FOR_EVER, 3),
        ("300003", 1, 2, 4, 2014, 95, BOTH, 0, FOR_EVER, 2),
        ("300003", 2, 2, 4, 2014, 255, BOTH, day(2026, 6), FOR_EVER, 0),
        ("300003", 3, 2, 4, 2035, 255, BOTH, day(2035, 1, 1), FOR_EVER, 0),
        ("300003", 4, 2, 4, 2035, 60, BOTH, day(2034, 6), FOR_EVER, 0),
        ("300003", 5, 2, 4, 2014, 255, BOTH, day(2018), FOR_EVER, 0),
        ("300003", 6, 2, 4, 2014, soon, BOTH, 0, FOR_EVER, 0),
        ("300003", 7, 2, 4, 2014, soon, BOTH, 0, FOR_EVER, 0),
        ("400004", 1, 2, 4, 2014, 255, BOTH, 0, FOR_EVER, 0),
    ]
    return [Vending(*row, secret(rng, row[3])) for row in rows]


def make_people() -> People:
    principals = {"officer1": ("root", {OFFICER}), "officer2": ("root", {OFFICER}), "admin": ("root", {METER_ADMIN}),
                  "seller": ("shop", {VENDOR}), "boss": ("shop", {SUPERVISOR}), "fitter": ("shop", {ENGINEER}),
                  "rival": ("other", {VENDOR, ENGINEER})}
    return People(principals, {"root": None, "shop": "root", "other": "root"},
                  {"shop": set(GROUPS), "other": set(GROUPS)})


def build(driver, keys: list, people: People, real_s: int, boot_s: int) -> None:
    """Tells the driver all of it and starts key process and server."""
    for key in keys:
        mask = sum(1 << ea for ea in key.algorithms)
        driver.must("key", key.sgc, key.krn, key.kt, key.dkga, key.base_date, key.ken, mask, key.active_from,
                    key.issued_until, key.secret.hex())
    for key in keys:
        if key.successor:
            driver.must("amend", key.sgc, key.krn, key.kt, 0, 0, key.successor)
    for name in OFFICERS:
        driver.must("officer", name)
    driver.must("clock", real_s, boot_s)
    driver.must("hsmd", "start")
    driver.must("server", "start")
    for name in ("shop", "other"):
        driver.must("organisation", "officer1", name, people.parents[name])
        for sgc in people.grants[name]:
            driver.must("grant", "officer1", name, sgc, 1)
    for name, (organisation, roles) in people.principals.items():
        if name not in OFFICERS:
            driver.must("principal", "officer1", name, organisation, sum(1 << role for role in roles))
