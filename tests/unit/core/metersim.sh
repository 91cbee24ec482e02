#!/bin/bash
# metersim.sh METERSIM: provisions meters from files, enters published tokens, and meets every refusal of the program.
set -u
metersim=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect CODE TEXT COMMAND...: the exit code and a piece of what is printed; TEXT "" means anything
expect() {
    local code=$1 text=$2 output status
    shift 2
    output=$("$@" 2>&1 </dev/null)
    status=$?
    if [ "$status" -ne "$code" ] || [[ "$output" != *"$text"* ]]; then
        printf 'FAILED: %s\n  expected %s and "%s"\n  got %s and "%s"\n' "$*" "$code" "$text" "$status" "$output"
        failed=1
    fi
}

provision_file() { # NAME PAN EA KEY TID_FILL
    printf '%s\n' "metervault-provision 1" "meter_pan $2" "encryption_algorithm $3" "key_type 2" \
        "supply_group_code 123456" "key_revision_number 1" "tariff_index 01" "key_expiry_number 255" \
        "base_date 1993" "tid_fill $5" "wrapped_key $4" >"$work/$1"
}

sim() {
    local state=$1
    shift
    "$metersim" --state "$work/$state" "$@"
}

load() { # STATE FILE OPTIONS...
    sim "$1" --provision "$work/$2" --component-file "$work/a" --component-file "$work/b" "${@:3}"
}

umask 077
echo "00112233 44556677 8899AABB CCDDEEFF" >"$work/a"
echo "0f1e2d3c4b5a69788796a5b4c3d2e1f0" >"$work/b"
# published decoder keys, wrapped by OpenSSL under the XOR of the two components
provision_file sta 600727000000000009 7 6B082A8CD6A8CB004BF86561BB74FDB887EB9F73928580AC 5A0000
provision_file misty1 600727000000000009 11 95B37115C13EA3D6E8262BEEAA7D8224FDF69458898C7C2F 590000
provision_file unpadded 600727000000000009 7 0F1FD140D01DE7D782200154135B77EB461F9ABD438E1284 5A0000
provision_file damaged 600727000000000009 7 6B082A8CD6A8CB004BF86561BB74FDB887EB9F73928580AD 5A0000
provision_file wrong_pan 600727000000000008 7 6B082A8CD6A8CB004BF86561BB74FDB887EB9F73928580AC 5A0000
one_kwh=66475648316756821785
water=44275716003808438853 # 25.6 m3
same_tid=26436017448909825227 # of the same minute as one_kwh

expect 0 "metersim 0." sim x --version
expect 0 "examples:" sim x --help
expect 2 "state" "$metersim" show
expect 2 "unknown option" sim x --nonsense
expect 2 "at least two" sim x --provision "$work/sta" --component-file "$work/a"
expect 2 "goes with --provision" sim x --component-file "$work/a"
expect 3 "No such file" sim none show
printf 'no meter at all' >"$work/text"
expect 3 "no meter's memory" sim text show
expect 3 "no meter's memory" load text sta
# from before the journal: a record of 512 bytes in 8 KiB
{ printf 'MVS\003'; head -c 500 /dev/zero; printf '\0\0\0\001\377\377\377\376'; head -c 7680 /dev/zero | tr '\0' '\377'; } >"$work/older"
expect 3 "another version of this program" sim older show
expect 3 "another version of this program" load older sta
printf '' >"$work/empty"
expect 3 "no meter's memory" load empty sta
ln -s elsewhere "$work/link"
expect 3 "" load link sta
[ -e "$work/elsewhere" ] && { echo "FAILED: a link was followed"; failed=1; }
expect 3 "No such file" load no-such-directory/m sta
expect 0 "balance 0 kWh" env -C "$work" "$metersim" --state here --provision sta --component-file a --component-file b
[ "$(echo "$work"/here*)" = "$work/here" ] || { echo "FAILED: something is left beside the state"; failed=1; }
# dies half way through making the file
(ulimit -f 4 && load dying sta) >/dev/null 2>&1 && { echo "FAILED: it did not die"; failed=1; }
[ -e "$work/dying" ] && { echo "FAILED: half a state file is there"; failed=1; }
expect 0 "balance 0 kWh" load dying sta
expect 1 "there is no such file" load wrong nothing
expect 1 "meter_pan" load wrong wrong_pan
expect 1 "does not open" load wrong damaged
expect 1 "no EA07 key" load wrong unpadded
expect 3 "NOT_PROVISIONED" sim wrong enter $one_kwh
expect 3 "NOT_PROVISIONED" sim wrong show

