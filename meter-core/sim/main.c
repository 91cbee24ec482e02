/* metersim: a prepayment meter with a terminal for keypad and display. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "factory.h"
#include "metervault/codes.h"
#include "shell.h"
#include "terminal.h"
#include "words.h"

static const char usage[] =
    "usage: metersim --state FILE [--json] [--wait SECONDS] [--clock UNIX] [--plain]\n"
    "                [COMMAND | --script SCRIPT]\n"
    "       metersim --state FILE --provision FILE --component-file A --component-file B\n"
    "                [--measures LIST] [COMMAND]\n"
    "\n"
    "  --state FILE           the meter's memory\n"
    "  --provision FILE       load identity and key, once, as metervault-keys export-meter wrote them\n"
    "  --component-file FILE  one component of the factory key (two to eight, mode 0600)\n"
    "  --measures LIST        electricity (default), water, gas, time, and each of them with -currency behind it;\n"
    "                         several with commas\n"
    "  --wait SECONDS         let this time pass first: lockouts and half a key change last while the meter has "
    "power,\n"
    "                         and every start of metersim is a power-up\n"
    "  --clock UNIX           what the board's clock shows at first, instead of this machine's time\n"
    "  --pboc-masters FILE    take cards of profile 2, too: masters card-pboc-internal, -external and -mac, a line of\n"
    "                         32 hex digits each, as a security module would hold them\n"
    "  --script SCRIPT        commands from a file, one a line; - is standard input\n"
    "  --json                 answers as JSON, one object a line\n"
    "  --plain                a prompt for commands instead of the panel\n"
    "  --help, --version\n"
    "\n"
    "Commands are enter DIGITS, show, run SECONDS, key KEYS, screen and more; the command help lists them.\n"
    "Without a command, on a terminal, metersim is a panel with display, keypad and load, 80 x 24; elsewhere, and "
    "with\n"
    "--plain or --json, it asks for commands.\n"
    "Exit code: 0 accepted or done, 1 refused, 2 usage, 3 memory unusable or meter not provisioned.\n"
    "\n"
    "examples:\n"
    "  metersim --state m.state --provision m.provision --component-file a --component-file b\n"
    "  metersim --state m.state enter 5938 6323 4721 3742 6967\n"
    "  metersim --state m.state --json show\n";

struct options {
    const char *state;
    const char *script;
    const char *pboc_masters;
    struct factory_input factory;
    uint32_t wait_s;
    uint32_t clock; /* Unix seconds, 0: this machine's */
    bool json;
    bool plain;
};

enum {
    OPTION_STATE = 256,
    OPTION_PROVISION,
    OPTION_COMPONENT,
    OPTION_MEASURES,
    OPTION_SCRIPT,
    OPTION_WAIT,
    OPTION_CLOCK,
    OPTION_JSON,
    OPTION_PLAIN,
    OPTION_PBOC
};
static const struct option long_options[] = {
    {"state", required_argument, NULL, OPTION_STATE},
    {"provision", required_argument, NULL, OPTION_PROVISION},
    {"component-file", required_argument, NULL, OPTION_COMPONENT},
    {"measures", required_argument, NULL, OPTION_MEASURES},
    {"pboc-masters", required_argument, NULL, OPTION_PBOC},
    {"script", required_argument, NULL, OPTION_SCRIPT},
    {"wait", required_argument, NULL, OPTION_WAIT},
    {"clock", required_argument, NULL, OPTION_CLOCK},
    {"json", no_argument, NULL, OPTION_JSON},
    {"plain", no_argument, NULL, OPTION_PLAIN},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static _Noreturn void bad_usage(const char *what)
{
    fprintf(stderr, "metersim: %s; see metersim --help\n", what);
    exit(EXIT_USAGE);
}

static uint8_t parse_measures(const char *list)
{
    uint8_t measures = 0;
    for (;;) {
        size_t length = strcspn(list, ",");
        unsigned which = 0;
        while (which < MV_REGISTERS && (strlen(words_register((enum mv_credit_register)which)) != length ||
                                        strncmp(list, words_register((enum mv_credit_register)which), length) != 0))
            which++;
        if (which == MV_REGISTERS)
            bad_usage("--measures knows electricity, water, gas and time, and each with -currency");
        measures = (uint8_t)(measures | 1U << which);
        if (list[length] == '\0')
            return measures;
        list += length + 1;
    }
}

static uint32_t parse_clock(const char *text)
{
    char *end = NULL;
    errno = 0;
    long long unix_s = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || unix_s < 1 || unix_s > UINT32_MAX)
        bad_usage("--clock needs Unix seconds");
    return (uint32_t)unix_s;
}

static void add_component(struct factory_input *factory, const char *path)
{
    if (factory->components == FACTORY_MAX_COMPONENTS)
        bad_usage("too many component files");
    factory->component_paths[factory->components++] = path;
}

