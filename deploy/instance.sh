# shellcheck shell=bash
# One metervault on this machine, in one folder: token, keys, certificates, configuration, both daemons. Sourced by
# quickstart.sh and by the tests. A sample: its PIN, keys and CA lie in files.
#
# Set before use: MV_DIR (the folder), MV_BIN (where the programs are). Optional arrays MV_AS_HSM and MV_AS_SERVER: a
# command prefix that runs a daemon as its own user; MV_CLIENT_USERS: a libconfuse list of users that may ask the key process.
MV_SAMPLE_SGC=123457
MV_OFFICER=officer1 MV_ADMIN=admin1 MV_VENDOR=vendor1 MV_ORGANISATION=shop1
[ -n "${MV_AS_HSM+x}" ] || MV_AS_HSM=()
[ -n "${MV_AS_SERVER+x}" ] || MV_AS_SERVER=()
MV_CLIENT_USERS=${MV_CLIENT_USERS:-'{}'}
mv_deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

mv_say() {
    echo "$*" >&2
}

mv_as_hsm() {
    SOFTHSM2_CONF="$MV_DIR/hsm/softhsm2.conf" "${MV_AS_HSM[@]}" "$@"
}

mv_keys() {
    mv_as_hsm "$MV_BIN/metervault-keys" --config "$MV_DIR/hsm/hsmd.conf" "$@"
}

# mv_cli PRINCIPAL arguments...: the command line client as this principal.
mv_cli() {
    local principal=$1
    shift
    "$MV_BIN/metervault" "$@" --config "$MV_DIR/clients/$principal.conf"
}

# ---- files ----
mv_random_hex() { # BYTES
    od -An -vtx1 -N "$1" /dev/urandom | tr -d ' \n'
    echo
}

mv_certificates() {
    "$mv_deploy/pki.sh" "$MV_DIR/pki" init
    [ -f "$MV_DIR/pki/server.pem" ] || "$mv_deploy/pki.sh" "$MV_DIR/pki" server
    local principal
    for principal in "$MV_OFFICER" "$MV_ADMIN" "$MV_VENDOR"; do
        [ -f "$MV_DIR/pki/$principal.pem" ] || "$mv_deploy/pki.sh" "$MV_DIR/pki" client "$principal"
    done
}

mv_client_config() { # PRINCIPAL
    mkdir -p "$MV_DIR/clients"
    cat >"$MV_DIR/clients/$1.conf" <<EOF
server = "127.0.0.1:$(cat "$MV_DIR/port")"
ca_file = "$MV_DIR/pki/ca.pem"
certificate_file = "$MV_DIR/pki/$1.pem"
key_file = "$MV_DIR/pki/$1.key"
terminal = "till1"
state_dir = "$MV_DIR/clients/unfinished"
EOF
}

# Two custodians' parts of the vending key and of the factory key; one part alone says nothing about the key.
mv_components() {
    local part
    mkdir -p "$MV_DIR/custodians"
    for part in vending-a vending-b factory-a factory-b; do
        [ ! -f "$MV_DIR/custodians/$part" ] || continue
        case "$part" in
        vending-*) mv_random_hex 20 ;;
        factory-*) mv_random_hex 16 ;;
        esac >"$MV_DIR/custodians/$part"
    done
}

mv_hsm_files() {
    local dir="$MV_DIR/hsm"
    # a token that was not finished is no use to anybody: begin anew
    [ -f "$dir/made" ] || rm -rf "$dir"
    mkdir -p "$dir/tokens" "$dir/backup"
    if [ ! -f "$dir/softhsm2.conf" ]; then
        printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n' \
            "$dir/tokens" >"$dir/softhsm2.conf"
    fi
    [ -f "$dir/pin" ] || mv_random_hex 8 >"$dir/pin"
    [ -f "$dir/so-pin" ] || mv_random_hex 8 >"$dir/so-pin"
    [ -f "$dir/hsmd.conf" ] || cat >"$dir/hsmd.conf" <<EOF
module = "/usr/lib/softhsm/libsofthsm2.so"
token_label = "metervault"
pin_file = "$dir/pin"
socket = "$MV_DIR/run/hsmd.sock"
workers = ${MV_HSM_WORKERS:-1}
call_timeout_s = 5
client_users = $MV_CLIENT_USERS
factory_cards = ${MV_FACTORY_CARDS:-true}
backup_dir = "$dir/backup"
EOF
    mv_components
}

