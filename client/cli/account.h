/* The parts of `metervault account`; each takes the arguments from its own name on. */
#ifndef METERVAULT_CLI_ACCOUNT_H
#define METERVAULT_CLI_ACCOUNT_H

#include "cli.h"
#include "metervault/v1/account_service.pb-c.h"

int account_list(struct cli *cli, int argc, char **argv);
int account_timeline(struct cli *cli, int argc, char **argv);
int account_debts(struct cli *cli, int argc, char **argv);
int account_debt_add(struct cli *cli, int argc, char **argv);
int account_debt_change(struct cli *cli, int argc, char **argv);
int account_write_off(struct cli *cli, int argc, char **argv);
int account_pay(struct cli *cli, int argc, char **argv);
int account_pay_out(struct cli *cli, int argc, char **argv);

int account_close(struct cli *cli, int argc, char **argv);
int account_change_meter(struct cli *cli, int argc, char **argv);
int account_transfer(struct cli *cli, int argc, char **argv);
int account_claim(struct cli *cli, int argc, char **argv);
int account_approve_claim(struct cli *cli, int argc, char **argv);
int account_claims(struct cli *cli, int argc, char **argv);
/* As cli_print_fn. */
void account_print(const ProtobufCMessage *answer);

/* "in use", "suspended", "closed". */
const char *account_state_text(Metervault__V1__AccountState state);

#endif
