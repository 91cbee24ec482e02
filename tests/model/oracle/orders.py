"""What may be ordered, and what is issued for it."""
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from .cipher import DecoderKey
from .dkga import MeterKey
from .token import Token

CREDIT, MANAGEMENT, TEST, KEY_CHANGE = range(4)
WH, LITRE, SECOND, CURRENCY = 1, 2, 3, 4
ELECTRICITY, WATER, GAS, TIME = 1, 2, 3, 4
LARGEST_AMOUNT = 1 << 62


class Refused(Exception):
    """By the name of a reason."""


class Target(NamedTuple):
    """What is not said stays: "" , 0, 0, -1."""
    sgc: str = ""
    krn: int = 0
    kt: int = 0
    ti: int = -1
    with_sgc: bool = False


class Order(NamedTuple):
    who: Optional[str]
    request_id: str
    terminal: str
    pan: str
    kind: int
    special: bool = False
    unit: int = 0
    amount: int = 0
    subclass: int = 0  # management and test
    value: int = 0     # management: W, register, raw, index << 10 | value
    control: int = 0   # test
    manufacturer: int = 0
    target: Target = Target()


@dataclass
class Made:
    """A token as it must be: its digits are known unless they carry random bits."""
    token: Token
    key: Optional[DecoderKey]  # None: not encrypted
    meter_key: MeterKey
    random: bool
    tid: int = 0
    encoded: int = 0
    section: bool = False
    digits: str = ""  # as issued; filled in by the answer


@dataclass
class Change:
    """A key change set that was issued."""
    before: MeterKey
    after: MeterKey
    made: list
    rollover: bool
    with_sgc: bool = False
    outcome: str = "pending"  # applied, not applied


@dataclass
class Issued:
    order: Order
    receipt: int
    issued_at: int
    made: list
    change: Optional[Change] = None
    resent: bool = False
    replayed: bool = False
    tid: int = 0  # absolute minutes; 0 for tests and key changes
    sgc: str = ""


class Held(NamedTuple):
    """A key in a meter's history."""
    key: MeterKey
    change: Optional[Change]  # that it came with

    def rolled_over(self) -> bool:
        """One that the meter did not take was none."""
        return self.change is not None and self.change.rollover and self.change.outcome != "not applied"


@dataclass
class OfficeMeter:
    """A meter as the server knows it."""
    pan: str
    organisation: str
    utility: int
    currency: bool
    key: MeterKey
    pending: Optional[Change] = None
    wanted: Target = Target()
    last_tid: int = 0
    history: list = field(default_factory=list)
    issued: list = field(default_factory=list)
    looks: tuple = (0, 0)  # into foreign tokens: how many were wrong, locked until
