#!/bin/sh
# constant_time.sh CLANG WORK_DIR SOURCE_DIR GENERATED_DIR: no branch and no address of the code that makes and combines
# shares depends on a secret, in what clang makes of it at -O2.
set -eu
clang=$1
work=$2
root=$3
generated=$4

mkdir -p "$work"
"$clang" -std=gnu11 -O2 -g -fsanitize=memory -I"$root/server" -I"$generated" \
    "$root/tests/unit/keytools/shares_constant_time.c" "$root/keytools/gf32.c" "$root/keytools/codex32.c" \
    "$root/keytools/codex32_symbols.c" "$root/keytools/codex32_share.c" "$root/keytools/hex.c" -o "$work/constant_time"
"$work/constant_time"
if "$work/constant_time" look-up 2>"$work/log"; then
    echo "a look-up by a secret went unnoticed"
    exit 1
fi
grep -q "use-of-uninitialized-value" "$work/log"
