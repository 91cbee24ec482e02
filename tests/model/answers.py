"""Whether an answer to an order is what the oracle expected: numbers as they are, digits by what they say."""
from oracle import token
from oracle.orders import Issued, Made
from session import Difference

RANDOM = (1 << 40) - 1  # of the content, what is below the random bits


def fields(answer: str) -> dict:
    return dict(part.split("=", 1) for part in answer.split()[1:])


def compare(expected: Issued, answer: str, receipts: bool = True) -> None:
    if not answer.startswith("ok "):
        raise Difference(f"expected: {expected}\ngot:      {answer}")
    got = fields(answer)
    change = expected.change
    want = {"replayed": int(expected.replayed), "issued": expected.issued_at, "change": int(change is not None),
            "resent": int(expected.resent), "confirmed": int(change is not None and change.outcome == "applied")}
    if receipts:
        want["receipt"] = expected.receipt
    for name, value in want.items():
        if got[name] != str(value):
            raise Difference(f"{name}: expected {value}\n{expected}\ngot: {answer}")
    tokens = [one.split(":") for one in got["tokens"].split(",")]
    if len(tokens) != len(expected.made):
        raise Difference(f"expected {len(expected.made)} tokens\n{expected}\ngot: {answer}")
    for made, one in zip(expected.made, tokens):
        compare_token(made, one, expected.replayed)


def compare_token(made: Made, got: list, replayed: bool) -> None:
    digits, numbers = got[0], [int(n) for n in got[1:]]
    want = [made.token.token_class, made.token.subclass, made.tid, made.encoded, int(made.section)]
    if numbers != want:
        raise Difference(f"token: expected class, subclass, tid, encoded, section {want}, got {numbers}")
    if made.digits and digits != made.digits:
        raise Difference(f"token: expected {made.digits} for {made}, got {digits}")
    if not made.random or replayed:
        return
    try:
        read = token.read(digits, made.key)
    except token.Unreadable as failure:
        raise Difference(f"token {digits}: {failure} under the key it should be under: {made}") from failure
    if read._replace(content=read.content & RANDOM) != made.token:
        raise Difference(f"token {digits}: says {read}, expected {made.token}")
    made.digits = digits
