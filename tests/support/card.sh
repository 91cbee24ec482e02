# shellcheck shell=bash
# Cards, desks and meters of a test: sourced after pcsc.sh, instance.sh and cli.sh. The card at hand lies in the reader of
# the desk, or is held at a meter, never both.
MV_VCARD=${MV_VCARD:-$(dirname "$MV_BIN")/tests/vcard}
mv_cards=0 mv_pboc_cards=0 mv_pboc_masters='' mv_hand='' mv_place='' mv_card_pid=''

card_make() { # NAME: a fresh card; the serial numbers are 04000000000001 and on
    mkdir -p "$MV_DIR/cards"
    mv_cards=$((mv_cards + 1))
    "$MV_VCARD" --card "$MV_DIR/cards/$1" --new "$(printf '04%012X' "$mv_cards")"
}

# Masters of profile 2, each made as two components; who issues the cards joins them. Meters of this test have them.
pboc_masters_make() {
    local use
    mv_pboc_masters=$MV_DIR/custodians/pboc-masters
    for use in internal external mac; do
        mv_keys generate --use "card-pboc-$use" --component-file "$MV_DIR/hsm/pboc-$use-a" \
            --component-file "$MV_DIR/hsm/pboc-$use-b" >/dev/null || return
        python3 -c 'import sys
a, b = (bytes.fromhex(open(name).read().strip()) for name in sys.argv[1:])
print(bytes(x ^ y for x, y in zip(a, b)).hex())' "$MV_DIR/hsm/pboc-$use-a" "$MV_DIR/hsm/pboc-$use-b" || return
        rm "$MV_DIR/hsm/pboc-$use-a" "$MV_DIR/hsm/pboc-$use-b"
    done >"$mv_pboc_masters"
}

pboc_make() { # NAME: a card of profile 2 as its issuer sends it; the serial numbers are 86000000000001 and on
    mkdir -p "$MV_DIR/cards"
    mv_pboc_cards=$((mv_pboc_cards + 1))
    "$MV_VCARD" --card "$MV_DIR/cards/$1" --new "$(printf '86%012X' "$mv_pboc_cards")" --profile-2 "$mv_pboc_masters"
}

# The card at hand, for & behind it: a test that is killed takes it along.
vcard() { # SWITCH...
    exec setpriv --pdeathsig TERM "$MV_VCARD" --card "$MV_DIR/cards/$mv_hand" "$@"
}

card_out() {
    [ -z "$mv_card_pid" ] || { kill "$mv_card_pid" && wait "$mv_card_pid"; } 2>/dev/null
    mv_card_pid='' mv_place=''
}

# The card at hand from now on. Switches of vcard may follow.
card_in() { # NAME [SWITCH...]
    card_out
    mv_hand=$1
    shift
    mv_card_switches=("$@")
}

await_reader() { # full|empty
    local state
    for _ in {1..200}; do
        state=empty
        ! "$MV_BIN/metervault" card readers --config "$MV_DIR/clients/$MV_VENDOR.conf" | grep -q 'a card' || state=full
        [ "$state" != "$1" ] || return 0
        sleep 0.05
    done
    return 1
}

# The card at hand lies in the virtual reader, until it is taken out. pcscd looks every 0.4 seconds: a card that takes the
# place of another between two looks is the old one to it, whose connection is gone. No hand is that fast.
in_reader() {
    [ "$mv_place" != desk ] || return 0
    card_out
    await_reader empty || return
    vcard "${mv_card_switches[@]}" --vpcd "$MV_VPCD" &
    mv_card_pid=$! mv_place=desk
    await_reader full
}

# Runs a card command of the principal with the card at hand in the reader.
at_desk() { # PRINCIPAL PART arguments...
    local principal=$1 part=$2
    shift 2
    in_reader && cli "$principal" card "$part" "$@" --reader "$MV_READER" --wait 10
}