# A port that nobody listens on, below those that the kernel gives to outgoing connections: a client that keeps trying
# while the server is away could otherwise connect to itself, and the server would find its port taken.
mv_free_port() {
    local port tries lowest
    read -r lowest _ </proc/sys/net/ipv4/ip_local_port_range
    for ((tries = 0; tries < 100; tries++)); do
        port=$((10000 + RANDOM % (lowest > 12000 ? lowest - 10000 : 20000)))
        if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    return 1
}

mv_server_files() {
    local dir="$MV_DIR/server"
    mkdir -p "$dir"
    [ -f "$MV_DIR/port" ] || mv_free_port >"$MV_DIR/port" || return
    cp "$MV_DIR/pki/server.pem" "$MV_DIR/pki/server.key" "$MV_DIR/pki/ca.pem" "$dir/"
    mv_server_config
}

mv_server_config() {
    cat >"$MV_DIR/server/metervaultd.conf" <<EOF
listen = "127.0.0.1:$(cat "$MV_DIR/port")"
certificate_file = "$MV_DIR/server/server.pem"
key_file = "$MV_DIR/server/server.key"
client_ca_file = "$MV_DIR/server/ca.pem"
ledger = "sqlite:${MV_LEDGER:-$MV_DIR/server/ledger.db}"
hsmd_socket = "$MV_DIR/run/hsmd.sock"
hsmd_timeout_ms = ${MV_HSMD_TIMEOUT_MS:-3000}
${MV_SERVER_EXTRA:-}
EOF
}

# ---- the token ----
# Both custodians bring their part; the copies that the key tool reads are gone afterwards.
mv_import() { # NAME KCV-METHOD arguments...
    local name=$1 kcv part code=0
    kcv=$("$mv_deploy/sample_kcv.py" "$2" "$MV_DIR/custodians/$name-a" "$MV_DIR/custodians/$name-b") || return
    shift 2
    for part in a b; do
        mv_as_hsm tee "$MV_DIR/hsm/component-$part" <"$MV_DIR/custodians/$name-$part" >/dev/null || return
    done
    mv_keys import "$@" --kcv "$kcv" --component-file "$MV_DIR/hsm/component-a" --component-file "$MV_DIR/hsm/component-b" || code=$?
    rm -f "$MV_DIR/hsm/component-a" "$MV_DIR/hsm/component-b"
    return "$code"
}

# Makes the token, enrols the first officer and imports the sample keys; once.
mv_token_make() {
    [ ! -f "$MV_DIR/hsm/made" ] || return 0
    mv_keys init --officer "$MV_OFFICER" --officer-certificate "$MV_DIR/hsm/$MV_OFFICER.pem" \
        --so-pin-file "$MV_DIR/hsm/so-pin" \
        --backup-component-file "$MV_DIR/hsm/backup-a" --backup-component-file "$MV_DIR/hsm/backup-b" || return
    mv "$MV_DIR/hsm/backup-a" "$MV_DIR/hsm/backup-b" "$MV_DIR/custodians/"
    echo "(this sample keeps all components in $MV_DIR/custodians)"
    mv_import vending hmac --use vending --sgc "$MV_SAMPLE_SGC" --krn 1 --kt 2 --base-date 2014 --dkga 4 --ea 7,11 || return
    mv_import factory cmac --use factory-kek --name factory || return
    touch "$MV_DIR/hsm/made"
}

# The masters of native records of one domain; once.
mv_record_masters() { # DOMAIN
    local use
    [ ! -f "$MV_DIR/hsm/records-made" ] || return 0
    for use in record-mac record-enc; do
        mv_keys generate --use "$use" --domain "$1" || return
    done
    touch "$MV_DIR/hsm/records-made"
}

