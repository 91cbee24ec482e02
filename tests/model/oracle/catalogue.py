"""Vending keys and what each may still do."""
from dataclasses import dataclass
from typing import Optional

PRE_ACTIVE, ACTIVE, ISSUED_UNTIL, EXPIRED, COMPROMISED, DESTROYED = range(1, 7)
# what a key of this state may do: issue tokens, be left, be entered by a key change
ALLOWS = {PRE_ACTIVE: (), ACTIVE: ("issue", "leave", "enter"), ISSUED_UNTIL: ("issue", "leave"), EXPIRED: ("leave",),
          COMPROMISED: ("leave",), DESTROYED: ()}
FOR_EVER = (1 << 63) - 1


@dataclass
class Vending:
    sgc: str
    krn: int
    kt: int
    dkga: int
    base_date: int
    ken: int
    algorithms: tuple
    active_from: int
    issued_until: int
    successor: int
    secret: bytes
    state: int = ACTIVE

    def state_at(self, now: int) -> int:
        if self.state not in (ACTIVE, ISSUED_UNTIL):
            return self.state
        if now < self.active_from:
            return PRE_ACTIVE
        return EXPIRED if now >= self.issued_until else self.state

    def allows(self, purpose: str, now: int) -> bool:
        return purpose in ALLOWS[self.state] and purpose in ALLOWS[self.state_at(now)]


class Catalogue:
    def __init__(self, keys: list):
        self.keys = {(k.sgc, k.krn, k.kt): k for k in keys}

    def find(self, sgc: str, krn: int, kt: int) -> Optional[Vending]:
        return self.keys.get((sgc, krn, kt))

    def newest(self, sgc: str, kt: int, ea: int, now: int) -> Optional[Vending]:
        """The highest revision that meters may come to and that nothing replaces."""
        fit = [k for k in self.keys.values() if k.sgc == sgc and k.kt == kt and ea in k.algorithms and
               k.allows("enter", now) and not k.successor]
        return max(fit, key=lambda k: k.krn, default=None)
