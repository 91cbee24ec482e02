#!/usr/bin/env bash
# The server of the instance in MV_DIR, killed before, starts again at the clock of the test.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/year/clock.sh
. deploy/instance.sh
mv_gone "$(cat "$MV_DIR/log/metervaultd.pid")" 10 && mv_server_start
