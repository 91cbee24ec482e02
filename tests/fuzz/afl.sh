#!/usr/bin/env bash
# The fuzz targets of meter-core under AFL++, each for some seconds, beginning with the corpus of tests/fuzz/corpus.
#   tests/fuzz/afl.sh SECONDS [FOLDER]      the build goes to FOLDER, default build-afl; what crashes or hangs, too
# The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3

# One target until the time is over; says in FOLDER/NAME.result what came of it.
run_target() { # FOLDER NAME SECONDS
    local out="$1/found/$2" log="$1/$2.log" code crashes hangs runs
    rm -rf "$out" && mkdir -p "$out"
    # AFL sets the sanitizers' options as it needs them, where there are none.
    env -u ASAN_OPTIONS -u UBSAN_OPTIONS AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_HANG_TMOUT=5000 \
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 timeout $(($3 + 120)) \
        afl-fuzz -V "$3" -t 5000 -m none -i "tests/fuzz/corpus/$2" -o "$out" -- "$1/fuzz/$2" >"$log" 2>&1 </dev/null
    code=$?
    stat() { sed -n "s/^$1 *: //p" "$out/default/fuzzer_stats" 2>/dev/null; }
    crashes=$(stat saved_crashes) hangs=$(stat saved_hangs) runs=$(stat execs_done)
    if [ "$code" -eq 0 ] && [ "${runs:-0}" -gt 0 ] && [ "${crashes:-1}${hangs:-1}" = 00 ]; then
        echo "ok    afl $2: $runs runs, $(stat corpus_count) inputs"
    else
        echo "FAIL  afl $2: ended with code $code, ${crashes:-?} crashes, ${hangs:-?} hangs in $out"
        tail -n 40 "$log" | sed 's/^/      /'
    fi >"$1/$2.result"
}

if [ "${1:-}" = target ] && [ $# -eq 4 ]; then
    shift
    run_target "$@"
    exit
fi

seconds=${1:?seconds for each target}
folder=${2:-build-afl}
mapfile -t targets < <(sed -nE 's/^mv_fuzz\((fuzz_[a-z_]+) .*LIBS mv_core\)$/\1/p' tests/fuzz/CMakeLists.txt)
mkdir -p "$folder"
rm -f "$folder"/*.result
if ! { cmake -G Ninja -B "$folder" -S . -DCMAKE_C_COMPILER=afl-clang-fast -DMETERVAULT_SANITIZE=fuzz &&
    AFL_QUIET=1 ninja -C "$folder" "${targets[@]}"; } >"$folder/build.log" 2>&1; then
    tail -n 50 "$folder/build.log"
    echo "0 passed, 1 failed"
    exit 1
fi
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} "$0" target "$folder" {} "$seconds"
cat "$folder"/*.result
passed=$(grep -c '^ok ' <(cat "$folder"/*.result))
echo "$passed passed, $((${#targets[@]} - passed)) failed"
[ "$passed" -gt 0 ] && [ "$passed" -eq "${#targets[@]}" ]
