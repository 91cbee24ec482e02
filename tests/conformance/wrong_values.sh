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

# management
alter n-1002-ctsa03-s1 'pass'
expect 'management' 0 '1 passed, 0 failed, 0 skipped'
alter n-1002-ctsa03-s1 'v["expected"]["token"] = "50901894209860263093"'
expect 'wrong management token' 1 '(management) token: expected 50901894209860263093, got 50901894209860263092'
alter n-1002-ctsa03-s1 'v["inputs"]["limit_watts"] = 1001'
expect 'another limit' 1 'field_hex: expected 03E8, got 03E9'
alter n-1002-ctsa03-s1 'v["inputs"]["issue_time"] = "2004-03-28T09:02:00Z"'
expect 'another minute' 1 'tid: expected 5910301, got 5910302'
alter n-1002-ctsa03-s1 'v["inputs"]["ken"] = 85'
expect 'management under an expired key' 1 'got KEY_EXPIRED'
alter n-1002-ctsa03-s1 'v["inputs"]["subclass"] = 12'
expect 'a reserved management token' 1 '(management) the field of the token'
alter n-1002-ctsa04-s1 'v["inputs"]["register_to_clear_hex"] = "0008"'
expect 'a register that does not exist' 1 'error: expected none, got INVALID_FIELD'
alter n-1002-ctsa04-s1 'v["inputs"]["vending_key_hex"] = "9494949494949494"'
expect 'management under another key' 1 'decoder_key_hex: expected'
alter nd-mpl 'v["inputs"]["decoder_key_hex"] = "0ABC12DEF3456788"'
expect 'management under another decoder key' 1 '(management) token: expected'
alter c07-ctsa24-s1 'v["inputs"]["field_low10_hex"] = "001"'
expect 'another flag' 1 'field_hex: expected FC00, got FC01'

# displays
alter n-1002-ctsa11-s1-2d 'v["expected"]["token"] = "00000000000150997585"'
expect 'wrong test token' 1 '(display) token: expected 00000000000150997585, got 00000000000150997584'
alter n-1002-ctsa11-s1-2d 'v["inputs"]["control_hex"] = "000000002"'
expect 'another test' 1 'test 1 is another control bit'
alter n-1002-ctsa11-s1-2d 'v["inputs"]["mfr_code"] = "100"'
expect 'a code too long' 1 'error: expected none, got INVALID_FIELD'
alter n-1002-ctsa11-s1-2d 'v["inputs"]["mfr_code"] = "01"'
expect 'a test for other meters' 1 'the meter answers 14 to'
alter n-1002-ctsa11-s1-2d 'v["inputs"]["subclass"] = 3'
expect 'a reserved test' 1 'error: expected none, got INVALID_FIELD'
for member in token_class subclass control_hex mfr_code crc_ok; do
    alter prism-class1 "v['expected']['$member'] = '7'"
    expect "a read test token with another $member" 1 "$member: expected 7, got"
done
alter prism-class1 'v["inputs"]["token"] = "00000000000134220737"'
expect 'a damaged test token' 1 'the token is none of class 1'

# key changes
alter c07-ctsa05-s4 'pass'
expect 'key change' 0 '1 passed, 0 failed, 0 skipped'
alter c07-ctsa05-s4 'v["expected"]["tokens"][1] = "22979178279997208273"'
expect 'wrong second token' 1 '(keychange) tokens: expected 52506022850399603630 22979178279997208273'
alter c07-ctsa05-s4 'v["expected"]["tokens"].pop()'
expect 'a token too many' 1 '(keychange) tokens: expected'
alter c07-ctsa05-s4 'v["inputs"]["three_kct"] = 0'
expect 'two tokens instead of three' 1 'subclasses 3 4 instead of 3 4 8'
alter c07-ctsa05-s4 'v["intermediate"]["clear_blocks_hex"][2] = "0"'
expect 'wrong clear block' 1 'clear_blocks_hex: expected'
alter c07-ctsa05-s4 'v["intermediate"]["new_decoder_key_hex"] = "0"'
expect 'wrong new key' 1 'new_decoder_key_hex: expected 0'
alter c07-ctsa05-s4 'v["inputs"]["rollover_ro"] = 1'
expect 'rollover without a later base date' 1 'rollover_ro does not follow'
alter c07-ctsa05-s4 'v["inputs"]["new_ken"] = 254'
expect 'two expiry numbers' 1 'new_ken is missing or not of its form'
alter c07-ctsa05-s4 'v["inputs"]["new"]["ti"] = "03"'
expect 'another tariff index' 1 '(keychange) tokens: expected'
alter c07-ctsa05-s4 'v["inputs"]["new"]["kt"] = 3'
expect 'a common key' 1 'error: expected none, got KEY_CHANGE_NOT_ALLOWED'
alter c07-ctsa05-s4 'v["inputs"]["new"]["meter_pan"] = "000001000000000082"'
expect 'another meter' 1 'error: expected none, got KEY_CHANGE_NOT_ALLOWED'
alter c07-ctsa05-s4 'v["inputs"]["new"]["vending_key_hex"] = "00112233445566778899AABBCCDDEEFF00112233"'
expect 'two keys for one place' 1 'two keys for one place'
alter c07-ctsa05-s2 'v["inputs"]["old"]["base_date"], v["inputs"]["new"]["base_date"] = 2035, 2014'
expect 'an earlier base date' 1 'error: expected none, got KEY_CHANGE_NOT_ALLOWED'
alter c07-ctsa05-s2 'v["expected"]["error"] = "ApprovalMissing"'
expect 'an approval that is there' 1 'error: expected ApprovalMissing, got nothing'
alter n-1004-ctsa19-s2-kct 'v["inputs"]["old"]["krn"] = 3'
expect 'another old key' 1 '(keychange) tokens: expected'
alter nd-kct1 'v["inputs"]["nkho_hex"] = "0ABC12DF"'
expect 'another first section' 1 'clear_block_hex: expected 3F220ABC12DE8B0C, got'
alter nd-kct2 'v["inputs"]["new_ti"] = "02"'
expect 'another second section' 1 'clear_block_hex: expected 4F01F3456789C238, got'

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
