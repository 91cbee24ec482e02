#!/usr/bin/env bash
# The sample ceremonies, rehearsed: wrong entries, bad approvals, an end at every step. MV_BIN chooses the build;
# METERVAULT_REHEARSAL=all ends them at every question in every way.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
dir=$(mktemp -d "${TMPDIR:-/tmp}/metervault-rehearsal.XXXXXX")
trap 'rm -rf "$dir"' EXIT
umask 077
# fontconfig keeps what it has read until the end
printf 'leak:libfontconfig\n' >"$dir/lsan"
export LSAN_OPTIONS="suppressions=$dir/lsan:print_suppressions=0"
python3 tests/integration/rehearsal.py "${MV_BIN:-build/bin}/metervault-keys" deploy/ceremonies "$dir/worlds" \
    ${METERVAULT_REHEARSAL:+"$METERVAULT_REHEARSAL"}
