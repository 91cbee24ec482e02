#!/usr/bin/env bash
# The configuration examples in deploy/config are what the programs take; wrong settings are refused by their name.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh

check "an instance starts" mv_instance_start || finish
port=$(cat "$MV_DIR/port")
mv_stop metervaultd

# An example with the paths of this instance; every other setting stays as it is written there.
example() { # NAME FILE
    sed -e "s#/etc/metervault/#$MV_DIR/server/#; s#/var/lib/metervault/#$MV_DIR/server/#; s#/run/metervault-hsm/#$MV_DIR/run/#" \
        -e "s#\[::\]:7700#127.0.0.1:$port#; s#/var/lib/metervault-hsm/backup#$MV_DIR/hsm/backup#" \
        -e "s#pin_file = \"\"#pin_file = \"$MV_DIR/hsm/pin\"#" "deploy/config/$1" >"$2"
}
example metervaultd.conf "$MV_DIR/example.conf"
check "the server takes its example" "$MV_BIN/metervaultd" --config "$MV_DIR/example.conf" --check
for setting in queue_threads workers stream_workers card_sessions max_message_bytes max_repeated max_calls max_connections \
    max_connections_per_peer max_connection_age_s drain_ms hsmd_timeout_ms group_max; do
    expect "the example has $setting" 0 "$setting" grep "^$setting = " deploy/config/metervaultd.conf
    sed "s/^$setting = .*/$setting = -1/" "$MV_DIR/example.conf" >"$MV_DIR/wrong.conf"
    expect "$setting out of its range is named" 1 "$setting" "$MV_BIN/metervaultd" --config "$MV_DIR/wrong.conf" --check
done
# Who has the port: nobody, another program, this server.
expect "a free port" 0 "address        ok" "$MV_BIN/metervaultd" --config "$MV_DIR/example.conf" --check
python3 -c 'import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
print("ready", flush=True)
time.sleep(60)' "$port" >"$MV_DIR/squatter" &
squatter=$!
for _ in $(seq 100); do
    if grep -q ready "$MV_DIR/squatter"; then break; fi
    sleep 0.1
done
expect "another program on the port" 1 "in use by another program" \
    "$MV_BIN/metervaultd" --config "$MV_DIR/example.conf" --check
kill "$squatter"
wait "$squatter" 2>/dev/null
# A clock that a start would call stepped.
clock_off() { # DAYS: a copy of the ledger that saw this moment so many days ago
    cp "$MV_DIR/server/ledger.db" "$MV_DIR/server/off.db"
    python3 -c 'import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE ledger SET last_time_unix_s = ?", (int(time.time()) - 86400 * int(sys.argv[2]),))
db.commit()' "$MV_DIR/server/off.db" "$1"
    sed 's#/ledger.db#/off.db#' "$MV_DIR/example.conf" >"$MV_DIR/off.conf"
}
clock_off 29
check "a rest of 29 days" "$MV_BIN/metervaultd" --config "$MV_DIR/off.conf" --check
clock_off 31
expect "a rest of 31 days" 3 CLOCK_STEPPED "$MV_BIN/metervaultd" --config "$MV_DIR/off.conf" --check
clock_off -1
expect "a clock behind its ledger" 3 CLOCK_STEPPED "$MV_BIN/metervaultd" --config "$MV_DIR/off.conf" --check
sed '/^ledger/d' "$MV_DIR/example.conf" >"$MV_DIR/wrong.conf"
expect "a missing ledger is named" 1 "ledger" "$MV_BIN/metervaultd" --config "$MV_DIR/wrong.conf" --check
echo 'nonsense = 1' | cat "$MV_DIR/example.conf" - >"$MV_DIR/wrong.conf"
expect "an unknown setting is named" 1 "nonsense" "$MV_BIN/metervaultd" --config "$MV_DIR/wrong.conf" --check

example hsmd.conf "$MV_DIR/hsm/example.conf"
export SOFTHSM2_CONF="$MV_DIR/hsm/softhsm2.conf"
check "the key process takes its example" "$MV_BIN/metervault-hsmd" --config "$MV_DIR/hsm/example.conf" --check
check "so does the officers' tool" "$MV_BIN/metervault-keys" --config "$MV_DIR/hsm/example.conf" check
wrong_hsm() { # NAME TEXT SED-EXPRESSION
    sed "$3" "$MV_DIR/hsm/example.conf" >"$MV_DIR/hsm/wrong.conf"
    expect "$1" 3 "$2" "$MV_BIN/metervault-hsmd" --config "$MV_DIR/hsm/wrong.conf" --check
}
wrong_hsm "a module that is not there" MODULE_NOT_LOADED 's#^module = .*#module = "/nonexistent.so"#'
wrong_hsm "a token that is not there" TOKEN_NOT_FOUND 's#^token_label = .*#token_label = "another"#'
printf 'wrong-pin\n' >"$MV_DIR/hsm/wrong-pin"
chmod 600 "$MV_DIR/hsm/wrong-pin"
wrong_hsm "a wrong PIN" PIN_REFUSED "s#^pin_file = .*#pin_file = \"$MV_DIR/hsm/wrong-pin\"#"
chmod 644 "$MV_DIR/hsm/wrong-pin"
wrong_hsm "a PIN file that others can read" CONFIG_INVALID "s#^pin_file = .*#pin_file = \"$MV_DIR/hsm/wrong-pin\"#"

# The server says what its key process says.
mv_stop metervault-hsmd
expect "metervaultd --check without a key process" 3 KEY_SERVICE_UNAVAILABLE \
    "$MV_BIN/metervaultd" --config "$MV_DIR/example.conf" --check

sed "s#vault.example.org:7700#127.0.0.1:1#; s#/home/shop/.config/metervault/till-7#$MV_DIR/pki/$MV_VENDOR#
    s#/home/shop/.config/metervault/#$MV_DIR/pki/#" deploy/config/client.conf >"$MV_DIR/client.conf"
expect "the client takes its example" 3 "UNAVAILABLE" "$MV_BIN/metervault" operator whoami --config "$MV_DIR/client.conf"
finish
