#!/usr/bin/env python3
"""No function of meter-core calls itself, not through others and not through pointers either, so that the deepest stack
is that of the longest row of calls. The calls are those that Frama-C finds.
Arguments: the sources. The last line is "N passed, N failed"."""
import re
import subprocess
import sys
import tempfile

# Who calls through a pointer that belongs to meter-core, and the names behind it: a cipher of cards (which may be the
# board's as well), the steps of the card slot, and, for the journal's objects and the companion, any other function whose
# address is taken. No pointer of one of these types can hold a function of another.
CIPHER, OTHER = r"soft_", r"(?!soft_|mv_terminal_)"
ASK = r"mv_terminal_(ask_|put_|(select|authenticate|commit)$)"  # the one half of a step; the other:
TAKE = r"mv_terminal_(take_|(selected|authenticated|put|written|committed)$)"
OWN_POINTERS = {
    **dict.fromkeys(("put_objects", "load_object", "mv_meter_may_credit", "mv_meter_add_credit", "clear_credit"), OTHER),
    "mv_terminal_go": ASK,
    "mv_card_terminal_step": TAKE,
    **dict.fromkeys("""answer_challenge cbc encrypt mv_card_crypt mv_card_mac mv_card_session_keys mv_card_side_challenge
        third_pass""".split(), CIPHER),
}
# Who calls the board (struct mv_meter_port, struct mv_prepay_port, random numbers), which never calls back.
BOARD_CALLS = set("""agrees find_place indicate load_entry look_at mv_clock_now mv_clock_set mv_nv_clear mv_nv_flush
    mv_nv_forget mv_nv_get_bytes mv_nv_move mv_nv_read_unit mv_seconds mv_store_load now commit read_crc read_unit
    reads_back soft_random tell unit_blank""".split())


def calls(sources, *options):
    """Function -> those that it calls."""
    with tempfile.NamedTemporaryFile(suffix=".dot") as graph:
        subprocess.run(["frama-c", "-machdep", "gcc_x86_32", "-c11", "-cpp-extra-args=-Imeter-core/include", *sources,
                        "-cg", graph.name, "-cg-no-services", *options], check=True, capture_output=True)
        found = {}
        for line in open(graph.name, encoding="utf-8"):
            edge = re.match(r'\s*"?(\w+)"?\s*->\s*"?(\w+)"?', line)
            if edge:
                found.setdefault(edge[1], set()).add(edge[2])
        return found


def on_a_cycle(graph):
    """Functions that reach themselves."""
    cyclic = []
    for start in graph:
        seen, left = set(), list(graph[start])
        while left:
            function = left.pop()
            if function not in seen:
                seen.add(function)
                left.extend(graph.get(function, ()))
        if start in seen:
            cyclic.append(start)
    return sorted(cyclic)


def name_of(function):
    return re.sub(r"_\d+$", "", function)


def called(function, direct, every):
    behind = OWN_POINTERS.get(name_of(function))
    return direct | {f for f in every if behind and re.match(behind, f)}


def main():
    direct = calls(sys.argv[1:], "-cg-no-function-pointers")
    every = calls(sys.argv[1:])
    indirect = {f for f in every if every[f] - direct.get(f, set())}
    strange = sorted(f for f in indirect if name_of(f) not in BOARD_CALLS | OWN_POINTERS.keys())
    graph = {f: called(f, direct.get(f, set()), every[f]) for f in every}
    cyclic = on_a_cycle(graph)
    print(f"{len(graph)} functions, {sum(map(len, graph.values()))} calls, {len(indirect)} functions call by pointers")
    failed = 0
    for what, which in (("calls through pointers that are not known here", strange), ("calls itself", cyclic)):
        if which:
            failed += 1
            print(f"FAIL  {what}: {' '.join(which)}")
    if len(direct) < 100:
        failed += 1
        print("FAIL  hardly any calls were found")
    print(f"{3 - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