# The masters of all card keys, those of tool cards for one record domain; once.
mv_card_masters() { # DOMAIN
    local use
    [ ! -f "$MV_DIR/hsm/cards-made" ] || return 0
    for use in card-issuer card-office card-meter card-transport; do
        mv_keys generate --use "$use" || return
    done
    mv_keys generate --use card-area --domain "$1" || return
    touch "$MV_DIR/hsm/cards-made"
}

# ---- processes ----
mv_pid() { # NAME: prints the id of our running daemon, or fails
    local pid
    pid=$(cat "$MV_DIR/log/$1.pid" 2>/dev/null) || return 1
    [ -n "$pid" ] && { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "$MV_DIR/" || return 1
    echo "$pid"
}

mv_launch() { # NAME PREFIX-ARRAY-NAME arguments...
    local name=$1 pid
    local -n prefix=$2
    shift 2
    mkdir -p "$MV_DIR/log"
    [ ! -f "$MV_DIR/log/$name" ] || cat "$MV_DIR/log/$name" >>"$MV_DIR/log/$name.before"
    : >"$MV_DIR/log/$name"
    SOFTHSM2_CONF="$MV_DIR/hsm/softhsm2.conf" setsid "${prefix[@]}" "$MV_BIN/$name" "$@" \
        >>"$MV_DIR/log/$name" 2>&1 </dev/null &
    pid=$!
    disown "$pid"
    echo "$pid" >"$MV_DIR/log/$name.pid"
}

# Waits until the daemon's log holds the text; fails with the log when it ends first or takes 20 s.
mv_await() { # NAME TEXT
    local tries
    for ((tries = 0; tries < 400; tries++)); do
        ! grep -q -- "$2" "$MV_DIR/log/$1" || return 0
        mv_pid "$1" >/dev/null || [ "$tries" -lt 20 ] || break
        sleep 0.05
    done
    mv_say "$1 did not start:"
    tail -n 20 "$MV_DIR/log/$1" >&2
    return 1
}

mv_hsmd_start() {
    mkdir -p "$MV_DIR/run"
    mv_launch metervault-hsmd MV_AS_HSM --config "$MV_DIR/hsm/hsmd.conf"
    mv_await metervault-hsmd "ready"
}

mv_server_start() {
    mv_launch metervaultd MV_AS_SERVER --config "$MV_DIR/server/metervaultd.conf"
    mv_await metervaultd "listening on"
}

mv_gone() { # PID SECONDS
    local tries
    for ((tries = 0; tries < $2 * 20; tries++)); do
        [ -e "/proc/$1" ] || return 0
        # A zombie without threads has ended and waits for its parent only; while threads are left, its sockets are open.
        if grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null && [ "$(find "/proc/$1/task" -maxdepth 1 2>/dev/null | wc -l)" -le 2 ]; then
            return 0
        fi
        sleep 0.05
    done
    return 1
}

mv_stop() { # NAME [SIGNAL]
    local pid
    pid=$(mv_pid "$1") || return 0
    kill -s "${2:-TERM}" "$pid"
    if ! mv_gone "$pid" 15; then
        mv_say "$1 (pid $pid) did not stop within 15 s and was killed"
        kill -s KILL "$pid"
        mv_gone "$pid" 5
        return 1
    fi
    rm -f "$MV_DIR/log/$1.pid"
}

# ---- the ledger's people ----
mv_principals() {
    local principal
    for principal in "$MV_OFFICER" "$MV_ADMIN" "$MV_VENDOR"; do
        mv_client_config "$principal"
    done
    mv_cli "$MV_OFFICER" operator organisation-create "$MV_ORGANISATION" --parent root >/dev/null || return
    mv_cli "$MV_OFFICER" operator grant "$MV_ORGANISATION" "$MV_SAMPLE_SGC" >/dev/null || return
    mv_cli "$MV_OFFICER" operator create "$MV_ADMIN" --organisation root --role meter-admin >/dev/null || return
    mv_cli "$MV_OFFICER" operator create "$MV_VENDOR" --organisation "$MV_ORGANISATION" --role vendor >/dev/null
}

# ---- more keys and people than a first sale needs ----
# Another vending key, while the key process runs: it learns of it within a second or two.
mv_vending_key() { # NAME SGC KRN BASE-DATE import-options...
    local name=$1 sgc=$2 krn=$3 base_date=$4 part
    shift 4
    for part in a b; do
        [ -f "$MV_DIR/custodians/$name-$part" ] || mv_random_hex 20 >"$MV_DIR/custodians/$name-$part" || return
    done
    mv_import "$name" hmac --use vending --sgc "$sgc" --krn "$krn" --kt 2 --base-date "$base_date" --dkga 4 --ea 7,11 "$@"
}

mv_enrol() { # PRINCIPAL ORGANISATION ROLES: certificate, client configuration and entry in the ledger
    [ -f "$MV_DIR/pki/$1.pem" ] || "$mv_deploy/pki.sh" "$MV_DIR/pki" client "$1" || return
    mv_client_config "$1"
    mv_cli "$MV_OFFICER" operator create "$1" --organisation "$2" --role "$3"
}

mv_enrol_officer() { # PRINCIPAL: also with the key process, which checks what officers sign
    mv_enrol "$1" root officer && cp "$MV_DIR/pki/$1.pem" "$MV_DIR/hsm/" &&
        mv_keys officer-add --officer "$1" --officer-certificate "$MV_DIR/hsm/$1.pem"
}

# Everything, from nothing or from what is there.
mv_instance_files() {
    umask 077
    mkdir -p "$MV_DIR/run"
    mv_certificates && mv_hsm_files && cp "$MV_DIR/pki/$MV_OFFICER.pem" "$MV_DIR/hsm/" && mv_server_files
}

mv_register() { # PAN EA
    mv_cli "$MV_ADMIN" meter register --meter "$1" --organisation "$MV_ORGANISATION" --utility electricity \
        --sgc "$MV_SAMPLE_SGC" --krn 1 --ti 1 --kt 2 --ken 255 --base-date 2014 --ea "$2" --dkga 4
}

# What the factory does: wraps the meter's key in the token and loads it into a simulated meter.
mv_meter_make() { # PAN EA STATE-FILE
    rm -f "$MV_DIR/hsm/$1.provision"
    mv_keys export-meter --pan "$1" --sgc "$MV_SAMPLE_SGC" --krn 1 --kt 2 --ti 1 --ea "$2" --base-date 2014 --ken 255 \
        --factory-key factory --out "$MV_DIR/hsm/$1.provision" >/dev/null || return
    "$MV_BIN/metersim" --state "$3" --provision "$MV_DIR/hsm/$1.provision" \
        --component-file "$MV_DIR/custodians/factory-a" --component-file "$MV_DIR/custodians/factory-b"
}

# A meter with a card slot: made with keys for tokens, records and cards, known to the office, in service.
mv_card_meter_make() { # PAN DOMAIN STATE-FILE
    local file="$MV_DIR/hsm/$1.provision"
    rm -f "$file"
    mv_keys export-meter --pan "$1" --sgc "$MV_SAMPLE_SGC" --krn 1 --kt 2 --ti 1 --ea 11 --base-date 2014 --ken 255 \
        --factory-key factory --domain "$2" --mac-version 1 --enc-version 1 --epoch 0 --card 1 --card-area 1 \
        --out "$file" >/dev/null &&
        mv_cli "$MV_ADMIN" meter register --meter "$1" --organisation "$MV_ORGANISATION" --sgc "$MV_SAMPLE_SGC" --ea 11 --made &&
        mv_cli "$MV_ADMIN" meter provision "$1" --domain "$2" --epoch 0 --card 1 --card-area 1 >/dev/null &&
        mv_cli "$MV_ADMIN" meter state "$1" active >/dev/null &&
        "$MV_BIN/metersim" --state "$3" --provision "$file" --component-file "$MV_DIR/custodians/factory-a" \
            --component-file "$MV_DIR/custodians/factory-b"
}
