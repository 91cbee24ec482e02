"""Rehearses the sample ceremonies as their people would hold them: each once to its end, once more with a wrong entry at
every question that can be answered wrongly, with approvals that are none, and ended at every step in every way. After
each: the transcript verifies and says how it ended, no key is in the token that its catalogue does not know, and of what
was typed by mistake or in secret nothing was written down. Then every line of the finished transcripts is changed.
usage: rehearsal.py METERVAULT-KEYS FOLDER-OF-SAMPLES FOLDER [all]   (all: every question ended in every way)"""
import multiprocessing
import os
import shutil
import sys
import time

from rehearsal_acts import (SAMPLES_IN_ORDER, World, abort_at, bad_approvals, change_lines, clumsy, hold_first, kill_in_act,
                            wrong_to_the_end)

WORKERS = 2


def report(job):
    """Runs one check in its own process; what went wrong, or nothing."""
    name, function, *arguments = job
    try:
        function(*arguments)
        return name, ""
    except SystemExit as why:
        return name, str(why)
    except Exception as why:  # pylint: disable=broad-exception-caught
        return name, f"{type(why).__name__}: {why}"


def first_of_each_act(questions):
    """Of each step one question, another one each time, and one of every kind that an act asks itself."""
    chosen, kinds, steps = [], set(), {}
    for at, question in enumerate(questions):
        steps.setdefault(question.step, []).append(at)
    for number, places in enumerate(steps.values()):
        chosen.append(places[number % len(places)])
    for at, question in enumerate(questions):
        if question.of_act and question.kind not in kinds:
            kinds.add(question.kind)
            chosen.append(at)
    return sorted(set(chosen))


def endings_for(question, number, everything):
    ways = ["INT", "TERM", "end of input", "HUP", "KILL"] + ([] if question.of_act else ["typed"])
    return ways if everything else [ways[number % len(ways)]]


def jobs_of(held, everything):
    for name in SAMPLES_IN_ORDER:
        before, questions, people = held[name]
        yield f"{name}: wrong entries", clumsy, before, name, people
        yield f"{name}: changed lines", change_lines, held["end"][0], name, 1 if not everything else 8
        number = 0
        for at in range(len(questions)) if everything else first_of_each_act(questions):
            for way in endings_for(questions[at], number, everything):
                yield (f"{name}: {way} at question {at}, step {questions[at].step}, {questions[at].kind}", abort_at, before,
                       name, people, at, way)
            number += 1
        for at in [i for i, question in enumerate(questions) if question.begins_act][::1 if everything else 4]:
            for wait_ms in (5, 40, 120, 250) if everything else (5 + 37 * at % 200,):
                yield f"{name}: killed {wait_ms} ms into act {at}", kill_in_act, before, name, people, at, wait_ms
    too_many = ["too many wrong entries"]
    for name, kind, wrong, why in (
            ("first-installation", "name", "A", too_many), ("new-supply-group", "initials", "1", too_many),
            ("new-supply-group", "confirmation", "QQ", too_many), ("officer-replaced", "note", "", too_many),
            ("new-supply-group", "component", "00", ["INVALID_FIELD", "APPROVAL_USED", "typed"]),
            ("new-supply-group", "component", ("11" * 20, "22" * 20), ["KCV_MISMATCH", "APPROVAL_USED", "typed"]),
            ("new-supply-group", "KCV from paper", "000000", ["the KCV of the paper is not that of the key"]),
            ("officer-replaced", "share", "MS1", ["SHARE_REFUSED", "APPROVAL_USED", "typed"]),
            ("first-installation", "PIN again", "1", ["INVALID_FIELD", "INVALID_FIELD", "typed"])):
        yield f"{name}: {kind} wrong to the end", wrong_to_the_end, held[name][0], name, held[name][2], kind, wrong, why
    for name in ("new-supply-group", "yearly-rotation", "officer-replaced"):
        yield f"{name}: approvals", bad_approvals, held[name][0], name, held[name][2]


def main():
    program, samples, folder = map(os.path.abspath, sys.argv[1:4])
    everything = "all" in sys.argv[4:]
    began = time.monotonic()
    passed = failed = 0
    base = World.new(program, samples, f"{folder}/base")
    try:
        held = hold_first(base)
    except SystemExit as why:
        print(f"FAIL  the ceremonies from the first to the last: {why}\n0 passed, 1 failed")
        sys.exit(1)
    print(f"five ceremonies, {sum(len(q) for _, q, _ in held.values())} questions, {time.monotonic() - began:.0f} s")
    with multiprocessing.Pool(WORKERS, maxtasksperchild=50) as pool:
        for name, why in pool.imap_unordered(report, list(jobs_of(held, everything))):
            passed, failed = passed + (not why), failed + bool(why)
            if why:
                print(f"FAIL  {name}: {why}")
    shutil.rmtree(folder)
    print(f"{time.monotonic() - began:.0f} s\n{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
