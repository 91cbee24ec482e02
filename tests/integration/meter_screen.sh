#!/usr/bin/env bash
# The panel of metersim: driven on a terminal (tmux), and its pictures in meter-core/docs/metersim.md, which are drawn anew
# and compared. `meter_screen.sh --write` puts new ones there. MV_BIN chooses the build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/sim_meter.sh

page=meter-core/docs/metersim.md
work=$(mktemp -d "${TMPDIR:-/tmp}/metervault-panel.XXXXXX")
terminal() { tmux -S "$work/tmux" -f /dev/null "$@"; }
trap 'terminal kill-server 2>/dev/null; rm -rf "$work"' EXIT

# ---- the pictures ----
# picture TITLE COMMAND...: the commands go on where those of the last picture ended.
picture() {
    local title=$1
    shift
    printf '%s\n' "$@" >>"$work/scene"
    printf '%s\n\n```text\n' "$title"
    sim_meter "$work"
    { echo hold && echo "clock 1767254400" && cat "$work/scene" && echo panel; } |
        "$MV_BIN/metersim" --state "$work/meter" --clock 1767254400 --script - 2>&1
    printf '```\n\n'
}

pictures() {
    : >"$work/scene"
    picture 'A token is keyed in:' 'press 664756483167'
    picture 'It was good; there is supply, and 2 kW on the first phase for a quarter of an hour:' \
        'press 56821785 Enter Right Right Right Right Right Right Right Right' 'run 900'
    picture 'A record brought a limit of 6 kW, and the load went above it:' "press r $SIM_PARAMETERS Enter" \
        'press Down Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right' \
        'run 64'
    picture 'An hour later, with credit at its end:' 'press Left Left Left Left Left Left Left Left Left' 'run 3600' \
        'press 06 Enter'
}

# The page with the pictures that the program draws now.
page_now() {
    sed '/^<!-- pictures -->$/q' "$page"
    echo
    pictures
    sed -n '/^<!-- end of pictures -->$/,$p' "$page"
}

if [ "${1:-}" = --write ]; then
    page_now >"$work/page" && cat "$work/page" >"$page"
    exit
fi

# ---- the terminal ----
press() { terminal send-keys -t panel "$@"; }
screen() { terminal capture-pane -p -t panel; }

# shows NAME TEXT: it does within five seconds.
shows() {
    local i
    for ((i = 0; i < 100; i++)); do
        if screen | grep -qF -- "$2"; then
            pass "$1"
            return
        fi
        sleep 0.05
    done
    fail "$1" "expected \"$2\" on:" "$(screen)"
}

lacks() { # NAME TEXT
    if screen | grep -qF -- "$2"; then
        fail "$1" "not expected \"$2\" on:" "$(screen)"
    else
        pass "$1"
    fi
}

# A shell of a terminal of 80 x 24; the meter is begun in it, so that what it leaves behind can be seen.
begin() { # OPTION...
    press "$MV_BIN/metersim --state $work/meter --clock 1767254400 $*; echo left with \$?" Enter
}

reports() { # COMMAND: of the meter by itself
    "$MV_BIN/metersim" --state "$work/meter" --clock 1767254400 "$1"
}

drive_keys() {
    press 06
    shows "digits are keyed in" "| 06  "
    press BSpace
    shows "and deleted" "| 0  "
    press 6 Enter
    shows "ENTER shows the screen" "| 06 NO CREDIT"
    shows "the lamps are on" "(*) credit out"
    press "$SIM_TOKEN" Enter
    shows "a token is good" "| OK +1.000"
    shows "the lamp goes out" "( ) credit out"
    shows "the switch closes" "switch  closed"
    press "$SIM_TOKEN" Enter
    shows "the same again is not" "| Err-10"
    shows "in words" "USED_ERROR: this token was entered before"
}

drive_load() {
    press Right Right Right Right Right Right Down Right Right
    shows "the first slider" "] 1500 W"
    shows "the second" "> phase 2 [#---------------------------] 500 W"
    press Left
    shows "and back" "] 250 W"
    press f f
    shows "time passes 3600 times as fast" "3600x"
    shows "until credit is gone" "supply  cut: CREDIT"
    press p
    shows "it can be stopped" "paused"
    shows "the event is there" "CUT no credit is left"
    press s s p
}

drive_records() {
    press r "$SIM_OPENING" Enter
    shows "a record by hex" "accepted: 5 kWh came in"
    echo "$SIM_READING" >"$work/reading"
    press r "$work/reading" Enter
    shows "a record from a file" "read request, 49 bytes"
    shows "a return is due" "a return is due"
    press n "$work/return" Enter
    shows "it is written" "written"
    lacks "and no longer due" "a return is due"
    same "a return is a record" "0181" "$(head -c 4 "$work/return")"
    press n "$work/return" Enter
    shows "it is not written over" "File exists"
    press r "$work/none" Enter
    shows "no such file" "there is no such file"
    press r "01GG" Escape
    lacks "Escape leaves the question" "Esc leaves"
    press r "${SIM_OPENING}00" Enter
    shows "a damaged record" "RECORD_FILE"
}

drive_faults() {
    press t
    shows "the case is opened" "case    was opened"
    press b
    shows "control is left" "control left"
    press b w
    shows "the switch sticks" "the load switch is stuck"
    press w w o
    shows "the mains goes" "mains   off"
    shows "and the display" "|                  |"
    press o
    shows "it comes back" "mains   on"
    shows "with an event" "POWER_UP"
}

drive_sizes() {
    terminal resize-window -t panel -x 60 -y 20
    shows "a small terminal" "metersim needs 80 x 24; this is 60 x 20"
    terminal resize-window -t panel -x 100 -y 30
    shows "a large one" "[<] [0] [Enter]"
    terminal resize-window -t panel -x 80 -y 24
    shows "and back again" "[<] [0] [Enter]"
}

drive() {
    sim_meter "$work"
    terminal new-session -d -s panel -x 80 -y 24 "env PS1='shell> ' TERM=screen sh"
    begin
    shows "the panel comes up" "meter 600727000000000009"
    drive_keys
    drive_load
    drive_records
    drive_faults
    drive_sizes
    press C-c
    shows "Ctrl-C leaves" "left with 0"
    press "stty -a | grep -o ' icanon\| echo ' | wc -l | sed s/^/modes./" Enter
    shows "and the terminal is as before" "modes.2"
    expect "the memory is kept" 0 "total            100" reports registers
    begin
    shows "it starts again" "meter 600727000000000009"
    press 12345678 c
    shows "mains cut without a warning" "the mains went without a warning"
    press q
    begin --plain
    shows "the prompt stays" "meter>"
    press screen Enter
    shows "it takes commands" "decimals"
    press quit Enter
    begin --json
    shows "JSON is for programs" "meter>"
    press quit Enter clear Enter
    press "TERM=no-such-terminal $MV_BIN/metersim --state $work/meter" Enter
    shows "a terminal without description gets the prompt" "this terminal cannot show the panel"
    press quit Enter
}

page_now >"$work/page"
check "the pictures in $page are what it shows" diff "$page" "$work/page"
drive
finish
