#!/bin/sh
# secrets.sh VALGRIND TOKENS RECORDS: no branch and no address depends on a secret, in the library as it is delivered.
# TOKENS is constant_time.c, RECORDS secrets_record.c, both linked with that library.
set -eu
valgrind=$1
tokens=$2
records=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() {
    "$valgrind" --quiet --error-exitcode=9 "$@"
}

check "$tokens" >"$work/out" # no pipe: it would hide the exit code
[ "$(grep -c "^enter.* 1$" "$work/out")" -eq 4 ] || { echo "the meter did not do as expected"; exit 1; }
check "$records"
for mistake in look-up branch; do
    if check "$tokens" "$mistake" >"$work/log" 2>&1; then
        echo "a $mistake by a secret went unnoticed"
        exit 1
    fi
    grep -q "uninitialised value" "$work/log"
done
