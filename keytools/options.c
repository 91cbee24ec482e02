#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act_call.h"

enum { MAX_SPECS = 48, FIRST_CODE = 256 };

static void print_option(const struct option_spec *spec)
{
    char left[64];
    (void)snprintf(left, sizeof left, "--%s%s%s", spec->name, spec->argument != NULL ? " " : "",
                   spec->argument != NULL ? spec->argument : "");
    (void)printf("  %-30s %s\n", left, spec->help);
}

static void print_help(const char *command, const struct option_spec *specs, size_t count,
                       const struct option_usage *usage)
{
    (void)printf("usage: metervault-keys [--config FILE] [--json] %s [options]\n\n%s\n\n", command, usage->summary);
    for (size_t i = 0; i < count; i++)
        print_option(&specs[i]);
    (void)printf("\nExamples:\n%s", usage->examples);
}

static bool store(const struct option_spec *spec, const char *argument)
{
    if (spec->kind == OPTION_FLAG) {
        *(bool *)spec->target = true;
        return true;
    }
    if (spec->kind == OPTION_TEXT) {
        *(const char **)spec->target = argument;
        return true;
    }
    struct option_list *list = spec->target;
    if (list->count == OPTIONS_MAX_LIST) {
        (void)options_complain(spec->name, "given too often");
        return false;
    }
    list->items[list->count++] = argument;
    return true;
}

/* Of two values one would silently not count: who reads the line may take the wrong one for true. */
static bool store_once(const struct option_spec *spec, const char *argument, bool *given)
{
    if (*given && spec->kind != OPTION_LIST) {
        (void)options_complain(spec->name, "given twice");
        return false;
    }
    *given = true;
    return store(spec, argument);
}

static bool is_whole(const char *word, const struct option_spec *spec)
{
    return strcspn(word, "=") == strlen(spec->name) + strlen("--");
}

static void to_getopt(const struct option_spec *specs, size_t count, struct option *options)
{
    for (size_t i = 0; i < count; i++)
        options[i] = (struct option){specs[i].name, specs[i].kind == OPTION_FLAG ? no_argument : required_argument,
                                     NULL, FIRST_CODE + (int)i};
    options[count] = (struct option){0};
}

enum options_outcome options_parse(struct tool *tool, int argc, char **argv, const struct option_spec *specs,
                                   size_t count, const struct option_usage *usage)
{
    bool help = false;
    const struct option_spec common[] = {
        {"config", OPTION_TEXT, "FILE", "configuration of the key process", &tool->config_path},
        {"json", OPTION_FLAG, NULL, "answer as JSON", &tool->json},
        {"help", OPTION_FLAG, NULL, "this text", &help},
    };
    enum { COMMON = sizeof common / sizeof common[0] };
    struct option_spec all[MAX_SPECS];
    struct option options[MAX_SPECS + 1];
    if (count > MAX_SPECS - COMMON - ACT_CALL_SPECS)
        return OPTIONS_WRONG;
    if (count > 0)
        memcpy(all, specs, count * sizeof specs[0]);
    memcpy(all + count, common, sizeof common);
    count += COMMON;
    count += act_call_begin(argv[0], specs, count - COMMON, &all[count]);
    to_getopt(all, count, options);

    optind = 0; /* glibc: start anew with this argv */
    bool given[MAX_SPECS] = {false};
    int code;
    for (;;) {
        const char *word = argv[optind > 0 ? optind : 1];
        if ((code = getopt_long(argc, argv, "+", options, NULL)) == -1)
            break;
        /* a script is judged by the names of its options */
        if (tool->only_check && code >= FIRST_CODE && !is_whole(word, &all[code - FIRST_CODE])) {
            (void)options_complain(all[code - FIRST_CODE].name, "abbreviated: a script names options in full");
            return OPTIONS_WRONG;
        }
        if (code < FIRST_CODE || !store_once(&all[code - FIRST_CODE], optarg, &given[code - FIRST_CODE]))
            return OPTIONS_WRONG;
    }
    if (help) {
        print_help(argv[0], all, count, usage);
        return OPTIONS_HELP_SHOWN;
    }
    if (optind < argc) {
        /* not repeated: it could be a secret put there by mistake */
        (void)fprintf(stderr, "%s: takes options only, and never a secret as an argument\n", argv[0]);
        return OPTIONS_WRONG;
    }
    act_call_note(all, count);
    return OPTIONS_PARSED;
}

int options_exit(enum options_outcome outcome)
{
    return outcome == OPTIONS_HELP_SHOWN ? TOOL_DONE : TOOL_USAGE;
}

int options_complain(const char *option, const char *what)
{
    (void)fprintf(stderr, "--%s: %s\n", option, what);
    return TOOL_USAGE;
}

bool options_number(const char *text, long low, long high, long *value)
{
    if (text == NULL || *text < '0' || *text > '9')
        return false;
    char *end = NULL;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || number < low || number > high)
        return false;
    *value = number;
    return true;
}
