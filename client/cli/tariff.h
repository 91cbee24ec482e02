/* The parts of `metervault tariff`; each takes the arguments from its own name on. */
#ifndef METERVAULT_CLI_TARIFF_H
#define METERVAULT_CLI_TARIFF_H

#include "cli.h"
#include "metervault/v1/tariff_service.pb-c.h"

int tariff_office(struct cli *cli, int argc, char **argv);
int tariff_import(struct cli *cli, int argc, char **argv);
int tariff_export(struct cli *cli, int argc, char **argv);
int tariff_list(struct cli *cli, int argc, char **argv);
int tariff_withdraw(struct cli *cli, int argc, char **argv);
int tariff_reject(struct cli *cli, int argc, char **argv);
int tariff_approve(struct cli *cli, int argc, char **argv);
int tariff_assign(struct cli *cli, int argc, char **argv);
int tariff_quote(struct cli *cli, int argc, char **argv);

/* The office's currency, to be freed; NULL after the failure was reported, then *code is set. */
Metervault__V1__Office *tariff_ask_office(struct cli *cli, struct mv_client *client, int *code);
/* For what there is without a currency too: NULL with *code CLI_DONE when none is set yet. */
Metervault__V1__Office *tariff_ask_office_if_any(struct cli *cli, struct mv_client *client, int *code);
/* One line about a version, about an assignment. */
void tariff_print(const ProtobufCMessage *answer);
void tariff_print_assignment(const ProtobufCMessage *answer);

#endif
