#!/bin/bash
# metervault-keys over the life of vending keys: revisions and their succession, states, officers; and that a running key
# process sees all of it.
# usage: key_states.sh METERVAULT-KEYS METERVAULT-HSMD
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$1 hsmd=$2
# shellcheck source=tests/support/keys.sh
. "$here/../../support/keys.sh"
process=
trap '[ -z "$process" ] || kill "$process"; wait; rm -rf "$dir"' EXIT

# field KRN PATH: of the key as `show` tells it.
field() {
    keys --json show --sgc 123457 --krn "$1" | python3 -c 'import json, sys
value = json.load(sys.stdin)["key"]
for name in sys.argv[1].split("."):
    value = value.get(name, "none")
print(value)' "$2"
}

certificate() { # NAME FILE OPENSSL-KEY-OPTIONS...
    local name=$1 file=$2
    shift 2
    openssl req -x509 -newkey "$@" -nodes -keyout "$dir/key.pem" -out "$file" -days 2 -subj "/CN=$name" \
        -addext "subjectAltName=URI:urn:metervault:principal:$name" 2>/dev/null
}
p256=(ec -pkeyopt ec_paramgen_curve:P-256)

token_home
token_pins
certificate ann "$dir/ann.pem" "${p256[@]}"
expect 'no PIN file and no terminal' 1 'give --so-pin-file' init --officer ann --officer-certificate "$dir/ann.pem" \
    --backup-component-file "$dir/a" --backup-component-file "$dir/b"
expect 'a PIN file that is not there' 1 "$dir/no-pin: No such file or directory" init --so-pin-file "$dir/no-pin" \
    --officer ann --officer-certificate "$dir/ann.pem" --backup-component-file "$dir/a" --backup-component-file "$dir/b"
expect 'another configuration' 1 "$dir/none.conf: No such file or directory" --config "$dir/none.conf" list
expect 'and for programs' 1 "\"about\":\"$dir/none.conf: No such file or directory\"" --config "$dir/none.conf" --json list
expect 'init' 0 'officer ann' init --so-pin-file "$dir/so" --officer ann --officer-certificate "$dir/ann.pem" \
    --backup-component-file "$dir/a" --backup-component-file "$dir/b"

grep -qF "written to $dir/a and $dir/b" "$dir/out" || fail "where the components are: $(cat "$dir/out")"

expect 'once more' 1 "metervault-keys: $dir/a" init --so-pin-file "$dir/so" --officer ann --officer-certificate "$dir/ann.pem" \
    --backup-component-file "$dir/a" --backup-component-file "$dir/b"
mkdir "$dir/empty"
sed "s|$dir/tokens|$dir/empty|" "$dir/softhsm2.conf" >"$dir/other.conf"
SOFTHSM2_CONF="$dir/other.conf" expect "the module's other place" 3 '(SoftHSM: SOFTHSM2_CONF)' list

# ---- revisions and their succession ----
generate=(generate --use vending --sgc 123457)
expect 'first revision' 0 'generated vending/123457/1/2' "${generate[@]}" --krn 1 --ken 170 --ea 7,11
same 'expiry' 170 "$(field 1 scope.ken)"
same 'no successor' none "$(field 1 scope.successor_krn)"
expect 'a revision that replaces nothing known' 1 VENDING_KEY_UNKNOWN "${generate[@]}" --krn 2 --replaces 9
expect 'a revision that replaces itself' 2 replaces "${generate[@]}" --krn 2 --replaces 2
expect 'an earlier base date' 1 VENDING_KEY_MISMATCH "${generate[@]}" --krn 2 --base-date 1993 --replaces 1
expect 'another algorithm' 1 'revision 1 has --base-date 2014 --dkga 4 --ea 7,11' "${generate[@]}" --krn 2 --ea 11 --replaces 1
expect 'a factory key replaces none' 2 replaces generate --use factory-kek --name x --replaces 1 \
    --component-file "$dir/x" --component-file "$dir/y"
