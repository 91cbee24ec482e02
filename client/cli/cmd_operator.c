#include "operator.h"

static const struct cli_part parts[] = {
    {"whoami", operator_whoami},
    {"organisation-create", operator_organisation_create},
    {"organisation-list", operator_organisation_list},
    {"grant", operator_grant},
    {"revoke", operator_revoke},
    {"create", operator_create},
    {"update", operator_update},
    {"list", operator_list},
    {"confirm-clock", operator_confirm_clock},
    {"propose-move", operator_propose_move},
    {"proposals", operator_proposals},
    {"approve", operator_approve},
};

static int run(struct cli *cli, int argc, char **argv)
{
    return cli_run_part(cli, parts, sizeof parts / sizeof parts[0], argc, argv,
                        "say what: whoami, organisation-create, grant, create, ...");
}

const struct cli_command cli_operator = {
    .name = "operator",
    .summary = "organisations, operators, roles, supply-group grants, approvals",
    .help =
        "Usage: metervault operator whoami\n"
        "       metervault operator organisation-create NAME --parent NAME\n"
        "       metervault operator organisation-list\n"
        "       metervault operator grant ORGANISATION SGC\n"
        "       metervault operator revoke ORGANISATION SGC\n"
        "       metervault operator create NAME --organisation NAME --role ROLE[,ROLE]...\n"
        "       metervault operator update NAME [--role ROLE[,ROLE]...] [--enable|--disable]\n"
        "       metervault operator list\n"
        "       metervault operator confirm-clock [--yes]\n"
        "       metervault operator propose-move --from SGC --to SGC [--meter PAN] [--days N]\n"
        "       metervault operator proposals\n"
        "       metervault operator approve NUMBER [--yes]\n"
        "Who may call. An operator's certificate names it: urn:metervault:principal:NAME. confirm-clock lets selling\n"
        "go on after the server's clock jumped, when this machine's clock agrees with it.\n"
        "Meters leave a supply group for another only after a proposal (for one meter or every meter of the group,\n"
        "7 days unless --days says otherwise) that an officer, who is another, has approved: approve shows the text "
        "and\n"
        "signs it with the own client key.\n"
        "\n"
        "Roles: vendor, supervisor, engineer, meter-admin, card-factory, officer, auditor, manager\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault operator organisation-create shop1 --parent root\n"
        "  metervault operator grant shop1 123457\n"
        "  metervault operator create vendor1 --organisation shop1 --role vendor\n"
        "  metervault operator propose-move --from 123457 --to 123458 --days 30\n",
    .run = run,
};
