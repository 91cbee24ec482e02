# shellcheck shell=bash disable=SC2034
# A simulated meter of its own, without an instance of metervault: sourced. Its keys are published here and nowhere else in
# use; those of its card slot are 16 times 2A (its own) and 3B (of the area).
MV_BIN=${MV_BIN:-$PWD/build/bin}

# What the meter takes. The token is 1 kWh; the records are signed with OpenSSL's CMAC under the key 10 11 .. 1F:
# opening an account with 5 kWh, alarms at 1 and 0.3 kWh with a power limit of 6 kW, a read request.
SIM_TOKEN=66475648316756821785
SIM_OPENING=01010160072700000000000900000000000100604E60180101010201000308000000000000138804060000000012344B18DFB48923EC875825A1576971F9B4
SIM_PARAMETERS=01020160072700000000000900000000000100604E601A110800000000000003E81208000000000000012C170400001770F83BD6FD75002420074C9D8920E4AB2D
SIM_READING=01040160072700000000000900000000000100604E600A50080001020304050607602E8C126C1ABE2F53084CCB49523006

# sim_meter FOLDER: makes FOLDER/meter, a provisioned memory, at 2026-01-01 08:00 UTC.
sim_meter() {
    (
        umask 077
        echo "00112233 44556677 8899AABB CCDDEEFF" >"$1/a"
        echo "0f1e2d3c4b5a69788796a5b4c3d2e1f0" >"$1/b"
        cat >"$1/provision" <<'EOF'
metervault-provision 2
meter_pan 600727000000000009
token_carrier 02
encryption_algorithm 07
decoder_key_generation 02
key_type 2
supply_group_code 123456
key_revision_number 1
tariff_index 01
key_expiry_number 255
base_date 1993
tid_fill 5A0000
wrapped_key 6B082A8CD6A8CB004BF86561BB74FDB887EB9F73928580AC
key_kcv 481BA4
record_domain A1B2C3
record_epoch 0
record_mac_version 1
record_enc_version 1
wrapped_record_keys 5A03C03AADDEFC9AE599A9A76ADB3AC06CC461623F43CEA8F12B51805BB145FAAE22F9C950158728C967111437C60E332D3A5FFD5371DB13
record_kcvs 3E451E96954BF83E40
card_key_version 1
card_area_version 1
wrapped_card_keys AEAB54DA2C99F8975DC6BE663E4E8ABCEADE9E5F4A5BB5C4B2F547F78E598B492F164EE1DE4AEF6B
card_kcvs 6DCCFA6F4FCF
EOF
    )
    rm -f "$1/meter"
    "$MV_BIN/metersim" --state "$1/meter" --clock 1767254400 --provision "$1/provision" --component-file "$1/a" \
        --component-file "$1/b" supply >/dev/null
}
