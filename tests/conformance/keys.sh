#!/bin/bash
# metervault-keys as security officers use it: a token is made, keys come in by components, and everything that must be
# refused is. Key check values are computed a second time with openssl.
# usage: keys.sh METERVAULT-KEYS
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$1
# shellcheck source=tests/support/keys.sh
. "$here/../support/keys.sh"

backups() {
    find "$dir/backup" -name '*.backup' | wc -l
}

nothing_half_done() { # NAME BACKUPS
    checks=$((checks + 1))
    [ "$(backups)" -eq "$2" ] || fail "$1: $(backups) backups instead of $2"
}

kcv_hmac() { # HEX
    printf 'KCV' | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary | od -An -vtx1 -N3 | tr -d ' \n' | tr a-f A-F
}

kcv_des() { # HEX of 8 bytes
    head -c 8 /dev/zero | openssl enc -des-ede3 -nopad -K "$1$1$1" | od -An -vtx1 -N3 | tr -d ' \n' | tr a-f A-F
}

kcv_cmac() { # HEX of 16 bytes
    head -c 16 /dev/zero | openssl mac -cipher AES-128-CBC -macopt "hexkey:$1" -binary CMAC | od -An -vtx1 -N3 | tr -d ' \n' | tr a-f A-F
}

listed() { # LABEL: its KCV by `list`
    keys --json list | python3 -c 'import json, sys
print(next(k["kcv"] for k in json.load(sys.stdin)["keys"] if k["label"] == sys.argv[1]))' "$1"
}

certificate() { # NAME FILE [DAYS]
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/key.pem" -out "$2" \
        -days "${3:-2}" -subj "/CN=$1" -addext "subjectAltName=URI:urn:metervault:principal:$1" 2>/dev/null
}

token_home
token_pins
certificate ann "$dir/ann.pem"

# ---- init ----
init=(init --so-pin-file "$dir/so" --officer ann --officer-certificate "$dir/ann.pem")
files=(--backup-component-file "$dir/backup-a" --backup-component-file "$dir/backup-b")
expect 'list before init' 3 TOKEN_NOT_FOUND list
expect 'init for another name' 1 'urn:metervault:principal' init --so-pin-file "$dir/so" --officer eve \
    --officer-certificate "$dir/ann.pem" "${files[@]}"
expect 'init without a place for the components' 2 backup-component-file "${init[@]}"
chmod 0644 "$dir/so"
expect 'init with an open PIN file' 1 CONFIG_INVALID "${init[@]}" "${files[@]}"
chmod 0600 "$dir/so"
rmdir "$dir/backup"
touch "$dir/backup"
expect 'init without a place for backups' 1 FILE_FAILED "${init[@]}" "${files[@]}"
rm "$dir/backup"
[ -z "$(ls -A "$dir/tokens")" ] || fail 'a refused init made a token'
[ ! -e "$dir/backup-a" ] || fail 'a refused init left a component'
expect 'init' 0 'officer ann is enrolled' "${init[@]}" "${files[@]}"
grep -q '^token_serial = "[0-9a-f]' "$dir/hsmd.conf" || fail 'init did not write the serial'
for part in backup-a backup-b; do
    same "mode of $part" 600 "$(stat -c %a "$dir/$part")"
    grep -qE '^[0-9A-F]{64}$' "$dir/$part" || fail "$part is not 32 bytes of hex"
done
nothing_half_done 'init' 3
expect 'second init' 1 'exists' "${init[@]}" "${files[@]}"
expect 'second init with the same components' 1 TOKEN_IN_USE "${init[@]}" "${files[@]}" --use-existing

# ---- import: vending key, DKGA 4 ----
a4=00112233445566778899AABBCCDDEEFF00112233
k4=5A4B78691E0F3C2DD2C3F0E19687B4A55A4B7869
echo $a4 >"$dir/a4"
echo '5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a' >"$dir/b4"
kcv4=$(kcv_hmac $k4)
scope4=(import --use vending --sgc 123457 --krn 1 --ea '7,11')
pair4=(--component-file "$dir/a4" --component-file "$dir/b4")
expect 'wrong KCV' 1 KCV_MISMATCH "${scope4[@]}" "${pair4[@]}" --kcv 000000
nothing_half_done 'wrong KCV' 3
expect 'one component' 2 'at least two' "${scope4[@]}" --component-file "$dir/a4" --kcv "$kcv4"
expect 'the same component twice' 1 'the same one twice' "${scope4[@]}" --component-file "$dir/a4" \
    --component-file "$dir/a4" --kcv "$kcv4"
