#!/usr/bin/env bash
# clang-tidy over all our C files, several at a time. A file that passed is not checked again until it, a header, its
# compiler flags or the rules change. Needs build/compile_commands.json.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3

if [ "${1:-}" = one ]; then # FILE HASH-OF-WHAT-ALL-SHARE
    file=${2#./}
    key=$({ echo "$3" && cat "$file" && grep -F "/$file\"" build/compile_commands.json; } | sha256sum | cut -c1-40)
    [ ! -f "build/tidy/$key" ] || exit 0
    if clang-tidy --quiet -p build "$file" >"build/tidy/$key.log" 2>&1; then
        mv "build/tidy/$key.log" "build/tidy/$key"
        exit 0
    fi
    echo "FAIL  $file build/tidy/$key.log"
    exit 1
fi

mkdir -p build/tidy
. tests/support/files.sh
shared=$({ clang-tidy --version && cat .clang-tidy && our_files '*.h' '*.proto' | xargs cat; } | sha256sum)
# Those of tests/proof are Frama-C's: they include headers that only it has.
checked() {
    our_files '*.c' | grep -v '^\./tests/proof/'
}
all=$(checked | wc -l)
report=$(checked | xargs -r -P "$(nproc)" -I{} "$0" one {} "$shared")
while read -r _ file log; do
    [ -z "$file" ] || { echo "FAIL  $file" && cat "$log"; }
done <<<"$report"
bad=$(grep -c '^FAIL  ' <<<"$report")
echo "$((all - bad)) passed, $bad failed"
[ "$all" -gt 0 ] && [ "$bad" -eq 0 ]
