#!/usr/bin/env bash
# Native records from the key in the token to the meter and back: a meter is made, provisioned and commissioned, an account
# is opened, purchases, parameters, a tariff in parts, control, a read with its return, new keys, a reset, the end.
# MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh

engineer=engineer1 domain=A1B2C3
vendor() { # PART arguments
    cli "$MV_VENDOR" record "$1" --meter "$pan" "${@:2}"
}
engineer() { # PART arguments
    cli "$engineer" record "$1" --meter "$pan" "${@:2}"
}
meter() { # COMMAND...
    "$MV_BIN/metersim" --state "$MV_DIR/meter" "$@"
}
records() { # the signed records of an answer in JSON on standard input, a line each
    python3 -c 'import json, sys
print("\n".join(json.load(sys.stdin)["records"]))'
}
stored() { # the records of a list in JSON on standard input, a line each
    python3 -c 'import json, sys
print("\n".join(record["record"] for record in json.load(sys.stdin)["records"]))'
}
# Hands in stored records again. Prints what the meter says.
deliver() { # LIST as of stored
    awk '{ print "record " $0 }' <<<"$1" | meter --script -
}
# Signs and hands in every record. Prints what the meter says.
bring() { # vendor|engineer PART arguments...
    local answer
    answer=$("$@" --json) || return
    records <<<"$answer" | sed 's/^/record /' | meter --script -
}
say() { # a value of the meter's state: state PATH
    meter --json state | json "$1"
}

check "an instance starts" mv_instance_start || finish
check "an engineer" mv_enrol "$engineer" "$MV_ORGANISATION" engineer
for use in record-mac record-enc; do
    for version in 1 2; do
        check "master $use version $version" mv_keys generate --use "$use" --domain "$domain" --version "$version"
    done
done

# ---- made, provisioned, commissioned ----
pan=$(mv_pan 31)
check "the factory gets the meter's keys" mv_keys export-meter --pan "$pan" --sgc "$MV_SAMPLE_SGC" --krn 1 --kt 2 --ti 1 \
    --ea 11 --base-date 2014 --ken 255 --factory-key factory --domain "$domain" --mac-version 1 --enc-version 1 --epoch 4 \
    --out "$MV_DIR/hsm/meter.provision"
expect "no key stands in the file" 1 "" grep -qiE 'secret|"key"' "$MV_DIR/hsm/meter.provision"
check "and puts them into the meter" meter --provision "$MV_DIR/hsm/meter.provision" \
    --component-file "$MV_DIR/custodians/factory-a" --component-file "$MV_DIR/custodians/factory-b"
admin() {
    cli "$MV_ADMIN" meter "$@"
}
expect "the office knows it as made" 0 "MADE" admin register --meter "$pan" --organisation "$MV_ORGANISATION" \
    --sgc "$MV_SAMPLE_SGC" --ea 11 --made
expect "nothing is sold to it yet" 1 "METER_NOT_ACTIVE" cli "$MV_VENDOR" vend --meter "$pan" --kwh 1
expect "nor by record" 1 "METER_NOT_ACTIVE" vendor purchase --kwh 1
expect "masters that the token does not have" 1 "RECORD_KEY_UNKNOWN" admin provision "$pan" --domain "$domain" --mac-version 7
expect "it is provisioned" 0 "PROVISIONED" admin provision "$pan" --domain "$domain" --mac-version 1 --enc-version 1 --epoch 5
expect "a mistake is corrected" 0 "PROVISIONED" admin provision "$pan" --domain "$domain" --epoch 4
expect "its keys are shown" 0 "domain $domain, MAC version 1, wrapping version 1, epoch 4" admin show "$pan"
expect "and commissioned" 0 "ACTIVE" admin state "$pan" active
expect "it does not go back" 1 "METER_STATE_NOT_ALLOWED" admin state "$pan" provisioned

# ---- purchases ----
expect "a purchase before the account is open" 1 "ACCOUNT_NOT_OPEN" vendor purchase --kwh 5
expect "an account needs a client" 1 "client_number" vendor purchase --kwh 5 --kind open-account
expect "the first purchase opens it" 0 "credited 25600, remaining 25600" \
    bring vendor purchase --kwh 25.6 --kind open-account --client 4711 --request-id open
expect "the same request gives the same record, which the meter knows" 1 "" \
    bring vendor purchase --kwh 25.6 --kind open-account --client 4711 --request-id open
