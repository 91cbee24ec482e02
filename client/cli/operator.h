/* The parts of `metervault operator`; each takes the arguments from its own name on. */
#ifndef METERVAULT_CLI_OPERATOR_H
#define METERVAULT_CLI_OPERATOR_H

#include "cli.h"

int operator_whoami(struct cli *cli, int argc, char **argv);
int operator_organisation_create(struct cli *cli, int argc, char **argv);
int operator_organisation_list(struct cli *cli, int argc, char **argv);
int operator_grant(struct cli *cli, int argc, char **argv);
int operator_revoke(struct cli *cli, int argc, char **argv);
int operator_create(struct cli *cli, int argc, char **argv);
int operator_update(struct cli *cli, int argc, char **argv);
int operator_list(struct cli *cli, int argc, char **argv);
int operator_confirm_clock(struct cli *cli, int argc, char **argv);
int operator_propose_move(struct cli *cli, int argc, char **argv);
int operator_proposals(struct cli *cli, int argc, char **argv);
int operator_approve(struct cli *cli, int argc, char **argv);

#endif
