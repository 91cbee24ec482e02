#!/usr/bin/env bash
# metervaultd's memory, under load, holds no vending key, decoder key, component or PIN; the key process's holds them where
# it is locked; no file of the instance does.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh
STORM_METERS=4
. tests/support/storm.sh
trap 'storm_cleanup; mv_cleanup' EXIT

check "root, to read another process's memory" test "$(id -u)" -eq 0
check "an instance starts" mv_instance_start || finish
check "meters are opened" storm_register || finish
storm_begin 4
check "sales run" storm_await 20
pans=()
for ((i = 0; i < STORM_METERS; i++)); do
    pans+=("$(mv_pan $((STORM_FIRST + i)))")
done
check "no secret where it must not be" python3 tests/integration/memory.py "$(mv_pid metervaultd)" "$(mv_pid metervault-hsmd)" \
    "$MV_DIR" "${pans[@]}"
check "sales ran meanwhile" storm_end
finish
