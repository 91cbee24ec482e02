#!/bin/bash
# The backup key in shares, a token backed up, lost and restored: as officers do it, with what must be refused.
# usage: restore.sh METERVAULT-KEYS
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$1
# shellcheck source=tests/support/keys.sh
. "$here/../../support/keys.sh"

# What a token is, without what a restore may change.
catalogue() {
    keys --json list | python3 -c 'import json, sys
c = json.load(sys.stdin)
del c["token_serial"]
print(json.dumps(c, sort_keys=True))'
}

# The decoder keys of one meter under every vending key, wrapped: the same keys give the same lines.
decoder_keys() { # NAME
    local sgc base ea
    for key in 123457:2014:11 999901:2014:7 123456:2014:7; do
        IFS=: read -r sgc base ea <<<"$key"
        expect "export under $sgc" 0 'under factory/acme' export-meter --pan 600727000000000009 --sgc "$sgc" --krn 1 --kt 2 \
            --ti 1 --base-date "$base" --ken 255 --ea "$ea" --factory-key acme --out "$dir/$1.$sgc"
        sed -n 's/^wrapped_key //p' "$dir/$1.$sgc"
    done >"$dir/$1.keys"
    same "decoder keys of $1" 3 "$(wc -l <"$dir/$1.keys")"
}

# change FILE PYTHON: a statement on `lines`.
change() {
    python3 -c 'import sys
lines = open(sys.argv[1]).read().splitlines()
exec(sys.argv[2])
print("\n".join(lines))' "$1" "$2" >"$dir/changed"
}

wipe() {
    rm -rf "$dir/tokens"
    mkdir "$dir/tokens"
}

token_home
token_pins
officer ann

# ---- init with shares ----
init=(init --so-pin-file "$dir/so" --officer ann --officer-certificate "$dir/ann.pem")
files=() first=()
for i in 1 2 3 4 5; do files+=(--new-share-file "$dir/$i.share"); done
for i in 2 4 5; do first+=(--share-file "$dir/$i.share"); done
expect 'shares without files' 2 new-share-file "${init[@]}" --shares 3/5
expect 'too few files' 2 new-share-file "${init[@]}" --shares 3/4 "${files[@]}"
for shares in 1/3 3/2 10/12 3 /3 3/ 3/17 x/y; do
    expect "shares $shares" 2 shares "${init[@]}" --shares "$shares" "${files[@]}"
done
expect 'both ways' 2 'not both' "${init[@]}" --shares 3/5 "${files[@]}" --backup-component-file "$dir/a" \
    --backup-component-file "$dir/b"
[ -z "$(ls -A "$dir/tokens")" ] || fail 'a refused init made a token'
expect 'init' 0 'any 3 of the 5 shares' "${init[@]}" --shares 3/5 "${files[@]}"
for i in 1 2 3 4 5; do
    same "mode of share $i" 600 "$(stat -c %a "$dir/$i.share")"
    grep -qE '^MS13[A-Z0-9]{70}$' "$dir/$i.share" || fail "share $i is none"
done
expect 'second init' 1 exists "${init[@]}" --shares 3/5 "${files[@]}"
expect 'second init with the same shares' 1 TOKEN_IN_USE "${init[@]}" --shares 3/5 "${files[@]}" --use-existing

# ---- keys of every kind ----
echo 00112233445566778899AABBCCDDEEFF00112233 >"$dir/a4"
echo 5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A >"$dir/b4"
echo 1122334455667788 >"$dir/a2"
echo 10017623DCCDBA67 >"$dir/b2"
expect 'import' 0 vending/123457/1/2 import --use vending --sgc 123457 --krn 1 --ea 7,11 --component-file "$dir/a4" \
    --component-file "$dir/b4" --kcv "$(printf KCV | openssl dgst -sha256 -mac HMAC -macopt \
        hexkey:5A4B78691E0F3C2DD2C3F0E19687B4A55A4B7869 -binary | od -An -vtx1 -N3 | tr -d ' \n')"
expect 'import DKGA 2' 0 vending/123456/1/2 import --use vending --sgc 123456 --krn 1 --dkga 2 --base-date 2014 \
    --component-file "$dir/a2" --component-file "$dir/b2" --accept-host-visible --kcv \
    "$(head -c 8 /dev/zero | openssl enc -des-ede3 -nopad -K 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF |
        od -An -vtx1 -N3 | tr -d ' \n')"
expect 'generate' 0 vending/999901/1/2 generate --use vending --sgc 999901 --krn 1
expect 'factory key' 0 factory/acme generate --use factory-kek --name acme --component-file "$dir/fa" \
    --component-file "$dir/fb"
expect 'generate another' 0 vending/999903/1/2 generate --use vending --sgc 999903 --krn 1
expect 'a state' 0 'issued-until' state --sgc 999903 --krn 1 --issued-until 2030-01-01