same "and counts nothing twice" 25600 "$(meter --json registers | json remaining)"
expect "an id is one order" 1 "REQUEST_ID_REUSED" vendor purchase --kwh 25.7 --kind open-account --client 4711 --request-id open
expect "on whatever carrier" 1 "REQUEST_ID_REUSED" cli "$MV_VENDOR" vend --meter "$pan" --kwh 25.6 --request-id open
expect "the keys are what the meter knows by now" 1 "RECORDS_PROVISIONED" admin provision "$pan" --domain "$domain" --epoch 5
expect "another account" 1 "ACCOUNT_OPEN" vendor purchase --kwh 5 --kind open-account --client 4712
expect "a purchase" 0 "credited 1000" bring vendor purchase --kwh 1
check "a record that gets lost" vendor purchase --kwh 2 --request-id lost
expect "is made good by the next one" 0 "credited 5000" bring vendor purchase --kwh 3 --request-id gap
expect "and only once" 0 "credited 4000" bring vendor purchase --kwh 4
expect "a slip of the finger" 1 "AMOUNT_TOO_LARGE" vendor purchase --kwh 25600000
expect "who sells lends nothing" 1 "ROLE_MISSING" vendor purchase --kwh 1 --arrears 5
same "nothing was lost and nothing came twice" 35600 "$(meter --json registers | json remaining)"
# ---- what got lost is brought again ----
check "another one that gets lost" vendor purchase --kwh 0.5 --request-id card
check "and the one after it" vendor purchase --kwh 0.25 --request-id next
listed=$(vendor list --kind purchase --from 6 --json | stored)
same "the stored bytes are those that were signed" "$(vendor purchase --kwh 0.5 --request-id card --json | records)
$(vendor purchase --kwh 0.25 --request-id next --json | records)" "$listed"
expect "in their order the meter takes them all" 0 "credited 250," deliver "$listed"
same "nothing is missing" 36350 "$(meter --json registers | json remaining)"
expect "a second time it knows them" 1 "" deliver "$listed"
same "and counts nothing twice" 36350 "$(meter --json registers | json remaining)"
expect "a clerk sees who sold what under which request" 0 "by $MV_VENDOR, request card, credit 500" vendor list
expect "a vendor is shown no parameters" 1 "ROLE_MISSING" vendor list --kind parameters
expect "an engineer no purchases" 1 "ROLE_MISSING" engineer list --kind purchase
expect "a number needs its kind" 2 "needs --kind" vendor list --from 2
expect "a meter of nobody" 1 "METER_UNKNOWN" cli "$MV_VENDOR" record list --meter "$(mv_pan 99)"
same "every purchase is in the ledger" 7 "$(query "SELECT count(*) FROM record WHERE kind = 1")"

# ---- what the meter is told ----
expect "alarms and overdraft are set" 0 "accepted" bring engineer set alarm-1=10000 alarm-2=5000 overdraft=2000
same "the meter has them" "10000 2000" "$(say alarm_1) $(say overdraft)"
expect "a name that no parameter has" 2 "alarm-3" engineer set alarm-3=1
expect "a value that no meter takes" 1 "INVALID_FIELD" engineer set arrears-percent=101
expect "a vendor sets nothing" 1 "ROLE_MISSING" vendor set alarm-1=1
cat >"$MV_DIR/calendar.json" <<'END'
{"day_tables": [{"switches": [{"minute": 0, "rate": 0}, {"minute": 420, "rate": 1}, {"minute": 1320, "rate": 0}]},
                {"switches": [{"minute": 0, "rate": 0}]}],
 "weekday_tables": [0, 0, 0, 0, 0, 1, 1],
 "friendly": [{"weekdays": 31, "from_minute": 1200, "to_minute": 480}],
 "holidays": [{"month": 1, "day": 1, "day_table": 1, "friendly": true}, {"month": 12, "day": 25, "day_table": 1, "friendly": true}]}
END
cat >"$MV_DIR/tariff.json" <<'END'
{"kind": "TIME_OF_USE", "valid_from_unix_s": 0, "rate_price_e5": [12000, 25000], "fixed_per_day_e5": 5000,
 "steps": [{"from": 0, "price_e5": 0}, {"from": 100000, "price_e5": 3000}]}
END
expect "a calendar" 0 "accepted" bring engineer calendar "$MV_DIR/calendar.json"
expect "a tariff" 0 "accepted" bring engineer tariff "$MV_DIR/tariff.json"
same "the meter has the calendar" "2" "$(say calendar_set)"
echo '{"kind": "CHEAP"}' >"$MV_DIR/wrong.json"
expect "a table that is none" 2 "kind is not one of its names" engineer tariff "$MV_DIR/wrong.json"
echo '{"kind": "SINGLE", "rate_price_e5": [1, 2]}' >"$MV_DIR/wrong.json"
expect "a tariff that no meter takes" 1 "INVALID_FIELD" engineer tariff "$MV_DIR/wrong.json"

