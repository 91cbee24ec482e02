#!/usr/bin/env bash
# Builds meter-core for Cortex-M0+, Cortex-M4 and rv32 and runs its tests there, under qemu.
#   tests/target/run.sh [FOLDER]      the builds go to FOLDER, default build-target
# METERVAULT_TARGET_LONG=ON cuts the power at closer steps: minutes. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3

# The words of the command that runs an image.
machine() { # MACHINE IMAGE
    local emulator=qemu-system-arm
    [ "$1" != virt ] || emulator="qemu-system-riscv32 -bios none"
    echo "$emulator -M $1 -nographic -monitor none -semihosting-config enable=on,target=native -kernel $2"
}

# What the example says to a published token, to the same again, and to a wrong one.
entries='66475648316756821785 66475648316756821785 66475648316756821784'
answers='accepted, 1000 Wh, 1000 Wh in all
result 10
result 13'

# Runs one image and says so in FOLDER/NAME.result: the count of its cases, or why it failed.
run_image() { # FOLDER NAME MACHINE
    local log="$1/$2.log" good code command
    read -ra command < <(machine "$3" "$1/bin/$2.elf")
    [ "$2" != example ] || command+=(-append "$entries")
    timeout 900 "${command[@]}" >"$log" 2>&1 </dev/null
    code=$?
    if [ "$2" = example ]; then
        [ "$(tr -d '\r' <"$log")" != "$answers" ] || echo '[       OK ] example' >>"$log"
    fi
    good=$(grep -c '^\[       OK \]' "$log")
    if [ "$code" -eq 0 ] && [ "$good" -gt 0 ]; then
        echo "$good"
    else
        echo "$2 on $3 ended with code $code"
    fi >"$1/$2.result"
}

if [ "${1:-}" = image ] && [ $# -eq 4 ]; then
    shift
    run_image "$@"
    exit
fi

folder=${1:-build-target}
passed=0 failed=0
mkdir -p "$folder"
exec 8>"$folder/lock" && flock 8 # tests/bench/core.sh builds here, too
rm -f "$folder"/*/*.result

fail() { # NAME LOG
    echo "FAIL  $1"
    sed 's/^/      /' "$2" | tail -n 50
    failed=$((failed + 1))
}

for processor in cortex-m0plus cortex-m4 rv32imac; do
    if { cmake -G Ninja -S tests/target -B "$folder/$processor" -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/$processor.cmake" \
        -DTARGET_LONG="${METERVAULT_TARGET_LONG:-OFF}" &&
        ninja -C "$folder/$processor"; } >"$folder/$processor.log" 2>&1; then
        passed=$((passed + 1))
        # the year takes minutes under an emulator
        sed "s|^|$folder/$processor |" "$folder/$processor/images" |
            if [ "${METERVAULT_TARGET_LONG:-OFF}" = ON ]; then cat; else grep -v ' test_year_'; fi
    else
        fail "build for $processor" "$folder/$processor.log" >&2
    fi
done >"$folder/images"
xargs -r -P "$(nproc)" -L 1 "$0" image <"$folder/images"
while read -r build name _; do
    result=$(cat "$build/$name.result")
    if [ "$result" -gt 0 ] 2>/dev/null; then
        passed=$((passed + result))
        echo "ok    ${build##*/} $name: $result"
    else
        fail "${build##*/} $result" "$build/$name.log"
    fi
done <"$folder/images"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
