#!/usr/bin/env bash
# Every target of build-fuzz under libFuzzer for some seconds, two at a time, beginning with the corpus of
# tests/fuzz/corpus. What it finds lies in build-fuzz.
#   tests/fuzz/run.sh SECONDS
# The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3

run_target() { # NAME SECONDS
    local work="build-fuzz/work/$1"
    rm -rf "$work" && mkdir -p "$work"
    [ ! -d "tests/fuzz/corpus/$1" ] || cp "tests/fuzz/corpus/$1"/* "$work"/
    if "build-fuzz/fuzz/$1" -max_total_time="$2" -timeout=5 -rss_limit_mb=2048 -artifact_prefix=build-fuzz/ "$work" \
        >"$work.log" 2>&1 </dev/null; then
        echo "ok    fuzz $1: $(tail -n 1 "$work.log")"
    else
        echo "FAIL  fuzz $1"
        tail -n 100 "$work.log" | sed 's/^/      /'
    fi
}

if [ "${1:-}" = target ] && [ $# -eq 3 ]; then
    shift
    run_target "$@"
    exit
fi

seconds=${1:?seconds for each target}
mapfile -t targets < <(find build-fuzz/fuzz -maxdepth 1 -type f -executable -printf '%f\n' | sort)
report=$(printf '%s\n' "${targets[@]}" | xargs -r -P "$(nproc)" -I{} "$0" target {} "$seconds")
echo "$report"
passed=$(grep -c '^ok ' <<<"$report")
echo "$passed passed, $((${#targets[@]} - passed)) failed"
[ "$passed" -gt 0 ] && [ "$passed" -eq "${#targets[@]}" ]