chmod 0640 "$dir/b4"
expect 'component file open to the group' 1 'mode 0600' "${scope4[@]}" "${pair4[@]}" --kcv "$kcv4"
chmod 0600 "$dir/b4"
ln -s "$dir/b4" "$dir/link"
expect 'component file behind a link' 1 FILE_FAILED "${scope4[@]}" --component-file "$dir/a4" \
    --component-file "$dir/link" --kcv "$kcv4"
echo "${a4}44" >"$dir/long"
expect 'component of another length' 1 'hex digits' "${scope4[@]}" --component-file "$dir/a4" \
    --component-file "$dir/long" --kcv "$kcv4"
expect 'no KCV and no terminal' 2 kcv "${scope4[@]}" "${pair4[@]}"
expect 'a component as an argument' 2 'never a secret' "${scope4[@]}" "$a4"
grep -q $a4 "$dir/out" && fail 'the argument is repeated in the error'
mv "$dir/backup" "$dir/kept"
touch "$dir/backup"
expect 'no place for the backup' 1 FILE_FAILED "${scope4[@]}" "${pair4[@]}" --kcv "$kcv4"
rm "$dir/backup"
mv "$dir/kept" "$dir/backup"
expect 'nothing was imported so far' 0 '"keys"' --json list
grep -q vending "$dir/out" && fail 'a refused import left a key'
expect 'import' 0 "vending/123457/1/2, KCV $kcv4" "${scope4[@]}" "${pair4[@]}" --kcv "$kcv4"
nothing_half_done 'import' 4
same 'KCV of list' "$kcv4" "$(listed vending/123457/1/2)"
expect 'the same scope again' 1 KEY_EXISTS "${scope4[@]}" "${pair4[@]}" --kcv "$kcv4"
nothing_half_done 'the same scope again' 4

# ---- import: vending key, DKGA 2 ----
k2=0123456789ABCDEF a2=1122334455667788
echo $a2 >"$dir/a2"
echo 10017623DCCDBA67 >"$dir/b2"
kcv2=$(kcv_des $k2)
scope2=(import --use vending --sgc 123456 --krn 1 --dkga 2 --base-date 1993 --component-file "$dir/a2")
expect 'DKGA 2 unasked' 1 HOST_VISIBLE_NOT_ACCEPTED "${scope2[@]}" --component-file "$dir/b2" --kcv "$kcv2"
echo 10017623DCCDBA66 >"$dir/even"
expect 'even parity' 1 KEY_PARITY "${scope2[@]}" --component-file "$dir/even" --kcv "$(kcv_des 0123456789ABCDEE)" \
    --accept-host-visible
nothing_half_done 'even parity' 4
expect 'DKGA 2' 0 "KCV $kcv2" "${scope2[@]}" --component-file "$dir/b2" --kcv "$kcv2" --accept-host-visible
same 'KCV of list, DES' "$kcv2" "$(listed vending/123456/1/2)"

