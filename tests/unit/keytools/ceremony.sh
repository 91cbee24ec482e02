#!/bin/bash
# The sample ceremonies on a real token, as their people would hold them, one after the other.
# usage: ceremony.sh METERVAULT-KEYS FOLDER-OF-SAMPLES
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export SOFTHSM2_CONF="$dir/softhsm2.conf"
umask 077
# fontconfig keeps what it has read until the end
printf 'leak:libfontconfig\n' >"$dir/lsan"
export LSAN_OPTIONS="suppressions=$dir/lsan:print_suppressions=0"
mkdir "$dir/tokens" "$dir/officers" "$dir/work"
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$dir" >"$dir/softhsm2.conf"
cat >"$dir/hsmd.conf" <<EOF
module = "/usr/lib/softhsm/libsofthsm2.so"
token_label = "officers"
pin_file = "$dir/pin"
socket = "$dir/hsmd.sock"
backup_dir = "$dir/backup"
EOF
for name in ann ben cas dan; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/officers/$name.key" \
        -out "$dir/officers/$name.pem" -days 2 -subj "/CN=$name" \
        -addext "subjectAltName=URI:urn:metervault:principal:$name" 2>/dev/null
done
cd "$dir"
python3 "$here/ceremony.py" "$1" "$2"
