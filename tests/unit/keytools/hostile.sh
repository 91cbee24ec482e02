#!/bin/bash
# People of a ceremony, and files given to it, that mean no good: what they try is refused, or seen.
# usage: hostile.sh METERVAULT-KEYS
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1
# shellcheck source=tests/support/keys.sh
. "$here/../../support/keys.sh"

token_home
token_pins
officer ann
cd "$dir"
keys init --so-pin-file so --shares 2/3 --new-share-file 1.share --new-share-file 2.share \
    --new-share-file 3.share --officer ann --officer-certificate ann.pem >init.txt
${CC:-cc} -shared -fPIC -O1 -o memory_at_exit.so "$here/memory_at_exit.c"
python3 "$here/hostile.py" "$program"
