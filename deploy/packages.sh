#!/usr/bin/env bash
# Installs what is missing from packages.txt; does nothing, and needs no root and no network, when everything is there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Another vendor's nodejs brings its own npm and conflicts with Debian's.
have_node=no
if command -v node >/dev/null && command -v npm >/dev/null; then
    have_node=yes
fi

missing=()
while read -r package; do
    case "$package" in
    '' | '#'*) continue ;;
    nodejs | npm) [ "$have_node" = no ] || continue ;;
    esac
    if [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" != "install ok installed" ]; then
        missing+=("$package")
    fi
done <"$here/packages.txt"

[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "packages.sh: these Debian packages are missing; run this script as root: ${missing[*]}" >&2
    exit 3
fi
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >/dev/null
apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null
