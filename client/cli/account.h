/* The parts of `metervault account`; each takes the arguments from its own name on. */
#ifndef METERVAULT_CLI_ACCOUNT_H
#define METERVAULT_CLI_ACCOUNT_H

#include "cli.h"
#include "metervault/v1/account_service.pb-c.h"

/* What options say of a customer; not given: NULL. */
struct account_said {
    const char *name, *address, *contact, *reference, *tariff_class;
};
enum { ACCOUNT_SAID = 5 };
void account_said_options(struct account_said *said, struct cli_option to[ACCOUNT_SAID]);
/* Leaves what is not said. */
void account_said_customer(const struct account_said *said, Metervault__V1__Customer *customer);

int account_open(struct cli *cli, int argc, char **argv);
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
