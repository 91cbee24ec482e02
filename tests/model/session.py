"""One episode: the driver and the oracle side by side, and a trace of what was said last."""
import random
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Optional

import world
import driver
from driver import Driver
from oracle.catalogue import Catalogue
from oracle.clock import Clock
from oracle.meter import SECTION_TIMEOUT_S, Meter, describe
from oracle.orders import Issued, OfficeMeter
from oracle.server import Server

TRACE = 60
METERS = 40
BOOTED_S = 1000


class Difference(Exception):
    """The oracle expected something else."""


@dataclass
class Card:
    """A token in somebody's hands."""
    digits: str
    issued: Optional[Issued] = None
    place: int = 0  # among the tokens of its answer


@dataclass
class Device:
    """A meter: the engine's number in the driver, the oracle's meter, what the office knows, and the customer."""
    number: int
    meter: Meter
    office: OfficeMeter
    pouch: list = field(default_factory=list)   # cards to be entered, in order
    drawer: list = field(default_factory=list)  # cards of the past
    accepted: set = field(default_factory=set)  # digits of credit and management tokens that it took
    account: list = field(default_factory=lambda: [0] * 8)  # what it should have, by the server's numbers
    astray: bool = False  # its key is rightly not what the office thinks: sets were mixed, or somebody lied


class Session:
    def __init__(self, program: str, rng: random.Random):
        self.rng = rng
        self.trace: deque = deque(maxlen=TRACE)
        self.counts: Counter = Counter()
        self.clock = Clock(rng.choice(world.BEGINNINGS) + rng.randrange(86400), BOOTED_S)
        self.keys = world.make_keys(rng, self.clock.real_s)
        self.people = world.make_people()
        self.server = Server(Catalogue(self.keys), self.people, self.clock)
        self.devices: list = []
        self.requests = 0
        self.done = 0
        self.past: list = []  # orders that were issued
        self.driver = Driver(program)

    def begin(self) -> None:
        world.build(self.driver, self.keys, self.people, self.clock.real_s, self.clock.boot_s)

    def ask(self, *words) -> str:
        answer = self.driver.ask(*words)
        self.trace.append((driver.line(words), answer))
        return answer

    def expect(self, expected, *words) -> None:
        """One answer, or one of several; of a refusal the reason."""
        answer = self.ask(*words)
        got = " ".join(answer.split()[:2]) if answer.startswith("refused") else answer
        if got not in (expected if isinstance(expected, list) else [expected]):
            raise Difference(f"expected: {expected}\ngot:      {answer}")

    def set_clock(self) -> None:
        self.expect("ok", "clock", self.clock.real_s, self.clock.boot_s)

    def new_request(self) -> str:
        self.requests += 1
        return f"r{self.requests}"

    def compare_meter(self, device: Device, expected: str, answer: str) -> None:
        """Result, display and the whole state."""
        meter = device.meter
        shown = ",".join(f"{what}:{index}:{value}" for what, index, value in meter.shown) or "-"
        line = f"ok {expected} shown={shown} {describe(meter)}"
        if line != answer and meter.stale(self.clock.boot_s):
            # when it notices is its own business
            meter.sections = {}
            line = f"ok {expected} shown={shown} {describe(meter)}"
        if line != answer:
            raise Difference(f"meter {device.number} ({device.office.pan})\nexpected: {line}\ngot:      {answer}")

    def check_keys(self, device: Device) -> None:
        """The office's idea of the key, on file or pending, is what the meter holds."""
        office = device.office
        ideas = [office.key] + ([office.pending.after] if office.pending else [])
        if not device.astray and device.meter.key not in [self.server.decoder_key(office.pan, k) for k in ideas]:
            raise Difference(f"meter {device.number}: holds {device.meter.key}, the office thinks of {ideas}")

    def settle_reading(self, device: Device) -> None:
        """A set that is ended by a reading can still lead the meter away from what the office thinks: its tokens are
        with the customer, and a section that was entered waits in the meter to be mixed with the next set. Whoever
        reads the meter takes the tokens along and stays until the section is forgotten."""
        office = device.office
        ended = {id(i) for i in office.issued if i.change is not None and i.change.outcome == "not applied"}
        device.pouch = [card for card in device.pouch if id(card.issued) not in ended]
        device.drawer = [card for card in device.drawer if id(card.issued) not in ended]
        if device.meter.sections:
            self.clock.advance(SECTION_TIMEOUT_S)
            self.set_clock()
