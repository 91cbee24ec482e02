#!/usr/bin/env python3
"""The model test: random operations on the real server, key process and meters, each compared with an independent oracle."""
import argparse
import multiprocessing
import os
import random
import sys
import time
from collections import Counter

sys.dont_write_bytecode = True

import mutations  # noqa: E402
import ops_meters  # noqa: E402
import ops_office  # noqa: E402
import ops_orders  # noqa: E402
import ops_several  # noqa: E402
import ops_time  # noqa: E402
from driver import DriverFailed  # noqa: E402
from oracle import vectors  # noqa: E402
from session import Difference, Session  # noqa: E402

EPISODE = 2500
FIRST_METERS = 10
TRIES = 20  # episodes in which a broken rule must be noticed
ALL = (ops_orders.OPERATIONS + ops_several.OPERATIONS + ops_meters.OPERATIONS + ops_time.OPERATIONS +
       ops_office.OPERATIONS)
HERE = os.path.dirname(os.path.abspath(__file__))


def play(session: Session) -> int:
    """An episode; the number of operations that were done."""
    chosen = [operation for _, operation in ALL]
    weights = [weight for weight, _ in ALL]
    for _ in range(FIRST_METERS):
        ops_office.register(session)
    for operation in session.rng.choices(chosen, weights, k=EPISODE):
        ops_time.moments(session)
        operation(session, session.rng.choice(session.devices))
        session.done += 1
    code = session.driver.close()
    if code != 0:
        raise Difference(f"the driver ended with code {code}")
    return session.done


def episode(job: tuple) -> tuple:
    """What was counted, and the report of a difference; None when there is none."""
    program, seed, number = job
    session = Session(program, random.Random(f"{seed}/{number}"))
    try:
        session.begin()
        play(session)
        return session.counts, None
    except (Difference, DriverFailed) as difference:
        lines = [f"> {asked}\n< {answer}" for asked, answer in session.trace]
        lines.append(f"\n{difference}\n\nafter {session.done} operations; "
                     f"again with: tests/model/run.py --seed {seed} --episode {number}")
        session.driver.kill()
        return session.counts, "\n".join(lines + ["", session.driver.said()])


def run_episodes(options: argparse.Namespace, numbers: list) -> tuple:
    """How many agreed, and what was counted; stops at the first difference."""
    jobs = [(options.driver, options.seed, number) for number in numbers]
    counts, good = Counter(), 0
    with multiprocessing.Pool(min(options.jobs, len(jobs))) as pool:
        for counted, report in pool.imap(episode, jobs):
            counts.update(counted)
            if report is not None:
                print(report)
                break
            good += 1
    return good, counts


def check_mutations(options: argparse.Namespace) -> int:
    """How many broken rules were not noticed."""
    missed = 0
    for name, mutation in mutations.ALL.items():
        with mutation():
            noticed = any(episode((options.driver, f"{options.seed}/{name}", number))[1] for number in range(TRIES))
        print(f"{'ok   ' if noticed else 'FAIL '} noticed: {name}")
        missed += not noticed
    return missed


def check_vectors() -> int:
    agreed, failures = vectors.check_all(os.path.join(HERE, "../vectors/sts.json"))
    print(f"oracle: {agreed} published values agree", *failures, sep="\n")
    return len(failures)


def arguments() -> argparse.Namespace:
    built = os.environ.get("MV_BIN", os.path.join(HERE, "../../build/bin"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=50000)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10 ** 9)), help="printed, to run it again")
    parser.add_argument("--episode", type=int, help="only this one")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))
    parser.add_argument("--mutations", action="store_true", help="break rules of the oracle: each must be noticed")
    parser.add_argument("--driver", default=os.path.join(built, "model-driver"))
    return parser.parse_args()


def main() -> int:
    options = arguments()
    print(f"seed {options.seed}")
    began = time.monotonic()
    if options.mutations:
        bad = check_mutations(options)
        print(f"{len(mutations.ALL) - bad} passed, {bad} failed")
        return int(bad > 0)
    bad = check_vectors()
    numbers = [options.episode] if options.episode is not None else list(range(-(-options.operations // EPISODE)))
    good, counts = run_episodes(options, numbers) if bad == 0 else (0, Counter())
    for name, count in sorted(counts.items()):
        print(f"{count:8d} {name}")
    print(f"{good * EPISODE} operations in {time.monotonic() - began:.0f} s")
    bad += good < len(numbers)
    print(f"{good + 1 - (bad > 1)} passed, {bad} failed")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