# ---- generate ----
expect 'generate DKGA 2' 2 'DKGA 4' generate --use vending --sgc 999901 --krn 1 --dkga 2
expect 'generate' 0 'generated vending/999901/1/2' generate --use vending --sgc 999901 --krn 1
expect 'generate a factory key alone' 2 component-file generate --use factory-kek --name acme
factory=(generate --use factory-kek --name acme --component-file "$dir/fa" --component-file "$dir/fb")
expect 'generate a factory key' 0 factory/acme "${factory[@]}"
kf=$(python3 -c 'import sys
a, b = (bytes.fromhex(open(n).read()) for n in sys.argv[1:])
print(bytes(x ^ y for x, y in zip(a, b)).hex())' "$dir/fa" "$dir/fb")
same 'KCV of list, CMAC' "$(kcv_cmac "$kf")" "$(listed factory/acme)"
rm "$dir/fa" "$dir/fb"
expect 'the same factory key again' 1 KEY_EXISTS "${factory[@]}"
if [ -e "$dir/fa" ] || [ -e "$dir/fb" ]; then
    fail 'components of a key that was not made remain'
fi

# ---- scope ----
expect 'supply group of 5 digits' 2 sgc import --use vending --sgc 12345 --krn 1
expect 'revision 0' 2 krn import --use vending --sgc 123457 --krn 0
expect 'unknown base date' 2 base-date import --use vending --sgc 123457 --krn 1 --base-date 2000
expect '31 February' 2 active-from import --use vending --sgc 123457 --krn 1 --active-from 2026-02-31
expect 'EA11 with DKGA 2' 2 ea import --use vending --sgc 123457 --krn 1 --dkga 2 --ea 11
expect 'expiry before activation' 2 issued-until import --use vending --sgc 123457 --krn 1 --active-from 2030-01-01 \
    --issued-until 2029-01-01

# ---- export-meter ----
meter=(export-meter --pan 600727000000000009 --sgc 123457 --krn 1 --kt 2 --ti 1 --base-date 2014 --ken 255 --out "$dir/m")
expect 'export of a meter' 0 'under factory/acme' "${meter[@]}" --ea 11 --factory-key acme
same 'lines of the provision file' 14 "$(wc -l <"$dir/m")"
# the wrapped key, opened and derived a second time
message=0402303402313402313102303100 message+=0406$(printf 123457 | od -An -tx1 | tr -d ' ')01320131
message+=12$(printf 600727000000000009 | od -An -vtx1 | tr -d ' \n')00000080
same 'the exported decoder key' \
    "$(printf '%s' "$message" | python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' |
        openssl dgst -sha256 -mac HMAC -macopt hexkey:$k4 -binary | od -An -vtx1 -N16 | tr -d ' \n')" \
    "$(sed -n 's/^wrapped_key //p' "$dir/m" | python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' |
        openssl enc -d -id-aes128-wrap -K "$kf" -iv A6A6A6A6A6A6A6A6 | od -An -vtx1 | tr -d ' \n')"
expect 'a file that exists' 1 FILE_FAILED "${meter[@]}" --ea 11 --factory-key acme
rm "$dir/m"
expect 'unknown factory key' 1 KEY_UNKNOWN "${meter[@]}" --ea 11 --factory-key nobody
expect 'wrong PAN' 1 CHECK_DIGIT export-meter --pan 600727000000000008 --sgc 123457 --krn 1 --kt 2 --ti 1 \
    --base-date 2014 --ken 255 --ea 7 --factory-key acme --out "$dir/m"
expect 'another algorithm' 1 VENDING_KEY_MISMATCH export-meter --pan 600727000000000009 --sgc 999901 --krn 1 --kt 2 --ti 1 \
    --base-date 2014 --ken 255 --ea 11 --factory-key acme --out "$dir/m"
expect 'a base date of the past' 1 TID_OUT_OF_RANGE export-meter --pan 600727000000000009 --sgc 123456 --krn 1 --kt 2 \
    --ti 1 --base-date 1993 --ken 255 --ea 7 --factory-key acme --out "$dir/m"
[ ! -e "$dir/m" ] || fail 'a refused export left a file'

# ---- check, list, usage ----
expect 'check' 0 'are in order' check
expect 'list' 0 'ann  ' list
expect 'help' 0 'Examples' import --help
expect 'no such command' 2 'no such command' melt
echo 99999999 >"$dir/pin"
expect 'wrong PIN' 1 PIN_REFUSED list
expect 'wrong PIN as JSON' 1 '{"error":{"reason":"PIN_REFUSED"' --json list
rm "$dir/pin"
expect 'no PIN and no terminal' 1 CONFIG_INVALID list
echo 25071984 >"$dir/pin"

# ---- at a terminal ----
checks=$((checks + 1))
python3 "$here/typed.py" "$program" "$dir" || fail 'typed import'
same 'typed key' "$(kcv_hmac $k4)" "$(listed vending/123457/2/2)"

# ---- secrets stay where they belong ----
for secret in $k4 $k2 "$kf" "$(cat "$dir/backup-a")" 25071984; do
    checks=$((checks + 1))
    ! grep -rqi -- "$secret" "$dir/backup" "$dir/hsmd.conf" || fail 'a secret lies among backups or configuration'
done
finish
