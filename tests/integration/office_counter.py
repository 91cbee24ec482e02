"""A sale at the counter: everything is asked, the price is shown, and only yes sells.
office_counter.py METERVAULT CONFIG ACCOUNT"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from terminal import Terminal

program, config, account = sys.argv[1:]


def sale(agrees):
    desk = Terminal(program, "sell", "--config", config)
    desk.answer("Account number or meter", account)
    desk.answer("Amount in EUR, or units", "3 kwh")
    desk.answer("Paid by", "")
    desk.answer("Handed over", "1.00")
    desk.await_text("VAT")
    desk.await_text("total")
    desk.await_text("tendered")
    desk.await_text("to give back")
    desk.answer("Type yes to go on", agrees)
    code = desk.end()
    return desk.shown[desk.read_upto:], code


shown, code = sale("no")
assert code == 1 and "Token" not in shown, shown
shown, code = sale("yes")
assert code == 0 and "Token" in shown and "to give back" in shown, shown
