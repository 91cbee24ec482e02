#!/usr/bin/env bash
# Proves with Frama-C Eva that meter-core has no run-time error on arbitrary input (README.md).
#   tests/proof/run.sh [--alarms] [ENTRY...]     default: every entry; --alarms also prints what is left, as alarms.txt has it
# An entry passes when Frama-C ends well and its remaining alarms are those of alarms.txt, no more and no less. The last
# line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
export LC_ALL=C.UTF-8

# The sources that an entry is proven with: of meter-core by folder, and the stand-ins of tests/proof for the rest.
sources() { # ENTRY
    local src=meter-core/src proof=tests/proof
    local sts meter prepay
    sts=$(find $src/sts -name '*.c' ! -name cipher.c | sort)
    meter=$(find $src/meter -name '*.c' | sort)
    prepay=$(find $src/prepay -name '*.c' ! -name settle.c | sort)
    local any="$proof/states.c $proof/nv_any.c $proof/cipher_any.c"
    local sets="$src/record/set_tariff.c $src/record/set_calendar.c $src/record/write.c"
    case "$1" in
    codec) echo $src/sts/*.c ;;
    crypto) echo $src/crypto/*.c ;;
    parse) echo $src/record/*.c $src/meter/same.c ;;
    journal) echo $src/nv/*.c $src/meter/same.c ;;
    card) echo $src/card/{session,authenticate,messaging,change_key,layout}.c $src/meter/same.c $src/record/head.c ;;
    objects) echo "$src/nv/sink.c $src/nv/source.c $src/nv/check.c $prepay $proof/settle_any.c \
        $any $sts $meter $proof/aes_any.c $proof/record_any.c $sets" ;;
    token) echo "$any $sts $meter" ;;
    *) echo "$any $sts $meter $prepay $proof/settle_any.c $proof/aes_any.c $proof/record_any.c $sets" ;;
    esac
}

# The file that an entry is in.
file_of() { # ENTRY
    case "$1" in
    return) echo record ;;
    *) echo "$1" ;;
    esac
}

precision_of() { # ENTRY
    case "$1" in
    codec | crypto | token) echo 4 ;;
    return) echo 3 ;;
    parse) echo 1 ;;
    *) echo 2 ;;
    esac
}

# Functions whose results are worth a case each; Frama-C finds the others itself.
split_of() { # ENTRY
    case "$1" in
    journal | objects) echo -eva-split-return-function nv_read:0 ;;
    record) echo -eva-split-return-function mv_tlv_find:0,mv_in_find:0,mv_tlv_next:0 ;;
    esac
}

# One entry: its log and its alarms go to FOLDER.
analyse() { # FOLDER ENTRY
    local folder=$1 entry=$2 files split
    read -ra split < <(split_of "$entry")
    read -ra files < <(sources "$entry" | tr '\n' ' ')
    timeout "${METERVAULT_PROOF_LIMIT:-1200}" frama-c -machdep gcc_x86_32 -c11 -cpp-extra-args=-Imeter-core/include \
        tests/proof/board.c "tests/proof/entry_$(file_of "$entry").c" "${files[@]}" -no-asm-contracts -eva \
        -main "prove_$entry" -eva-precision "$(precision_of "$entry")" -eva-split-return auto "${split[@]}" \
        -eva-no-show-progress -eva-msg-key=-final-states -then -report-csv "$folder/$entry.csv" \
        >"$folder/$entry.log" 2>&1 </dev/null
    echo $? >"$folder/$entry.code"
}

if [ "${1:-}" = analyse ]; then
    analyse "$2" "$3"
    exit
fi

show=no
[ "${1:-}" != --alarms ] || { show=yes && shift; }
one_by_one=$#
entries=("$@")
[ ${#entries[@]} -gt 0 ] || entries=(objects record return journal parse card crypto token codec)
work=$(mktemp -d "${TMPDIR:-/tmp}/metervault-proof.XXXXXX")
trap 'rm -rf "$work"' EXIT
printf '%s\n' "${entries[@]}" | xargs -P "$(nproc)" -I{} "$0" analyse "$work" {}

# "entry | function | kind | property" of what could not be shown; the numbers of static functions' copies are left out.
alarms_of() { # ENTRY
    awk -F '\t' -v entry="$1" 'NR > 1 && $6 != "Valid" && $6 != "Considered valid" && $6 != "Dead" {
        sub(/_[0-9]+$/, "", $4)
        print entry " | " $4 " | " $5 " | " $7
    }' "$work/$1.csv" | sort -u
}

passed=0 failed=0
for entry in "${entries[@]}"; do
    why=''
    alarms_of "$entry" >"$work/$entry.found" 2>/dev/null
    [ "$show" = no ] || cat "$work/$entry.found"
    grep "^$entry | " tests/proof/alarms.txt | awk -F ' [|] ' '{ print $1 " | " $2 " | " $3 " | " $4 }' | sort -u >"$work/$entry.known"
    if [ "$(cat "$work/$entry.code")" -ne 0 ]; then
        why="frama-c ended with code $(cat "$work/$entry.code")"
        tail -n 5 "$work/$entry.log"
    elif ! grep -aq 'ANALYSIS SUMMARY' "$work/$entry.log" || [ ! -s "$work/$entry.csv" ]; then
        why="nothing was analysed"
    elif grep -a 'Neither code nor' "$work/$entry.log" | grep -v '__builtin_parityll'; then # any number may come out
        why="a function has no body"
    elif ! diff "$work/$entry.known" "$work/$entry.found" >"$work/$entry.diff"; then
        why="other alarms than in alarms.txt (< gone, > new)"
        cat "$work/$entry.diff"
    fi
    if [ -z "$why" ]; then
        passed=$((passed + 1))
        echo "ok    $entry: $(grep -ao '[0-9]* statements reached' "$work/$entry.log"), $(wc -l <"$work/$entry.found") alarms, all justified"
    else
        failed=$((failed + 1))
        echo "FAIL  $entry: $why"
    fi
done
if [ "$one_by_one" -eq 0 ]; then
    if tests/proof/callgraph.py meter-core/src/*/*.c; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
