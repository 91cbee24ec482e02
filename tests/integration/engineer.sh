#!/usr/bin/env bash
# Everything an engineer issues, typed into simulated meters: management, tests, key changes by order and by themselves,
# their confirmation, moves to another supply group with a second officer, help-desk questions. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh

engineer=engineer1 supervisor=supervisor1 officer2=officer2
engineer() { # PART METER arguments
    cli "$engineer" engineer "$1" --meter "$2" "${@:3}"
}
officer() {
    cli "$MV_OFFICER" operator "$@"
}

check "an instance starts" mv_instance_start || finish
check "an engineer" mv_enrol "$engineer" "$MV_ORGANISATION" engineer
check "a supervisor" mv_enrol "$supervisor" "$MV_ORGANISATION" supervisor
check "a second officer" mv_enrol_officer "$officer2"
check "a second revision of the vending key" mv_vending_key second "$MV_SAMPLE_SGC" 2 2014
check "another supply group" mv_vending_key other 123458 1 2014
pan7=$(mv_pan 7) pan11=$(mv_pan 11) pan12=$(mv_pan 12)
declare -A meter=([$pan7]="$MV_DIR/meter7" [$pan11]="$MV_DIR/meter11" [$pan12]="$MV_DIR/meter12")
for pan in "$pan7" "$pan11" "$pan12"; do
    ea=7
    [ "$pan" = "$pan7" ] || ea=11
    check "meter $pan is opened" mv_register "$pan" "$ea"
    check "and made" mv_meter_make "$pan" "$ea" "${meter[$pan]}"
done

