#!/usr/bin/env bash
# An independent client (@grpc/grpc-js, pinned) finds the services by reflection, checks health, sells a token over mTLS,
# reads why a sale is refused, and is itself refused without a certificate, with another CA's, an expired one and TLS 1.2.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 3
. tests/support/checks.sh
. tests/support/instance.sh

# The packages are installed once, beside the build; a changed lock file installs them again.
export NODE_NO_WARNINGS=1
modules="$MV_ROOT/build/node"
mkdir -p "$modules"
cp tests/integration/node/client.mjs tests/integration/node/package.json "$modules/"
if ! cmp -s tests/integration/node/package-lock.json "$modules/package-lock.json" || [ ! -d "$modules/node_modules" ]; then
    cp tests/integration/node/package-lock.json "$modules/"
    check "npm installs the pinned packages" npm ci --prefix "$modules" --ignore-scripts --no-audit --no-fund
fi

check "an instance starts" mv_instance_start || finish
pan=$(mv_pan 1)
check "a meter is opened" mv_register "$pan" 7
check "a meter is made" mv_meter_make "$pan" 7 "$MV_DIR/meter.state"
server="127.0.0.1:$(cat "$MV_DIR/port")"

bare() { # OPTIONS COMMAND: without a certificate
    node "$modules/client.mjs" --server "$server" --ca "$MV_DIR/pki/ca.pem" --protos "$MV_ROOT/proto" "$@"
}
as() { # NAME COMMAND
    local name=$1
    shift
    bare --certificate "$MV_DIR/pki/$name.pem" --key "$MV_DIR/pki/$name.key" "$@"
}

for version in v1 v1alpha; do
    for service in metervault.v1.TokenService metervault.v1.MeterService metervault.v1.OperatorService \
        grpc.health.v1.Health grpc.reflection.v1.ServerReflection; do
        expect "reflection $version lists $service" 0 "$service" as "$MV_VENDOR" services "$version"
    done
done
for method in IssueCredit TrialCredit GetToken LastResponse IssueRecord AcceptReturn ListRecords ListReturns; do
    expect "reflection describes $method" 0 "$method" as "$MV_VENDOR" methods metervault.v1.TokenService
done
expect "health check" 0 "SERVING" as "$MV_VENDOR" health
expect "health watch" 0 "SERVING" as "$MV_VENDOR" watch

sale=$(as "$MV_VENDOR" issue "$pan" 25600 node-1)
digits=${sale%% *}
same "a sale is answered with 20 digits, receipt 1, new" "20 1 new" "${#digits} ${sale#* }"
expect "the meter accepts the digits" 0 "25.6" "$MV_BIN/metersim" --state "$MV_DIR/meter.state" enter "$digits"
same "the same request id gives the stored answer" "$digits 1 stored" "$(as "$MV_VENDOR" issue "$pan" 25600 node-1)"

expect "a reused id is refused by name" 1 '"reason":"REQUEST_ID_REUSED"' as "$MV_VENDOR" issue "$pan" 9900 node-1
expect "an unknown meter is refused by name" 1 '"reason":"METER_UNKNOWN"' as "$MV_VENDOR" issue "$(mv_pan 2)" 25600 node-2
expect "the domain is metervault" 1 '"domain":"metervault"' as "$MV_VENDOR" issue "$(mv_pan 2)" 25600 node-2
expect "the status goes with it" 1 'refused PERMISSION_DENIED' as "$MV_ADMIN" issue "$pan" 25600 node-3
expect "a record for a meter without record keys too" 1 '"reason":"RECORDS_NOT_PROVISIONED"' as "$MV_VENDOR" record "$pan" node-4
expect "and a return that is none" 1 '"reason":"RECORD_NOT_VALID"' as "$MV_VENDOR" return 0181
expect "a missing role is refused by name" 1 '"reason":"ROLE_MISSING"' as "$MV_ADMIN" issue "$pan" 25600 node-3

deploy/pki.sh "$MV_DIR/other" init
deploy/pki.sh "$MV_DIR/other" client "$MV_VENDOR"
deploy/pki.sh --expired --out expired "$MV_DIR/pki" client "$MV_VENDOR"
cp "$MV_DIR/other/$MV_VENDOR.pem" "$MV_DIR/pki/foreign.pem"
cp "$MV_DIR/other/$MV_VENDOR.key" "$MV_DIR/pki/foreign.key"
expect "refused: no certificate" 3 "failed UNAVAILABLE" bare health
expect "refused: another CA's certificate" 3 "failed UNAVAILABLE" as foreign health
expect "refused: an expired certificate" 3 "failed UNAVAILABLE" as expired health
expect "refused: TLS 1.2" 3 "failed UNAVAILABLE" as "$MV_VENDOR" --tls 1.2 health
expect "still serving after the refusals" 0 "SERVING" as "$MV_VENDOR" health
finish
