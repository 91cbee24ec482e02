#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum { OPTIONS_MAX = 40, HELP = 1000, VERSION };

/* The options of the command and the shared ones in one list; getopt's `val` is the index in it. */
struct table {
    struct cli_option all[OPTIONS_MAX];
    struct option getopt[OPTIONS_MAX + 3];
    size_t count;
};

static void add(struct table *table, const struct cli_option *option)
{
    if (table->count == OPTIONS_MAX)
        abort(); /* a constant of this program */
    table->all[table->count] = *option;
    table->getopt[table->count] = (struct option){.name = option->name,
                                                  .has_arg = option->text != NULL ? required_argument : no_argument,
                                                  .val = (int)table->count};
    table->count++;
}

static void fill(struct table *table, struct cli *cli, const struct cli_option *options, size_t count)
{
    const struct cli_option shared[] = {
        {.name = "config", .text = &cli->config_file},
        {.name = "server", .text = &cli->server},
        {.name = "ca-file", .text = &cli->ca_file},
        {.name = "certificate-file", .text = &cli->certificate_file},
        {.name = "key-file", .text = &cli->key_file},
        {.name = "terminal", .text = &cli->terminal},
        {.name = "deadline-ms", .text = &cli->deadline_ms},
        {.name = "state-dir", .text = &cli->state_dir},
        {.name = "insecure-loopback", .flag = &cli->insecure_loopback},
        {.name = "json", .flag = &cli->json},
    };
    for (size_t i = 0; i < count; i++)
        add(table, &options[i]);
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
        add(table, &shared[i]);
    table->getopt[table->count] = (struct option){.name = "help", .val = HELP};
    table->getopt[table->count + 1] = (struct option){.name = "version", .val = VERSION};
}

static void list_options(const struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        (void)printf("--%s%s\n", table->all[i].name, table->all[i].text != NULL ? "=" : "");
    (void)puts("--help\n--version");
}

bool cli_parse(struct cli *cli, const struct cli_option *options, size_t count, int argc, char **argv, int *first,
               int *code)
{
    struct table table = {0};
    fill(&table, cli, options, count);
    *code = CLI_DONE;
    if (cli->listing) {
        list_options(&table);
        return false;
    }
    optind = 0;
    opterr = 0;
    for (;;) {
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): the program has one thread here */
        int found = getopt_long(argc, argv, "h", table.getopt, NULL);
        if (found == -1)
            break;
        if (found == HELP || found == 'h') {
            (void)fputs(cli->command->help, stdout);
            *code = cli_flush();
            return false;
        }
        if (found == VERSION) {
            (void)printf("%s %s\n", cli->program, METERVAULT_VERSION);
            *code = cli_flush();
            return false;
        }
        if (found < 0 || (size_t)found >= table.count) {
            *code = cli_usage(cli, "option '%s' is not known, or needs an argument", argv[optind - 1]);
            return false;
        }
        if (table.all[found].text != NULL)
            *table.all[found].text = optarg;
        else
            *table.all[found].flag = true;
    }
    *first = optind;
    if (cli_config_read(cli))
        return true;
    *code = CLI_USAGE;
    return false;
}

/* Moves the part's name in front of shared options that stand before it. */
static void part_first(struct cli *cli, int argc, char **argv)
{
    struct table table = {0};
    fill(&table, cli, NULL, 0);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            char *part = argv[i];
            memmove(&argv[2], &argv[1], (size_t)(i - 1) * sizeof *argv);
            argv[1] = part;
            return;
        }
        for (size_t k = 0; k < table.count; k++)
            if (table.all[k].text != NULL && strcmp(argv[i] + strspn(argv[i], "-"), table.all[k].name) == 0) {
                i++; /* its argument */
                break;
            }
    }
}

int cli_run_part(struct cli *cli, const struct cli_part *parts, size_t count, int argc, char **argv, const char *say)
{
    int first;
    int code;
    if (cli->listing && argc == 1) {
        for (size_t i = 0; i < count; i++)
            (void)puts(parts[i].name);
        return CLI_DONE;
    }
    part_first(cli, argc, argv);
    for (size_t i = 0; argc > 1 && i < count; i++)
        if (strcmp(argv[1], parts[i].name) == 0)
            return parts[i].run(cli, argc - 1, argv + 1);
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    return cli_usage(cli, "%s", say);
}

int cli_usage(const struct cli *cli, const char *format, ...)
{
    (void)fprintf(stderr, "%s %s: ", cli->program, cli->command->name);
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "; see %s %s --help\n", cli->program, cli->command->name);
    return CLI_USAGE;
}

bool cli_number(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
    uint64_t number = 0;
    if (text == NULL || text[0] == '\0')
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (*at < '0' || *at > '9' || number > (most - digit) / 10 || digit > most)
            return false;
        number = number * 10 + digit;
    }
    *value = number;
    return number >= least;
}
