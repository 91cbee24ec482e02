#!/usr/bin/env bash
# A small certificate authority (EC P-256) for trying metervault out and for its tests. Not for production: its CA key
# lies in a file.
set -euo pipefail
umask 077

usage() {
    cat <<'EOF'
Usage: pki.sh DIR init                  make ca.pem and ca.key (kept when they exist)
       pki.sh DIR server [NAME|IP...]   make server.pem and server.key for localhost, 127.0.0.1 and the names given
       pki.sh DIR client PRINCIPAL      make PRINCIPAL.pem and PRINCIPAL.key with the URI
                                        urn:metervault:principal:PRINCIPAL
Options, before DIR: --days N      how long the certificate holds (default 825, a CA ten times that)
                     --expired     a certificate that ended yesterday (for tests)
                     --rsa         an RSA key instead of an EC one (for tests: metervaultd refuses it)
                     --out NAME    write NAME.pem and NAME.key instead
Examples: deploy/pki.sh ca init && deploy/pki.sh ca server vault.example.org && deploy/pki.sh ca client till-7
EOF
}

die() {
    echo "pki.sh: $1" >&2
    exit 2
}

days=825 expired=no algorithm=ec out=''
while [ $# -gt 0 ]; do
    case "$1" in
    --days) days=${2:?} && shift 2 ;;
    --expired) expired=yes && shift ;;
    --rsa) algorithm=rsa && shift ;;
    --out) out=${2:?} && shift 2 ;;
    --help | -h) usage && exit 0 ;;
    -*) die "unknown option $1, see --help" ;;
    *) break ;;
    esac
done
[ $# -ge 2 ] || { usage >&2 && exit 2; }
dir=$1 act=$2
shift 2

new_key() { # FILE
    if [ "$algorithm" = rsa ]; then
        openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1"
    else
        openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
    fi
}

# The parts are made in a temporary folder and moved at the end, so that a reader never sees half a file.
issue() { # NAME SUBJECT EXTENSIONS
    [ -f "$dir/ca.key" ] || die "no CA in $dir, run: pki.sh $dir init"
    local work from to
    work=$(mktemp -d "$dir/.new.XXXXXX")
    new_key "$work/key"
    openssl req -new -key "$work/key" -subj "$2" -out "$work/csr"
    from=$(date -u -d '-1 hour' +%Y%m%d%H%M%SZ)
    to=$(date -u -d "+$days days" +%Y%m%d%H%M%SZ)
    if [ "$expired" = yes ]; then
        from=$(date -u -d '-10 days' +%Y%m%d%H%M%SZ)
        to=$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)
    fi
    printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n%s\n' "$3" >"$work/extensions"
    : >"$work/index.txt"
    cat >"$work/ca.cnf" <<EOF
[ca]
default_ca = this
[this]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
EOF
    openssl ca -batch -notext -config "$work/ca.cnf" -cert "$dir/ca.pem" -keyfile "$dir/ca.key" \
        -in "$work/csr" -out "$work/certificate" -startdate "$from" -enddate "$to" -extfile "$work/extensions" \
        2>"$work/log" || { cat "$work/log" >&2 && die "openssl refused"; }
    chmod 644 "$work/certificate"
    mv "$work/key" "$dir/$1.key"
    mv "$work/certificate" "$dir/$1.pem"
    rm -r "$work"
}

init() {
    mkdir -p "$dir"
    chmod 755 "$dir"
    [ ! -f "$dir/ca.pem" ] || return 0
    new_key "$dir/ca.key"
    openssl req -new -x509 -key "$dir/ca.key" -subj "/CN=metervault sample CA $(openssl rand -hex 4)" -sha256 \
        -days $((days * 10)) -addext 'keyUsage=critical,keyCertSign,cRLSign' -out "$dir/ca.pem"
    chmod 644 "$dir/ca.pem"
}

server() {
    local names='DNS:localhost,IP:127.0.0.1' name
    for name in "$@"; do
        if [[ $name =~ ^[0-9.]+$ || $name == *:* ]]; then
            names+=",IP:$name"
        else
            names+=",DNS:$name"
        fi
    done
    issue "${out:-server}" "/CN=metervaultd" "extendedKeyUsage=serverAuth
subjectAltName=$names"
}

client() {
    [[ ${1:-} =~ ^[A-Za-z0-9._-]{1,64}$ ]] || die "a principal is 1..64 of A-Z a-z 0-9 . _ -"
    issue "${out:-$1}" "/CN=$1" "extendedKeyUsage=clientAuth
subjectAltName=URI:urn:metervault:principal:$1"
}

case "$act" in
init) init ;;
server) server "$@" ;;
client) client "$@" ;;
*) die "unknown act $act, see --help" ;;
esac
