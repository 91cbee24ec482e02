/* metervault-keys: the security officers' tool. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "once.h"
#include "options.h"
#include "wiped_heap.h"

#define DEFAULT_CONFIG "/etc/metervault/hsmd.conf"

static const struct tool_command commands[] = {
    {"init", "make the token, its internal keys and the first officer", cmd_init},
    {"generate", "make a new random key", cmd_generate},
    {"import", "enter a key from components or a key block", cmd_import},
    {"replace", "name the successor of a vending key", cmd_replace},
    {"state", "set what a vending key may still do", cmd_state},
    {"rotate", "make the next version of a key", cmd_rotate},
    {"retire", "end the time of a key, or of a version", cmd_retire},
    {"destroy", "destroy a key: two officers, its label typed", cmd_destroy},
    {"officer-add", "enrol another officer", cmd_officer_add},
    {"officer-remove", "take an officer out", cmd_officer_remove},
    {"officer-replace", "a new certificate, or a successor", cmd_officer_replace},
    {"policy", "show or set who must approve what", cmd_policy},
    {"propose", "write an act down for officers to approve", cmd_propose},
    {"approve", "sign an act as an officer", cmd_approve},
    {"show", "show one key", cmd_show},
    {"list", "show the key catalogue and the officers", cmd_list},
    {"export", "write a key as a key block for another system", cmd_export},
    {"export-meter", "wrap a meter's decoder key for the factory", cmd_export_meter},
    {"split", "hand the backup key out as shares, k of n", cmd_split},
    {"combine", "prove that shares or components are the backup key", cmd_combine},
    {"backup", "gather catalogue and wrapped keys in one file", cmd_backup},
    {"restore", "make a clean token of a backup", cmd_restore},
    {"verify", "every key against catalogue, policy and backup", cmd_verify},
    {"expire", "list what ends when", cmd_expire},
    {"ceremony", "hold a key ceremony by its script, verify and print its transcript", cmd_ceremony},
    {"check", "self-test module, token, catalogue and keys", cmd_check},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    (void)fprintf(out, "usage: metervault-keys [--config FILE] [--json] COMMAND [options]\n\n"
                       "Creates, imports and shows the keys of a metervault token. Secrets are read from the terminal\n"
                       "without echo, from files of mode 0600 or from open descriptors (fd:N as a file's name),\n"
                       "never from arguments or the environment.\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        (void)fprintf(out, "  %-15s %s\n", commands[i].name, commands[i].summary);
    (void)fprintf(out, "\n  --config FILE  configuration of the key process (" DEFAULT_CONFIG ")\n"
                       "  --json         answer as one JSON object\n"
                       "  --version      print the version\n"
                       "  --help         this text; COMMAND --help shows a command's options\n\n"
                       "Exit codes: 0 done, 1 refused, 2 usage, 3 module or token cannot be reached,\n4 a transcript "
                       "is in order and nothing says whose key signed it.\n\n"
                       "Examples:\n"
                       "  metervault-keys --config hsmd.conf list\n"
                       "  metervault-keys import --help\n");
}

const struct tool_command *tool_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* Takes the options before the command; the index of the command, or -1 with *code set. */
static int global_options(int argc, char **argv, struct tool *tool, int *code)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(stdout);
            *code = TOOL_DONE;
            return -1;
        }
        if (strcmp(argv[i], "--version") == 0) {
            (void)puts("metervault-keys " METERVAULT_VERSION);
            *code = TOOL_DONE;
            return -1;
        }
        if (strcmp(argv[i], "--json") == 0)
            tool->json = true;
        else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            tool->config_path = argv[++i];
        else if (strncmp(argv[i], "--config=", 9) == 0)
            tool->config_path = argv[i] + 9;
        else
            break;
    }
    if (i < argc && argv[i][0] != '-')
        return i;
    print_help(stderr);
    *code = TOOL_USAGE;
    return -1;
}

int main(int argc, char **argv)
{
    struct tool tool = {.config_path = DEFAULT_CONFIG};
    int code = TOOL_USAGE;
    int at = global_options(argc, argv, &tool, &code);
    if (at < 0)
        return code;
    const struct tool_command *command = tool_find(argv[at]);
    if (command == NULL) {
        (void)fprintf(stderr, "metervault-keys: no such command; see metervault-keys --help\n");
        return TOOL_USAGE;
    }
    mv_status status = wiped_heap_use();
    if (status.ok)
        status = mv_secret_init();
    if (!status.ok)
        return tool_refuse(&tool, status);
    int done = command->run(&tool, argc - at, argv + at);
    once_forget();
    return done;
}