# ---- combine, split ----
expect 'combine' 0 'this is the backup key' combine "${first[@]}"
expect 'one share' 2 share-file combine --share-file "$dir/1.share"
expect 'two shares of three' 1 'too few' combine --share-file "$dir/1.share" --share-file "$dir/2.share"
expect 'four shares of three' 1 'more than their threshold' combine "${first[@]}" --share-file "$dir/1.share"
expect 'the same share twice' 1 'the same index twice' combine --share-file "$dir/1.share" --share-file "$dir/2.share" \
    --share-file "$dir/2.share"
grep -qF "$dir/2.share: " "$dir/out" || fail 'the share at fault is not named'
python3 -c 'import sys
s = open(sys.argv[1]).read()
p = s[20]
open(sys.argv[2], "w").write(s[:20] + ("Q" if p != "Q" else "P") + s[21:])' "$dir/1.share" "$dir/wrong.share"
expect 'a mistyped share' 1 'wrong checksum' combine "${first[@]:0:4}" --share-file "$dir/wrong.share"
grep -qF "$dir/wrong.share: " "$dir/out" || fail 'the mistyped share is not named'
grep -qx 'compare with the paper: character 21' "$dir/out" || fail "the place is not named: $(cat "$dir/out")"
chmod 0644 "$dir/1.share"
expect 'an open share file' 1 'mode 0600' combine "${first[@]:0:4}" --share-file "$dir/1.share"
chmod 0600 "$dir/1.share"
new=()
for i in 1 2 3; do new+=(--new-share-file "$dir/new$i.share"); done
expect 'split anew' 0 'any 2 of which' split --shares 2/3 "${new[@]}" "${first[@]}"
expect 'combine the new set' 0 'this is the backup key' combine --share-file "$dir/new1.share" --share-file "$dir/new3.share"
expect 'mixed sets' 1 'of two sets' combine --share-file "$dir/new1.share" --share-file "$dir/2.share"
expect 'split over files that exist' 1 FILE_FAILED split --shares 2/3 "${new[@]}" "${first[@]}"
expect 'back to components' 0 'this is the backup key' combine "${first[@]}" --new-component-file "$dir/ca" \
    --new-component-file "$dir/cb"
expect 'combine components' 0 'this is the backup key' combine --component-file "$dir/ca" --component-file "$dir/cb"

# ---- backup ----
expect 'backup' 0 'each proven by its KCV' backup --out "$dir/token.backup"
same 'mode of the backup' 600 "$(stat -c %a "$dir/token.backup")"
expect 'backup over a file' 1 FILE_FAILED backup --out "$dir/token.backup"
lost=("$dir"/backup/vending-999901-1-2_*)
mv "${lost[0]}" "$dir/kept"
expect 'a key without its backup' 1 'vending/999901/1/2: no good backup' backup --out "$dir/none.backup"
sed 's/^wrapped_key ..../wrapped_key 0000/' "$dir/kept" >"${lost[0]}"
expect 'a key with an altered backup' 1 'vending/999901/1/2: no good backup' backup --out "$dir/none.backup"
[ ! -e "$dir/none.backup" ] || fail 'a refused backup left a file'
mv "$dir/kept" "${lost[0]}"
before=$(catalogue)
decoder_keys before

# ---- show, verify, expire ----
expect 'show a factory key' 0 'factory-kek' show --label factory/acme
expect 'show an internal key' 0 'backup-kek' show --label backup-kek
expect 'show a vending key by its label' 0 'SGC 123457' show --label vending/123457/1/2
expect 'show no key' 1 KEY_UNKNOWN show --label vending/123457/9/2
expect 'show by two names' 2 label show --label factory/acme --sgc 123457
expect 'verify' 0 'vending/999901/1/2           active' verify
expect 'verify backups' 0 'in order' verify --backups
expect 'verify as JSON' 0 '"ok":true,"keys":[{' --json verify --backups
mv "${lost[0]}" "$dir/kept"
expect 'verify with a backup less' 1 'BACKUP_REFUSED: backup_dir' verify --backups
same 'keys that are in order' 9 "$(grep -c 'in order' "$dir/out")"
expect 'verify with a backup less, as JSON' 1 '"finding":"backup_dir' --json verify --backups
mv "$dir/kept" "${lost[0]}"
expect 'expire' 0 '2030-01-01T00:00:00Z  vending/999903/1/2           issues no more tokens' expire
grep -qF '2045-11-24T20:16:00Z  vending/123457/1/2           has used up' "$dir/out" || fail "expiry: $(cat "$dir/out")"
expect 'expire soon' 0 'nothing ends' expire --within 1
expect 'expire as JSON' 0 '"label":"vending/999903/1/2","what":"issues' --json expire
expect 'expire in no days' 2 within expire --within 0