expect 'refused keys were not made' 1 KEY_UNKNOWN show --sgc 123457 --krn 2
expect 'second revision' 0 'generated vending/123457/2/2' "${generate[@]}" --krn 2 --replaces 1
same 'expiry of the first' 170 "$(field 2 scope.ken)"
same 'base date of the first' 2014 "$(field 2 scope.base_date)"
same 'algorithms of the first' '[7, 11]' "$(field 2 scope.ea)"
same 'successor' 2 "$(field 1 scope.successor_krn)"
echo 00112233445566778899AABBCCDDEEFF00112233 >"$dir/c1"
echo 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a >"$dir/c2"
kcv=$(printf 'KCV' | openssl dgst -sha256 -mac HMAC -macopt hexkey:5A4B78691E0F3C2DD2C3F0E19687B4A55A4B7869 -binary |
    od -An -vtx1 -N3 | tr -d ' \n')
expect 'an import without files and without a terminal' 1 'give --component-file' import --use vending --sgc 123457 --krn 3
expect 'a component that is not there' 1 "$dir/c3: No such file or directory" import --use vending --sgc 123457 --krn 3 \
    --component-file "$dir/c1" --component-file "$dir/c3" --kcv "$kcv"
expect 'third revision, imported' 0 'imported vending/123457/3/2' import --use vending --sgc 123457 --krn 3 --ken 255 \
    --base-date 2035 --active-from 2035-01-01 --replaces 2 --component-file "$dir/c1" --component-file "$dir/c2" --kcv "$kcv"
same 'its own expiry' 255 "$(field 3 scope.ken)"
same 'its own base date' 2035 "$(field 3 scope.base_date)"
same 'algorithms of the second' '[7, 11]' "$(field 3 scope.ea)"
same 'successor of the second' 3 "$(field 2 scope.successor_krn)"
same 'not yet active' pre-active "$(field 3 state_now)"
expect 'shown' 0 'its meters move to KRN 3' list
expect 'replace without a successor' 2 'by' replace --sgc 123457 --krn 1
expect 'a circle' 1 INVALID_FIELD replace --sgc 123457 --krn 2 --by 1
same 'successor as before' 3 "$(field 2 scope.successor_krn)"
expect 'an unknown successor' 1 VENDING_KEY_UNKNOWN replace --sgc 123457 --krn 1 --by 9
expect 'of an unknown key' 1 VENDING_KEY_UNKNOWN replace --sgc 123457 --krn 9 --by 1
expect 'taken back' 0 'vending/123457/1/2' replace --sgc 123457 --krn 1 --by 0
same 'none again' none "$(field 1 scope.successor_krn)"
expect 'no date without a successor' 2 issued-until replace --sgc 123457 --krn 1 --by 0 --issued-until 2090-01-01
expect 'being replaced' 0 'issued-until' replace --sgc 123457 --krn 1 --by 2 --issued-until 2090-01-01
same 'date' 2090-01-01T00:00:00Z "$(field 1 issued_until)"
same 'successor and date in one step' 2 "$(field 1 scope.successor_krn)"

# ---- states ----
state=(state --sgc 123457 --krn 1)
expect 'no state' 2 'give one of' "${state[@]}"
expect 'two states' 2 'give one of' "${state[@]}" --active --expired
expect '31 February' 2 issued-until "${state[@]}" --issued-until 2027-02-31
expect 'before its activation' 1 INVALID_FIELD "${state[@]}" --issued-until 1993-01-01
expect 'of an unknown key' 1 KEY_UNKNOWN state --sgc 123457 --krn 9 --expired
expect 'expired' 0 expired "${state[@]}" --expired
expect 'replaced while it is expired' 1 VENDING_KEY_NOT_ACTIVE replace --sgc 123457 --krn 1 --by 2 --issued-until 2090-01-01
expect 'a successor of an expired key' 0 expired replace --sgc 123457 --krn 1 --by 2
expect 'active again without a word' 1 confirm "${state[@]}" --active
expect 'issuing again without a word' 1 confirm "${state[@]}" --issued-until 2090-01-01
expect 'the word of another key' 1 INVALID_FIELD "${state[@]}" --active --confirm vending/123457/2/2
same 'still expired' expired "$(field 1 state)"
expect 'active again' 0 active "${state[@]}" --active --confirm vending/123457/1/2
same 'no end' none "$(field 1 issued_until)"

