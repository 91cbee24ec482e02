#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exposed.h"
#include "journal.h"
#include "key_options.h"
#include "rollover.h"

struct options {
    const char *sgc, *to, *krn, *organisation, *journal, *rate, *report;
    bool exposed, yes, with_sgc;
    char to_sgc[7];
};

/* SGC, or SGC/KRN. */
static int read_target(const struct cli *cli, struct options *given, struct rollover *rollover)
{
    const struct key_options old = {.sgc = given->sgc, .krn = given->krn};
    struct key_named key;
    if (given->sgc == NULL || given->to == NULL || given->journal == NULL)
        return cli_usage(cli, "--sgc, --to and --journal are needed");
    int code = key_from_options(cli, &old, &key);
    if (code != CLI_DONE)
        return code;
    rollover->from = key.sgc;
    rollover->old_krn = key.krn;
    const char *slash = strchr(given->to, '/');
    size_t length = slash != NULL ? (size_t)(slash - given->to) : strlen(given->to);
    (void)snprintf(given->to_sgc, sizeof given->to_sgc, "%.*s", (int)(length == 6 ? length : 0), given->to);
    const struct key_options target = {.sgc = given->to_sgc, .krn = slash != NULL ? slash + 1 : NULL};
    if (key_named_read(&target, &key) != NULL || key.sgc[0] == '\0' || (slash != NULL && key.krn == 0))
        return cli_usage(cli, "--to is SGC or SGC/KRN, as in 123457/2");
    rollover->to = key.sgc;
    rollover->krn = key.krn;
    if (given->exposed && rollover->old_krn == 0)
        return cli_usage(cli, "--report-exposed needs --krn, the revision that was compromised");
    return CLI_DONE;
}

static int agree(const struct rollover *rollover, bool yes)
{
    char question[256];
    if (rollover->last_pan[0] != '\0')
        return CLI_DONE; /* was asked when it began */
    (void)snprintf(question, sizeof question,
                   "Every meter of supply group %s%s%s gets a key change to group %s. It cannot be taken back.",
                   rollover->from, rollover->organisation != NULL ? " in organisation " : "",
                   rollover->organisation != NULL ? rollover->organisation : "", rollover->to);
    return cli_confirm(rollover->cli, yes, question);
}

static int walk(struct rollover *rollover)
{
    struct bulk *bulk = &rollover->bulk;
    bulk->progress = cli_progress_start("meters");
    bulk->progress.count = bulk->rows;
    if (isatty(STDERR_FILENO)) {
        uint64_t left;
        int code = rollover_count(rollover, &left);
        if (code != CLI_DONE)
            return code;
        bulk->progress.total = bulk->rows + left;
    }
    int code = bulk_run(rollover->cli, rollover->client, bulk);
    rollover_walk_end(rollover);
    return code != CLI_DONE ? code : rollover->code;
}

static int summary(struct rollover *rollover, const struct options *given)
{
    struct cli *cli = rollover->cli;
    const struct tally *tally = &rollover->bulk.tally;
    json_t *exposed = NULL;
    int code = CLI_DONE;
    if (!cli->json) {
        (void)printf("%" PRIu64 " meters of supply group %s: %s\n", rollover->bulk.rows, rollover->from,
                     given->report != NULL ? given->report : given->journal);
        tally_print(tally);
    }
    if (given->exposed)
        code = exposed_list(cli, rollover->client, rollover->from, rollover->old_krn, 0, &exposed);
    if (cli->json && code == CLI_DONE)
        code = cli_print_json(json_pack("{s:I, s:o, s:o*}", "meters", (json_int_t)rollover->bulk.rows, "outcomes",
                                        tally_json(tally), "exposed_to_old_key", exposed));
    if (code == CLI_DONE)
        code = cli_flush();
    bool all = tally_count(tally, "refused") + tally_count(tally, "pending-before") == 0;
    return code != CLI_DONE || all ? code : CLI_REFUSED;
}