# ---- what a restore refuses ----
restore=(restore --so-pin-file "$dir/so")
expect 'restore onto the token in use' 1 TOKEN_IN_USE "${restore[@]}" --from "$dir/token.backup" "${first[@]}"
same 'the token in use' "$before" "$(catalogue)"
wipe
python3 -c 'print("%064X" % 5)' >"$dir/other.a"
expect 'another backup key' 1 'cannot be opened' "${restore[@]}" --from "$dir/token.backup" --component-file "$dir/ca" \
    --component-file "$dir/other.a"
change "$dir/token.backup" 'lines.pop()'
expect 'cut off' 1 'cut off' "${restore[@]}" --from "$dir/changed" "${first[@]}"
change "$dir/token.backup" 'lines[0] = "metervault-token-backup 2"'
expect 'another version' 1 'version 1' "${restore[@]}" --from "$dir/changed" "${first[@]}"
change "$dir/token.backup" 'lines[-2] = lines[-2][:-1] + ("1" if lines[-2][-1] != "1" else "2")'
expect 'an altered key' 1 'cannot be opened' "${restore[@]}" --from "$dir/changed" "${first[@]}"
[ -z "$(ls -A "$dir/tokens")" ] || fail 'a refused restore made a token'
change "$dir/token.backup" 'lines[3] = lines[3][:-1] + ("1" if lines[3][-1] != "1" else "2")'
expect 'an altered entry' 1 'is altered' "${restore[@]}" --from "$dir/changed" "${first[@]}"
change "$dir/token.backup" 'del lines[5]'
expect 'an entry less' 1 'not whole' "${restore[@]}" --from "$dir/changed" "${first[@]}"
change "$dir/token.backup" 'i = next(i for i, l in enumerate(lines) if l.startswith("key vending/999901")); del lines[i]'
expect 'a key less' 1 'is not in it' "${restore[@]}" --from "$dir/changed" "${first[@]}"
change "$dir/token.backup" 'a, b = [i for i, l in enumerate(lines) if l.startswith("key vending/9")][:2]
x, y = lines[a].split(), lines[b].split(); lines[a] = " ".join(x[:2] + y[2:]); lines[b] = " ".join(y[:2] + x[2:])'
expect 'two keys exchanged' 1 KCV_MISMATCH "${restore[@]}" --from "$dir/changed" "${first[@]}"
expect 'nothing is there' 3 TOKEN_NOT_FOUND list

# ---- restore, with every way to hold the backup key ----
expect 'restore' 0 vending/999901/1/2 "${restore[@]}" --from "$dir/token.backup" "${first[@]}"
same 'catalogue after the restore' "$before" "$(catalogue)"
decoder_keys after
same 'decoder keys after the restore' "$(cat "$dir/before.keys")" "$(cat "$dir/after.keys")"
expect 'check' 0 'are in order' check
expect 'a new key after the restore' 0 vending/999902/1/2 generate --use vending --sgc 999902 --krn 1
expect 'backup of the restored token' 0 'each proven' backup --out "$dir/second.backup"
before=$(catalogue)
wipe
rm -r "$dir/backup" # another machine
expect 'restore by the new shares' 0 vending/999902/1/2 "${restore[@]}" --from "$dir/second.backup" \
    --share-file "$dir/new2.share" --share-file "$dir/new3.share"
same 'catalogue after the second restore' "$before" "$(catalogue)"
expect 'backup of what was restored elsewhere' 0 'each proven' backup --out "$dir/third.backup"
same 'it is the same' "$(tail -n +3 "$dir/second.backup")" "$(tail -n +3 "$dir/third.backup")"
wipe
expect 'restore by components' 0 vending/999902/1/2 "${restore[@]}" --from "$dir/second.backup" \
    --component-file "$dir/ca" --component-file "$dir/cb"
decoder_keys third
same 'decoder keys after the third restore' "$(cat "$dir/before.keys")" "$(cat "$dir/third.keys")"
echo 99999999 >"$dir/pin"
expect 'restore beside another token of that label' 1 'PIN was tried on it, once, and refused: C_Login: the token' "${restore[@]}" --from "$dir/second.backup" "${first[@]}"
echo 25071984 >"$dir/pin"
expect 'the token still opens' 0 'are in order' check

# ---- secrets stay where they belong ----
for secret in "$(cat "$dir/1.share")" "$(cat "$dir/new1.share")" "$(cat "$dir/ca")" 25071984 12345678; do
    checks=$((checks + 1))
    ! grep -rqiF -- "$secret" "$dir/transcript" "$dir/backup" "$dir/hsmd.conf" "$dir/tokens" "$dir"/*.backup ||
        fail 'a secret lies among answers, backups or token files'
done
finish
