#!/usr/bin/env bash
# Flash, RAM, stack and instructions of meter-core on three processors, measured under qemu, and the limits that hold.
#   tests/bench/core.sh [FOLDER]      the builds are shared with tests/target/run.sh, default build-target
# The tables are those of meter-core/docs/sizes.md. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
folder=${1:-build-target}
mkdir -p "$folder"
exec 8>"$folder/lock" && flock 8 # tests/target/run.sh builds here, too
processors='cortex-m0plus cortex-m4 rv32imac'
kinds='credit wrong used section key_change'
passed=0 failed=0
declare -A figure

at_most() { # WHAT VALUE LIMIT
    if [ "${2:-none}" -le "$3" ] 2>/dev/null; then
        passed=$((passed + 1))
    else
        echo "FAIL  $1: ${2:-none}, limit $3"
        failed=$((failed + 1))
    fi
}

build() { # PROCESSOR
    mkdir -p "$folder"
    { cmake -G Ninja -S tests/target -B "$folder/$1" -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/$1.cmake" &&
        ninja -C "$folder/$1" bench_sts bench_engine bench_slot bench_entry bench_prepay bench_card; } >"$folder/$1.bench.log" 2>&1 && return
    cat "$folder/$1.bench.log"
    failed=$((failed + 1))
    return 1
}

emulate() { # PROCESSOR IMAGE
    local machine emulator=(qemu-system-arm)
    case $1 in
    cortex-m0plus) machine=$([ "$2" = bench_card ] && echo mps2-an385 || echo microbit) ;; # of the same instruction set
    cortex-m4) machine=mps2-an386 ;;
    *) machine=virt emulator=(qemu-system-riscv32 -bios none) ;;
    esac
    timeout 300 "${emulator[@]}" -M "$machine" -nographic -monitor none -icount shift=0 \
        -semihosting-config enable=on,target=native -kernel "$folder/$1/bin/$2.elf" 2>&1 </dev/null
}

# figure[PROCESSOR NAME] for every line "NAME VALUE", and of an image's size.
measure() { # PROCESSOR
    local image part flash ram name value
    for image in sts engine slot; do
        while read -r part flash ram; do
            figure[$1 $image $part]=$flash
            figure[$1 $image ram]=$ram # of the last line, the sum
        done < <(tests/bench/core_sizes.py "$folder/$1/bin/bench_$image.map")
    done
    while read -r name value; do
        figure[$1 $name]=${value%$'\r'}
    done < <(emulate "$1" bench_entry && emulate "$1" bench_prepay && emulate "$1" bench_card)
}

row() { # WHAT NAME...: the sum of the figures, by processor
    local processor name sum line="| $1 |"
    for processor in $processors; do
        sum=0
        for name in "${@:2}"; do
            sum=$((sum + ${figure[$processor $name]:-0}))
        done
        line+=" $sum |"
    done
    echo "$line"
}

worst() { # WHAT SUFFIX: the largest over all kinds and both algorithms
    local processor kind ea value most line="| $1 |"
    for processor in $processors; do
        most=0
        for ea in ea07 ea11; do
            for kind in $kinds restart; do
                value=${figure[$processor ${ea}_${kind}_$2]:-0}
                [ "$value" -le "$most" ] || most=$value
            done
        done
        line+=" $most |"
    done
    echo "$line"
}

head_of_table() {
    printf '\n| %s | Cortex-M0+ | Cortex-M4 | rv32imac |\n|---|---|---|---|\n' "$1"
}

report() {
    local image kind ea
    for image in sts engine; do
        head_of_table "flash, bytes: $([ "$image" = sts ] && echo 'tokens alone' || echo 'the whole payment meter')"
        row "STS codec and ciphers" "$image sts"
        row "tokens applied, TID memory, key change" "$image meter"
        row "journal" "$image nv"
        if [ "$image" = engine ]; then
            row "supply, tariffs, keypad, display" "$image prepay"
            row "records" "$image record"
            row "AES, CMAC, unwrap" "$image crypto"
        fi
        row "compiler's arithmetic, mem functions" "$image compiler" "$image memory"
        row "**sum**" "$image sum"
    done
    head_of_table "flash, bytes: besides the payment meter"
    row "card slot" "slot card"
    head_of_table "RAM, bytes"
    row "variables of the library" "engine ram"
    row "\`struct mv_meter\`" state_meter
    row "\`struct mv_prepay\`, that one within" state_prepay
    row "\`struct mv_meter_answer\`" state_answer
    worst "stack, entering a token" stack
    row "stack, a native record" prepay_record_stack
    row "stack, a return" prepay_return_stack
    row "\`struct mv_card_terminal\`, while a card is in" card_terminal
    row "stack, a card that is put in" card_insertion_stack
    head_of_table "instructions"
    row "EA07, one block" cipher_ea07
    row "the same with tables looked up by secrets" cipher_ea07_naive
    row "EA11, one block" cipher_ea11
    for ea in ea07 ea11; do
        for kind in $kinds restart; do
            row "${ea^^} ${kind//_/ }, new meter" "${ea}_${kind}_fresh"
            row "${ea^^} ${kind//_/ }, aged meter" "${ea}_${kind}_aged"
        done
    done
    row "EA07 credit, whole payment meter, new" prepay_credit_fresh
    row "EA07 credit, whole payment meter, aged" prepay_credit_aged
    row "native record, the most" prepay_record
    row "card that is put in: account, two sets, return" card_insertion
    echo
}

limits() { # PROCESSOR
    local ea kind fresh
    for ea in ea07 ea11; do
        for kind in $kinds; do
            fresh=${figure[$1 ${ea}_${kind}_fresh]:-}
            at_most "$1: instructions, $ea $kind" "$fresh" 500000
            # to within what the counter of a Cortex-M resolves
            at_most "$1: instructions, $ea $kind, aged" "${figure[$1 ${ea}_${kind}_aged]:-}" $((${fresh:-0} * 101 / 100 + 200))
            at_most "$1: stack, $ea $kind" "${figure[$1 ${ea}_${kind}_stack]:-}" 1024
        done
    done
    at_most "$1: instructions, whole payment meter" "${figure[$1 prepay_credit_fresh]:-}" 500000
    at_most "$1: instructions, whole payment meter, aged" "${figure[$1 prepay_credit_aged]:-}" 500000
    at_most "$1: stack, whole payment meter" "${figure[$1 prepay_credit_stack]:-}" 1024
    at_most "$1: stack, a native record" "${figure[$1 prepay_record_stack]:-}" 1024
    at_most "$1: stack, a return" "${figure[$1 prepay_return_stack]:-}" 1024
    at_most "$1: stack, a card that is put in" "${figure[$1 card_insertion_stack]:-}" 1536
    at_most "$1: RAM, variables of the library" "${figure[$1 engine ram]:-}" 0
    at_most "$1: RAM of state" "${figure[$1 state_meter]:-}" 1024
    at_most "$1: EA07 against look-up" "${figure[$1 cipher_ea07]:-}" $((2 * ${figure[$1 cipher_ea07_naive]:-0}))
}

for processor in $processors; do
    build "$processor" && measure "$processor"
    limits "$processor"
done
at_most "Cortex-M0+: flash, tokens alone" "${figure[cortex-m0plus sts sum]:-}" $((12 * 1024))
at_most "Cortex-M0+: flash, the whole payment meter" "${figure[cortex-m0plus engine sum]:-}" $((40 * 1024))
report
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
