# shellcheck shell=bash
# A token's home and counted checks for tests of metervault-keys: sourced with its path in `program`. `dir` goes with the test.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
config=$dir/hsmd.conf failed=0 checks=0
export SOFTHSM2_CONF="$dir/softhsm2.conf"
umask 077

fail() {
    echo "FAILED: $*" >&2
    failed=$((failed + 1))
}

# Without a terminal.
keys() {
    # shellcheck disable=SC2154 # set by the test
    setsid --wait "$program" --config "$config" "$@" </dev/null
}

# look NAME CODE TEXT command...: runs it and looks for the text in what it says: `out`, added to `transcript`.
look() {
    local name=$1 want=$2 text=$3 code=0
    shift 3
    checks=$((checks + 1))
    "$@" >"$dir/out" 2>&1 </dev/null || code=$?
    cat "$dir/out" >>"$dir/transcript"
    if [ "$code" -ne "$want" ]; then
        fail "$name: exit code $code instead of $want: $(cat "$dir/out")"
    elif ! grep -qF -- "$text" "$dir/out"; then
        fail "$name: '$text' is not in: $(cat "$dir/out")"
    fi
}

expect() { # NAME CODE TEXT arguments of metervault-keys...
    look "$1" "$2" "$3" keys "${@:4}"
}

same() { # NAME EXPECTED GOT
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1: expected $2, got $3"
}

finish() {
    echo "$((checks - failed)) passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$checks" -gt 0 ]
    exit
}

# A place for tokens, without one.
token_home() {
    mkdir "$dir/tokens"
    printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$dir" >"$SOFTHSM2_CONF"
    token_config officers "$dir/backup"
}

# PINs that nobody is asked for then.
token_pins() {
    echo 25071984 >"$dir/pin"
    echo 12345678 >"$dir/so"
}

token_config() { # LABEL BACKUP-DIRECTORY: into $config
    cat >"$config" <<END
module = "/usr/lib/softhsm/libsofthsm2.so"
token_label = "$1"
pin_file = "$dir/pin"
socket = "$dir/hsmd.sock"
backup_dir = "$2"
END
}

officer() { # NAME [FILE [CURVE]]: $dir/FILE.key and FILE.pem
    local name=$1 file=${2:-$1} curve=${3:-P-256}
    openssl req -x509 -newkey ec -pkeyopt "ec_paramgen_curve:$curve" -nodes -keyout "$dir/$file.key" -out "$dir/$file.pem" \
        -days 2 -subj "/CN=$name" -addext "subjectAltName=URI:urn:metervault:principal:$name" 2>/dev/null
}