static void take_option(int option, struct options *options)
{
    switch (option) {
    case OPTION_STATE:
        options->state = optarg;
        break;
    case OPTION_PROVISION:
        options->factory.provision_path = optarg;
        break;
    case OPTION_COMPONENT:
        add_component(&options->factory, optarg);
        break;
    case OPTION_MEASURES:
        options->factory.measures = parse_measures(optarg);
        break;
    case OPTION_PBOC:
        options->pboc_masters = optarg;
        break;
    case OPTION_SCRIPT:
        options->script = optarg;
        break;
    case OPTION_WAIT:
        if (!shell_seconds(optarg, &options->wait_s))
            bad_usage("--wait needs seconds");
        break;
    case OPTION_CLOCK:
        options->clock = parse_clock(optarg);
        break;
    case OPTION_JSON:
        options->json = true;
        break;
    case OPTION_PLAIN:
        options->plain = true;
        break;
    case 'h':
        (void)fputs(usage, stdout);
        exit(EXIT_DONE);
    case 'V':
        puts("metersim " METERVAULT_VERSION);
        exit(EXIT_DONE);
    default:
        bad_usage("unknown option or missing value");
    }
}

static struct options parse(int argc, char **argv)
{
    struct options options = {.factory = {.measures = 1U << MV_SERVICE_ELECTRICITY}};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "hV", long_options, NULL)) != -1)
        take_option(option, &options);
    if (options.state == NULL)
        bad_usage("--state FILE is missing");
    if (options.factory.provision_path == NULL && options.factory.components > 0)
        bad_usage("--component-file goes with --provision");
    if (options.factory.provision_path != NULL && options.factory.components < FACTORY_MIN_COMPONENTS)
        bad_usage("--provision needs at least two --component-file");
    if (options.script != NULL && optind < argc)
        bad_usage("a command or --script, not both");
    return options;
}

/* The rest of the command line as one command. */
static enum exit_code run_words(struct shell *shell, int count, char **words)
{
    char line[256] = "";
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        int length = snprintf(line + used, sizeof line - used, "%s%s", i == 0 ? "" : " ", words[i]);
        if (length < 0 || (size_t)length >= sizeof line - used)
            bad_usage("the command is too long");
        used += (size_t)length;
    }
    return shell_line(shell, line);
}

static enum exit_code run_script(struct shell *shell, const char *path)
{
    if (strcmp(path, "-") == 0)
        return shell_run(shell, stdin, false);
    FILE *script = fopen(path, "re");
    if (script == NULL) {
        fprintf(stderr, "metersim: %s: %s\n", path, strerror(errno));
        return EXIT_USAGE;
    }
    enum exit_code code = shell_run(shell, script, false);
    (void)fclose(script);
    return code;
}

/* The panel, where there is a terminal that can show it; else the prompt. */
static enum exit_code stand_before(struct shell *shell, const struct options *options)
{
    bool typed = isatty(STDIN_FILENO) == 1;
    if (!typed || isatty(STDOUT_FILENO) != 1 || options->plain || options->json)
        return shell_run(shell, stdin, typed);
    panel_start(&shell->panel, shell->p, shell->board);
    if (!terminal_run(&shell->panel)) {
        fprintf(stderr, "metersim: this terminal cannot show the panel; here is the prompt\n");
        return shell_run(shell, stdin, true);
    }
    return EXIT_DONE;
}

static enum exit_code run_commands(struct shell *shell, const struct options *options, int count, char **words)
{
    if (options->script != NULL)
        return run_script(shell, options->script);
    if (count > 0)
        return run_words(shell, count, words);
    if (options->factory.provision_path != NULL)
        return shell_show(shell);
    return stand_before(shell, options);
}

/* The board sees the mains go and saves what changed, unless it was cut without a warning. */
static enum exit_code run(struct shell *shell, const struct options *options, int count, char **words)
{
    if (options->pboc_masters != NULL && !card_slot_masters(&shell->board->card, options->pboc_masters)) {
        fprintf(stderr, "metersim: %s: needs three lines of 32 hex digits\n", options->pboc_masters);
        return EXIT_USAGE;
    }
    if (options->factory.provision_path != NULL && !factory_provision_prepay(shell->p, &options->factory))
        return EXIT_REFUSED;
    if (options->wait_s > 0 && shell_wait(shell, options->wait_s) != EXIT_DONE)
        return EXIT_NOT_READY;
    enum exit_code code = run_commands(shell, options, count, words);
    if (!shell->cut && shell->p->meter.loaded && mv_prepay_power_fails(shell->p) != MV_DONE)
        return EXIT_NOT_READY;
    return code;
}

/* The meter's key must not end in a core file or in another process's hands. */
static void keep_to_ourselves(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
    struct options options = parse(argc, argv);
    static struct board board;
    static struct mv_prepay meter;
    struct shell shell = {.p = &meter, .board = &board, .json = options.json};
    keep_to_ourselves();
    int error = mv_nv_file_open(&board.file, options.state, options.factory.provision_path != NULL);
    if (error != 0) {
        fprintf(stderr, "metersim: %s: %s\n", options.state,
                error == EINVAL ? "this is no meter's memory" : strerror(error));
        return EXIT_NOT_READY;
    }
    board_init(&board, options.clock);
    enum exit_code code = EXIT_NOT_READY;
    enum mv_result result = board_power_up(&board, &meter);
    if (result == MV_DONE || result == MV_NOT_PROVISIONED)
        code = run(&shell, &options, argc - optind, argv + optind);
    else
        fprintf(stderr, "metersim: %s: %s\n", options.state, mv_code_words(result));
    card_slot_remove(&board.card);
    mv_prepay_close(&meter);
    mv_nv_file_close(&board.file);
    return (int)code;
}
