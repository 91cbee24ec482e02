#!/bin/bash
# Card keys from their birth to the meter: generated, rotated, retired, wrapped for the factory alone and as a batch.
# usage: cards.sh METERVAULT-KEYS METERSIM
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$1 metersim=$2
# shellcheck source=tests/support/keys.sh
. "$here/../../support/keys.sh"

line() { # FILE NAME: its value
    sed -n "s/^$2 //p" "$1"
}

load() { # NAME CODE TEXT FILE: into a new meter
    rm -f "$dir/meter"
    look "$1" "$2" "$3" "$metersim" --state "$dir/meter" --provision "$4" --component-file "$dir/f1" \
        --component-file "$dir/f2" show
}

field() { # LABEL NAME: of its line in the catalogue
    keys --json show --label "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["key"].get(sys.argv[1]))' "$2"
}

token_home
token_pins
mkdir "$dir/new"
officer ann
expect 'init' 0 'officer ann' init --so-pin-file "$dir/so" --officer ann --officer-certificate "$dir/ann.pem" \
    --backup-component-file "$dir/a" --backup-component-file "$dir/b"

# ---- birth ----
for use in card-issuer card-office card-meter card-transport; do
    expect "$use" 0 "generated $use/1, KCV" generate --use "$use"
    expect "$use of a domain" 2 domain generate --use "$use" --domain A1B2C3 --version 2
done
expect 'card-area' 0 'generated card-area/A1B2C3/1, KCV' generate --use card-area --domain A1B2C3
expect 'of no domain' 2 domain generate --use card-area
expect 'twice' 1 KEY_EXISTS generate --use card-meter
expect 'a version too high' 2 version generate --use card-meter --version 256
expect 'with a name' 2 use generate --use card-meter --name acme
expect 'as components' 2 'never leaves the token' generate --use card-meter --version 9 --component-file "$dir/x" \
    --component-file "$dir/y"
expect 'imported' 2 'generated in the token' import --use card-meter --component-file "$dir/a" --component-file "$dir/b" \
    --kcv 000000
expect 'an unknown use' 2 card-transport generate --use card-key
expect 'of profile 2, in the token alone' 2 'must load the key too' generate --use card-pboc-mac
expect 'in components' 0 'card-pboc-mac/1, KCV' generate --use card-pboc-mac --component-file "$dir/p1" --component-file "$dir/p2"
expect 'which come along as another version' 0 'card-pboc-mac/2, KCV' import --use card-pboc-mac --version 2 \
    --component-file "$dir/p1" --component-file "$dir/p2" --kcv "$(field card-pboc-mac/1 kcv)"
expect 'another check value' 1 KCV_MISMATCH import --use card-pboc-mac --version 3 --component-file "$dir/p1" \
    --component-file "$dir/p2" --kcv 000000
expect 'rotated' 2 'in components' rotate --use card-pboc-mac
expect 'a minimum' 0 card-pboc-mac/2 rotate --use card-pboc-mac --no-new-key --minimum-version 2
expect 'listed' 0 'card-area/A1B2C3/1' list
same 'each has its backup' 7 "$(find "$dir/backup" -name 'card-*' | wc -l)"

# ---- life ----
expect 'the second version' 0 card-meter/2 rotate --use card-meter
expect 'and of a domain' 0 card-area/A1B2C3/2 rotate --use card-area --domain A1B2C3
expect 'of another domain' 1 KEY_UNKNOWN rotate --use card-area --domain 000001
expect 'a minimum' 0 card-meter/2 rotate --use card-meter --no-new-key --minimum-version 2
same 'of the newest' 2 "$(field card-meter/2 minimum_version)"
same 'of no other family' None "$(field card-office/1 minimum_version)"
expect 'the newest version' 1 'rotate first' retire --label card-meter/2
expect 'an old one' 0 expired retire --label card-meter/1
expect 'destroyed by nobody' 1 QUORUM_MISSING destroy --label card-meter/1 --confirm card-meter/1
expect 'verified' 0 'in order' verify --backups

# ---- one meter ----
expect 'vending key' 0 generated generate --use vending --sgc 123456 --krn 1 --ea 7,11
expect 'factory key' 0 generated generate --use factory-kek --name acme --component-file "$dir/f1" --component-file "$dir/f2"
for use in record-mac record-enc; do
    expect "$use" 0 "$use" generate --use "$use" --domain A1B2C3
