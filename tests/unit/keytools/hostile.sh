#!/bin/bash
# People of a ceremony, and files given to it, that mean no good: what they try is refused, or seen.
# usage: hostile.sh METERVAULT-KEYS
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export SOFTHSM2_CONF="$dir/softhsm2.conf"
umask 077
mkdir "$dir/tokens" "$dir/backup"
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$dir" >"$dir/softhsm2.conf"
cat >"$dir/hsmd.conf" <<END
module = "/usr/lib/softhsm/libsofthsm2.so"
token_label = "hostile"
pin_file = "$dir/pin"
socket = "$dir/hsmd.sock"
backup_dir = "$dir/backup"
END
echo 25071984 >"$dir/pin"
echo 12345678 >"$dir/so"
cd "$dir"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ann.key -out ann.pem -days 2 -subj /CN=ann \
    -addext "subjectAltName=URI:urn:metervault:principal:ann" 2>/dev/null
"$1" --config hsmd.conf init --so-pin-file so --shares 2/3 --new-share-file 1.share --new-share-file 2.share \
    --new-share-file 3.share --officer ann --officer-certificate ann.pem >init.txt
${CC:-cc} -shared -fPIC -O1 -o memory_at_exit.so "$here/memory_at_exit.c"
python3 "$here/hostile.py" "$1"