static int with_journal(struct rollover *rollover, const struct options *given, struct bulk_file *file)
{
    int code = agree(rollover, given->yes);
    if (code != CLI_DONE) {
        if (!rollover->resumed)
            (void)unlink(given->journal);
        return code;
    }
    rollover->bulk.file = file;
    rollover->client = cli_connect(rollover->cli, &code);
    if (rollover->client == NULL)
        return code;
    code = walk(rollover);
    if (code != CLI_DONE)
        (void)fputs("metervault rollover: not finished. Start it again with the same journal: it goes on, and no meter "
                    "gets a second set.\n",
                    stderr);
    else if (!bulk_file_sync(rollover->cli, file) ||
             (given->report != NULL && !rollover_report(rollover, given->journal, given->report)))
        code = CLI_REFUSED;
    else
        code = summary(rollover, given);
    mv_client_close(rollover->client);
    return code;
}

static int start(struct rollover *rollover, struct options *given)
{
    struct cli *cli = rollover->cli;
    struct mv_client_options unused;
    struct bulk_file file;
    int code = read_target(cli, given, rollover);
    if (code == CLI_DONE)
        code = bulk_rate(cli, given->rate, &rollover->bulk.per_second);
    if (code == CLI_DONE)
        code = cli_client_options(cli, &unused);
    if (code == CLI_DONE)
        code = cli_need_terminal(cli);
    if (code == CLI_DONE)
        code = rollover_journal_open(rollover, given->journal, &file);
    if (code != CLI_DONE)
        return code;
    code = with_journal(rollover, given, &file);
    bulk_file_close(&file);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct options given = {0};
    int first;
    int code;
    struct rollover *rollover = calloc(1, sizeof *rollover);
    if (rollover == NULL)
        return cli_usage(cli, "memory ran out");
    const struct cli_option options[] = {
        {.name = "sgc", .text = &given.sgc},           {.name = "to", .text = &given.to},
        {.name = "krn", .text = &given.krn},           {.name = "organisation", .text = &given.organisation},
        {.name = "journal", .text = &given.journal},   {.name = "rate", .text = &given.rate},
        {.name = "report", .text = &given.report},     {.name = "report-exposed", .flag = &given.exposed},
        {.name = "with-sgc", .flag = &given.with_sgc}, {.name = "yes", .flag = &given.yes},
    };
    if (cli_parse(cli, options, sizeof options / sizeof options[0], argc, argv, &first, &code)) {
        rollover->cli = cli;
        rollover->organisation = given.organisation;
        rollover->with_sgc = given.with_sgc;
        rollover->bulk.next = rollover_next;
        rollover->bulk.judge = rollover_judge;
        rollover->bulk.self = rollover;
        code = first < argc ? cli_usage(cli, "'%s' is not an option", argv[first]) : start(rollover, &given);
    }
    free(rollover);
    return code;
}

const struct cli_command cli_rollover = {
    .name = "rollover",
    .summary = "change the keys of all meters of a supply group",
    .help =
        "Usage: metervault rollover --sgc SGC --to SGC[/KRN] --journal FILE [OPTION]...\n"
        "Walks all meters of a supply group and issues a key change for each: to another group, or within the group "
        "to\n"
        "another key revision, as after a compromise or for a later base date. A meter with a key change that waits\n"
        "for confirmation is reported and left alone. Killed at any moment and started again with the same journal it\n"
        "goes on where it stopped; every meter gets exactly one set. Exit code 1 says that a meter was refused or "
        "left\n"
        "alone. The move to another group needs an approved proposal: metervault operator propose-move.\n"
        "\n"
        "  --sgc SGC           the group that is left\n"
        "  --to SGC[/KRN]      the group and key revision to go to; without KRN the newest that may be used\n"
        "  --journal FILE      what was done, meter by meter, with the tokens; readable by its owner only\n"
        "  --krn N             only meters whose key on file has this revision\n"
        "  --organisation O    only meters of this organisation and those below\n"
        "  --rate N            at most so many meters in a second\n"
        "  --report FILE       at the end the list as CSV: meter, outcome (done, already-there, pending-before,\n"
        "                      refused), receipt, token1 to token8, reason\n"
        "  --report-exposed    at the end every meter that held the revision of --krn\n"
        "  --with-sgc          EA 7: three tokens that tell the meter its supply group, instead of two\n"
        "  --yes               do not ask before it begins\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault rollover --sgc 123457 --to 123457/2 --krn 1 --journal krn2.journal --report krn2.csv\n"
        "  metervault rollover --sgc 123457 --to 123458 --journal move.journal --rate 100\n",
    .run = run,
};
