"""Keys assigned and confirmed, and moves to another supply group, which take two people."""
from dataclasses import dataclass, field
from typing import Optional

from .orders import CREDIT, MANAGEMENT, Change, OfficeMeter, Refused, Target
from .people import APPROVE, ASSIGN, CONFIRM_BY_READING, CONFIRM_BY_TOKEN, PROPOSE
from .server import Server


@dataclass
class Proposal:
    proposer: str
    before: str
    after: str
    pan: str  # "": every meter of the group
    expires: int
    approvers: set = field(default_factory=set)
    signers: set = field(default_factory=set)


def find_meter(server: Server, home: str, pan: str) -> OfficeMeter:
    meter = server.meters.get(pan)
    if meter is None:
        raise Refused("METER_UNKNOWN")
    server.people.touch(home, meter.organisation, meter.key.sgc, "METER_UNKNOWN")
    return meter


# ---- what the office wants ----
def assign(server: Server, who: str, pan: str, wanted: Target) -> None:
    server.clock.sample()
    home = server.people.call(who, ASSIGN)
    meter = find_meter(server, home, pan)
    if wanted.sgc:
        server.people.touch(home, meter.organisation, wanted.sgc, "METER_UNKNOWN")
    check_known(server, meter, wanted)
    meter.wanted = wanted


def check_known(server: Server, meter: OfficeMeter, wanted: Target) -> None:
    if not (wanted.sgc or wanted.krn or wanted.kt):
        return
    sgc, kt = wanted.sgc or meter.key.sgc, wanted.kt or meter.key.kt
    newest = not wanted.krn and sgc != meter.key.sgc
    revisions = range(1, 10) if newest else [wanted.krn or meter.key.krn]
    if not any(server.catalogue.find(sgc, krn, kt) for krn in revisions):
        raise Refused("VENDING_KEY_UNKNOWN")


# ---- what the meter holds ----
def confirm_token(server: Server, who: str, pan: str, digits: str) -> None:
    """Digits that the customer says the meter took."""
    meter = begin(server, who, CONFIRM_BY_TOKEN, pan)
    change = meter.pending
    for issued in meter.issued:
        own = issued.made[-1].digits
        if issued.change is change and issued.order.kind in (CREDIT, MANAGEMENT) and own == digits:
            return apply(meter, change)
    raise Refused("PROOF_INVALID")


def confirm_reading(server: Server, who: str, pan: str, krn: int, ti: int, sgc: Optional[str]) -> None:
    """What the meter displays."""
    meter = begin(server, who, CONFIRM_BY_READING, pan)
    change = meter.pending
    before, after = (key.krn == krn and key.ti == ti and sgc in (None, key.sgc) for key in (change.before, change.after))
    if before == after:
        raise Refused("PROOF_INVALID")
    if after:
        return apply(meter, change)
    change.outcome = "not applied"
    meter.pending = None
    return None


def begin(server: Server, who: str, roles: set, pan: str) -> OfficeMeter:
    server.clock.sample()
    home = server.people.call(who, roles)
    meter = find_meter(server, home, pan)
    if meter.pending is None:
        raise Refused("NO_KEY_CHANGE_PENDING")
    return meter


def apply(meter: OfficeMeter, change: Change) -> None:
    """The wish ends as far as it is fulfilled; a revision and a key type are of their supply group."""
    change.outcome = "applied"
    meter.pending = None
    key, old = change.after, meter.wanted
    meter.key = key
    left = old.sgc == "" and change.before.sgc != key.sgc
    fulfilled = left or (old.krn == key.krn and old.sgc in ("", key.sgc))
    meter.wanted = Target("" if old.sgc == key.sgc else old.sgc, 0 if fulfilled else old.krn,
                          0 if left or old.kt == key.kt else old.kt, -1 if old.ti == key.ti else old.ti)


# ---- two people ----
def propose(server: Server, who: str, before: str, after: str, pan: str, valid_s: int) -> Proposal:
    server.clock.sample()
    home = server.people.call(who, PROPOSE)
    if before == after:
        raise Refused("INVALID_FIELD")
    if home != "root" and not (server.people.granted(home, before) and server.people.granted(home, after)):
        raise Refused("SUPPLY_GROUP_DENIED")
    proposal = Proposal(who, before, after, pan, server.clock.real_s + valid_s)
    server.proposals.append(proposal)
    return proposal


def approve(server: Server, who: str, number: int, signer: str) -> None:
    """The signature is always right here; what it is worth is another matter."""
    server.clock.sample()
    server.people.call(who, APPROVE)
    proposal = server.proposals[number]
    if server.clock.real_s >= proposal.expires:
        raise Refused("PROPOSAL_UNKNOWN")
    if who == proposal.proposer or signer == proposal.proposer:
        raise Refused("SAME_OFFICER")
    if who in proposal.approvers or signer in proposal.signers:
        raise Refused("SAME_OFFICER")
    proposal.approvers.add(who)
    proposal.signers.add(signer)
    server.approved.append(proposal)


# ---- what the office knows ----
def describe(meter: OfficeMeter) -> str:
    def show(name: str, key) -> str:
        return f" {name}={key.sgc},{key.krn},{key.ti},{key.kt},{key.ken},{key.ea},{key.dkga},{key.base_date}"

    line = "ok" + show("key", meter.key)
    if meter.pending:
        line += show("pending", meter.pending.after)
    wanted = meter.wanted
    if wanted != Target():
        line += f" wanted={wanted.sgc},{wanted.krn},{wanted.kt},{wanted.ti}"
    return line + f" last={meter.last_tid}"
