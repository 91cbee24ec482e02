#include <stdio.h>
#include <time.h>

#include "cli.h"
#include "journal.h"
#include "key_options.h"
#include "order_id.h"
#include "quantity.h"
#include "sale_print.h"
#include "vend_resume.h"

enum { PATH_SIZE = 4096 };

struct vend {
    const char *meter;
    const char *request_id;
    struct quantity_options quantity;
    bool resume;
    bool sent_before; /* an earlier run under this id never got its answer */
    char state_dir[PATH_SIZE];
    char fresh_id[MV_REQUEST_ID_SIZE];
    struct mv_sale sale;
};

/* Checks what would be refused anyway, before anything is written or sent. */
static int complete(struct cli *cli, struct vend *vend)
{
    if (vend->meter == NULL || !meter_pan_valid(vend->meter))
        return cli_usage(cli, "--meter is the meter's PAN of 18 digits");
    if (cli_need_terminal(cli) != CLI_DONE)
        return CLI_USAGE;
    int code = order_id_complete(cli, &vend->request_id, vend->fresh_id);
    if (code != CLI_DONE)
        return code;
    code = quantity_from_options(cli, &vend->quantity, &vend->sale.unit, &vend->sale.amount);
    if (code != CLI_DONE)
        return code;
    vend->sale.request_id = vend->request_id;
    vend->sale.terminal = cli->terminal;
    vend->sale.meter_pan = vend->meter;
    return CLI_DONE;
}

static bool keep(const struct cli *cli, const struct vend *vend)
{
    struct journal_entry entry = {
        .unit = vend->sale.unit, .amount = vend->sale.amount, .sent_at_unix_s = (int64_t)time(NULL)};
    const char *certificate = cli->certificate_file != NULL ? cli->certificate_file : "";
    (void)snprintf(entry.request_id, sizeof entry.request_id, "%s", vend->sale.request_id);
    (void)snprintf(entry.terminal, sizeof entry.terminal, "%s", vend->sale.terminal);
    (void)snprintf(entry.meter_pan, sizeof entry.meter_pan, "%s", vend->sale.meter_pan);
    (void)snprintf(entry.server, sizeof entry.server, "%s", cli->server);
    (void)snprintf(entry.certificate_file, sizeof entry.certificate_file, "%s", certificate);
    return journal_put(vend->state_dir, &entry);
}

static int conclude(const struct cli *cli, const struct vend *vend, enum mv_sale_outcome outcome,
                    Metervault__V1__IssuedTokens *answer, const struct mv_client_error *error)
{
    int code = CLI_DONE;
    switch (outcome) {
    case MV_SALE_DONE:
        code = sale_print(cli, answer);
        mv_sale_free(answer);
        if (code == CLI_DONE)
            (void)journal_remove(vend->state_dir, vend->sale.request_id);
        return code;
    case MV_SALE_REFUSED:
        /* what this run was refused says nothing on what an earlier one did */
        if (!vend->sent_before)
            (void)journal_remove(vend->state_dir, vend->sale.request_id);
        return cli_report(cli, error);
    case MV_SALE_UNKNOWN:
        break;
    }
    code = cli_report(cli, error);
    (void)fprintf(stderr,
                  "It is not known whether the sale was made. Do not sell again: run `metervault vend --resume`,\n"
                  "or repeat this command with --request-id %s\n",
                  vend->sale.request_id);
    return code;
}

static int sell(struct cli *cli, struct vend *vend)
{
    int code = CLI_DONE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    vend_hint(vend->state_dir);
    vend->sent_before = journal_has(vend->state_dir, vend->sale.request_id);
    if (!keep(cli, vend)) {
        mv_client_close(client);
        (void)fputs("metervault vend: not sold: the request id could not be stored first\n", stderr);
        return CLI_REFUSED;
    }
    Metervault__V1__IssuedTokens *answer;
    struct mv_client_error error;
    enum mv_sale_outcome outcome = mv_client_sell(client, &vend->sale, &answer, &error);
    code = conclude(cli, vend, outcome, answer, &error);
    mv_client_close(client);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct vend vend = {0};
    int first;
    int code;
    struct cli_option options[QUANTITY_UNITS + 4] = {
        {.name = "meter", .text = &vend.meter},
        {.name = "special", .flag = &vend.sale.special},
        {.name = "request-id", .text = &vend.request_id},
        {.name = "resume", .flag = &vend.resume},
    };
    quantity_options(&vend.quantity, options + 4);
    if (!cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if (!cli_state_dir(cli, vend.state_dir, sizeof vend.state_dir))
        return cli_usage(cli, "no home directory: give --state-dir");
    if (vend.resume)
        return vend_resume(cli, vend.state_dir);
    code = complete(cli, &vend);
    return code == CLI_DONE ? sell(cli, &vend) : code;
}

const struct cli_command cli_vend = {
    .name = "vend",
    .summary = "sell a token",
    .help = "Usage: metervault vend --meter PAN AMOUNT [--request-id ID] [--terminal NAME]\n"
            "       metervault vend --resume\n"
            "Sells credit to a meter and prints the token. The request id is stored before anything is sent; after a\n"
            "timeout the stored answer is fetched, never a second token.\n"
            "\n"
            "  --meter PAN      18 digits\n"
            "  --kwh N          energy, at most 3 decimals: 25.6\n"
            "  --wh N           energy in watt-hours\n"
            "  --m3 N           water or gas, at most 3 decimals\n"
            "  --litres N       water or gas in litres\n"
            "  --seconds N      time\n"
            "  --currency N     money, at most 5 decimals, for a meter that counts it: 12.50\n"
            "  --special        a token with the identifier of 00:01 UTC, which ordinary tokens leave free\n"
            "  --request-id ID  an own request id instead of a fresh one; the same id never sells twice\n"
            "  --resume         print the answers of earlier sales that never arrived; sells nothing\n"
            "Options of every command: metervault --help\n"
            "\n"
            "Examples:\n"
            "  metervault vend --meter 600727000000000009 --kwh 25.6\n"
            "  metervault vend --meter 600727000000000009 --m3 1.5 --terminal till2 --json\n",
    .run = run,
};
