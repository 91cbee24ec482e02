"""What a kind of event is made of."""

PAYMENTS = {"cash": "PAY_CASH", "bank": "PAY_BANK", "card": "PAY_CARD", "mobile": "PAY_MOBILE", "balance": "PAY_BALANCE"}


class Kind:
    """`calls`: what is asked of the server; `words`: the same at the command line, where there is such a way;
    `reckon(office, event)`: what must be answered to each call, worked out from the events alone."""

    def __init__(self, calls, reckon, words=None):
        self.calls, self.reckon, self.words = calls, reckon, words


def refused(reason):
    return {"no": reason}


def answered(**fields):
    """A dot in a name goes into a message: bill__total is the total of the bill."""
    return {"ok": {name.replace("__", "."): value for name, value in fields.items()}}
