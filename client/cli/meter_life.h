/* The steps of a meter's life. */
#ifndef METERVAULT_CLI_METER_LIFE_H
#define METERVAULT_CLI_METER_LIFE_H

#include "cli.h"

int meter_provision(struct cli *cli, int argc, char **argv);
int meter_state(struct cli *cli, int argc, char **argv);
int meter_record_keys(struct cli *cli, int argc, char **argv);

#endif
