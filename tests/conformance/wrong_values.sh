#!/bin/bash
# mv-conformance must notice: every wrong expected value, a refusal that does not come, a file that is none; and it must
# count kinds that it does not know as skipped.
# usage: wrong_values.sh MV-CONFORMANCE STS.json
set -u
program=$1 vectors=$2
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}

# alter ID PYTHON: writes the vector ID alone, changed by a statement on `v`.
alter() {
    python3 - "$vectors" "$1" "$2" >"$dir/one.json" <<'EOF'
import json, sys
v = next(v for v in json.load(open(sys.argv[1])) if v["id"] == sys.argv[2])
exec(sys.argv[3])
json.dump([v], sys.stdout)
EOF
}

# expect NAME CODE TEXT: runs the file and looks for the text in its output.
expect() {
    local code=0
    "$program" "$dir/one.json" >"$dir/out" 2>"$dir/err" || code=$?
    [ "$code" -eq "$2" ] || fail "$1: exit code $code instead of $2: $(cat "$dir/out" "$dir/err")"
    grep -qF -- "$3" "$dir/out" "$dir/err" || fail "$1: '$3' is not in: $(cat "$dir/out" "$dir/err")"
}

alter c11-ctsa01-s4 'pass'
expect 'unchanged' 0 '1 passed, 0 failed, 0 skipped'
alter c11-ctsa01-s4 'v["expected"]["token"] = "00000000000000000001"'
expect 'wrong token' 1 'DIFFERS c11-ctsa01-s4 (credit) token: expected 00000000000000000001, got '
alter c11-ctsa01-s4 'v["intermediate"]["amount_field_hex"] = "0002"'
expect 'wrong amount field' 1 'amount_field_hex: expected 0002'
alter c11-ctsa01-s4 'v["inputs"]["vending_key_hex"] = "00112233445566778899AABBCCDDEEFF00112233"'
expect 'another vending key' 1 '0 passed, 1 failed, 0 skipped'
alter c11-ctsa01-s4 'v["inputs"]["meter_pan"] = "600727000000000017"'
expect 'wrong check digits' 1 'error: expected none'
alter c11-ctsa01-s4 'v["inputs"]["surplus"] = [1]; v["remark"] = {}; v["intermediate"] = None'
expect 'surplus members' 0 '1 passed'
alter n-1002-ctsa16-s1 'v["inputs"]["ken"] = 255; v["inputs"]["kt"] = 2'
expect 'refusal that does not come' 1 'error: expected KeyExpired, got nothing'
alter n-1002-ctsa01-dkga02 'v["inputs"]["vending_key_hex"] = "AAABABABABABABAB"'
expect 'even parity' 1 'got KEY_PARITY'
alter n-1002-ctsa01-dkga02 'v["expected"]["decoder_key_hex"] = "E653341F9D5BF36E"'
expect 'wrong decoder key' 1 'decoder_key_hex: expected E653341F9D5BF36E, got E653341F9D5BF36F'
alter c07-ctsa20-s10 'v["inputs"]["amount"] = "1.82045E+14"'
expect 'another currency amount' 1 'token: expected'
alter crc-1 'v["expected"]["crc_hex"] = "0FFB"'
expect 'wrong CRC' 1 'crc_hex: expected 0FFB, got 0FFA'
alter ea11-rfc2994-1 'v["expected"]["ciphertext_hex"] = "8B1DA5F56AB3D07D"'
expect 'wrong MISTY1 block' 1 'ciphertext_hex'
alter ea07-key-align 'v["expected"]["aligned_hex"] = "0"'
expect 'wrong alignment' 1 'aligned_hex'
alter ctsa17-12345678904 'v["inputs"]["drn"] = "12345678903"'
expect 'right check digit' 1 'error: expected Luhn, got nothing'
alter crc-1 'v["expected"] = {}'
expect 'nothing expected' 1 'nothing in it could be compared'
alter crc-1 'v["kind"] = "entropy"'
expect 'unknown kind' 0 '0 passed, 0 failed, 1 skipped'
grep -q '^entropy .* 1 skipped' "$dir/out" || fail "the unknown kind is not named: $(cat "$dir/out")"
echo '{"kind": "crc"}' >"$dir/one.json"
expect 'no array' 2 'not an array of vectors'
echo '[' >"$dir/one.json"
expect 'no JSON' 2 'one.json'
exit "$failed"
