#include <string.h>

#include "cli.h"

const struct cli_command *const cli_commands[] = {
    &cli_vend,    &cli_trial, &cli_reprint,  &cli_batch,    &cli_engineer, &cli_rollover, &cli_meter,
    &cli_record,  &cli_card,  &cli_operator, &cli_audit,    &cli_tariff,   &cli_vendor,   &cli_receipt,
    &cli_account, &cli_sell,  &cli_sale,     &cli_complete, NULL};

const struct cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}
