#!/usr/bin/env bash
# From a fresh Debian 12 to a sold token: installs, builds, makes a sample instance of metervault, sells 25.6 kWh and keys
# the token into a simulated meter. Run it again to go on; --clean stops and removes what it made.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
pan=600727000000000009 engineer=engineer1
card_pan=600727120000000138 card_desk=cards1 domain=A1B2C3
step_count=0

usage() {
    cat <<'EOF'
Usage: deploy/quickstart.sh [--clean]
The instance lives in build/quickstart, or in $METERVAULT_QUICKSTART_DIR. Where the daemons' own users cannot reach that
folder it lives in /var/lib/metervault-quickstart.
Examples: deploy/quickstart.sh
          deploy/quickstart.sh --clean
EOF
}

step() {
    step_count=$((step_count + 1))
    printf '\n%2d. %s\n' "$step_count" "$*"
}

shown() { # command...: shows it, then runs it
    local text
    printf -v text ' %q' "$@"
    echo "    \$$text"
    "$@" | sed 's/^/      /'
}

# ---- where, and as whom ----
fallback=/var/lib/metervault-quickstart
choose_folder() {
    MV_DIR=${METERVAULT_QUICKSTART_DIR:-$root/build/quickstart}
    MV_BIN=$root/build/bin
    [ "$(id -u)" -eq 0 ] || return 0
    # a UNIX socket's path holds 107 bytes, and a daemon's own user must be able to enter the folder
    if [ -d "$fallback" ] || [ ${#MV_DIR} -gt 80 ] || ! setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$root"; then
        [ -n "${METERVAULT_QUICKSTART_DIR:-}" ] || MV_DIR=$fallback
    fi
}

system_user() { # NAME
    getent passwd "$1" >/dev/null && return
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$1" || return
    echo "$1" >>"$MV_DIR/users-made"
}

choose_users() {
    if [ "$(id -u)" -eq 0 ] && system_user metervault && system_user metervault-hsm; then
        ulimit -l unlimited 2>/dev/null || true # keys stay in locked memory
        MV_AS_HSM=(setpriv --reuid=metervault-hsm --regid=metervault-hsm --init-groups --)
        MV_AS_SERVER=(setpriv --reuid=metervault --regid=metervault --init-groups --)
        MV_CLIENT_USERS='{"metervault"}'
    else
        echo "    System users cannot be made here (that takes root): both daemons run as $(id -un), so this user can read the keys."
    fi
}

give_folders() {
    chmod 755 "$MV_DIR" "$MV_DIR/run"
    [ ${#MV_AS_HSM[@]} -gt 0 ] || return 0
    chown -R metervault-hsm:metervault-hsm "$MV_DIR/hsm" "$MV_DIR/run"
    chown -R metervault:metervault "$MV_DIR/server"
    chmod 700 "$MV_DIR/hsm" "$MV_DIR/server"
}

# The programs, where the daemons' users can reach them. A program that runs is replaced, not written over.
reachable_programs() {
    local program name
    [ ${#MV_AS_SERVER[@]} -gt 0 ] || return 0
    ! "${MV_AS_SERVER[@]}" test -x "$MV_BIN/metervaultd" || return 0
    mkdir -p "$MV_DIR/bin"
    chmod 755 "$MV_DIR" "$MV_DIR/bin"
    for program in "$MV_BIN"/metervault* "$MV_BIN/metersim"; do
        name=${program##*/}
        if ! cmp -s "$program" "$MV_DIR/bin/$name"; then
            install -m 755 "$program" "$MV_DIR/bin/$name.new"
            mv "$MV_DIR/bin/$name.new" "$MV_DIR/bin/$name"
        fi
    done
    MV_BIN=$MV_DIR/bin
}

# ---- running daemons are used again unless their program was built anew ----
start() { # NAME START-FUNCTION
    local pid
    if pid=$(mv_pid "$1"); then
        if [ "$(stat -Lc %i "/proc/$pid/exe" 2>/dev/null)" = "$(stat -c %i "$MV_BIN/$1")" ]; then
            echo "    $1 runs already (pid $pid)."
            return
        fi
        mv_stop "$1"
    fi
    "$2"
    echo "    $1 runs (pid $(mv_pid "$1"), log $MV_DIR/log/$1)."
}

clean() {
    if [ ! -f "$MV_DIR/.metervault-quickstart" ]; then
        echo "Nothing to clean: there is no quickstart in $MV_DIR."
        return
    fi
    local user made_build=no
    mv_stop metervaultd || true
    mv_stop metervault-hsmd || true
    if [ -f "$MV_DIR/users-made" ]; then
        while read -r user; do
            userdel "$user"
        done <"$MV_DIR/users-made"
    fi
    [ ! -f "$MV_DIR/build-made" ] || made_build=yes
    rm -rf "$MV_DIR"
    [ "$made_build" = no ] || rm -rf "$root/build"
    echo "Stopped both daemons and removed $MV_DIR$([ "$made_build" = no ] || echo " and $root/build"). Installed packages stay."
}

build() {
    local generator=() had_build=yes
    [ -d build ] || had_build=no
    [ -f build/CMakeCache.txt ] || generator=(-G Ninja)
    mkdir -p "$MV_DIR"
    touch "$MV_DIR/.metervault-quickstart"
    [ "$had_build" = yes ] || touch "$MV_DIR/build-made"
    if ! { cmake "${generator[@]}" -S . -B build -DCMAKE_BUILD_TYPE=RelWithDebInfo &&
        cmake --build build -j "$(nproc)" \
            --target metervaultd metervault-hsmd metervault-keys metervault metersim vcard; } >"$MV_DIR/build.log" 2>&1; then
        tail -n 30 "$MV_DIR/build.log"
        echo "The build failed; all of its output is in $MV_DIR/build.log" >&2
        exit 1
    fi
}

open_meter() {
    local meter="$MV_DIR/meter.state"
    if [ -f "$meter" ]; then
        echo "    The meter of the last run is used: $pan"
        return
    fi
    mv_register "$pan" 11 | sed 's/^/      /'
    mv_meter_make "$pan" 11 "$meter.new" | sed 's/^/      /'
    mv "$meter.new" "$meter"
}

open_card_meter() {
    local meter="$MV_DIR/card-meter.state"
    if [ -f "$meter" ]; then
        echo "    The meter of the last run is used: $card_pan"
        return
    fi
    mv_card_meter_make "$card_pan" "$domain" "$meter.new" | sed 's/^/      /'
    mv "$meter.new" "$meter"
}

# A meter that is locked counts only the time that it has power, so it is given that time with the entry.
key_in() { # DIGITS
    local meter="$MV_DIR/meter.state" locked_s waiting=()
    locked_s=$("$MV_BIN/metersim" --state "$meter" --json show | sed -nE 's/.*"lockout_s": ([0-9]+).*/\1/p')
    if [ "${locked_s:-0}" -gt 0 ]; then
        echo "    The meter is locked for $locked_s s after wrong entries: this time passes first."
        waiting=(--wait "$locked_s")
    fi
    shown "$MV_BIN/metersim" --state "$meter" "${waiting[@]}" enter "$1"
}

# All of $sale, which may begin with a key change. A meter that has taken the set already would lock on it.
key_in_sale() {
    local tokens token
    mapfile -t tokens < <(grep -oE '"digits": *"[0-9]{20}"' <<<"$sale" | grep -oE '[0-9]{20}')
    credit=${tokens[-1]}
    if [ ${#tokens[@]} -gt 1 ]; then
        echo "    The sale brings a key change along: ${#tokens[@]} tokens."
    fi
    if grep -qE '"(resent|confirmed)": *true' <<<"$sale"; then
        echo "    It was given out before: the last token first; only if the meter refuses it, all of them in their order."
        ! key_in "$credit" || return 0
    fi
    for token in "${tokens[@]}"; do
        key_in "$token" || return
    done
}

next_steps() {
    local client="$MV_BIN/metervault" configs="$MV_DIR/clients" keys
    local card="$client card" at="--reader socket:$MV_DIR/ann --config $configs/$card_desk.conf"
    printf -v keys '%q ' env SOFTHSM2_CONF="$MV_DIR/hsm/softhsm2.conf" "${MV_AS_HSM[@]}" "$MV_BIN/metervault-keys" \
        --config "$MV_DIR/hsm/hsmd.conf" list
    cat <<EOF

What to try next:
  sell again            $client vend --meter $pan --kwh 5 --config $configs/$MV_VENDOR.conf
  only ask              $client trial --meter $pan --kwh 5 --config $configs/$MV_VENDOR.conf
  print the last again  $client reprint --last --config $configs/$MV_VENDOR.conf
  look at the meter     $MV_BIN/metersim --state $MV_DIR/meter.state show
  limit its power       $client engineer max-power --meter $pan --watts 5000 --config $configs/$engineer.conf
  give it its next key  $client engineer key-change --meter $pan --ti 2 --config $configs/$engineer.conf
  be refused            $client vend --meter $pan --kwh 5 --config $configs/$MV_ADMIN.conf
  who did what          $client audit export --config $configs/$MV_OFFICER.conf
  nobody edited it      $client audit verify --config $configs/$MV_OFFICER.conf
  the keys of the token $keys
  cards: an emulated one waits for a reader, then goes from the desk to the meter and back
    a card of the maker $root/build/tests/vcard --card $MV_DIR/ann.card --new 04782E21801D80
    lay it down         $root/build/tests/vcard --card $MV_DIR/ann.card --listen $MV_DIR/ann &
    make it ours        $card personalise --factory $at
    open an account     $card open --meter $card_pan --kwh 20 --client 4711 warning-cut-s=45 $at
    the customer        $MV_BIN/metersim --state $MV_DIR/card-meter.state card insert $MV_DIR/ann
    what it brings home $card read $at
    buy more            $card purchase --kwh 25 $at
    a real reader       $client card readers --config $configs/$card_desk.conf
  this again            $root/deploy/quickstart.sh
  remove all of it      $root/deploy/quickstart.sh --clean
EOF
}

case "${1:-}" in
'') ;;
--clean) ;;
--help | -h) usage && exit 0 ;;
*) usage >&2 && exit 2 ;;
esac

choose_folder
# shellcheck source=deploy/instance.sh
. deploy/instance.sh
if [ "${1:-}" = --clean ]; then
    clean
    exit
fi

step "Packages: what deploy/packages.txt names and this machine lacks is installed."
deploy/packages.sh
step "Build: server, key process, tools, client and meter, into build/bin (the first time takes a minute or two)."
build
step "Users: server and key process run as users of their own, so that the server can never read a key."
choose_users
reachable_programs
step "Files: a sample certificate authority, certificates and configuration in $MV_DIR."
mv_instance_files
give_folders
step "Token: a SoftHSM token, its internal keys, the first officer, and a sample vending key made of two custodians' parts."
if [ -f "$MV_DIR/hsm/made" ]; then
    echo "    The token of the last run is used."
else
    mv_token_make | sed 's/^/      /'
    mv_record_masters "$domain" | sed 's/^/      /'
    mv_card_masters "$domain" | sed 's/^/      /'
fi
step "Daemons: the key process holds PIN and keys, the server talks to the network and keeps the ledger."
start metervault-hsmd mv_hsmd_start
start metervaultd mv_server_start
step "People: an officer, a meter administrator, an engineer and a shop that may sell to supply group $MV_SAMPLE_SGC."
mv_principals
mv_enrol "$engineer" "$MV_ORGANISATION" engineer >/dev/null
mv_enrol "$card_desk" "$MV_ORGANISATION" vendor,engineer,card-factory >/dev/null
step "Meter: registered with the server; the factory loads its key, wrapped in the token, into a simulated meter."
open_meter
step "Card meter: another one, with a slot for cards, for the commands at the end."
open_card_meter
step "Sale: a shop with a client certificate asks for 25.6 kWh; the sale is in the ledger before the digits are shown."
shown "$MV_BIN/metervault" vend --meter "$pan" --kwh 25.6 --config "$MV_DIR/clients/$MV_VENDOR.conf"
sale=$(mv_cli "$MV_VENDOR" reprint --last --json)
step "Credit: the customer keys the tokens into the meter, 20 digits each; the last one is the credit."
key_in_sale || {
    echo "The meter did not take the credit; its last answer above says why." >&2
    exit 1
}
step "Again: the same digits of the credit are refused."
if key_in "$credit"; then
    echo "The meter accepted a token twice." >&2
    exit 1
fi
next_steps
