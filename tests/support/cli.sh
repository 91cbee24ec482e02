# shellcheck shell=bash
# What tests of the command line client share: sourced after instance.sh.
cli() { # PRINCIPAL arguments
    timeout 120 "$MV_BIN/metervault" "${@:2}" --config "$MV_DIR/clients/$1.conf"
}

query() { # SQL: one value out of the ledger
    python3 -c 'import sqlite3, sys
print(sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True, timeout=30).execute(sys.argv[2]).fetchone()[0])' \
        "$MV_DIR/server/ledger.db" "$1"
}

json() { # PATH: a value out of JSON on standard input, as in tokens.0.digits
    python3 -c 'import functools, json, sys
print(functools.reduce(lambda at, key: at[int(key) if key.isdigit() else key], sys.argv[1].split("."), json.load(sys.stdin)))' "$1"
}

tokens() { # all digits of an answer in JSON on standard input, a line each
    grep -oE '"digits": "[0-9]{20}"' | grep -oE '[0-9]{20}'
}

# Types tokens into a meter, in one sitting: half a key change is lost with the power. Prints what the meter shows.
type_in() { # STATE-FILE DIGITS...
    local state=$1
    shift
    printf 'enter %s\n' "$@" | "$MV_BIN/metersim" --state "$state" --script -
}

# Until the key process has taken a key or an officer over: it looks once a second. Prints what the last try said.
await_keys() { # command...: that succeeds then
    local tries said code=1
    for ((tries = 0; tries < 50 && code != 0; tries++)); do
        [ "$tries" -eq 0 ] || sleep 0.2
        said=$("$@" 2>&1) && code=0
    done
    echo "$said"
    return "$code"
}
