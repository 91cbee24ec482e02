/* metervault-keys ceremony: scripts are judged and held, transcripts verified and printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/ceremony.h"
#include "ceremony/page.h"
#include "ceremony/whole_file.h"
#include "files.h"
#include "hex.h"
#include "options.h"
#include "remark.h"

static const char general[] =
    "usage: metervault-keys [--config FILE] [--json] ceremony check SCRIPT\n"
    "       metervault-keys [--config FILE] ceremony run SCRIPT --transcript FILE [--after FILE] [--plain]\n"
    "       metervault-keys [--config FILE] [--json] ceremony verify TRANSCRIPT [--key FILE] [--token]\n"
    "                       [--fingerprint HEX] [--after FILE]\n"
    "       metervault-keys ceremony print TRANSCRIPT [--out FILE] [--pdf FILE]\n\n"
    "A ceremony is a script that says who does what in which order; `run` guides the officers through it and writes\n"
    "a transcript that is chained line by line and signed by the token's key audit-sign. Samples are in\n"
    "deploy/ceremonies, the language is described in keytools/ceremony/README.md.\n\n"
    "Examples:\n"
    "  metervault-keys ceremony check rotation.ceremony\n"
    "  metervault-keys ceremony run rotation.ceremony --transcript 2026-11-22.transcript\n"
    "  metervault-keys ceremony verify 2026-11-22.transcript --key audit-sign.pem\n"
    "  metervault-keys ceremony print 2026-11-22.transcript --pdf 2026-11-22.pdf\n";

/* ---- check ---- */
static const struct option_usage check_usage = {
    "Judges a ceremony's script before the day, by the code that runs it: roles, who is where needed, each act's "
    "options,\n"
    "expected keys and KCVs, files that must be there and must not, officers' certificates. Each fault has its line.",
    "  metervault-keys ceremony check rotation.ceremony\n"};

static int check(struct tool *tool, const char *path, int argc, char **argv)
{
    enum options_outcome outcome = options_parse(tool, argc, argv, NULL, 0, &check_usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    struct script *script = NULL;
    struct script_fault fault = {.line = 0};
    mv_status status = script_load(path, &script, &fault);
    size_t faults = status.ok ? ceremony_judge(tool, path, script) : 1;
    size_t steps = script != NULL ? script->step_count : 0;
    uint8_t digest[TRANSCRIPT_HASH] = {0};
    char hex[TRANSCRIPT_HEX];
    if (script != NULL)
        memcpy(digest, script->digest, sizeof digest);
    hex_encode(digest, sizeof digest, hex);
    script_free(script);
    if (!status.ok && fault.line > 0)
        status = remark(status, "line %u: %s", fault.line, fault.what);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:b, s:I, s:I, s:s}", "ok", (int)(faults == 0), "faults", (json_int_t)faults, "steps",
                              (json_int_t)steps, "script_sha256", hex));
    else if (faults == 0) {
        (void)printf("%s: in order, %zu steps\n", path, steps);
        ceremony_print_spoken("SHA-256 of the script", digest);
    }
    return faults == 0 ? TOOL_DONE : TOOL_REFUSED;
}

/* ---- run ---- */
static const struct option_usage run_usage = {
    "Guides the people of a ceremony through its script on this terminal. Every step, confirmation, refusal and wrong\n"
    "entry goes into the transcript, a new file, before the next thing happens. Abort at any question with the word\n"
    "abort or Ctrl-C: what was begun is whole or not there, and the transcript says so and is signed.",
    "  metervault-keys ceremony run rotation.ceremony --transcript 2026-11-22.transcript --after "
    "2025-11-20.transcript\n"};

static int run(struct tool *tool, const char *path, int argc, char **argv)
{
    struct ceremony_options options = {.script = path};
    const struct option_spec specs[] = {
        {"transcript", OPTION_TEXT, "FILE", "new file for the transcript", &options.transcript},
        {"after", OPTION_TEXT, "FILE", "transcript that this one follows", &options.after},
        {"plain", OPTION_FLAG, NULL, "clear the screen only after secrets", &options.plain},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &run_usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (options.transcript == NULL)
        return options_complain("transcript", "is required");
    return ceremony_run(tool, &options);
}

/* ---- print ---- */
static const struct option_usage print_usage = {
    "Makes a page of a transcript, with a line for each person's signature: text on standard output or in a new file,\n"
    "and a PDF with --pdf. A transcript that does not verify is not printed; an unfinished one says that it is.",
    "  metervault-keys ceremony print 2026-11-22.transcript --pdf 2026-11-22.pdf\n"};

static mv_status put_page(const char *page, const char *out, const char *pdf)
{
    if (pdf != NULL)
        MV_TRY(page_pdf(page, pdf));
    if (out != NULL)
        return file_create(out, page, strlen(page), "page");
    if (pdf == NULL)
        (void)fputs(page, stdout);
    return mv_ok();
}

static int print(struct tool *tool, const char *path, int argc, char **argv)
{
    const char *out = NULL;
    const char *pdf = NULL;
    const struct option_spec specs[] = {
        {"out", OPTION_TEXT, "FILE", "new text file to write", &out},
        {"pdf", OPTION_TEXT, "FILE", "new PDF file to write", &pdf},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &print_usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    char *text = NULL;
    char *page = NULL;
    size_t size = 0;
    mv_status status = whole_file_read(path, TRANSCRIPT_MOST_BYTES, &text, &size);
    if (status.ok)
        status = page_make(text, size, &page);
    if (status.ok)
        status = put_page(page, out, pdf);
    free(page);
    free(text);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}

int cmd_ceremony(struct tool *tool, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct tool *tool, const char *path, int argc, char **argv);
    } parts[] = {{"check", check}, {"run", run}, {"verify", ceremony_verify}, {"print", print}};
    for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(argv[1], parts[i].name) != 0)
            continue;
        char name[32];
        (void)snprintf(name, sizeof name, "ceremony %s", parts[i].name);
        /* the file stands before the options, except where only help is asked for */
        bool file = argc > 2 && argv[2][0] != '-';
        int skipped = file ? 2 : 1;
        char *former = argv[skipped];
        argv[skipped] = name;
        bool helps = argc > 2 && strcmp(argv[2], "--help") == 0;
        int code = file || helps ? parts[i].run(tool, file ? former : NULL, argc - skipped, argv + skipped)
                                 : options_complain(name, "which file? It stands before the options");
        argv[skipped] = former;
        return code;
    }
    bool help = argc > 1 && strcmp(argv[1], "--help") == 0;
    (void)fputs(general, help ? stdout : stderr);
    return help ? TOOL_DONE : TOOL_USAGE;
}
