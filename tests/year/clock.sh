# shellcheck shell=bash disable=SC2034
# Server and key process at a clock that the test moves: sourced before deploy/instance.sh, with MV_DIR and MV_BIN set.
MV_AS_SERVER=(env "LD_PRELOAD=$MV_BIN/../tests/clock-offset.so" "METERVAULT_TEST_CLOCK_FILE=$MV_DIR/passed")
MV_AS_HSM=("${MV_AS_SERVER[@]}")
