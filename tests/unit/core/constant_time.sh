#!/bin/sh
# constant_time.sh CLANG WORK_DIR SOURCE_DIR: no branch and no address in meter-core depends on a secret, in the code
# that clang makes of it at -O2.
set -eu
clang=$1
work=$2
root=$3

mkdir -p "$work"
"$clang" -std=gnu11 -O2 -g -fsanitize=memory -I"$root/meter-core/include" \
    -Wl,--wrap=mv_sts_decrypt "$root/tests/unit/core/constant_time.c" \
    "$root"/meter-core/src/crypto/*.c "$root"/meter-core/src/sts/*.c "$root"/meter-core/src/meter/*.c "$root"/meter-core/src/nv/*.c \
    -o "$work/constant_time"
"$work/constant_time" | tee "$work/out"
[ "$(grep -c "^enter.* 1$" "$work/out")" -eq 4 ] || { echo "the meter did not do as expected"; exit 1; }
if "$work/constant_time" look-up 2>"$work/log"; then
    echo "a look-up by a secret went unnoticed"
    exit 1
fi
grep -q "use-of-uninitialized-value" "$work/log"
