#!/usr/bin/env bash
# Runs the models through Spin: as they are they hold, and each rule that is left out is missed. README.md says what they
# show.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 3
# shellcheck source=tests/support/checks.sh
. ../../support/checks.sh
folder=$(mktemp -d "${TMPDIR:-/tmp}/metervault-spin.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# explore MODEL DEFINITION...: whether every state was looked at, and none was wrong. What Spin said is in $folder/said.
explore() {
    local model=$PWD/$1.pml
    shift
    (cd "$folder" && rm -f pan* && spin -a "${@/#/-D}" "$model" && cc -O2 -DSAFETY -o pan pan.c && ./pan -m100000 -n) \
        >"$folder/said" 2>&1 && ! grep -q -e 'max search depth too small' -e '^pan: out of memory' "$folder/said" &&
        grep -q 'errors: 0$' "$folder/said"
}

fails() {
    ! explore "$@" && grep -q 'pan:1: assertion violated' "$folder/said"
}

holds() { # MODEL DEFINITION...
    check "$* holds" explore "$@"
    sed -n 's/^ *\([0-9.e+]*\) states, stored.*/        \1 states/p' "$folder/said"
}

missed() { # MODEL DEFINITION...
    check "$*: the rule that is left out is missed" fails "$@"
}

holds three_pass
holds three_pass NON_FIRST
for rule in FRESH_CHALLENGE READERS_CHECK CARDS_CHECK; do
    missed three_pass "WITHOUT_$rule"
done
for rule in FRESH_CHALLENGE READERS_CHECK CARDS_CHECK ROTATION CHAINING; do
    missed three_pass NON_FIRST "WITHOUT_$rule"
done
holds purchase
for rule in NONCE COVERING VOIDING_RECORD SEQUENCE PLACE; do
    missed purchase "WITHOUT_$rule"
done
finish
