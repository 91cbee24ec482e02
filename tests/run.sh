#!/usr/bin/env bash
# Builds and tests metervault. The last line is "N passed, N failed"; the exit code is 0 only when nothing failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3
. tests/support/files.sh
umask 022
root=$PWD
results=$(mktemp -d "${TMPDIR:-/tmp}/metervault-run.XXXXXX")
trap 'rm -rf "$results"' EXIT
jobs=$(nproc)
passed=0 failed=0

usage() {
    cat <<'EOF'
Usage: tests/run.sh [PART]
Parts: all (default)  everything below but long: what CI runs
       unit           unit tests of the release build
       target         meter-core and its tests for Cortex-M0+, Cortex-M4 and rv32, under qemu
       conformance    published values of STS, keys and cards through a real token
       model          50,000 random operations on server, key process and meters against an oracle in Python; what
                      cards carry, by Spin; three months of an office, worked out a second time
       integration    whole instances: sales, TLS, an independent gRPC client, memory
       faults         killed, hung and full: nothing acknowledged is lost
       fuzz           every fuzz target for some seconds, those of meter-core under AFL++ too
       coverage       every branch of meter-core is run by its unit tests
       sanitize       unit tests, sales, an engineer's tokens and a batch under ASan+UBSan and TSan
       lint           clang-format, clang-tidy, shellcheck
       bench-smoke    the load generator, briefly; size, stack and instructions of meter-core against their limits
       long           500 kills, a year of an office, a million random operations, minutes of fuzzing, batches and rollovers of 100,000
Examples: tests/run.sh unit
          tests/run.sh faults
EOF
}

count() { # PASSED FAILED
    passed=$((passed + $1))
    failed=$((failed + $2))
}

# one NAME command...: one test; its output is shown when it fails.
one() {
    local name=$1 log="$results/one.log"
    shift
    if "$@" >"$log" 2>&1 </dev/null; then
        echo "ok    $name"
        count 1 0
        return 0
    fi
    echo "FAIL  $name"
    sed 's/^/      /' "$log" | tail -n 200
    count 0 1
    return 1
}

stage() {
    echo
    echo "== $1 ($((SECONDS / 60)) min)"
}

# ---- builds ----
configure_and_build() { # FOLDER "TARGET..." cmake-arguments...
    local folder=$1 wanted
    read -ra wanted <<<"$2"
    shift 2
    cmake -G Ninja -B "$folder" -S . "$@" && ninja -C "$folder" -j "$jobs" "${wanted[@]}"
}

build() { # as configure_and_build
    one "build $1" configure_and_build "$@"
}

# Builds once however many parts ask; the parts after a failed build fail by themselves.
release_built=''
build_release() {
    [ -z "$release_built" ] || return "$release_built"
    stage "release build"
    build build all -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMETERVAULT_SANITIZE=
    release_built=$?
    return "$release_built"
}

