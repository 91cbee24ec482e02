"""Orders that are under way at the same time. Their answers must be those of one after the other: what was issued for
a meter in the order of its identifiers, a refusal anywhere between."""
from answers import fields
from ops_orders import again, credit, judge, key_change, management, predict, test, words
from oracle.orders import Order
from session import Device, Difference, Session

MAKERS = (credit, credit, credit, management, test, key_change, again)


def several(session: Session, _device: Device) -> None:
    rng = session.rng
    devices = rng.sample(session.devices, min(rng.choice((1, 2, 5)), len(session.devices)))
    orders = unlike([rng.choice(MAKERS)(session, rng.choice(devices)) for _ in range(rng.randrange(2, 12))])
    for order in orders:
        session.expect("ok", "submit", *words(order))
    answers = session.ask("collect").split(" | ")
    issued = [(order, answer) for order, answer in zip(orders, answers) if answer.startswith("ok ")]
    refused = [(order, answer) for order, answer in zip(orders, answers) if not answer.startswith("ok ")]
    reasons = [{session.server.try_out(order)[1]} for order, _ in refused]
    expected = []
    repeated = sum("replayed=1" in answer or "REQUEST_ID_REUSED" in answer for answer in answers)
    for order, answer in sorted(issued, key=turn):
        skip_identifiers(session, order, answer, repeated)
        expected.append((predict(session, order), answer))
        judge(session, order, *expected[-1], False)
        for (other, _), known in zip(refused, reasons):
            known.add(session.server.try_out(other)[1])
    check_receipts(expected)
    for (order, answer), known in zip(refused, reasons):
        check_refusal(session, order, known, answer)


def unlike(orders: list) -> list:
    """One of each request id: of two that differ, which one wins is open."""
    return list({(order.who, order.request_id): order for order in orders}.values())


def turn(pair: tuple) -> tuple:
    """Before a set was made, with it, and after it by rising identifiers; what has none at the end."""
    got = fields(pair[1])
    tid = last_tid(pair[1])
    fresh = got["change"] == "1" and got["resent"] == "0"
    return (0 if got["change"] == "0" else 1 if fresh else 2, tid or 1 << 24)


def skip_identifiers(session: Session, order: Order, answer: str, repeated: int) -> None:
    """A repeated request may have been on its way to a token before it was known: an identifier is lost then."""
    issued, _ = session.server.try_out(order)
    if issued is None or issued.replayed or not issued.tid:
        return
    gap = last_tid(answer) - issued.made[-1].tid
    if 0 < gap <= repeated + 1:  # the reserved minute may be among them
        session.server.meters[order.pan].last_tid = issued.tid + gap - 1
        session.counts["identifiers lost"] += gap


def last_tid(answer: str) -> int:
    return int(fields(answer)["tokens"].split(",")[-1].split(":")[3])


def check_refusal(session: Session, order: Order, known: set, answer: str) -> None:
    refusal = answer.split()[1]
    session.counts[f"refused {refusal}"] += 1
    if refusal not in known:
        raise Difference(f"{order}\nexpected: refused for one of {known}\ngot:      {answer}")


def check_receipts(expected: list) -> None:
    """Of one till they have no gap; which of the orders got which is left to the server."""
    tills: dict = {}
    for (issued, _), answer in expected:
        if not issued.replayed:
            tills.setdefault(issued.order.terminal, []).append((issued, issued.receipt, int(fields(answer)["receipt"])))
    for terminal, parts in tills.items():
        if sorted(want for _, want, _ in parts) != sorted(got for _, _, got in parts):
            raise Difference(f"receipts of {terminal}: {parts}")
        for issued, _, got in parts:
            issued.receipt = got


OPERATIONS = [(3, several)]
