# shellcheck shell=bash
# The many clients of tests/faults/storm.c against the test's instance: sourced after instance.sh.
STORM_METERS=${STORM_METERS:-600} # a meter takes at most 60 tokens ahead of the clock
STORM_FIRST=1000
storm_program="$MV_BIN/../tests/storm"
storm_pid=''

# The program takes the place of the (sub)shell, so that a signal to it reaches the program.
storm_exec() { # PRINCIPAL ACT arguments
    local principal=$1 act=$2
    shift 2
    exec "$storm_program" "$act" "127.0.0.1:$(cat "$MV_DIR/port")" "$MV_DIR/pki/ca.pem" "$MV_DIR/pki/$principal.pem" \
        "$MV_DIR/pki/$principal.key" "$@"
}

storm_as() {
    (storm_exec "$@")
}

storm_register() {
    storm_as "$MV_ADMIN" register "$STORM_FIRST" "$STORM_METERS" "$MV_ORGANISATION" "$MV_SAMPLE_SGC"
}

storm_begin() { # CLIENTS: sells in the background until storm_end
    storm_exec "$MV_VENDOR" sell "$STORM_FIRST" "$STORM_METERS" "$MV_DIR/journal" "$1" 2>"$MV_DIR/storm.log" &
    storm_pid=$!
}

# Every sale that was begun is brought to its end; takes as long as the server needs.
storm_end() {
    kill "$storm_pid" && mv_gone "$storm_pid" 60 && wait "$storm_pid" && storm_pid=''
}

storm_acknowledged() {
    grep -c '^ack ' "$MV_DIR/journal" 2>/dev/null || [ -f "$MV_DIR/journal" ] || echo 0
}

# Until so many more sales are acknowledged; fails after 30 s.
storm_await() { # COUNT
    local goal tries
    goal=$(($(storm_acknowledged) + $1))
    for ((tries = 0; tries < 300; tries++)); do
        [ "$(storm_acknowledged)" -lt "$goal" ] || return 0
        sleep 0.1
    done
    return 1
}

storm_replay() {
    storm_as "$MV_VENDOR" replay "$MV_DIR/journal"
}

storm_cleanup() {
    [ -z "$storm_pid" ] || kill -s KILL "$storm_pid" 2>/dev/null
}
