/* What the subcommands share: settings, option parsing, the way to the server and back to the person. */
#ifndef METERVAULT_CLI_H
#define METERVAULT_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metervault.h"

enum cli_exit { CLI_DONE = 0, CLI_REFUSED = 1, CLI_USAGE = 2, CLI_UNREACHABLE = 3 };

struct cfg_t;

/* Texts belong to argv or to the configuration. */
struct cli {
    const char *program; /* "metervault" */
    const struct cli_command *command;
    const char *config_file;
    const char *server;
    const char *ca_file;
    const char *certificate_file;
    const char *key_file;
    const char *terminal;
    const char *state_dir;
    const char *deadline_ms;
    bool insecure_loopback;
    bool json;
    bool listing; /* for the shell's completion: what the arguments could be is printed, and nothing is done */
    struct cfg_t *config;
};

struct cli_command {
    const char *name;
    const char *summary; /* one line */
    const char *help;    /* usage and examples */
    int (*run)(struct cli *cli, int argc, char **argv);
};

/* ---- options.c ---- */
struct cli_option {
    const char *name;  /* without dashes */
    const char **text; /* takes an argument */
    bool *flag;        /* or takes none */
};

/* Reads the command's options and those that all share; positional arguments move behind them, *first is the index of
 * the first. Then reads the configuration file for what no option gave. False: the program ends with *code. While
 * listing, prints the options instead, "--yes" or, with an argument, "--meter=", and is false. */
bool cli_parse(struct cli *cli, const struct cli_option *options, size_t count, int argc, char **argv, int *first,
               int *code);
/* For a command with parts: runs the one that is named first, shared options aside. Without one, `say` says what could
 * be named; while listing, the names alone are printed. */
struct cli_part {
    const char *name;
    int (*run)(struct cli *cli, int argc, char **argv); /* argv[0] is the part's name */
};
int cli_run_part(struct cli *cli, const struct cli_part *parts, size_t count, int argc, char **argv, const char *say);
/* Says what is wrong and where the help is. Returns CLI_USAGE. */
int cli_usage(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Decimal digits only, `least` to `most`. */
bool cli_number(const char *text, uint64_t least, uint64_t most, uint64_t *value);

/* ---- config.c ---- */
/* Fills what is still NULL. False after it said what is wrong. */
bool cli_config_read(struct cli *cli);
void cli_config_free(struct cli *cli);
/* There is no configuration at all, neither file nor server: says so. Returns CLI_USAGE, or CLI_DONE when there is. */
int cli_need_config(const struct cli *cli);
/* Where sales whose answer has not been printed are kept. False when neither --state-dir nor a home directory is known.
 */
bool cli_state_dir(const struct cli *cli, char *path, size_t size);

/* ---- session.c ---- */
/* gRPC's own log lines are not for the person: what they say comes back as errors. GRPC_VERBOSITY brings them back. */
void cli_quiet(void);
/* The settings as the library takes them. CLI_DONE, or CLI_USAGE after it said what is missing. */
int cli_client_options(const struct cli *cli, struct mv_client_options *options);
/* The till, for orders. CLI_DONE, or CLI_USAGE after it said what is missing or wrong. */
int cli_need_terminal(const struct cli *cli);
/* NULL after it said why; then *code is the exit code. */
struct mv_client *cli_connect(struct cli *cli, int *code);
/* One call that is safe to repeat. NULL after the failure was reported; then *code is set. */
ProtobufCMessage *cli_call(struct cli *cli, struct mv_client *client, const ProtobufCServiceDescriptor *service,
                           const char *method, const ProtobufCMessage *request, int *code);
/* Connects, calls, closes. */
ProtobufCMessage *cli_ask(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                          const ProtobufCMessage *request, int *code);

/* The last step of a command whose answer is one thing: prints it, as JSON or by `print`, and frees it. NULL: the call
 * failed with `code`. Returns the exit code. */
typedef void cli_print_fn(const ProtobufCMessage *answer);
int cli_show(const struct cli *cli, ProtobufCMessage *answer, cli_print_fn *print, int code);

/* ---- report.c ---- */
/* Says why a call failed and what to do, for a person or as JSON. Returns the exit code. */
int cli_report(const struct cli *cli, const struct mv_client_error *error);
/* Says on stderr when the certificate's dates are not today's; nothing else. */
void cli_certificate_hint(const char *path);
/* Prints and frees `value`, which may be NULL (out of memory). Returns the exit code. */
int cli_print_json(json_t *value);
/* Flushes standard output: CLI_DONE, or CLI_REFUSED when it could not be written. */
int cli_flush(void);

/* ---- confirm.c ---- */
/* Asks on the terminal before what cannot be taken back. CLI_DONE: go on. Without a terminal only `yes` lets it pass.
 */
int cli_confirm(const struct cli *cli, bool yes, const char *question);
/* For commands that ask after they looked something up: CLI_USAGE, which was said, when cli_confirm could not ask. */
int cli_can_ask(const struct cli *cli, bool yes);

/* ---- message_json.c ---- */
/* Fields under their names in the .proto, enumerations by name, bytes as hex digits. NULL when memory ran out. */
json_t *cli_message_json(const ProtobufCMessage *message);

/* ---- progress.c: a count or bar on stderr for work that takes over a second, when it is a terminal ---- */
struct cli_progress {
    const char *what;
    uint64_t count;
    uint64_t total; /* shows a bar; 0: only the count */
    int64_t began_ms;
    int64_t shown_ms;
};
struct cli_progress cli_progress_start(const char *what);
void cli_progress_step(struct cli_progress *progress);
void cli_progress_end(struct cli_progress *progress);

/* All of them, in the order of the help; NULL behind the last. */
extern const struct cli_command *const cli_commands[];
/* NULL when there is none of this name. */
const struct cli_command *cli_command_find(const char *name);
extern const struct cli_command cli_account, cli_sell, cli_sale;
extern const struct cli_command cli_vend, cli_trial, cli_reprint, cli_batch, cli_engineer, cli_rollover, cli_meter,
    cli_record, cli_card, cli_operator, cli_audit, cli_complete;

extern const struct cli_command cli_tariff, cli_receipt, cli_vendor;

#endif
