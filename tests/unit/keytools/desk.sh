#!/bin/bash
# A token whose backup key is held in shares that were only shown and typed.
# usage: desk.sh METERVAULT-KEYS
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1
# shellcheck source=tests/support/keys.sh
. "$here/../../support/keys.sh"

token_home
officer ann
python3 "$here/desk.py" "$program" "$dir"
