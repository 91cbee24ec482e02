#!/bin/bash
# Keys of metervault-keys from one version to the next and to their end, as officers do it.
# usage: life.sh METERVAULT-KEYS
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$1
# shellcheck source=tests/support/keys.sh
. "$here/../../support/keys.sh"

# field LABEL PATH: of the key as `show` tells it.
field() {
    keys --json show --label "$1" | python3 -c 'import json, sys
value = json.load(sys.stdin)["key"]
for name in sys.argv[1].split("."):
    value = value.get(name, "none")
print(value)' "$2"
}

# approved ARGUMENTS...: proposes it; ann and ben approve it, in `by`.
approved() {
    rm -f "$dir"/act*
    expect "propose $*" 0 'metervault-act 1' propose "$@" --out "$dir/act"
    by=()
    for name in ann ben; do
        expect "approve $*" 0 'approved by' approve "$dir/act" --officer "$name" --key "$dir/$name.key" \
            --officer-certificate "$dir/$name.pem"
        by+=(--approval "$dir/act.$name")
    done
}

token_home
officer ann
officer ben

# ---- init: two officers at a terminal, each with an own PIN ----
checks=$((checks + 1))
python3 "$here/two_pins.py" "$program" "$dir" || fail 'two officers at a terminal'
echo 25071984 >"$dir/pin"
expect 'the user PIN is that of the second' 0 'no quorum policy' list

# ---- rotate ----
vending=(rotate --use vending --sgc 123457)
expect 'what to rotate' 2 use rotate
expect 'a factory key' 2 'no versions' rotate --use factory-kek
expect 'nothing to follow' 1 VENDING_KEY_UNKNOWN "${vending[@]}"
expect 'the first' 0 vending/123457/1/2 generate --use vending --sgc 123457 --krn 1 --ken 170 --ea 7,11
expect 'the next revision' 0 vending/123457/2/2 "${vending[@]}"
same 'successor of the first' 2 "$(field vending/123457/1/2 scope.successor_krn)"
same 'expiry of the first' 170 "$(field vending/123457/2/2 scope.ken)"
same 'algorithms of the first' '[7, 11]' "$(field vending/123457/2/2 scope.ea)"
expect 'an earlier base date' 1 VENDING_KEY_MISMATCH "${vending[@]}" --base-date 1993
expect 'a later base date' 0 vending/123457/3/2 "${vending[@]}" --base-date 2035 --ken 255 --active-from 2035-01-01
same 'its base date' 2035 "$(field vending/123457/3/2 scope.base_date)"
same 'its time' pre-active "$(field vending/123457/3/2 state_now)"
expect 'no minimum version' 2 states "${vending[@]}" --minimum-version 2
for krn in 4 5 6 7 8 9; do expect "revision $krn" 0 "vending/123457/$krn/2" "${vending[@]}" --base-date 2035; done
expect 'all nine are used' 1 'nine revisions' "${vending[@]}" --base-date 2035

record=(rotate --use record-mac --domain A1B2C3)
expect 'no version yet' 1 KEY_UNKNOWN "${record[@]}"
expect 'no domain' 2 domain rotate --use record-mac
expect 'the first version' 0 record-mac/A1B2C3/1 generate --use record-mac --domain A1B2C3
expect 'the second' 0 record-mac/A1B2C3/2 "${record[@]}"
expect 'another domain' 1 KEY_UNKNOWN rotate --use record-mac --domain 000001
expect 'another use' 1 KEY_UNKNOWN rotate --use record-enc --domain A1B2C3
expect 'a minimum without a number' 2 minimum-version "${record[@]}" --no-new-key
expect 'no number' 2 minimum-version "${record[@]}" --no-new-key --minimum-version 256
expect 'a version that is not there' 1 'no version from there on' "${record[@]}" --no-new-key --minimum-version 3
expect 'the minimum alone' 0 'versions below 2 are refused' "${record[@]}" --no-new-key --minimum-version 2
same 'of the newest' 2 "$(field record-mac/A1B2C3/2 minimum_version)"
expect 'no new key' 1 KEY_UNKNOWN show --label record-mac/A1B2C3/3
expect 'it only rises' 1 'only rises' "${record[@]}" --no-new-key --minimum-version 1
expect 'both in one step' 0 'versions below 3 are refused' "${record[@]}" --minimum-version 3
same 'the key' active "$(field record-mac/A1B2C3/3 state)"
expect 'signing key' 0 audit-sign/2 rotate --use audit-sign
expect 'and the next' 0 'versions below 2 are refused' rotate --use audit-sign --minimum-version 2
expect 'the third' 0 active show --label audit-sign/3

