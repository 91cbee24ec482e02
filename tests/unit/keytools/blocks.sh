#!/bin/bash
# Keys that come and go in TR-31 blocks: the published one, our own from one token to another, and what is refused.
# usage: blocks.sh METERVAULT-KEYS
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$1
# shellcheck source=tests/support/keys.sh
. "$here/../../support/keys.sh"

listed() { # LABEL FIELD
    keys --json list | python3 -c 'import json, sys
print(next(k.get(sys.argv[2]) for k in json.load(sys.stdin)["keys"] if k["label"] == sys.argv[1]))' "$1" "$2"
}

# parts HEX A B: two components of a key.
parts() {
    python3 -c 'import secrets, sys
key = bytes.fromhex(sys.argv[1])
part = secrets.token_bytes(len(key))
open(sys.argv[2], "w").write(part.hex() + "\n")
open(sys.argv[3], "w").write(bytes(x ^ y for x, y in zip(part, key)).hex() + "\n")' "$@"
}

make_token() { # NAME
    config=$dir/$1.conf
    token_config "$1" "$dir/backup-$1"
    expect "init $1" 0 'is ready' init --so-pin-file "$dir/so" --officer ann --officer-certificate "$dir/ann.pem" \
        --shares 2/3 --new-share-file "$dir/$1.1" --new-share-file "$dir/$1.2" --new-share-file "$dir/$1.3"
}

token_home
token_pins
officer ann
make_token receiver
make_token sender

# ---- the published block ----
kbpk=88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6
kbpk_kcv=$(head -c 16 /dev/zero | openssl mac -cipher AES-256-CBC -macopt hexkey:$kbpk -binary CMAC |
    od -An -vtx1 -N3 | tr -d ' \n')
parts $kbpk "$dir/ka" "$dir/kb"
protected=(--kbpk-component-file "$dir/ka" --kbpk-component-file "$dir/kb" --kbpk-kcv "$kbpk_kcv")
block=D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A27E8E31DA05F7425509593D03A457DC34
echo $block >"$dir/published"
published=(import --use factory-kek --name published --kcv 08793E "${protected[@]}")
expect 'published, unasked' 1 HOST_VISIBLE "${published[@]}" --tr31 "$dir/published" --accept-usage P0
seen=(--accept-host-visible)
expect 'published, of another usage' 1 'usage or mode' "${published[@]}" --tr31 "$dir/published" "${seen[@]}"
expect 'published, wrong usage accepted' 1 'that is accepted' "${published[@]}" --tr31 "$dir/published" "${seen[@]}" \
    --accept-usage D0
expect 'published, another KCV' 1 KCV_MISMATCH import --use factory-kek --name published --kcv 08793F "${protected[@]}" \
    --tr31 "$dir/published" "${seen[@]}" --accept-usage P0
expect 'published, another KCV of the protection key' 1 KCV_MISMATCH "${published[@]:0:11}" --kbpk-kcv 000000 \
    --tr31 "$dir/published" "${seen[@]}" --accept-usage P0
sed 's/^D0112P0AE00E/D0112P0AE00N/' "$dir/published" >"$dir/altered"
expect 'published, altered' 1 'MAC' "${published[@]}" --tr31 "$dir/altered" "${seen[@]}" --accept-usage P0
expect 'as a vending key' 1 'algorithm' import --use vending --sgc 123456 --krn 1 --kcv 08793E "${protected[@]}" \
    --tr31 "$dir/published" "${seen[@]}" --accept-usage P0
expect 'one component' 2 'at least two' import --use factory-kek --name published --kcv 08793E --tr31 "$dir/published" \
    --kbpk-component-file "$dir/ka" --kbpk-kcv "$kbpk_kcv"
expect 'no KCV and no terminal' 2 kcv import --use factory-kek --name published --tr31 "$dir/published" "${protected[@]}"
expect 'protection key without a block' 2 tr31 "${published[@]}"
expect 'block and components' 2 'not both' "${published[@]}" --tr31 "$dir/published" --component-file "$dir/ka" \
    --component-file "$dir/kb"
printf '%s\n%s\n' $block $block >"$dir/two"
expect 'two blocks in a file' 1 'not one line' "${published[@]}" --tr31 "$dir/two" "${seen[@]}"
expect 'nothing came so far' 0 '"keys"' --json list
grep -q factory "$dir/out" && fail 'a refused import left a key'
expect 'published' 0 'factory/published, KCV 08793E' "${published[@]}" --tr31 "$dir/published" "${seen[@]}" --accept-usage P0
same 'KCV in the token' 08793E "$(listed factory/published kcv)"

# ---- from one token to another ----
expect 'generate' 0 vending/123457/1/2 generate --use vending --sgc 123457 --krn 1 --ea 7,11
expect 'factory key' 0 factory/acme generate --use factory-kek --name acme --component-file "$dir/fa" --component-file "$dir/fb"
printf '1122334455667788\n' >"$dir/a2"
printf '10017623DCCDBA67\n' >"$dir/b2"
kcv2=$(head -c 8 /dev/zero | openssl enc -des-ede3 -nopad -K 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF |
    od -An -vtx1 -N3 | tr -d ' \n' | tr a-f A-F)
expect 'DKGA 2' 0 vending/123456/1/2 import --use vending --sgc 123456 --krn 1 --dkga 2 --component-file "$dir/a2" \
    --component-file "$dir/b2" --accept-host-visible --kcv "$kcv2"
