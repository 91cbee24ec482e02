#!/usr/bin/env bash
# Branches and lines of meter-core that its unit tests run, counted by gcov: all that can be reached must be.
#   tests/coverage/run.sh [FOLDER]      the build goes to FOLDER, default build-coverage; the report too
# What cannot be reached is marked in the source (GCOVR_EXCL_BR_LINE, GCOVR_EXCL_LINE) with the reason on the same line.
# The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3

folder=${1:-build-coverage}
passed=0 failed=0
mkdir -p "$folder"

one() { # NAME command...
    local name=$1 log="$folder/step.log"
    shift
    if "$@" >"$log" 2>&1 </dev/null; then
        echo "ok    $name"
        passed=$((passed + 1))
        return 0
    fi
    echo "FAIL  $name"
    sed 's/^/      /' "$log" | tail -n 100
    failed=$((failed + 1))
    return 1
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}

# Counts of an older build would be added to those of this one.
build() {
    cmake -G Ninja -B "$folder" -S . -DMETERVAULT_SANITIZE=coverage &&
        find "$folder" -name '*.gcda' -delete && ninja -C "$folder" tests/unit/core/all
}

# Without the tests that look at other builds, and without those that only repeat: random entries, cuts at every byte,
# whole years.
others='^(core_.*|test_single_.*|test_core_single|test_provision_file|test_wrong_entries|test_power_cut|test_year_.*)$'
run_tests() {
    ctest --test-dir "$folder/tests/unit/core" -E "$others" -j "$(nproc)" --output-on-failure
}

reasons() {
    ! grep -rnE 'GCOVR_EXCL_' meter-core/src | grep -vE 'GCOVR_EXCL_(BR_)?LINE [a-z]'
}

covered() {
    gcovr --root . --filter 'meter-core/src/' --branches --sort-uncovered --txt "$folder/branches.txt" \
        --print-summary --fail-under-branch 100 --fail-under-line 100 \
        "$folder/meter-core/CMakeFiles/mv_core.dir"
    local code=$?
    grep -v '100%' "$folder/branches.txt"
    return "$code"
}

one "build" build || finish
one "unit tests" run_tests || finish
one "every exclusion has its reason" reasons
one "every branch and line of meter-core" covered
grep -E '^(lines|branches): ' "$folder/step.log"
echo "excluded: $(grep -rhE 'GCOVR_EXCL_' meter-core/src | wc -l) lines"
finish
