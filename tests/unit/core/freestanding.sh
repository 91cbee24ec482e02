#!/bin/sh
# freestanding.sh COMPILER WORK_DIR SOURCE_DIR: compiles all of meter-core/src as a bare target would, links it into one
# object and fails when that asks for anything but the four mem functions and libgcc's arithmetic helpers.
set -eu
compiler=$1
work=$2
core=$3

rm -rf "$work"
mkdir -p "$work"
count=0
for source in "$core"/src/*/*.c; do
    count=$((count + 1))
    "$compiler" -std=c11 -ffreestanding -nostdlib -Os -Wall -Wextra -Werror -fno-stack-protector \
        -I"$core/include" -c "$source" -o "$work/$count.o"
done
[ "$count" -gt 0 ] || { echo "no sources in $core/src"; exit 1; }
"$compiler" -nostdlib -r -o "$work/core.o" "$work"/[0-9]*.o

undefined=$(nm -u "$work/core.o" | awk '{print $NF}' | sort -u)
echo "undefined symbols of $count files:" "${undefined:-none}"
foreign=$(printf '%s\n' "$undefined" | grep -Ev '^(memcpy|memset|memcmp|memmove|__aeabi_[a-z0-9]+|__(u?div|u?mod|ashl|ashr|lshr|mul|parity)[sd]i[234])?$' || true)
[ -z "$foreign" ] || { echo "not freestanding:" "$foreign"; exit 1; }
includes=$(grep -hE '^#include <' "$core"/src/*/*.[ch] "$core"/include/metervault/*.h | sort -u |
    grep -Ev '<(stdint|stddef|stdbool|string)\.h>' || true)
[ -z "$includes" ] || { echo "forbidden headers: $includes"; exit 1; }