holders=(--share-file "$dir/sender.1" --share-file "$dir/sender.3")
export_key=(export --tr31 "${protected[@]}")
expect 'export, unasked' 1 HOST_VISIBLE "${export_key[@]}" "${holders[@]}" --name acme --out "$dir/acme"
expect 'export by the wrong holders' 1 KCV_MISMATCH "${export_key[@]}" "${seen[@]}" --name acme --out "$dir/acme" \
    --share-file "$dir/receiver.1" --share-file "$dir/receiver.2"
expect 'export by one holder' 2 share-file "${export_key[@]}" "${seen[@]}" --name acme --out "$dir/acme" \
    --share-file "$dir/sender.1"
expect 'export of an unknown key' 1 KEY_UNKNOWN "${export_key[@]}" "${seen[@]}" "${holders[@]}" --name nobody --out "$dir/x"
expect 'export of an internal key' 1 KEY_UNKNOWN "${export_key[@]}" "${seen[@]}" "${holders[@]}" --name backup-kek --out "$dir/x"
[ ! -e "$dir/acme" ] || fail 'a refused export left a file'
expect 'export a factory key' 0 'the host saw the key' "${export_key[@]}" "${seen[@]}" "${holders[@]}" --name acme --out "$dir/acme"
expect 'export over a file' 1 FILE_FAILED "${export_key[@]}" "${seen[@]}" "${holders[@]}" --name acme --out "$dir/acme"
expect 'export a vending key' 0 'vending/123457/1/2' "${export_key[@]}" "${seen[@]}" "${holders[@]}" --sgc 123457 --krn 1 \
    --out "$dir/v4" --exportability N
expect 'export DKGA 2' 0 'vending/123456/1/2' "${export_key[@]}" "${seen[@]}" "${holders[@]}" --sgc 123456 --krn 1 --out "$dir/v2"
grep -qE '^D[0-9]{4}K0AB00E0200KP1001[0-9A-F]{10}KC1001[0-9A-F]{106}$' "$dir/acme" || fail "form of $(cat "$dir/acme")"
grep -qE '^D[0-9]{4}B3HX00N0100' "$dir/v4" || fail "form of $(cat "$dir/v4")"
grep -qE '^D[0-9]{4}B3DX00E0100' "$dir/v2" || fail "form of $(cat "$dir/v2")"
kcv_acme=$(listed factory/acme kcv) kcv4=$(listed vending/123457/1/2 kcv)
meter=(export-meter --pan 600727000000000009 --krn 1 --kt 2 --ti 1 --base-date 2014 --ken 255 --factory-key acme)
expect 'meter of the sender' 0 acme "${meter[@]}" --sgc 123457 --ea 11 --out "$dir/m4"
expect 'meter of the sender, DKGA 2' 0 acme "${meter[@]}" --sgc 123456 --ea 7 --out "$dir/m2"
config=$dir/receiver.conf
take=("${protected[@]}" "${seen[@]}")
expect 'receive a factory key' 0 "KCV $kcv_acme" import --use factory-kek --name acme --tr31 "$dir/acme" --kcv "$kcv_acme" "${take[@]}"
expect 'receive a vending key' 0 "KCV $kcv4" import --use vending --sgc 123457 --krn 1 --ea 7,11 --tr31 "$dir/v4" --kcv "$kcv4" "${take[@]}"
expect 'receive DKGA 2' 0 "KCV $kcv2" import --use vending --sgc 123456 --krn 1 --dkga 2 --tr31 "$dir/v2" --kcv "$kcv2" "${take[@]}"
expect 'receive it twice' 1 KEY_EXISTS import --use factory-kek --name acme --tr31 "$dir/acme" --kcv "$kcv_acme" "${take[@]}"
expect 'meter of the receiver' 0 acme "${meter[@]}" --sgc 123457 --ea 11 --out "$dir/r4"
expect 'meter of the receiver, DKGA 2' 0 acme "${meter[@]}" --sgc 123456 --ea 7 --out "$dir/r2"
for pair in m4:r4 m2:r2; do
    same "the decoder key of ${pair#*:}" "$(grep wrapped_key "$dir/${pair%:*}")" "$(grep wrapped_key "$dir/${pair#*:}")"
done
holders=(--share-file "$dir/receiver.1" --share-file "$dir/receiver.3")
expect 'a key that may not be sent on' 1 'exportability N' "${export_key[@]}" "${seen[@]}" "${holders[@]}" --sgc 123457 \
    --krn 1 --out "$dir/again"
same 'it is listed so' False "$(listed vending/123457/1/2 exportable)"
expect 'one that may' 0 'the host saw' "${export_key[@]}" "${seen[@]}" "${holders[@]}" --name acme --out "$dir/again"
expect 'check' 0 'are in order' check

# ---- secrets stay where they belong ----
for secret in $kbpk "$(cat "$dir/ka")" "$(cat "$dir/fa")" "$(cat "$dir/sender.1")" 0123456789ABCDEF \
    3F419E1CB7079442AA37474C2EFBF8B8 25071984; do
    checks=$((checks + 1))
    ! grep -rqiF -- "$secret" "$dir/transcript" "$dir"/backup-* "$dir"/*.conf "$dir/tokens" "$dir/acme" "$dir/v4" "$dir/v2" ||
        fail 'a secret lies among answers, backups, blocks or token files'
done
finish
