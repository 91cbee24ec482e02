#!/bin/bash
# The sample ceremonies on a real token, as their people would hold them, one after the other.
# usage: ceremony.sh METERVAULT-KEYS FOLDER-OF-SAMPLES
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1 samples=$2
# shellcheck source=tests/support/keys.sh
. "$here/../../support/keys.sh"

# fontconfig keeps what it has read until the end
printf 'leak:libfontconfig\n' >"$dir/lsan"
export LSAN_OPTIONS="suppressions=$dir/lsan:print_suppressions=0"
token_home
mkdir "$dir/officers" "$dir/work"
for name in ann ben cas dan; do officer "$name" "officers/$name"; done
cd "$dir"
python3 "$here/ceremony.py" "$program" "$samples"