# ---- ctest: counts the cases inside the cmocka programs ----
ctest_label() { # FOLDER LABEL ctest-options...
    local log="$1/Testing/Temporary/LastTest.log" code sums
    rm -f "$log"
    ctest --test-dir "$1" -L "^$2\$" "${@:3}" --no-tests=error -j "$jobs" --output-on-failure >"$results/ctest.log" 2>&1
    code=$?
    sums=$(awk '
        /^[0-9]+\/[0-9]+ Test: / { cases = 0 }
        /^\[       OK \]/ { cases++ }
        /^Test Passed\./ { good += cases > 0 ? cases : 1 }
        /^Test (Failed|time.out|Timeout)/ || /^Test .*(timed out|not run)/ { good += cases; bad++ }
        END { print good + 0, bad + 0 }' "$log" 2>/dev/null)
    sums=${sums:-0 0}
    local good=${sums% *} bad=${sums#* }
    if [ "$code" -ne 0 ]; then
        cat "$results/ctest.log"
        [ "$bad" -gt 0 ] || bad=1
    elif [ "$good" -eq 0 ]; then
        echo "FAIL  no test of label $2 ran in $1"
        bad=1
    fi
    echo "$1, $2: $good cases passed, $bad tests failed"
    count "$good" "$bad"
}

# ---- shell, python and node tests: each ends with its own "N passed, N failed" ----
script() { # NAME command...
    local name=$1 log="$results/script.log"
    shift
    timeout 1800 "$@" >"$log" 2>&1 </dev/null
    report "$name" "$log" $?
}

report() { # NAME LOG CODE [SECONDS]
    local name=$1 log=$2 code=$3 last
    echo "-- $name${4:+, $4 s}"
    last=$(tail -n 1 "$log")
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        local good=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
        [ "$code" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
        [ "$good" -gt 0 ] || [ "$bad" -gt 0 ] || bad=1
        count "$good" "$bad"
        if [ "$bad" -gt 0 ]; then
            cat "$log"
        else
            echo "   $last"
        fi
    else
        cat "$log"
        echo "FAIL  $name ended with code $code and no count"
        count 0 1
    fi
}

# The same in the background, at most two at a time: much of it waits for a disk or runs on one core. `gather` waits for
# all of them and reports them in their order.
begun=() running=()
begin() { # NAME command...
    local log="$results/begun.${#begun[@]}"
    begun+=("$1")
    shift
    [ "${#running[@]}" -lt 2 ] || one_less
    {
        SECONDS=0
        timeout 1800 "$@" >"$log" 2>&1 </dev/null
        echo $? $SECONDS >"$log.code"
    } &
    running+=($!)
}

one_less() {
    local ended pid left=()
    wait -n -p ended "${running[@]}"
    for pid in "${running[@]}"; do
        [ "$pid" = "$ended" ] || left+=("$pid")
    done
    running=("${left[@]}")
}

gather() {
    local i code seconds
    [ "${#running[@]}" -eq 0 ] || wait "${running[@]}"
    for i in "${!begun[@]}"; do
        read -r code seconds <"$results/begun.$i.code"
        report "${begun[$i]}" "$results/begun.$i" "$code" "$seconds"
    done
    begun=() running=()
}

# ---- parts ----
part_unit() {
    build_release || return
    stage "unit tests"
    one "every ctest test belongs to a part" every_test_has_a_part
    ctest_label build unit
}

every_test_has_a_part() {
    ctest --test-dir build -N -LE '^(unit|conformance|fuzz)$' | tee /dev/stderr | grep -q '^Total Tests: 0$'
}

part_conformance() {
    build_release || return
    stage "conformance"
    ctest_label build conformance
}

part_target() {
    begin tests/target/run.sh tests/target/run.sh
}

part_model() {
    build_release || return
    begin "tests/model/run.py" tests/model/run.py
    begin "tests/model/run.py --mutations" tests/model/run.py --mutations
    begin "tests/proof/spin/run.sh" tests/proof/spin/run.sh
    begin "tests/year/run.sh" env METERVAULT_SEED=20 tests/year/run.sh
}

part_integration() {
    build_release || return
    local test
    for test in tests/integration/*.sh; do
        begin "$test" "$test"
    done
}

part_faults() {
    build_release || return
    local test
    for test in tests/faults/*.sh; do
        begin "$test" "$test"
    done
}

fuzz_for() { # SECONDS
    build_release || return
    stage "fuzz, $1 s each"
    ctest_label build fuzz
    build build-fuzz fuzz -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMETERVAULT_SANITIZE=fuzz || return
    script "under libFuzzer" tests/fuzz/run.sh "$1"
    script "meter-core under AFL++" tests/fuzz/afl.sh "$1"
}

# Whole instances; fewer and slower than those of the release build.
sanitized() { # FOLDER
    begin "sale.sh, $1" env MV_BIN="$root/$1/bin" tests/integration/sale.sh
    begin "engineer.sh, $1" env MV_BIN="$root/$1/bin" tests/integration/engineer.sh
    begin "records.sh, $1" env MV_BIN="$root/$1/bin" tests/integration/records.sh
    begin "batch.sh, $1" env MV_BIN="$root/$1/bin" METERVAULT_ROWS=1000 tests/integration/batch.sh
    begin "kill.sh, $1" env MV_BIN="$root/$1/bin" METERVAULT_KILLS=4 METERVAULT_CLIENTS=8 tests/faults/kill.sh
}

part_coverage() {
    begin tests/coverage/run.sh tests/coverage/run.sh
}

part_sanitize() {
    stage "ASan and UBSan"
    export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
    if build build-asan all -DMETERVAULT_SANITIZE=address -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O1 -g'; then
        ctest_label build-asan unit
        # the officers' tool as a program, and wrong values that are to be noticed, are slow here: in the long part
        ctest_label build-asan conformance -E '_wrong_|^keys'
        ctest_label build-asan fuzz
        sanitized build-asan
        begin "cards.sh, build-asan" env MV_BIN="$root/build-asan/bin" METERVAULT_CARD_CUTS=10 tests/faults/cards.sh
        begin "meter_screen.sh, build-asan" env MV_BIN="$root/build-asan/bin" tests/integration/meter_screen.sh
        gather
    fi
    stage "TSan"
    export TSAN_OPTIONS="ignore_noninstrumented_modules=1:second_deadlock_stack=1:suppressions=$root/tests/support/tsan.supp"
    # what has threads: neither meter nor officers' tools
    local part threaded='api rpc store vending'
    local targets='server/all keytools/all client/all tests/faults/all metersim cards_stream test_client_bulk test_client_call'
    for part in $threaded; do
        targets+=" tests/unit/$part/all"
    done
    if build build-tsan "$targets" -DMETERVAULT_SANITIZE=thread -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O1 -g'; then
        for part in $threaded; do
            ctest_label "build-tsan/tests/unit/$part" unit
        done
        ctest_label build-tsan/tests/unit/cards unit -R '^cards_stream$'
        ctest_label build-tsan/tests/unit/client unit -R '^test_client_(bulk|call)$'
        sanitized build-tsan
        gather
    fi
}

format_check() {
    our_files '*.c' '*.h' | xargs clang-format --dry-run -Werror
}

# The linter reads what is built and waits for nobody: it fills what the others leave idle.
tidy_pid=
begin_tidy() {
    build_release || return
    nice tests/support/tidy.sh >"$results/tidy" 2>&1 </dev/null &
    tidy_pid=$!
}

part_lint() {
    build_release || return
    [ -n "$tidy_pid" ] || begin_tidy
    stage "lint"
    one "clang-format" format_check
    local file
    while read -r file; do
        one "shellcheck $file" shellcheck "$file"
    done < <(our_files '*.sh' run)
    script "requests of other servers" tests/support/peers.py
    wait "$tidy_pid"
    report "clang-tidy" "$results/tidy" $?
}

part_bench-smoke() {
    build_release || return
    begin tests/bench/smoke.sh tests/bench/smoke.sh
    begin tests/bench/core.sh tests/bench/core.sh
}

part_long() {
    build_release || return
    stage "long faults"
    script "proof of meter-core" tests/proof/run.sh
    script "a million random operations" tests/model/run.py --operations 1000000
    script "a year of an office" env METERVAULT_CUSTOMERS=300 METERVAULT_MONTHS=12 tests/year/run.sh
    one "one vendor's credit under 64 clients" tests/bench/vendors.sh --rounds 5 --gate
    script "200,000 prices computed twice" tests/unit/vending/price_model.py build/tests/price_driver 200000 3
    script "a year of power cuts" tests/unit/core/year_long.sh build/tests/test_year_cut_1
    script "cards pulled out 1000 times" env METERVAULT_CARD_CUTS=1000 tests/faults/cards.sh
    script "keys of cards, looked for at every authentication" env METERVAULT_CARD_LOOKS=9 tests/integration/card_secrets.sh
    if build build-asan all -DMETERVAULT_SANITIZE=address -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O1 -g'; then
        ctest_label build-asan conformance
    fi
    script "500 kills" env METERVAULT_KILLS=500 tests/faults/kill.sh
    script "ceremonies ended at every question in every way" env METERVAULT_REHEARSAL=all tests/integration/rehearsal.sh
    script "power cuts on the targets" env METERVAULT_TARGET_LONG=ON tests/target/run.sh
    script "100,000 meters rolled over" env METERVAULT_METERS=100000 tests/integration/rollover.sh
    script "100,000 rows in a batch" env METERVAULT_ROWS=100000 tests/integration/batch.sh
    fuzz_for 120
}

finish() {
    echo
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

part=${1:-all}
case "$part" in
--help | -h) usage && exit 0 ;;
all | unit | target | conformance | model | integration | faults | fuzz | coverage | sanitize | lint | bench-smoke | long) ;;
*) usage >&2 && exit 2 ;;
esac

one "packages" deploy/packages.sh || finish
case "$part" in
all)
    part_unit
    part_conformance
    begin_tidy
    stage "targets, model, whole instances, faults, coverage, bench-smoke"
    part_target
    part_model
    part_integration
    part_faults
    part_coverage
    part_bench-smoke
    gather
    fuzz_for 5
    part_sanitize
    part_lint
    ;;
fuzz) fuzz_for 5 ;;
*)
    "part_$part"
    gather
    ;;
esac
finish
