#!/bin/bash
# examples.sh COMPILER WORK_DIR CORE_DIR: the code blocks of the pages that are marked `c compile` compile, those of one page
# as one file.
set -eu
compiler=$1
work=$2
core=$3

mkdir -p "$work"
for page in README.md docs/integration.md; do
    name=$(basename "$page" .md)
    awk '/^```c compile$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$core/$page" >"$work/$name.c"
    [ -s "$work/$name.c" ] || { echo "$page has no code that is marked"; exit 1; }
    "$compiler" -std=c11 -Wall -Wextra -Wconversion -Wstrict-prototypes -Werror -I"$core" -I"$core/include" \
        -c "$work/$name.c" -o "$work/$name.o"
    echo "$page compiles"
done
