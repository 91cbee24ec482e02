#!/usr/bin/env bash
# The power is cut in everything that a payment meter writes in a year, in two processes.
#   tests/unit/core/year_long.sh TEST_YEAR_CUT [DAYS [EVERY]]
# One word in EVERY of routine saves, default 2. The last line is "N passed, N failed".
set -uo pipefail
program=$1 days=${2:-365} every=${3:-2}
middle=$((days / 2))
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$program" 0 $((middle - 1)) "$every" 2 >"$folder/first" 2>&1 &
first=$!
passed=0
"$program" "$middle" $((days - 1)) "$every" 2 >"$folder/second" 2>&1 && passed=$((passed + 1))
wait "$first" && passed=$((passed + 1))
cat "$folder/first" "$folder/second"
echo "$passed passed, $((2 - passed)) failed"
[ "$passed" -eq 2 ]
