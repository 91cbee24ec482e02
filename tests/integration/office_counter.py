"""A sale at the counter, by somebody who makes every mistake once: what is asked is asked again until it can be, the price
is shown, only yes sells, and nothing is sold by who leaves at any question.
office_counter.py METERVAULT CONFIG ACCOUNT METER: prints how many sales it made"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from terminal import Terminal

program, config, account, meter = sys.argv[1:]
QUESTIONS = [("Account number or meter", account), ("Amount in EUR, or units", "3 kwh"), ("Paid by", ""),
             ("Handed over", "1.00"), ("Type yes to go on", "no")]
END_OF_INPUT, INTERRUPT = b"\x04", b"\x03"


def begin():
    return Terminal(program, "sell", "--config", config)


def finish(desk):
    code = desk.end()
    return desk.shown[desk.read_upto:], code


def refused(desk, question, answer, why):
    """What cannot be is said, and the question comes again."""
    desk.answer(question, answer)
    desk.await_text(why)


def sale(agrees):
    desk = begin()
    for question, answer in QUESTIONS[:-1]:
        desk.answer(question, answer)
    for shown in ("VAT", "total", "tendered", "to give back"):
        desk.await_text(shown)
    refused(desk, "Type yes to go on", "y", "the whole word, or no")
    desk.answer("Type yes to go on", agrees)
    return finish(desk)


def every_mistake():
    """Ends with a sale of 20 for a meter that was found by its number in groups."""
    desk = begin()
    refused(desk, "Account number or meter", "", "Ctrl-D")
    refused(desk, "Account number or meter", "A-1001-nobody", "ACCOUNT_UNKNOWN")
    mistyped = meter[:-1] + str((int(meter[-1]) + 1) % 10)
    refused(desk, "Account number or meter", mistyped, "check digit")
    refused(desk, "Account number or meter", "x" * 300, "too long")
    desk.answer("Account number or meter", f" {meter[:6]} {meter[6:12]} {meter[12:]} ")
    desk.await_text(account)
    for amount, why in [("", "no amount"), ("abc", "no amount"), ("0", "above 0"), ("0.005", "more decimals"),
                        ("1,000", "thousands"), ("1.000,00", "thousands"), ("25,5 kwh", "behind a point"),
                        ("25 beer", "units are kwh"), ("0 kwh", "above 0")]:
        refused(desk, "Amount in EUR", amount, why)
    desk.answer("Amount in EUR", "0.01")  # the server says that it is too little, and all of it is asked again
    desk.answer("Paid by", "CASH")
    desk.answer("Handed over", "")
    desk.await_text("PURCHASE_TOO_SMALL")
    desk.answer("Amount in EUR", "20,00")
    refused(desk, "Paid by", "gold", "mobile, or balance")
    desk.answer("Paid by", "cash")
    refused(desk, "Handed over", "5", "less than the purchase")
    refused(desk, "Handed over", "fifty", "no amount")
    desk.answer("Handed over", "50")
    desk.await_text("50.00 EUR")
    desk.answer("Type yes to go on", "YES")
    return finish(desk)


def leaves(at, how):
    desk = begin()
    for question, answer in QUESTIONS[:at]:
        desk.answer(question, answer)
    desk.await_text(QUESTIONS[at][0])
    desk.press(how)
    return finish(desk)


def main():
    shown, code = sale("no")
    assert code == 1 and "Token" not in shown and "nothing was done" in shown, shown
    shown, code = sale("yes")
    assert code == 0 and "Token" in shown and "to give back" in shown, shown
    shown, code = every_mistake()
    assert code == 0 and "Token" in shown, shown
    for at in range(len(QUESTIONS)):
        shown, code = leaves(at, END_OF_INPUT)
        assert code == 1 and "Token" not in shown and "nothing was" in shown, (at, code, shown)
        shown, code = leaves(at, INTERRUPT)
        assert code == -2 and "Token" not in shown, (at, code, shown)
    print(2)


main()
