# shellcheck shell=bash
# A throw-away metervault for a test: sourced; makes a folder, ends every process and removes the folder on exit.
# MV_BIN chooses the build (default build/bin); MV_KEEP=1 keeps the folder.
# shellcheck source=deploy/instance.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/instance.sh"
MV_ROOT=$(cd "$mv_deploy/.." && pwd)
MV_BIN=${MV_BIN:-$MV_ROOT/build/bin}
export MV_BIN
MV_DIR=$(mktemp -d "${TMPDIR:-/tmp}/metervault-test.XXXXXX")
export MV_DIR

mv_kill_all() {
    local name
    for name in metervaultd metervault-hsmd; do
        mv_stop "$name" KILL 2>/dev/null || true
    done
}

mv_cleanup() {
    local code=$?
    mv_kill_all
    if [ "${MV_KEEP:-0}" = 1 ]; then
        mv_say "kept: $MV_DIR"
    else
        rm -rf "$MV_DIR"
    fi
    exit "$code"
}
trap mv_cleanup EXIT
trap 'exit 130' INT TERM

mv_instance_start() {
    mv_instance_files || return
    if ! mv_token_make >"$MV_DIR/keys.log" 2>&1; then
        cat "$MV_DIR/keys.log" >&2
        return 1
    fi
    mv_hsmd_start && mv_server_start && mv_principals
}

# The daemons' logs, of all their lives. True as well when the build has no sanitizer.
no_sanitizer_report() {
    ! grep -rE 'AddressSanitizer|ThreadSanitizer|LeakSanitizer|runtime error:' "$MV_DIR/log"
}

mv_luhn() { # DIGITS: prints the check digit
    local digits=$1 sum=0 i digit double=1
    for ((i = ${#digits} - 1; i >= 0; i--)); do
        digit=${digits:i:1}
        if [ "$double" = 1 ]; then
            digit=$((digit * 2 > 9 ? digit * 2 - 9 : digit * 2))
        fi
        double=$((1 - double))
        sum=$((sum + digit))
    done
    echo $(((10 - sum % 10) % 10))
}

mv_pan() { # NUMBER: the PAN of a meter with this serial number
    local drn
    drn=$(printf '12%08d' "$1")
    drn+=$(mv_luhn "$drn")
    echo "600727$drn$(mv_luhn "600727$drn")"
}