# The same without pcscd: the client speaks to the emulated card itself. A torn card is gone afterwards.
at_socket() { # PRINCIPAL PART arguments...
    local principal=$1 part=$2 socket=$MV_DIR/reader code
    shift 2
    card_out
    rm -f "$socket"
    vcard "${mv_card_switches[@]}" --listen "$socket" &
    mv_card_pid=$!
    await_socket "$socket" && cli "$principal" card "$part" "$@" --reader "socket:$socket" --wait 0
    code=$?
    card_out
    return "$code"
}

meter_sim() { # NUMBER arguments...
    "$MV_BIN/metersim" --state "$MV_DIR/meters/$1" ${mv_pboc_masters:+--pboc-masters "$mv_pboc_masters"} "${@:2}"
}

# Puts the card at hand into a meter. Prints what the meter shows.
at_meter() { # NUMBER
    local socket=$MV_DIR/slot code
    card_out
    rm -f "$socket"
    vcard "${mv_card_switches[@]}" --listen "$socket" &
    mv_card_pid=$!
    await_socket "$socket" && meter_sim "$1" card insert "$socket"
    code=$?
    card_out
    return "$code"
}

await_socket() { # PATH
    for _ in {1..100}; do
        [ ! -S "$1" ] || return 0
        sleep 0.02
    done
    return 1
}

# The card at hand visits the meters 1 to COUNT. Prints how many accepted it.
visit_all() { # COUNT
    local socket=$MV_DIR/slot i done=0
    card_out
    rm -f "$socket"
    vcard --listen "$socket" &
    mv_card_pid=$!
    await_socket "$socket" || return
    for ((i = 1; i <= $1; i++)); do
        ! meter_sim "$i" card insert "$socket" | grep -q ACCEPT || done=$((done + 1))
    done
    card_out
    echo "$done"
}

# The card at hand gets the newest keys, which the server learns of within a second or two.
rekey_until() { # KEY VERSION UID at_desk|at_socket PRINCIPAL
    local tries
    for ((tries = 0; tries < 10; tries++)); do
        "${@:4}" rekey || return
        [ "$(cli "$MV_VENDOR" card show "$3" --json | json "keys.$1")" != "$2" ] || return 0
        sleep 0.5
    done
    return 1
}

remaining() { # NUMBER of a meter
    meter_sim "$1" --json registers | json remaining
}

# Makes the meters 1 to COUNT with keys for tokens, records and cards, and has the office commission them.
meters_make() { # COUNT DOMAIN
    local i pan list=$MV_DIR/hsm/meters.csv made=$MV_DIR/hsm/meters
    mkdir -p "$MV_DIR/meters" "$made"
    { echo pan && for ((i = 1; i <= $1; i++)); do mv_pan "$i"; done; } >"$list"
    mv_keys export-meter --batch "$list" --sgc "$MV_SAMPLE_SGC" --krn 1 --kt 2 --ti 1 --ea 11 --base-date 2014 --ken 255 \
        --factory-key factory --domain "$2" --mac-version 1 --enc-version 1 --epoch 0 --card 1 --card-area 1 \
        --out-dir "$made" --out "$MV_DIR/hsm/meters.report" >/dev/null || return
    for ((i = 1; i <= $1; i++)); do
        pan=$(mv_pan "$i")
        meter_sim "$i" --provision "$made/$pan.provision" --component-file "$MV_DIR/custodians/factory-a" \
            --component-file "$MV_DIR/custodians/factory-b" >/dev/null &&
            cli "$MV_ADMIN" meter register --meter "$pan" --organisation "$MV_ORGANISATION" --sgc "$MV_SAMPLE_SGC" --ea 11 \
                --made >/dev/null &&
            cli "$MV_ADMIN" meter provision "$pan" --domain "$2" --epoch 0 --card 1 --card-area 1 >/dev/null &&
            cli "$MV_ADMIN" meter state "$pan" active >/dev/null || return
    done
}
