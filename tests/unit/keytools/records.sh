#!/bin/bash
# Record keys from their birth to the meter: generated, wrapped for the factory, alone and as a batch, and loaded by a
# meter that proves them.
# usage: records.sh METERVAULT-KEYS METERSIM
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

token_home
token_pins
mkdir "$dir/new"
officer ann
expect 'init' 0 'officer ann' init --so-pin-file "$dir/so" --officer ann --officer-certificate "$dir/ann.pem" \
    --backup-component-file "$dir/a" --backup-component-file "$dir/b"

# ---- birth ----
expect 'record-mac' 0 'generated record-mac/A1B2C3/1, KCV' generate --use record-mac --domain a1b2c3
expect 'record-enc' 0 'generated record-enc/A1B2C3/1, KCV' generate --use record-enc --domain A1B2C3
expect 'another version' 0 'generated record-mac/A1B2C3/2' generate --use record-mac --domain A1B2C3 --version 2
expect 'twice' 1 KEY_EXISTS generate --use record-mac --domain A1B2C3
expect 'no domain' 2 domain generate --use record-mac
expect 'half a domain' 2 domain generate --use record-mac --domain A1B2
expect 'a version too high' 2 version generate --use record-mac --domain A1B2C3 --version 256
expect 'with a supply group' 2 use generate --use record-mac --domain A1B2C3 --sgc 123456
expect 'as components' 2 'never leaves the token' generate --use record-mac --domain A1B2C4 --component-file "$dir/x" \
    --component-file "$dir/y"
expect 'a domain for another key' 2 'is for record and card keys' generate --use vending --sgc 123456 --krn 1 --domain A1B2C3
expect 'imported' 2 'generated in the token' import --use record-mac --domain A1B2C3 --component-file "$dir/a" \
    --component-file "$dir/b" --kcv 000000
expect 'listed' 0 'record-enc/A1B2C3/1' list
expect 'verified' 0 '' verify
same 'each has its backup' 3 "$(find "$dir/backup" -name 'record-*' | wc -l)"

# ---- one meter ----
expect 'vending key' 0 generated generate --use vending --sgc 123456 --krn 1 --ea 7,11
expect 'factory key' 0 generated generate --use factory-kek --name acme --component-file "$dir/f1" --component-file "$dir/f2"
any_ea=(--sgc 123456 --krn 1 --kt 2 --ti 1 --base-date 2014 --ken 255 --factory-key acme)
key=("${any_ea[@]}" --ea 11)
meter=(export-meter --pan 600727000000000009 "${key[@]}")
records=(--domain A1B2C3 --mac-version 2 --enc-version 1 --epoch 7)
expect 'a meter' 0 'with record keys, KCVs' "${meter[@]}" "${records[@]}" --firmware 0.1.0 --out "$dir/m"
same 'token carrier' 02 "$(line "$dir/m" token_carrier)"
same 'generation' 4 "$(line "$dir/m" decoder_key_generation)"
same 'epoch' 7 "$(line "$dir/m" record_epoch)"
same 'versions' 21 "$(line "$dir/m" record_mac_version)$(line "$dir/m" record_enc_version)"
load 'the meter takes it' 0 600727000000000009 "$dir/m"
expect 'without record keys' 0 KCV export-meter --pan 600727000000000009 "${any_ea[@]}" --ea 7 --out "$dir/plain"
same 'none in the file' '' "$(line "$dir/plain" wrapped_record_keys)"
load 'the meter takes it too' 0 600727000000000009 "$dir/plain"
expect 'another epoch' 0 KCV "${meter[@]}" --domain A1B2C3 --mac-version 2 --enc-version 1 --epoch 8 --out "$dir/epoch"
[ "$(line "$dir/m" record_kcvs)" != "$(line "$dir/epoch" record_kcvs)" ] || fail 'keys of two epochs are the same'
same 'the decoder key is of no epoch' "$(line "$dir/m" key_kcv)" "$(line "$dir/epoch" key_kcv)"
for name in key_kcv record_kcvs; do
    sed "s/^$name ./$name $(line "$dir/m" $name | cut -c1 | tr '0-9A-F' '1-9A-F0')/" "$dir/m" >"$dir/bad"
    load "another $name" 1 'another KCV' "$dir/bad"
