# shellcheck shell=bash
# Counted checks for shell tests: sourced. Every check prints one line and fails when it is not so; `finish` prints the count
# and ends the test.
mv_checks_passed=0 mv_checks_failed=0
mv_check_output=$(mktemp)

pass() { # NAME
    mv_checks_passed=$((mv_checks_passed + 1))
    echo "  ok    $1"
}

fail() { # NAME WHY...
    mv_checks_failed=$((mv_checks_failed + 1))
    echo "  FAIL  $1"
    shift
    printf '        %s\n' "$@"
    return 1
}

# expect NAME EXIT-CODE TEXT command...: the command ends with the code and its output holds the text ("" = any).
expect() {
    local name=$1 code=$2 text=$3 got=0
    shift 3
    "$@" >"$mv_check_output" 2>&1 </dev/null || got=$?
    if [ "$got" -eq "$code" ] && { [ -z "$text" ] || grep -qF -- "$text" "$mv_check_output"; }; then
        pass "$name"
    else
        fail "$name" "command: $*" "exit code $got, expected $code with \"$text\"; output:" "$(head -c 2000 "$mv_check_output")"
    fi
}

# check NAME command...: it succeeds.
check() {
    local name=$1
    shift
    expect "$name" 0 "" "$@"
}

# same NAME EXPECTED GOT: equal and not empty.
same() {
    if [ "$2" = "$3" ] && [ -n "$2" ]; then
        pass "$1"
    else
        fail "$1" "expected: $2" "got:      $3"
    fi
}

finish() {
    rm -f "$mv_check_output"
    echo "$mv_checks_passed passed, $mv_checks_failed failed"
    [ "$mv_checks_failed" -eq 0 ] && [ "$mv_checks_passed" -gt 0 ]
    exit
}
