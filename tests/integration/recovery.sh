#!/usr/bin/env bash
# The token is backed up, lost and restored; key process and server go on: the same request gives the same digits as the
# lost token gave, and meters that were made before take what is sold after. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
. tests/support/cli.sh

engineer=engineer1 domain=A1B2C3
ledger="$MV_DIR/server/ledger.db"
stop() {
    mv_stop metervaultd && mv_stop metervault-hsmd
}
start() {
    mv_hsmd_start && mv_server_start
}
# As the ledger was before the key change was issued.
ledger_back() {
    rm -f "$ledger" "$ledger-wal" "$ledger-shm" && cp "$MV_DIR/before.db" "$ledger"
}
# A key change has neither a time nor a random number: its digits are those of the keys.
change_key() { # NAME: of the answer's file
    cli "$engineer" engineer key-change --meter "$pan" --krn 2 --request-id the-same-request --yes --json |
        tokens >"$MV_DIR/$1"
    [ "$(wc -l <"$MV_DIR/$1")" -ge 2 ]
}
restore() {
    rm -rf "$MV_DIR/hsm/tokens" "$MV_DIR/hsm/backup" && mkdir "$MV_DIR/hsm/tokens" || return
    cp "$MV_DIR/custodians/backup-a" "$MV_DIR/custodians/backup-b" "$MV_DIR/hsm/" &&
        mv_keys restore --from "$MV_DIR/hsm/token.backup" --so-pin-file "$MV_DIR/hsm/so-pin" \
            --component-file "$MV_DIR/hsm/backup-a" --component-file "$MV_DIR/hsm/backup-b" &&
        rm "$MV_DIR/hsm/backup-a" "$MV_DIR/hsm/backup-b"
}
# Sold now, typed into a meter that the lost token made the key for.
takes() { # PAN STATE
    local digits
    mapfile -t digits < <(cli "$MV_VENDOR" vend --meter "$1" --kwh 10 --json | tokens)
    type_in "$2" "${digits[@]}"
}
meter() {
    "$MV_BIN/metersim" --state "$MV_DIR/recordmeter" "$@"
}
bring() {
    cli "$MV_VENDOR" record purchase --meter "$record_pan" "$@" --json |
        python3 -c 'import json, sys
print("\n".join("record " + record for record in json.load(sys.stdin)["records"]))' | meter --script -
}

check "an instance starts" mv_instance_start || finish
check "an engineer" mv_enrol "$engineer" "$MV_ORGANISATION" engineer
check "the next revision of the vending key" mv_vending_key next "$MV_SAMPLE_SGC" 2 2014
for use in record-mac record-enc; do
    check "master $use" mv_keys generate --use "$use" --domain "$domain"
done
pan=$(mv_pan 21)
for ea in 7 11; do
    check "a meter of EA $ea" mv_register "$(mv_pan "$ea")" "$ea"
    check "is made" mv_meter_make "$(mv_pan "$ea")" "$ea" "$MV_DIR/meter$ea"
    expect "takes a token" 0 "10" takes "$(mv_pan "$ea")" "$MV_DIR/meter$ea"
done
check "a meter that changes its key" mv_register "$pan" 11
record_pan=$(mv_pan 22)
check "a meter of native records" mv_keys export-meter --pan "$record_pan" --sgc "$MV_SAMPLE_SGC" --krn 1 --kt 2 --ti 1 --ea 11 \
    --base-date 2014 --ken 255 --factory-key factory --domain "$domain" --mac-version 1 --enc-version 1 --epoch 0 \
    --out "$MV_DIR/hsm/meter.provision"
check "has its keys" meter --provision "$MV_DIR/hsm/meter.provision" --component-file "$MV_DIR/custodians/factory-a" \
    --component-file "$MV_DIR/custodians/factory-b"
check "is registered" cli "$MV_ADMIN" meter register --meter "$record_pan" --organisation "$MV_ORGANISATION" \
    --sgc "$MV_SAMPLE_SGC" --ea 11 --made
check "is provisioned" cli "$MV_ADMIN" meter provision "$record_pan" --domain "$domain" --mac-version 1 --enc-version 1 --epoch 0
check "is commissioned" cli "$MV_ADMIN" meter state "$record_pan" active
expect "takes a purchase" 0 "credited 5000, remaining 5000" bring --kwh 5 --kind open-account --client 4711

check "a backup of the token" mv_keys backup --out "$MV_DIR/hsm/token.backup"
check "everything stops" stop
cp "$ledger" "$MV_DIR/before.db"
check "and starts again" start || finish
check "a key change" change_key lost
check "everything stops" stop
check "the ledger is as before it" ledger_back
check "the token is lost, and restored from its backup" restore
expect "every key is in order" 0 "in order" mv_keys verify
expect "its backups too" 0 "in order" mv_keys verify --backups
check "the servers start on it" start || finish
check "the same key change again" change_key restored
same "its digits" "$(cat "$MV_DIR/lost")" "$(cat "$MV_DIR/restored")"
for ea in 7 11; do
    expect "the meter of EA $ea takes what is sold now" 0 "20" takes "$(mv_pan "$ea")" "$MV_DIR/meter$ea"
done
expect "the next purchase's record is taken" 0 "credited 3000, remaining 8000" bring --kwh 3
check "the next signing key" mv_keys generate --use audit-sign
expect "nothing is missing" 0 "in order" mv_keys check
finish