done
sed 's/^wrapped_record_keys ../wrapped_record_keys 00/; t; s/^firmware.*//' "$dir/m" >"$dir/bad"
load 'altered keys' 1 'do not open' "$dir/bad"
sed 's/^firmware .*/firmware 9.9/' "$dir/m" >"$dir/bad"
load 'another firmware' 1 'another firmware' "$dir/bad"
sed '/^record_epoch/d' "$dir/m" >"$dir/bad"
load 'a line is missing' 1 'a name is missing' "$dir/bad"

expect 'unknown domain' 1 RECORD_KEY_UNKNOWN "${meter[@]}" --domain 000001 --mac-version 2 --enc-version 1 --epoch 7 \
    --out "$dir/x"
expect 'unknown version' 1 RECORD_KEY_UNKNOWN "${meter[@]}" --domain A1B2C3 --mac-version 2 --enc-version 2 --epoch 7 \
    --out "$dir/x"
expect 'a version twice' 2 '--enc-version: given twice' "${meter[@]}" "${records[@]}" --enc-version 2 --out "$dir/x"
expect 'versions without a domain' 2 domain "${meter[@]}" --mac-version 1 --out "$dir/x"
expect 'a domain without versions' 2 mac-version "${meter[@]}" --domain A1B2C3 --out "$dir/x"
expect 'no carrier' 2 token-carrier "${meter[@]}" --token-carrier 0 --out "$dir/x"
expect 'firmware of two words' 2 firmware "${meter[@]}" --firmware '0.1 0' --out "$dir/x"
expect 'a directory for one meter' 2 'is for a batch' "${meter[@]}" --out-dir "$dir/new" --out "$dir/x"
[ ! -e "$dir/x" ] || fail 'a refused export left a file'

# ---- a batch ----
batch=(export-meter "${key[@]}" "${records[@]}" --batch "$dir/batch.csv" --out-dir "$dir/new")
printf '%s\n' pan,ti,mac_version 600727000000000009,3,1 000001000000000082,,2 600727000000000008,1,1 000001000000000082,1 '' \
    000001000000000082,x,1 600727000000000009,1,1 000001000000000082,5,9 >"$dir/batch.csv"
expect 'a batch with refused meters' 1 '7 meters, 5 of them refused' "${batch[@]}" --out "$dir/report"
same 'report' "line,meter_pan,result,where,file
2,600727000000000009,done,,600727000000000009.provision
3,000001000000000082,done,,000001000000000082.provision
4,600727000000000008,CHECK_DIGIT,pan,
5,,INVALID_FIELD,number of values,
7,000001000000000082,INVALID_FIELD,ti,
8,600727000000000009,FILE_FAILED,provision file,
9,000001000000000082,RECORD_KEY_UNKNOWN,record-mac," "$(cut -d, -f1-5 "$dir/report")"
same 'files' '000001000000000082.provision 600727000000000009.provision' "$(cd "$dir/new" && echo *)"
same 'KCVs' "$(line "$dir/new/000001000000000082.provision" key_kcv),$(line "$dir/new/000001000000000082.provision" record_kcvs)," \
    "$(sed -n 's/^3,.*provision,//p' "$dir/report")"
same 'column before option' 3 "$(line "$dir/new/600727000000000009.provision" tariff_index)"
same 'option without column' 1 "$(line "$dir/new/000001000000000082.provision" tariff_index)"
load 'a meter of the batch' 0 000001000000000082 "$dir/new/000001000000000082.provision"
expect 'over a report' 1 FILE_FAILED "${batch[@]}" --out "$dir/report"
rm "$dir/new"/*
printf 'pan\r\n600727000000000009\r\n' >"$dir/batch.csv"
expect 'a good batch, for programs' 0 '"refused":0' --json "${batch[@]}" --out "$dir/report2"
load 'its meter' 0 600727000000000009 "$dir/new/600727000000000009.provision"
echo pan,colour >"$dir/batch.csv"
expect 'an unknown column' 1 'no column has the name' "${batch[@]}"
echo pan,pan >"$dir/batch.csv"
expect 'a column twice' 1 'stands there twice' "${batch[@]}"
: >"$dir/batch.csv"
expect 'an empty batch' 1 'the file is empty' "${batch[@]}"
expect 'a batch that is not there' 1 FILE_FAILED export-meter "${key[@]}" --batch "$dir/none" --out-dir "$dir/new"
expect 'a batch without a directory' 2 out-dir export-meter "${key[@]}" --batch "$dir/batch.csv"

finish