expect 0 "balance 0 kWh" load m sta
expect 1 "has its key already" load m sta
expect 0 "accepted: 1 kWh, balance 1 kWh" sim m enter $one_kwh
expect 1 "refused: USED_ERROR - this token was entered before" sim m enter "${one_kwh:0:4} ${one_kwh:4:8}-${one_kwh:12}"
expect 1 "refused: FUNCTION_ERROR" sim m enter $water
expect 1 "refused: USED_ERROR" sim m enter $same_tid
expect 1 "refused: CRC_ERROR" sim m enter 66475648316756821786
expect 1 "refused: FORMAT_ERROR" sim m enter 6647564831675682178
expect 1 "refused: FORMAT_ERROR" sim m enter ${one_kwh}0
expect 1 '{"result": "USED_ERROR", "reason": "this token was entered before"}' sim m --json enter $one_kwh
expect 0 '"service": "electricity", "balance": "1", "unit": "kWh"' sim m --json show
expect 0 "meter          600727000000000009" sim m show
expect 2 "unknown command" sim m dance

expect 0 "" load w sta --measures water,electricity
expect 0 '{"result": "ACCEPT", "service": "water", "credited": "25.6", "balance": "25.6", "unit": "m3"}' sim w --json enter $water
expect 2 "--measures" load w sta --measures steam
expect 0 "accepted: 0.1 kWh, balance 0.1 kWh" load e misty1 enter 59386323472137426967

printf '# two tokens\nenter %s\n\n%s\nshow\nquit\nenter 1\n' $one_kwh $water >"$work/script"
expect 0 "" load s sta
expect 1 "balance 1 kWh" sim s --script "$work/script"
expect 2 "not both" sim s --script "$work/script" show
expect 2 "no-such-script" sim s --script "$work/no-such-script"

# published for the same key: a power limit, clearing of all credit, the test that runs all tests
limit=50901894209860263092
clear=29511990995826640868
all_tests=56493153725450313471
# made for it: a set of three to supply group 654321, revision 2; flag 5; clear tamper; 0.12345 of the currency
section1=30157157122420863465
section2=02007985728292532318
section3=33238609463655131982
flag5=16346043006180236937
clear_tamper=59933110966233746025
money=29012741136694029441
wrong=66475648316756821786

expect 0 "" load k sta --measures electricity,electricity-currency
expect 0 "accepted: 0.12345 currency, balance 0.12345 currency" sim k enter $money
expect 0 "accepted: maximum_power 1000 W" sim k enter $limit
expect 0 '"name": "extended", "value": "flag 5 = 1"' sim k --json enter $flag5
expect 0 $'power limit    1000 W, phase unbalance limit none\n' sim k show
expect 0 '"maximum_power": "1000", "phase_unbalance": "none"' sim k --json show
expect 0 '"flags": [5]' sim k --json show
expect 0 "" sim k tamper
expect 0 "tamper         yes" sim k show
expect 0 "accepted: clear_tamper 0" sim k enter $clear_tamper
expect 0 '"tampered": false' sim k --json show
expect 0 "accepted: clear_credit all" sim k enter $clear
expect 0 "electricity-currency balance 0 currency" sim k show
expect 0 "decoder_reference_number 00000000000" sim k enter $all_tests
expect 0 '{"name": "supply_group_code", "value": "123456"}' sim k --json enter $all_tests

expect 0 "taken: KCT_3RD - third section of a key change; the meter has 3" sim k enter $section3
expect 0 '{"result": "KCT_1ST", "kind": "key_section", "section": 1, "sections": "1 3"}' sim k --json enter $section1
expect 0 "sections there: 1 3" sim k show
expect 0 "sections there: none" sim k --wait 600 show
expect 0 "taken: KCT_2ND" sim k enter $section2
expect 0 "the meter has 1 2" sim k enter $section1
expect 0 "accepted: new key, supply group 654321, key revision 2, tariff index 07, expiry number 255" sim k enter $section3
expect 0 "supply group   654321, key revision 2" sim k show
expect 1 "CRC_ERROR" sim k enter $section1

printf '%s\n' $wrong $wrong $wrong $one_kwh $all_tests "wait 9" $one_kwh show "wait 1" $one_kwh >"$work/locked"
expect 0 "" load l sta
expect 1 "refused: LOCKOUT_ACTIVE" sim l --script "$work/locked"
expect 0 "balance 1 kWh" sim l show
printf '%s\n' $wrong $wrong $wrong >"$work/locked"
expect 1 "(locked for 10 s)" sim l --script "$work/locked"
expect 1 '"reason": "too many wrong entries; wait, or enter only tests", "lockout_s": 10}' sim l --json enter $water
expect 1 "FUNCTION_ERROR" sim l --wait 10 enter $water
expect 2 "wait needs seconds" sim l wait soon
expect 2 "--wait needs seconds" sim l --wait -1 show
expect 2 "--wait needs seconds" sim l --wait 31622401 show

chmod 640 "$work/a"
expect 1 "chmod 600" load late sta
chmod 600 "$work/a"
echo "00112233445566778899AABBCCDDEE" >"$work/a"
expect 1 "32 hex digits" load late sta

[ "$(stat -c %a "$work/m")" = 600 ] || { echo "FAILED: state file is not closed to others"; failed=1; }
[ "$failed" -eq 0 ] && echo "metersim does what it says"
exit "$failed"