# ---- management and test tokens ----
for pan in "$pan7" "$pan11"; do
    for action in "max-power --watts 5000" "phase-unbalance --watts 700" "tariff-rate --value 3" "clear-tamper --yes" \
        "clear-credit --register all --yes" "test --test 1" "test --test 4"; do
        # shellcheck disable=SC2086 # an action is several words
        answer=$(engineer ${action%% *} "$pan" ${action#* } --json)
        same "$action: issued" 0 "$?"
        expect "$action: the meter takes it" 0 "" type_in "${meter[$pan]}" "$(tokens <<<"$answer")"
    done
done
expect "a watt more than a token can say" 2 "18201624" engineer max-power "$pan7" --watts 18201625
expect "nobody is there to be asked" 2 "--yes" engineer clear-credit "$pan7" --register all
expect "a vendor makes no management tokens" 1 "ROLE_MISSING" cli "$MV_VENDOR" engineer max-power --meter "$pan7" --watts 1
first=$(engineer max-power "$pan7" --watts 9000 --request-id power-1 --json | tokens)
same "the same request id gives the same token" "$first" \
    "$(engineer max-power "$pan7" --watts 9000 --request-id power-1 --json | tokens)"
expect "and nothing else" 1 "REQUEST_ID_REUSED" engineer max-power "$pan7" --watts 9001 --request-id power-1
expect "it is reprinted" 0 "max-power 9000 W" cli "$engineer" reprint --request-id power-1
expect "a token for people has groups of four" 0 "Token    " engineer test "$pan7" --test 0

# ---- the help desk ----
sale=$(cli "$MV_VENDOR" vend --meter "$pan11" --kwh 10 --json)
digits=$(tokens <<<"$sale")
expect "a vendor learns that a token was issued here" 0 "Issued here: token 1 of 1" \
    cli "$MV_VENDOR" engineer verify --meter "$pan11" "$digits"
expect "digits may come from standard input" 0 "Issued here" \
    bash -c "echo $digits | '$MV_BIN/metervault' engineer verify --meter $pan11 - --config '$MV_DIR/clients/$MV_VENDOR.conf'"
expect "a vendor learns nothing of foreign digits" 1 "TOKEN_NOT_ISSUED_HERE" \
    cli "$MV_VENDOR" engineer verify --meter "$pan11" 12345678901234567890
expect "an engineer learns that they are no token" 1 "TOKEN_NOT_VALID" engineer verify "$pan11" 12345678901234567890
expect "another meter's token is none of this one" 1 "TOKEN_NOT_VALID" engineer verify "$pan12" "$digits"

# ---- a key change by order ----
expect "a key change to the key that the meter has" 1 "KEY_UNCHANGED" engineer key-change "$pan11" --yes
answer=$(engineer key-change "$pan11" --krn 2 --yes --json)
same "a key change to the next revision" 0 "$?"
mapfile -t set11 < <(tokens <<<"$answer")
same "EA 11 takes four tokens" 4 "${#set11[@]}"
expect "the meter waits for confirmation" 0 "Pending key   SGC $MV_SAMPLE_SGC  KRN 2" cli "$engineer" meter show "$pan11"
expect "another change has to wait" 1 "KEY_CHANGE_PENDING" engineer key-change "$pan11" --ti 5 --yes
sale=$(cli "$MV_VENDOR" vend --meter "$pan11" --kwh 3 --json)
mapfile -t with_sale < <(tokens <<<"$sale")
same "a sale brings the same set again" "${set11[*]}" "${with_sale[*]:0:4}"
expect "its receipt says what to type first" 0 "Again    this key change was given out before: type the last token first" \
    cli "$MV_VENDOR" reprint --last
expect "the meter takes all of it" 0 "" type_in "${meter[$pan11]}" "${with_sale[@]}"
expect "a token under the old key proves nothing" 1 "PROOF_INVALID" \
    cli "$MV_VENDOR" engineer confirm-key --meter "$pan11" --token "$digits"
expect "the sale's token proves it" 0 "KRN 2" \
    cli "$MV_VENDOR" engineer confirm-key --meter "$pan11" --token "${with_sale[4]}"
expect "nothing waits any more" 1 "NO_KEY_CHANGE_PENDING" engineer confirm-key "$pan11" --krn 2 --ti 1 --yes
expect "the history knows both keys" 0 "LEFT" cli "$engineer" engineer history "$pan11"
expect "the old revision's exposure names the meter" 0 "$pan11" \
    cli "$engineer" engineer exposed --sgc "$MV_SAMPLE_SGC" --krn 1
same "later sales come without" 1 "$(cli "$MV_VENDOR" vend --meter "$pan11" --kwh 1 --json | tokens | wc -l)"

# ---- a change that the office wants, brought by a sale, confirmed by the display ----
expect "the office wants another tariff index" 0 "Wanted key    TI 7" engineer assign-key "$pan7" --ti 7
mapfile -t with_sale < <(cli "$MV_VENDOR" vend --meter "$pan7" --kwh 2 --json | tokens)
same "EA 7: two tokens and the sale's" 3 "${#with_sale[@]}"
expect "the meter takes them" 0 "" type_in "${meter[$pan7]}" "${with_sale[@]}"
expect "a display that fits neither key" 1 "PROOF_INVALID" engineer confirm-key "$pan7" --krn 5 --ti 9 --yes
expect "a reading needs an engineer" 1 "ROLE_MISSING" \
    cli "$MV_VENDOR" engineer confirm-key --meter "$pan7" --krn 1 --ti 7 --yes
expect "the display confirms it" 0 "TI 7" engineer confirm-key "$pan7" --krn 1 --ti 7 --yes
same "three tokens tell the meter its group" 3 \
    "$(engineer key-change "$pan7" --ti 8 --with-sgc --yes --json | tokens | wc -l)"
expect "not typed: the meter shows the old key" 0 "TI 7" engineer confirm-key "$pan7" --krn 1 --ti 7 --yes

# ---- to another supply group, with two people ----
expect "without a grant" 1 "SUPPLY_GROUP_DENIED" engineer key-change "$pan12" --sgc 123458 --yes
check "a grant" officer grant "$MV_ORGANISATION" 123458
expect "without an approval" 1 "APPROVAL_MISSING" engineer key-change "$pan12" --sgc 123458 --yes
expect "an engineer proposes" 0 "not approved" \
    cli "$engineer" operator propose-move --from "$MV_SAMPLE_SGC" --to 123458 --meter "$pan12"
number=$(cli "$MV_OFFICER" operator proposals --json | json proposals.0.id)
expect "the proposal is listed" 0 "$MV_SAMPLE_SGC -> 123458  $pan12" officer proposals
expect "a proposal is not enough" 1 "APPROVAL_MISSING" engineer key-change "$pan12" --sgc 123458 --yes
expect "only an officer approves" 1 "ROLE_MISSING" cli "$engineer" operator approve "$number" --yes
expect "an officer approves the text" 0 "approved by $officer2" await_keys cli "$officer2" operator approve "$number" --yes
own=$(officer propose-move --from "$MV_SAMPLE_SGC" --to 123458 --json | json id)
expect "nobody approves the own proposal" 1 "SAME_OFFICER" officer approve "$own" --yes
answer=$(engineer key-change "$pan12" --sgc 123458 --yes --json)
same "now the meter may move" 0 "$?"
mapfile -t move < <(tokens <<<"$answer")
expect "and takes the set" 0 "" type_in "${meter[$pan12]}" "${move[@]}"
mapfile -t after < <(cli "$MV_VENDOR" vend --meter "$pan12" --kwh 4 --json | tokens)
expect "a sale under the new group's key" 0 "" type_in "${meter[$pan12]}" "${after[-1]}"
expect "proves the move" 0 "SGC 123458" engineer confirm-key "$pan12" --token "${after[-1]}"
expect "a meter that the approval does not name stays" 1 "APPROVAL_MISSING" engineer key-change "$pan11" --sgc 123458 --yes

# ---- currency, and the minute that ordinary tokens leave free ----
money=$(mv_pan 20)
check "a meter that counts money" cli "$MV_ADMIN" meter register --meter "$money" --organisation "$MV_ORGANISATION" \
    --sgc "$MV_SAMPLE_SGC" --ea 11 --credit-unit currency
expect "is sold money, rounded up to what a token can say" 0 "(asked: 12.5 (currency))" cli "$MV_VENDOR" vend --meter "$money" --currency 12.50
expect "and no units" 1 "WRONG_UTILITY" cli "$MV_VENDOR" vend --meter "$money" --kwh 1
expect "a meter of units is sold no money" 1 "WRONG_UTILITY" cli "$MV_VENDOR" vend --meter "$pan7" --currency 1
special=$(mv_pan 21)
check "another meter" mv_register "$special" 11
same "a special token is of the day's second minute" 1 \
    "$(($(cli "$MV_VENDOR" vend --meter "$special" --kwh 1 --special --json | json tokens.0.token_identifier) % 1440))"
# before midnight tomorrow's minute can be had already
cli "$MV_VENDOR" vend --meter "$special" --kwh 1 --special >"$MV_DIR/tomorrow" 2>&1
expect "and there is one a day" 1 "SPECIAL_IDENTIFIER_TAKEN" cli "$MV_VENDOR" vend --meter "$special" --kwh 1 --special

check "the audit chain verifies" cli "$MV_OFFICER" audit verify
check "no sanitizer reported anything" no_sanitizer_report
finish