# ---- control ----
expect "the switch opens" 0 "accepted" bring engineer control open-switch
same "by command" "COMMAND False" "$(meter --json supply | json cut) $(meter --json supply | json closed)"
expect "and closes" 0 "accepted" bring engineer control close-switch
same "as credit is there" "True" "$(meter --json supply | json closed)"
expect "what cannot be taken back is asked for" 2 "--yes" engineer control clear --clear months
expect "months are cleared" 0 "accepted" bring engineer control clear --clear months --yes

# ---- a read and its return ----
expect "a read request" 0 "return due: true" bring vendor read --want events
back=$(meter return)
expect "what the meter wrote back" 0 "Remaining  36350" cli "$MV_VENDOR" record return "$back"
expect "it answers the request" 0 "answers the newest read request" cli "$MV_VENDOR" record return "$back"
expect "and brings events" 0 "Event" cli "$MV_VENDOR" record return "$back"
last=${back: -1}
expect "a changed digit" 1 "RECORD_NOT_VALID" cli "$MV_VENDOR" record return "${back%?}$([ "$last" = 0 ] && echo 1 || echo 0)"
newer=$(meter return)
expect "a newer one" 0 "Meter      $pan" cli "$MV_VENDOR" record return "$newer"
expect "the older one after it" 1 "RETURN_NOT_NEWER" cli "$MV_VENDOR" record return "$back"
expect "it tells what the meter took last and has" 0 "parameters 3, control 3, read 1, key-update 0" \
    cli "$MV_VENDOR" record return "$newer"
expect "its keys too" 0 "MAC version 1, wrapping version 1" cli "$MV_VENDOR" record return "$newer"
returns=$(vendor returns --json)
same "the returns are kept, newest first" "$newer $back" \
    "$(json returns.0.record <<<"$returns" | tr a-f A-F) $(json returns.1.record <<<"$returns" | tr a-f A-F)"
same "with the question that they answer" "0 1" \
    "$(json returns.0.answers_read_request <<<"$returns") $(json returns.1.answers_read_request <<<"$returns")"
same "and what they say" 36350 "$(json returns.1.content.remaining <<<"$returns")"

# ---- new keys ----
expect "keys of version 2" 0 "accepted" bring engineer key-update --mac-version 2 --enc-version 2
expect "the office waits for a return" 0 "Pending keys" admin show "$pan"
expect "and makes no other change meanwhile" 1 "RECORD_KEYS_PENDING" engineer key-update --mac-version 1
expect "a record under the old keys is refused by the meter" 1 "" bring vendor read
expect "a return shows the new keys" 0 "took its new keys" cli "$MV_VENDOR" record return "$(meter return)"
expect "from then on records are under them" 0 "accepted" bring vendor read
expect "a version that the token does not have" 1 "RECORD_KEY_UNKNOWN" engineer key-update --mac-version 9

# ---- a new installation, the end ----
expect "what the meter may not have taken is not thrown away" 0 "" vendor purchase --kwh 1 --request-id late
expect "by a reset" 1 "PURCHASES_UNREAD" engineer control reset --yes
expect "unless that is said" 0 "accepted" bring engineer control reset --yes --abandon-unread
expect "nothing is sold into the old epoch" 1 "RECORD_KEYS_PENDING" vendor purchase --kwh 1
expect "a return of the new epoch" 0 "epoch 5" cli "$MV_VENDOR" record return "$(meter return)"
expect "its account is opened anew" 0 "accepted" bring vendor purchase --kwh 1 --kind open-account --client 4712
same "those of the epoch before are listed when it is named" "$(query "SELECT count(*) FROM record WHERE kind = 1 AND epoch = 4")" \
    "$(vendor list --kind purchase --epoch 4 --json | stored | wc -l)"
same "else those of this one" 1 "$(vendor list --kind purchase --json | stored | wc -l)"
expect "an old purchase is one of another installation" 1 "" bring vendor purchase --kwh 1 --request-id gap
expect "a key update that never gets there" 0 "" engineer key-update --mac-version 1
expect "an engineer ends the wait" 0 "MAC version 2" cli "$engineer" meter record-keys "$pan" not-taken --yes
expect "who did not wait" 1 "NO_KEY_CHANGE_PENDING" cli "$engineer" meter record-keys "$pan" taken --yes
expect "suspended" 0 "SUSPENDED" admin state "$pan" suspended
expect "nothing is sold" 1 "METER_NOT_ACTIVE" vendor purchase --kwh 1
expect "it still can be read" 0 "accepted" bring vendor read
expect "the meter forgets its keys" 0 "accepted" bring engineer control retire --yes
same "for ever" "True" "$(say retired)"
expect "and the office retires it" 0 "RETIRED" admin state "$pan" retired --yes
expect "it does not come back" 1 "METER_STATE_NOT_ALLOWED" admin state "$pan" active
expect "no sanitizer complained" 0 "" no_sanitizer_report
expect "the audit chain holds" 0 "" cli "$MV_OFFICER" audit verify
finish
