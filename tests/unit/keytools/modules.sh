#!/bin/bash
# The table of modules in the officers' tour is what the modules installed here answer.
# usage: modules.sh MV-MODULES README
set -u
program=$1 document=$2
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export SOFTHSM2_CONF="$dir/softhsm2.conf"
failed=0
mkdir "$dir/tokens" "$dir/nss"
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$dir" >"$dir/softhsm2.conf"

# compare NAME LIBRARY [INIT-STRING LABEL]
compare() {
    if [ ! -e "$2" ]; then
        echo "$1: not installed here"
        return
    fi
    "$program" "$@" >"$dir/answers" || failed=1
    sed 's/^    //' "$document" | awk -v name="$1" '$0 == name {on = 1; print; next} on && !/^  / {exit} on' >"$dir/written"
    if ! diff "$dir/written" "$dir/answers"; then
        echo "FAILED: $1 answers otherwise than $document says"
        failed=1
    fi
}

# a sanitizer sees softokn's own leaks
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
compare SoftHSM /usr/lib/softhsm/libsofthsm2.so
compare 'NSS softokn' /usr/lib/x86_64-linux-gnu/libsoftokn3.so \
    "configdir='sql:$dir/nss' certPrefix='' keyPrefix='' secmod='secmod.db' flags= dbTokenDescription='table'" table
exit "$failed"
