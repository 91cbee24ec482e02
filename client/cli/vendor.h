/* The parts of `metervault vendor`; each takes the arguments from its own name on. */
#ifndef METERVAULT_CLI_VENDOR_H
#define METERVAULT_CLI_VENDOR_H

#include "cli.h"
#include "metervault/v1/tariff_service.pb-c.h"
#include "metervault/v1/vendor_service.pb-c.h"

int vendor_terms(struct cli *cli, int argc, char **argv);
int vendor_approve(struct cli *cli, int argc, char **argv);
int vendor_list(struct cli *cli, int argc, char **argv);
int vendor_show(struct cli *cli, int argc, char **argv);
int vendor_deposit(struct cli *cli, int argc, char **argv);
int vendor_take_back(struct cli *cli, int argc, char **argv);
int vendor_slip(struct cli *cli, int argc, char **argv);
int vendor_statement(struct cli *cli, int argc, char **argv);
int vendor_start(struct cli *cli, int argc, char **argv);
int vendor_total(struct cli *cli, int argc, char **argv);
int vendor_end(struct cli *cli, int argc, char **argv);
int vendor_batch(struct cli *cli, int argc, char **argv);
int vendor_settle(struct cli *cli, int argc, char **argv);

/* vendor_list.c: "waits", "sells", "stopped". */
const char *vendor_state_text(Metervault__V1__VendorState state);

/* ---- vendor_desk.c: one call with money in it ---- */
struct vendor_desk {
    struct mv_client *client;
    Metervault__V1__Office *office; /* whose currency amounts are in */
};
/* Connects and asks for the currency. CLI_DONE, or an exit code after it said why; then nothing is to be closed. */
int vendor_desk_open(struct cli *cli, struct vendor_desk *desk);
void vendor_desk_close(struct vendor_desk *desk);
/* NULL says 0. CLI_DONE, or CLI_USAGE after it said what is wrong. */
int vendor_desk_amount(const struct cli *cli, const struct vendor_desk *desk, const char *text, const char *option,
                       int64_t *value);
/* "name     12.30 EUR" */
void vendor_desk_print(const struct vendor_desk *desk, const char *name, int64_t amount);
/* One call; what is safe to repeat is repeated. With `request_id` an unknown outcome says how to repeat it by hand. */
ProtobufCMessage *vendor_desk_call(struct cli *cli, const struct vendor_desk *desk, const char *method,
                                   const ProtobufCMessage *request, const char *request_id, int *code);

#endif
