#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit_export.h"
#include "audit_source.h"

enum { PATH_SIZE = 4096 };

/* ---- export ---- */
struct output {
    FILE *file;
    char line[AUDIT_LINE];
    mv_status status;
    struct cli_progress progress;
};

static bool write_record(void *self, const struct audit_record *record)
{
    struct output *output = self;
    output->status = audit_export_line(record, output->line, sizeof output->line);
    if (output->status.ok && fputs(output->line, output->file) < 0)
        output->status = mv_fail(MV_FILE_FAILED, "write");
    cli_progress_step(&output->progress);
    return output->status.ok;
}

static int export_to(struct cli *cli, uint64_t first, FILE *file, const char *name)
{
    struct output *output = calloc(1, sizeof *output);
    if (output == NULL)
        return audit_failed(cli, name, mv_fail(MV_OUT_OF_MEMORY, NULL));
    *output = (struct output){.file = file, .status = mv_ok(), .progress = cli_progress_start("records")};
    int code = audit_from_server(cli, first, write_record, output);
    cli_progress_end(&output->progress);
    if (code == CLI_DONE && output->status.ok && fflush(file) != 0)
        output->status = mv_fail(MV_FILE_FAILED, strerrordesc_np(errno));
    if (code == CLI_DONE && !output->status.ok)
        code = audit_failed(cli, name, output->status);
    free(output);
    return code;
}

/* Beside the file first, so that an export that breaks off never looks like a whole one. */
static int export_file(struct cli *cli, uint64_t first, const char *path)
{
    char temporary[PATH_SIZE];
    int length = snprintf(temporary, sizeof temporary, "%s.part", path);
    FILE *file = length > 0 && (size_t)length < sizeof temporary ? fopen(temporary, "we") : NULL;
    if (file == NULL)
        return audit_failed(cli, path, mv_fail(MV_FILE_FAILED, strerrordesc_np(errno)));
    int code = export_to(cli, first, file, path);
    bool kept = code != CLI_DONE || fsync(fileno(file)) == 0;
    kept = fclose(file) == 0 && kept;
    if (code == CLI_DONE && (!kept || rename(temporary, path) != 0))
        code = audit_failed(cli, path, mv_fail(MV_FILE_FAILED, strerrordesc_np(errno)));
    if (code != CLI_DONE)
        (void)unlink(temporary);
    return code;
}

static int audit_export(struct cli *cli, int argc, char **argv)
{
    const char *from = "1";
    const char *out = NULL;
    uint64_t first_sequence;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "from", .text = &from}, {.name = "out", .text = &out}};
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    if (!cli_number(from, 1, INT64_MAX, &first_sequence))
        return cli_usage(cli, "--from is the number of a record, from 1");
    if (out != NULL && access(out, F_OK) == 0)
        return cli_usage(cli, "%s is there already; give another --out", out);
    return out != NULL ? export_file(cli, first_sequence, out)
                       : export_to(cli, first_sequence, stdout, "standard output");
}

/* ---- verify ---- */
struct check {
    struct audit_verifier verifier;
    struct audit_record bad;
    mv_status status;
    uint64_t good;
    struct cli_progress progress;
};

static bool check_record(void *self, const struct audit_record *record)
{
    struct check *check = self;
    if (check->good == 0)
        check->verifier.chain = record->chain;
    check->status = audit_verify_next(&check->verifier, record);
    cli_progress_step(&check->progress);
    if (check->status.ok)
        check->good++;
    else
        check->bad = *record;
    return check->status.ok;
}

static void hash_text(const uint8_t hash[AUDIT_HASH], char text[2 * AUDIT_HASH + 1])
{
    for (size_t i = 0; i < AUDIT_HASH; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", hash[i]);
}

static int report_good(const struct cli *cli, const struct check *check)
{
    char head[2 * AUDIT_HASH + 1];
    hash_text(check->verifier.previous, head);
    if (cli->json)
        return cli_print_json(json_pack("{s:b, s:I, s:I, s:s}", "whole", 1, "chain", (json_int_t)check->verifier.chain,
                                        "records", (json_int_t)check->good, "head", head));
    (void)printf("%" PRIu64 " records of chain %u, unbroken; head %s\n", check->good, check->verifier.chain, head);
    return cli_flush();
}

static int report_bad(const struct cli *cli, const struct check *check)
{
    const char *where = check->status.where != NULL ? check->status.where : "";
    const struct audit_record *bad = &check->bad;
    if (cli->json) {
        (void)cli_print_json(json_pack(
            "{s:b, s:I, s:I, s:{s:I, s:I, s:s, s:s, s:s}}", "whole", 0, "chain", (json_int_t)check->verifier.chain,
            "records", (json_int_t)check->good, "first_bad", "sequence", (json_int_t)bad->sequence, "expected",
            (json_int_t)check->verifier.next_sequence, "wrong", where, "action", bad->action, "object", bad->object));
        return CLI_REFUSED;
    }
    (void)printf("broken after %" PRIu64 " good records of chain %u\n"
                 "first bad record: sequence %" PRIu64 " (expected %" PRIu64 "), %s %s by %s; wrong: %s\n",
                 check->good, check->verifier.chain, bad->sequence, check->verifier.next_sequence, bad->action,
                 bad->object, bad->principal, where);
    (void)cli_flush();
    return CLI_REFUSED;
}

static int audit_verify(struct cli *cli, int argc, char **argv)
{
    const char *file = NULL;
    const char *ledger = NULL;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "file", .text = &file}, {.name = "ledger", .text = &ledger}};
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    if (first < argc || (file != NULL && ledger != NULL))
        return cli_usage(cli, "give at most one of --file and --ledger");
    struct check check = {.verifier = {.next_sequence = 1}, .status = mv_ok()};
    check.progress = cli_progress_start("records");
    if (file != NULL)
        code = audit_from_file(cli, file, check_record, &check);
    else if (ledger != NULL)
        code = audit_from_ledger(cli, ledger, check_record, &check);
    else
        code = audit_from_server(cli, 1, check_record, &check);
    cli_progress_end(&check.progress);
    if (code != CLI_DONE)
        return code;
    if (check.status.ok && check.good == 0)
        return audit_failed(cli, "nothing to verify", mv_fail(MV_AUDIT_CHAIN_BROKEN, "no records"));
    return check.status.ok ? report_good(cli, &check) : report_bad(cli, &check);
}

static int run(struct cli *cli, int argc, char **argv)
{
    static const struct cli_part parts[] = {{"export", audit_export}, {"verify", audit_verify}};
    return cli_run_part(cli, parts, sizeof parts / sizeof parts[0], argc, argv, "say what: export or verify");
}

const struct cli_command cli_audit = {
    .name = "audit",
    .summary = "export the audit chain, or verify it",
    .help =
        "Usage: metervault audit export [--from N] [--out FILE]\n"
        "       metervault audit verify [--file EXPORT | --ledger FILE]\n"
        "export writes one record a line as JSON. verify reads every record, from the server unless told otherwise,\n"
        "and names the first one that is changed, missing, doubled or out of order; it then exits with 1.\n"
        "A chain that verifies shows that nothing was changed by accident; records cut off at its end, or a chain\n"
        "rewritten by somebody who can write the whole ledger, show only against a head that was kept elsewhere.\n"
        "\n"
        "  --from N         the first record, 1\n"
        "  --out FILE       a new file; default standard output\n"
        "  --file EXPORT    what `metervault audit export` wrote\n"
        "  --ledger FILE    the ledger's database itself, on the server's machine\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault audit export --out audit.jsonl\n"
        "  metervault audit verify --file audit.jsonl\n",
    .run = run,
};
