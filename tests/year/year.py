#!/usr/bin/env python3
"""A year of an office.

Usage: year.py draw SEED CUSTOMERS MONTHS BOOK     makes the events; every kind of them is there
       year.py play BOOK ANSWERS                   does them, at the instance in MV_DIR
       year.py reckon BOOK ANSWERS PART-A PART-B   compares; PART-A and -B are the custodians' parts of the vending key
       year.py notice BOOK ANSWERS PART-A PART-B   compares with a book that was changed, in each of several ways
"""
import json
import os
import sys

sys.dont_write_bytecode = True
TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(TESTS, "model"), os.path.join(TESTS, "unit", "vending")]

import clerk  # noqa: E402
import draw  # noqa: E402
import needed  # noqa: E402
import reckon  # noqa: E402
import spoil  # noqa: E402
from book import Book  # noqa: E402


DRAWN_MOST = 20


def counted(counter):
    return ", ".join(f"{count} {name}" for name, count in counter.most_common())


def heard(path, answers_path, *parts):
    with open(answers_path, encoding="utf-8") as file:
        return Book.read(path), [json.loads(line) for line in file], reckon.Keys(*parts)


def tell(passed, failed):
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


def compare(book, answers, keys):
    done = reckon.reckon(book, answers, keys)
    refusals = reckon.Counter({reason: count for reason, count in done.refusals.items() if reason})
    print(f"{counted(done.kinds)}; refused as they must be: {counted(refusals)}")
    tell(done.good, done.bad)


def is_whole(book):
    """By the reckoning, before anything was played."""
    reckoning = reckon.Reckoning(book, None)
    for event in book.events:
        reckoning.expect(event)
    few = needed.missing(reckoning.office.did)
    print(f"{counted(reckoning.office.did)}; too little of: {few}")
    return not few


def draw_whole(seed, customers, months):
    """The first book of the seed that has all."""
    for number in range(DRAWN_MOST):
        book = draw.draw(seed if number == 0 else f"{seed}/{number}", customers, months)
        if is_whole(book):
            return book
    sys.exit("no book has all that is needed")


def notice(book, answers, keys):
    missed = reckon.not_noticed(book, answers, keys)
    print("not noticed, or not in the book:", *missed)
    tell(len(spoil.WAYS), len(missed))


def main():
    act, arguments = sys.argv[1], sys.argv[2:]
    if act == "draw":
        seed, customers, months, path = arguments
        draw_whole(int(seed), int(customers), int(months)).write(path)
    elif act == "play":
        with open(arguments[1], "w", encoding="utf-8") as answers:
            clerk.play(Book.read(arguments[0]), answers)
    elif act == "reckon":
        compare(*heard(*arguments))
    elif act == "notice":
        notice(*heard(*arguments))
    else:
        sys.exit(__doc__)


main()
