"""The clock that issuing trusts: server/vending/clock.h says the rule. The model steps by an hour or not at all, so how
small steps are smoothed does not matter here."""

STEP_S = 60
REST_S = 30 * 86400


class Clock:
    def __init__(self, real_s: int, boot_s: int):
        self.real_s, self.boot_s = real_s, boot_s
        self.offset = real_s - boot_s
        self.seen_s = 0  # by issuing, in memory
        self.unconfirmed = False
        # what a restart would find: at least and at most, because not every refusal is written
        self.stored_least, self.stored_most = 0, 0
        self.stored_unconfirmed = False

    def advance(self, seconds: int) -> None:
        self.real_s += seconds
        self.boot_s += seconds

    def step(self, seconds: int) -> None:
        self.real_s += seconds

    def steady(self) -> bool:
        """Trusted, and would be if it were looked at."""
        return not self.unconfirmed and self.real_s >= self.seen_s and self.real_s - self.boot_s == self.offset

    def sample(self) -> bool:
        """Whether it can be trusted."""
        if self.real_s < self.seen_s - STEP_S or abs(self.real_s - self.boot_s - self.offset) > STEP_S:
            self.unconfirmed = True
        return not self.unconfirmed

    def issue_s(self) -> int:
        return max(self.real_s, self.seen_s)

    def admitted(self) -> None:
        """An order was looked at."""
        if self.sample():
            self.seen_s = self.issue_s()
            self.stored_most = max(self.stored_most, self.seen_s)
        self.stored_unconfirmed = self.unconfirmed

    def noted(self) -> None:
        """A refusal by the desk: it may have been written down by the same way as orders are."""
        if not self.unconfirmed:
            self.seen_s = self.issue_s()
            self.stored_most = max(self.stored_most, self.seen_s)

    def written(self) -> None:
        """An order was issued, under a trusted clock."""
        self.stored_least = self.stored_most = self.seen_s

    def confirm(self, officer_s: int) -> str:
        self.sample()
        if abs(officer_s - self.real_s) > STEP_S:
            return "INVALID_FIELD"
        if self.unconfirmed:
            self.offset = self.real_s - self.boot_s
            self.seen_s = self.stored_least = self.stored_most = self.real_s
            self.unconfirmed = self.stored_unconfirmed = False
        return "ok"

    def refreshed(self) -> None:
        """The server looked at its clock by itself, and wrote down what it thinks of it."""
        self.sample()
        self.stored_unconfirmed = self.unconfirmed

    def rested(self, stored_s: int) -> bool:
        far = stored_s != 0 and self.real_s - stored_s > REST_S
        return far or self.real_s < stored_s - STEP_S

    def restart_is_plain(self) -> bool:
        """Whether it is known what a restart will find."""
        return self.rested(self.stored_least) == self.rested(self.stored_most)

    def restart(self) -> None:
        """A step that nobody noticed before is not noticed now: it looks like a rest."""
        self.offset = self.real_s - self.boot_s
        self.seen_s = self.stored_least
        self.unconfirmed = self.stored_unconfirmed or self.rested(self.stored_least)
        self.stored_unconfirmed = self.unconfirmed
