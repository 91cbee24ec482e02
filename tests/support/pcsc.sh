# shellcheck shell=bash
# A real pcscd with a virtual reader, apart from the machine's own: sourced first of all by a test, which it begins again in
# network and mount namespaces of its own, because the virtual reader listens on every address and pcscd's socket has one
# place. `pcsc_start` and `pcsc_stop`; the card is vcard with --vpcd "$MV_VPCD".
if [ "${MV_PCSC_APART:-}" != yes ]; then
    MV_PCSC_APART=yes exec unshare --net --mount "$0" "$@"
fi
ip link set lo up
export MV_VPCD=127.0.0.1:35963 MV_READER="Virtual PCD 00 00"

# FOLDER takes configuration and log.
pcsc_start() {
    local folder=$1
    mkdir -p /run/pcscd "$folder/reader.conf" && mount -t tmpfs none /run/pcscd || return
    # the driver of virtual readers alone, and no USB
    cp /etc/reader.conf.d/vpcd "$folder/reader.conf/" || return
    setpriv --pdeathsig TERM /usr/sbin/pcscd --foreground -c "$folder/reader.conf" >"$folder/pcscd.log" 2>&1 &
    mv_pcscd=$!
    for _ in {1..100}; do
        [ ! -S /run/pcscd/pcscd.comm ] || return 0
        sleep 0.05
    done
    cat "$folder/pcscd.log" >&2
    return 1
}

pcsc_stop() {
    [ -z "${mv_pcscd:-}" ] || { kill "$mv_pcscd" && wait "$mv_pcscd"; } 2>/dev/null
    mv_pcscd=
}