done
key=(--sgc 123456 --krn 1 --kt 2 --ti 1 --ea 11 --base-date 2014 --ken 255 --factory-key acme)
meter=(export-meter --pan 600727000000000009 "${key[@]}")
records=(--domain A1B2C3 --mac-version 1 --enc-version 1 --epoch 0)
expect 'a meter' 0 'with card keys, KCVs' "${meter[@]}" "${records[@]}" --card 2 --card-area 2 --out "$dir/m"
same 'versions' 22 "$(line "$dir/m" card_key_version)$(line "$dir/m" card_area_version)"
same 'wrapped' 80 "$(line "$dir/m" wrapped_card_keys | tr -d '\n' | wc -c)"
same 'KCVs' 12 "$(line "$dir/m" card_kcvs | tr -d '\n' | wc -c)"
load 'the meter takes it' 0 600727000000000009 "$dir/m"
sed "s/^card_kcvs ./card_kcvs $(line "$dir/m" card_kcvs | cut -c1 | tr '0-9A-F' '1-9A-F0')/" "$dir/m" >"$dir/bad"
load 'another KCV' 1 'another KCV' "$dir/bad"
expect 'without tool cards' 0 'with card keys' "${meter[@]}" "${records[@]}" --card 2 --out "$dir/own"
same 'no area' 0 "$(line "$dir/own" card_area_version)"
load 'the meter takes that too' 0 600727000000000009 "$dir/own"
same 'its own key is the same' "$(line "$dir/m" card_kcvs | cut -c1-6)000000" "$(line "$dir/own" card_kcvs)"
expect 'without cards' 0 KCV "${meter[@]}" --out "$dir/plain"
same 'none in the file' '' "$(line "$dir/plain" wrapped_card_keys)"
expect 'another meter' 0 KCV export-meter --pan 000001000000000082 "${key[@]}" "${records[@]}" --card 2 --card-area 2 \
    --out "$dir/other"
same 'the key of its area' "$(line "$dir/m" card_kcvs | cut -c7-)" "$(line "$dir/other" card_kcvs | cut -c7-)"
[ "$(line "$dir/m" card_kcvs)" != "$(line "$dir/other" card_kcvs)" ] || fail 'two meters have one key'

expect 'below the minimum' 1 CARD_KEY_NOT_ACTIVE "${meter[@]}" "${records[@]}" --card 1 --out "$dir/x"
expect 'unknown version' 1 CARD_KEY_UNKNOWN "${meter[@]}" "${records[@]}" --card 3 --out "$dir/x"
expect 'unknown area' 1 CARD_KEY_UNKNOWN "${meter[@]}" "${records[@]}" --card 2 \
    --card-area 3 --out "$dir/x"
expect 'a card without records' 2 domain "${meter[@]}" --card 2 --out "$dir/x"
expect 'an area alone' 2 --card "${meter[@]}" "${records[@]}" --card-area 2 --out "$dir/x"
expect 'version 0' 2 card "${meter[@]}" "${records[@]}" --card 0 --out "$dir/x"
[ ! -e "$dir/x" ] || fail 'a refused export left a file'

# ---- a batch ----
printf '%s\n' pan,card,card_area 600727000000000009,2,2 000001000000000082,,1 000001000000000082,1,1 >"$dir/batch.csv"
expect 'a batch with refused meters' 1 '3 meters, 2 of them refused' export-meter "${key[@]}" "${records[@]}" \
    --batch "$dir/batch.csv" --out-dir "$dir/new" --out "$dir/report"
same 'report' "line,meter_pan,result,where,file
2,600727000000000009,done,,600727000000000009.provision
3,000001000000000082,INVALID_FIELD,card,
4,000001000000000082,CARD_KEY_NOT_ACTIVE,minimum version," "$(cut -d, -f1-5 "$dir/report")"
same 'KCVs in it' "$(line "$dir/m" card_kcvs)" "$(sed -n 's/^2,.*,//p' "$dir/report")"
grep -qiE 'secret|private' "$dir/transcript" && fail 'a secret word was printed'
finish