# ---- a running key process ----
ready() { # GENERATION: waits until the process has seen it
    for _ in $(seq 100); do
        grep -q "generation $1" "$dir/log" && return
        sleep 0.1
    done
    fail "the key process did not see generation $1: $(cat "$dir/log")"
}
generation() {
    keys --json list | python3 -c 'import json, sys; print(json.load(sys.stdin)["generation"])'
}
"$hsmd" --config "$dir/hsmd.conf" >"$dir/log" 2>&1 &
process=$!
ready "$(generation)"
checks=$((checks + 1))
"$hsmd" --config "$dir/hsmd.conf" --check >"$dir/out" 2>&1 || fail "hsmd --check: $(cat "$dir/out")"

# ---- what cannot be undone ----
expect 'compromised without a word' 2 confirm "${state[@]}" --compromised
expect 'the wrong word' 1 INVALID_FIELD "${state[@]}" --compromised --confirm vending/123457/2/2
same 'still active' active "$(field 1 state)"
checks=$((checks + 1))
python3 "$here/confirm.py" "$program" "$dir" || fail 'confirmation at a terminal'
same 'compromised' compromised "$(field 1 state)"
expect 'compromised is for ever' 1 VENDING_KEY_NOT_ACTIVE "${state[@]}" --active
expect 'compromised and expired' 1 VENDING_KEY_NOT_ACTIVE "${state[@]}" --expired
expect 'compromised and replaced with a date' 1 VENDING_KEY_NOT_ACTIVE replace --sgc 123457 --krn 1 --by 2 \
    --issued-until 2090-01-01
expect 'a way out of it' 0 compromised replace --sgc 123457 --krn 1 --by 2
expect 'compromised twice' 0 compromised "${state[@]}" --compromised --confirm vending/123457/1/2
expect 'no meter is made under it' 1 VENDING_KEY_NOT_ACTIVE export-meter --pan 600727000000000009 --sgc 123457 --krn 1 --kt 2 --ti 1 \
    --base-date 2014 --ken 170 --ea 7 --factory-key none --out "$dir/m"
expect 'check' 0 'are in order' check

# ---- officers ----
certificate ben "$dir/ben.pem" ec -pkeyopt ec_paramgen_curve:P-384
certificate carl "$dir/rsa.pem" rsa:2048
certificate carl "$dir/small.pem" ec -pkeyopt ec_paramgen_curve:prime192v1
expect 'no name' 2 officer officer-add --officer-certificate "$dir/ben.pem"
expect 'no certificate' 2 officer-certificate officer-add --officer ben
expect "another's certificate" 1 'asked for urn:metervault:principal:eve, the certificate has urn:metervault:principal:ben' \
    officer-add --officer eve --officer-certificate "$dir/ben.pem"
openssl req -x509 -newkey "${p256[@]}" -nodes -keyout "$dir/key.pem" -out "$dir/nobody.pem" -days 2 -subj /CN=eve \
    -addext subjectAltName=URI:https://example.org/eve 2>/dev/null
expect "nobody's certificate" 1 'asked for urn:metervault:principal:eve, the certificate has no such URI' \
    officer-add --officer eve --officer-certificate "$dir/nobody.pem"
expect 'a certificate that is not there' 1 "$dir/none.pem: No such file or directory" officer-add --officer eve \
    --officer-certificate "$dir/none.pem"
expect 'an RSA key' 1 'P-256' officer-add --officer carl --officer-certificate "$dir/rsa.pem"
expect 'a small curve' 1 'P-256' officer-add --officer carl --officer-certificate "$dir/small.pem"
expect 'the first officer again' 1 'this officer is enrolled already' officer-add --officer ann --officer-certificate "$dir/ann.pem"
openssl req -x509 -newkey "${p256[@]}" -nodes -keyout "$dir/key.pem" -out "$dir/two.pem" -days 2 -subj /CN=two -addext \
    subjectAltName=URI:urn:metervault:principal:dora,URI:urn:metervault:principal:ben 2>/dev/null
expect 'second officer, one of two names' 0 'officer ben is enrolled' officer-add --officer ben --officer-certificate "$dir/two.pem"
expect 'a third is enrolled by two' 1 'officer-add needs the approvals of 2 officers' officer-add --officer dora \
    --officer-certificate "$dir/two.pem"
expect 'both are listed' 0 'ben  ' list
grep -q '^ann  ' "$dir/out" || fail 'the first officer is gone'

finish
