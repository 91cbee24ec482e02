#!/bin/bash
# mv-conformance must notice every wrong value of shares and key blocks.
# usage: wrong_keys.sh MV-CONFORMANCE KEYS.json
set -u
program=$1 vectors=$2
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

# expect NAME ID STATEMENT CODE TEXT: runs the vector ID alone, changed by a Python statement on `v`.
expect() {
    local code=0
    python3 - "$vectors" "$2" "$3" >"$dir/one.json" <<'EOF'
import json, sys
v = next(v for v in json.load(open(sys.argv[1])) if v["id"] == sys.argv[2])
exec(sys.argv[3])
json.dump([v], sys.stdout)
EOF
    "$program" "$dir/one.json" >"$dir/out" 2>&1 || code=$?
    if [ "$code" -ne "$4" ] || ! grep -qF -- "$5" "$dir/out"; then
        echo "FAILED: $1: exit code $code instead of $4, or '$5' is not in: $(cat "$dir/out")"
        failed=1
    fi
}

expect 'unchanged' bip93-2 'pass' 0 '1 passed, 0 failed, 0 skipped'
expect 'wrong secret' bip93-2 'v["expected"]["secret_hex"] = "d1808e096b35b209ca12132b264662a6"' 1 'secret_hex: expected'
expect 'no secret' bip93-1 'v["inputs"]["strings"] = ["ms1"]' 1 'missing or refused'
expect 'wrong derived share' bip93-2 'v["expected"]["derived"]["D"] = v["expected"]["derived"]["S"]' 1 'share D differs'
expect 'wrong threshold' bip93-2 'v["expected"]["threshold"] = 3' 1 'threshold: expected 3, got 2'
expect 'wrong identifier' bip93-2 'v["expected"]["identifier"] = "MANE"' 1 'identifier: expected MANE, got NAME'
expect 'one share only' bip93-2 'v["inputs"]["strings"].pop()' 1 'the strings are no set'
expect 'a valid string' bip93-bad-1 'v["inputs"]["string"] = "ms10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw"' 1 \
    'error: expected true, got false'
expect 'wrong key' tr31-2018-a74 'v["expected"]["key"] = "3F419E1CB7079442AA37474C2EFBF8B9"' 1 'key: expected'
expect 'wrong KCV' tr31-2018-a74 'v["expected"]["kcv"] = "08793F"' 1 'kcv: expected 08793F, got 08793E'
expect 'another protection key' tr31-2018-a74 'v["inputs"]["kbpk"] = v["inputs"]["kbpk"][:-1] + "7"' 1 KEY_BLOCK_REFUSED
expect 'an altered block' tr31-2018-a74 'b = v["inputs"]["block"]; v["inputs"]["block"] = b[:20] + "0" + b[21:]' 1 \
    KEY_BLOCK_REFUSED
expect 'no block' tr31-2018-a74 'del v["inputs"]["block"]' 1 'kbpk or block is missing'
exit "$failed"
