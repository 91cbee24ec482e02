"""Every answer of the year against what the events alone say that it must be."""
import json
import os
from collections import Counter

import kind_debt
import kind_rush
import needed
import spoil
from book import KINDS
from office import Office
from oracle import amount, dkga, token

SHOWN = 10


def look_up(message, path):
    for part in path.split("."):
        message = message.get(part) if isinstance(message, dict) else None
    return message


class Keys:
    """Of the meters, from the sample vending key that both custodians hold a part of."""

    def __init__(self, first, second):
        with open(first, encoding="ascii") as one, open(second, encoding="ascii") as other:
            self.vending = bytes(a ^ b for a, b in zip(bytes.fromhex(one.read()), bytes.fromhex(other.read()), strict=True))
        self.meters = {}

    def carried(self, answer):
        """Wh of the credit token, decrypted; it comes last."""
        last, pan = answer["issued"]["tokens"][-1], answer["issued"]["meter_pan"]
        key = last["meter_key"]
        named = dkga.MeterKey(key["supply_group_code"], key["key_revision_number"], key["tariff_index"], key["key_type"],
                              key["key_expiry_number"], key["encryption_algorithm"], key["key_generation_algorithm"],
                              key["base_date"])
        if (pan, named) not in self.meters:
            self.meters[pan, named] = dkga.decoder_key(self.vending, pan, named)
        read = token.read(last["digits"], self.meters[pan, named])
        return amount.decode(token.split_tid(read.content)[2]) * 100


def found(path, answer, keys):
    if path == "lines":
        return [line["amount"] for line in answer["bill"]["lines"]]
    if path == "sums":
        return sorted([one["kind"], one["key"], one["count"], one["amount"]] for one in answer["sums"])
    if path == "debts":
        return [[one["debt_id"], one["outstanding"], *kind_debt.shown_terms(one["terms"])] for one in answer["debts"]]
    if path == "free_token":
        return keys.carried({"issued": answer})
    if path == "token":
        return keys.carried(answer)
    return look_up(answer, path)


def differences(expected, answer, keys):
    if "no" in expected:
        got = answer.get("no", "an answer")
        return [] if got == expected["no"] else [f"refused with {expected['no']}: {got} {answer.get('message', '')}"]
    if "ok" not in answer:
        return [f"answered, not refused with {answer['no']} {answer.get('message', '')}"]
    pairs = [(path, want, found(path, answer["ok"], keys)) for path, want in expected["ok"].items()]
    return [f"{path} is {want}: {got}" for path, want, got in pairs if got != want]


class Reckoning:
    def __init__(self, book, keys, quiet=False):
        self.book, self.keys, self.quiet = book, keys, quiet
        self.office = Office(book)
        self.kinds, self.refusals = Counter(), Counter()
        self.good, self.bad = 0, 0

    def expect(self, event):
        self.office.now = self.book.start + event["at"]
        expected = KINDS[event["kind"]].reckon(self.office, event)
        needed.note(self.office.did, self.book, event, expected)
        return expected

    def check(self, event, said):
        expected = self.expect(event)
        if event["kind"] == "rush":
            expected, said = kind_rush.in_order(expected), kind_rush.in_order(said)
        for want, got in zip(expected, said, strict=True):
            wrong = differences(want, got, self.keys)
            self.kinds[event["kind"]] += 1
            self.refusals[want.get("no")] += 1
            self.good += not wrong
            self.bad += bool(wrong)
            if wrong and not self.quiet and self.bad <= SHOWN:
                print(f"event {json.dumps(event)}\n  must be " + "\n  must be ".join(wrong))


def reckon(book, answers, keys):
    reckoning = Reckoning(book, keys)
    for event, said in zip(book.events, answers, strict=True):
        reckoning.check(event, said)
    return reckoning


def notices_this(reckoning, event, later):
    """Whether this event instead of the one that was played makes a difference, then or later. In a process of its own: the
    reckoning goes on from before it."""
    child = os.fork()
    if child == 0:
        noticed = False
        try:
            for one, said in [event, *later]:
                reckoning.check(one, said)
                noticed = reckoning.bad > 0
                if noticed:
                    break
        finally:
            os._exit(0 if noticed else 1)
    return os.waitpid(child, 0)[1] == 0


def places_of(way, played):
    """Events that can be changed that way; the last ones, after which there is less to be reckoned again."""
    kind, _, change = way
    places = [number for number, (event, said) in enumerate(played)
              if event["kind"] == kind and any("ok" in one for one in said) and change(event)]
    return places[-spoil.TRIES:]


def not_noticed(book, answers, keys):
    """Of all ways to change an event, those that no difference was found for."""
    reckoning = Reckoning(book, keys, quiet=True)
    played = list(zip(book.events, answers, strict=True))
    places = {way: places_of(way, played) for way in spoil.WAYS}
    for number, (event, said) in enumerate(played):
        for way in [way for way in places if number in places[way]]:
            if notices_this(reckoning, (way[2](event), said), played[number + 1:]):
                del places[way]
        reckoning.check(event, said)
    unknown = [(kind, "in no way") for kind in KINDS if kind not in {way[0] for way in spoil.WAYS}]
    return [f"{kind} ({what})" for kind, what, *_ in [*places, *unknown]]
