#!/usr/bin/env bash
# Who is let in: TLS 1.3 with a certificate of our CA only, plaintext on loopback only, and certificates that are replaced
# while the server runs.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh

check "an instance starts" mv_instance_start || finish
port=$(cat "$MV_DIR/port")
pki="$MV_DIR/pki"

handshake() { # s_client options
    timeout 10 openssl s_client -connect "127.0.0.1:$port" -CAfile "$pki/ca.pem" -verify_return_error -alpn h2 \
        -ign_eof -msg "$@" <<<'' 2>&1 | tr -d '\0'
}
with() { # NAME s_client options
    local name=$1
    shift
    handshake -cert "$pki/$name.pem" -key "$pki/$name.key" "$@"
}
# With TLS 1.3 a client has finished its side before the server looks at its certificate. The server's next word is a session
# ticket when it accepts; else it closes the connection (gRPC sends no alert).
accepted() { # command...
    local output
    output=$("$@")
    grep -qa 'NewSessionTicket' <<<"$output"
}
refused_at() { # LAST-WORD-OF-THE-SERVER command...
    local last=$1 output
    shift
    output=$("$@")
    echo "$output"
    ! grep -qa 'NewSessionTicket' <<<"$output" && grep -qa 'unexpected eof' <<<"$output" &&
        [ "$(grep -a '^<<<.*Handshake' <<<"$output" | tail -n 1 | sed 's/.*, //')" = "$last" ]
}
check "a client of our CA with TLS 1.3 is let in" accepted with "$MV_VENDOR" -tls1_3

deploy/pki.sh "$MV_DIR/other" init
deploy/pki.sh "$MV_DIR/other" client "$MV_VENDOR"
cp "$MV_DIR/other/$MV_VENDOR.pem" "$pki/foreign.pem"
cp "$MV_DIR/other/$MV_VENDOR.key" "$pki/foreign.key"
deploy/pki.sh --expired --out expired "$pki" client "$MV_VENDOR"
check "refused: no certificate" refused_at Finished handshake -tls1_3
check "refused: another CA's certificate" refused_at Finished with foreign -tls1_3
check "refused: an expired certificate" refused_at Finished with expired -tls1_3
check "refused: TLS 1.2, before the server's hello" refused_at "" with "$MV_VENDOR" -tls1_2
check "refused: TLS 1.1" refused_at "" with "$MV_VENDOR" -tls1_1 -cipher 'ALL:@SECLEVEL=0'
check "and the good one is still let in" accepted with "$MV_VENDOR" -tls1_3

# The command line client is told that it cannot connect, with its exit code for that.
mv_client_config foreign
mv_client_config expired
expect "metervault: another CA's certificate" 3 "UNAVAILABLE" mv_cli foreign operator whoami
expect "metervault: an expired certificate" 3 "UNAVAILABLE" mv_cli expired operator whoami

# A certificate of our CA that names nobody we know, and one that names nobody.
deploy/pki.sh "$pki" client stranger
mv_client_config stranger
expect "a principal that is not enrolled" 1 "PRINCIPAL_UNKNOWN" mv_cli stranger operator whoami
check "an enrolled one" mv_cli "$MV_VENDOR" operator whoami

# ---- certificates are replaced while the server runs ----
serial() {
    handshake -tls1_3 | openssl x509 -noout -serial
}
before=$(serial)
deploy/pki.sh "$pki" server
cp "$pki/server.key" "$MV_DIR/server/server.key.new"
cp "$pki/server.pem" "$MV_DIR/server/server.pem.new"
mv "$MV_DIR/server/server.key.new" "$MV_DIR/server/server.key"
mv "$MV_DIR/server/server.pem.new" "$MV_DIR/server/server.pem"
reloaded() {
    local tries
    for ((tries = 0; tries < 150; tries++)); do
        [ "$(serial)" = "$before" ] || return 0
        sleep 0.1
    done
    return 1
}
check "a new server certificate is taken without a restart" reloaded
same "it is the one in the file" "$(openssl x509 -noout -serial -in "$pki/server.pem")" "$(serial)"
check "and serves" mv_cli "$MV_VENDOR" operator whoami

# ---- what the server refuses to start with ----
variant() { # SED-EXPRESSION: a configuration with one change
    sed "$1" "$MV_DIR/server/metervaultd.conf" >"$MV_DIR/server/variant.conf"
    shift
    timeout 20 "$MV_BIN/metervaultd" --config "$MV_DIR/server/variant.conf" "$@"
}
refuses() { # NAME TEXT arguments: variant
    local name=$1 text=$2 output code=0
    shift 2
    output=$(variant "$@" 2>&1) || code=$?
    if [ "$code" -ne 0 ] && [ "$code" -ne 124 ] && grep -q "$text" <<<"$output"; then
        pass "$name"
    else
        fail "$name" "exit code $code, expected a failure with $text:" "$output"
    fi
}
deploy/pki.sh --rsa --out rsa "$pki" server
refuses "an RSA server key" "TLS_KEY_NOT_EC" "s|server/server\.|pki/rsa.|"
refuses "a certificate that is not there" "FILE_FAILED\|CONFIG_INVALID" "s|server/server.pem|server/none.pem|"
refuses "plaintext on another address" "CONFIG_INVALID" "s|127.0.0.1:[0-9]*|0.0.0.0:0|" --insecure-loopback \
    --insecure-principal "$MV_VENDOR"
finish
