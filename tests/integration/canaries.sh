#!/usr/bin/env bash
# Secrets of the sample ceremonies are looked for in memory, arguments, environment, files and cores. MV_BIN chooses the
# build; without a sanitizer, whose allocator keeps what was freed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
dir=$(mktemp -d "${TMPDIR:-/tmp}/metervault-canaries.XXXXXX")
trap 'rm -rf "$dir"' EXIT
umask 077
python3 tests/integration/canaries.py "${MV_BIN:-build/bin}/metervault-keys" deploy/ceremonies "$dir/worlds"
