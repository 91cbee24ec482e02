#!/bin/bash
# A token whose backup key is held in shares that were only shown and typed.
# usage: desk.sh METERVAULT-KEYS
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export SOFTHSM2_CONF="$dir/softhsm2.conf"
umask 077
mkdir "$dir/tokens"
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$dir" >"$dir/softhsm2.conf"
cat >"$dir/hsmd.conf" <<EOF
module = "/usr/lib/softhsm/libsofthsm2.so"
token_label = "officers"
pin_file = "$dir/pin"
socket = "$dir/hsmd.sock"
backup_dir = "$dir/backup"
EOF
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/key.pem" -out "$dir/ann.pem" -days 2 \
    -subj /CN=ann -addext subjectAltName=URI:urn:metervault:principal:ann 2>/dev/null
python3 "$here/desk.py" "$1" "$dir"