# ---- retire ----
expect 'what to retire' 2 label retire
expect 'an unknown key' 1 KEY_UNKNOWN retire --label record-mac/A1B2C3/9
expect 'the newest version' 1 'rotate first' retire --label record-mac/A1B2C3/3
expect 'the newest signing key' 1 'rotate first' retire --label audit-sign/3
expect 'an internal key' 1 'holds the token together' retire --label catalogue-mac
expect 'an old version' 0 expired retire --label record-mac/A1B2C3/2
expect 'as state says' 1 confirm state --label record-mac/A1B2C3/2 --active
expect 'brought back' 0 active state --label record-mac/A1B2C3/2 --active --confirm record-mac/A1B2C3/2
expect 'compromised without a word' 2 confirm retire --label record-mac/A1B2C3/2 --compromised
expect 'the wrong word' 1 INVALID_FIELD retire --label record-mac/A1B2C3/2 --compromised --confirm record-mac/A1B2C3/3
expect 'compromised' 0 compromised retire --label record-mac/A1B2C3/2 --compromised --confirm record-mac/A1B2C3/2
expect 'for ever' 1 'for ever' state --label record-mac/A1B2C3/2 --active --confirm record-mac/A1B2C3/2
expect 'also the newest' 0 compromised retire --label audit-sign/3 --compromised --confirm audit-sign/3
expect 'a vending key' 0 expired retire --label vending/123457/9/2
expect 'by two names' 2 label state --label vending/123457/9/2 --sgc 123457 --krn 9 --expired

# ---- destroy ----
factory=(destroy --label factory/acme)
expect 'factory key' 0 factory/acme generate --use factory-kek --name acme --component-file "$dir/fa" --component-file "$dir/fb"
expect 'what to destroy' 2 label destroy
expect 'no word' 2 confirm "${factory[@]}"
expect 'nobody approved' 1 'destroy needs the approvals of 2 officers' "${factory[@]}" --confirm factory/acme
approved "${factory[@]}"
expect 'one approved' 1 QUORUM_MISSING "${factory[@]}" --confirm factory/acme "${by[@]:0:2}"
expect 'another key' 1 APPROVAL_OTHER_ACT destroy --label vending/123457/1/2 --confirm vending/123457/1/2 "${by[@]}"
expect 'the wrong word' 1 'not the key' "${factory[@]}" --confirm factory/acm "${by[@]}"
expect 'it was used up' 1 APPROVAL_USED "${factory[@]}" --confirm factory/acme "${by[@]}"
same 'still there' active "$(field factory/acme state)"
approved "${factory[@]}"
expect 'destroyed' 0 'factory/acme is destroyed' "${factory[@]}" --confirm factory/acme "${by[@]}"
grep -qF "$dir/backup/factory-acme_" "$dir/out" || fail "its backup is not named: $(cat "$dir/out")"
[ -n "$(ls "$dir"/backup/factory-acme_*)" ] || fail 'its backup was touched'
same 'its line' destroyed "$(field factory/acme state)"
expect 'its name is taken' 1 KEY_EXISTS generate --use factory-kek --name acme --component-file "$dir/fc" --component-file "$dir/fd"
approved destroy --label vending/123457/1/2
expect 'where meters may be' 1 METERS_MAY_NEED_KEY destroy --label vending/123457/1/2 --confirm vending/123457/1/2 "${by[@]}"
approved destroy --label vending/123457/8/2 --no-meter-needs-it
expect 'without that word' 1 APPROVAL_OTHER_ACT destroy --label vending/123457/8/2 --confirm vending/123457/8/2 "${by[@]}"
expect 'a successor' 1 'move to this one' destroy --label vending/123457/8/2 --confirm vending/123457/8/2 --no-meter-needs-it \
    "${by[@]}"
expect 'taken back' 0 vending/123457/7/2 replace --sgc 123457 --krn 7 --by 0
approved destroy --label vending/123457/8/2 --no-meter-needs-it
expect 'no meter is left' 0 destroyed --json destroy --label vending/123457/8/2 --confirm vending/123457/8/2 --no-meter-needs-it \
    "${by[@]}"
approved destroy --label backup-kek --no-meter-needs-it
expect 'an internal key' 1 'holds the token together' destroy --label backup-kek --confirm backup-kek --no-meter-needs-it "${by[@]}"
for label in record-mac/A1B2C3/1 audit-sign/1; do
    approved destroy --label "$label" --no-meter-needs-it
    expect "destroy $label" 0 'is destroyed' destroy --label "$label" --no-meter-needs-it --confirm "$label" "${by[@]}"
done
expect 'verify' 0 'no quorum policy' verify --backups
expect 'no stranger' 0 '"strangers":0' --json verify
expect 'backup' 0 'each proven' backup --out "$dir/token.backup"
rm -rf "$dir/tokens"
mkdir "$dir/tokens"
expect 'restore' 0 'factory/acme                 factory-kek      destroyed' restore --from "$dir/token.backup" --so-pin-file \
    "$dir/pin" --share-file "$dir/1.share" --share-file "$dir/2.share"
expect 'verify what was restored' 0 'no quorum policy' verify
expect 'when it ends' 0 'is an officer no more' expire
finish
