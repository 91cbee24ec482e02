/* The program as a person runs it: help texts, exit codes, receipts, and the journal of unfinished sales. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_server.h"
#include "metervault/v1/token_service.pb-c.h"
#include "run_cli.h"

/* The lines of an answer, one by one; NULL behind the last. Overwrites the line's end. */
static char *next_line(char **rest)
{
    char *line = *rest;
    if (line == NULL || *line == '\0')
        return NULL;
    char *end = strchr(line, '\n');
    assert_non_null(end);
    *end = '\0';
    *rest = end + 1;
    return line;
}

/* Of every command that the program has, so that a new one is asked for its file. */
static void help_is_as_written_down(void **state)
{
    (void)state;
    struct run whole = run("--help");
    assert_int_equal(whole.code, 0);
    assert_golden("help", whole.output);
    struct run commands = run("complete words");
    char *rest = commands.output;
    size_t count = 0;
    for (const char *command = next_line(&rest); command != NULL; command = next_line(&rest)) {
        struct run one = run("%s --help", command);
        char name[RUN_NAME];
        (void)snprintf(name, sizeof name, "help-%.40s", command);
        assert_int_equal(one.code, 0);
        assert_golden(name, one.output);
        assert_non_null(strstr(one.output, "Examples:"));
        count++;
    }
    assert_true(count >= 18);
}

static bool names_option(const char *text, const char *option)
{
    size_t length = strcspn(option, "=");
    for (const char *at = strstr(text, option); at != NULL; at = strstr(at + 1, option))
        if (strncmp(at, option, length) == 0 && at[length] != '-' && (at[length] < 'a' || at[length] > 'z'))
            return true;
    return false;
}

static bool has_line(const char *lines, const char *line, size_t length)
{
    for (const char *at = lines; *at != '\0'; at += strcspn(at, "\n") + 1)
        if (strncmp(at, line, length) == 0 && (at[length] == '\n' || at[length] == '='))
            return true;
    return false;
}

/* Each option that the parser takes and not every command has is in the command's help. Returns how many are not. */
static size_t missing_in_help(const char *command, const char *part, const char *help, const char *shared, char *known)
{
    size_t missing = 0;
    struct run options = run("complete words %s %s", command, part);
    assert_int_equal(options.code, 0);
    (void)snprintf(known + strlen(known), RUN_OUTPUT - strlen(known), "%s", options.output);
    char *rest = options.output;
    for (char *option = next_line(&rest); option != NULL; option = next_line(&rest)) {
        size_t length = strcspn(option, "=");
        option[length] = '\0';
        if (has_line(shared, option, length) || names_option(help, option))
            continue;
        print_error("the help of %s does not name %s of %s\n", command, option, part);
        missing++;
    }
    return missing;
}

/* On a line that tells of another command, as in "`metervault vend --resume` prints ...". */
static bool is_of_another(const char *help, const char *at, const char *command)
{
    static const char program[] = "metervault ";
    const char *line = at;
    while (line > help && line[-1] != '\n')
        line--;
    const char *named = NULL;
    for (const char *found = strstr(line, program); found != NULL && found < at; found = strstr(found + 1, program))
        named = found + sizeof program - 1;
    return named != NULL && strncmp(named, command, strlen(command)) != 0;
}

/* Each option that the help names is taken by the command or one of its parts. */
static size_t unknown_in_help(const char *command, const char *help, const char *known)
{
    size_t unknown = 0;
    for (const char *at = strstr(help, "--"); at != NULL; at = strstr(at + 2, "--")) {
        size_t length = strspn(at, "-abcdefghijklmnopqrstuvwxyz0123456789");
        if (length == 2 || has_line(known, at, length) || is_of_another(help, at, command))
            continue;
        print_error("the help of %s names %.*s, which it does not take\n", command, (int)length, at);
        unknown++;
    }
    return unknown;
}

static void help_and_parser_know_the_same_options(void **state)
{
    (void)state;
    static char known[RUN_OUTPUT];
    size_t wrong = 0;
    struct run shared = run("complete words complete");
    struct run commands = run("complete words");
    assert_non_null(strstr(shared.output, "--config=\n"));
    char *rest = commands.output;
    for (const char *command = next_line(&rest); command != NULL; command = next_line(&rest)) {
        struct run help = run("%s --help", command);
        struct run parts = run("complete words %s", command);
        known[0] = '\0';
        if (parts.output[0] == '-')
            wrong += missing_in_help(command, "", help.output, shared.output, known);
        char *names = parts.output[0] == '-' ? NULL : parts.output;
        for (const char *part = next_line(&names); part != NULL; part = next_line(&names))
            wrong += missing_in_help(command, part, help.output, shared.output, known);
        wrong += unknown_in_help(command, help.output, known);
    }
    assert_int_equal(wrong, 0);
}

static void wrong_usage_exits_2(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "sell",
        "vend --bogus",
        "vend --kwh",
        "vend --meter 600727000000000009 --terminal t --kwh 1,5",
        "vend --meter 600727000000000009 --terminal t --kwh 1 --litres 5",
        "vend --meter 600727000000000009 --terminal t",
        "vend --meter 60072700000000000 --terminal t --kwh 1",
        "vend --meter 600727000000000009 --kwh 1",
        "vend --meter 600727000000000009 --terminal 'a b' --kwh 1",
        "vend --meter 600727000000000009 --terminal t --kwh 1 --request-id ../x",
        "vend --meter 600727000000000009 --terminal t --kwh 1", /* no server */
        "sell --account A-1 --terminal t --insecure-loopback --server 127.0.0.1:1 --money 20 --kwh 25",
        "sell --account A-1 --terminal t --insecure-loopback --server 127.0.0.1:1 --money 20 --free-units",
        "vend --config /nowhere/client.conf",
        "reprint",
        "reprint --last",
        "reprint --receipt shop1/till1",
        "reprint --receipt shop1/till1/0",
        "meter",
        "meter show",
        "meter register --meter 1 --organisation o --sgc 123456 --krn 10",
        "meter register --meter 1 --organisation o --sgc 123456 --utility beer",
        "operator create x --organisation o --role king",
        "operator update x",
        "operator update x --enable --disable",
        "vend --meter 600727000000000009 --terminal t --currency 12.505001",
        "meter register --meter 1 --organisation o --sgc 123456 --credit-unit gold",
        "engineer",
        "engineer max-power --meter 600727000000000009 --terminal t",
        "engineer max-power --meter 600727000000000009 --terminal t --watts 18201625",
        "engineer clear-credit --meter 600727000000000009 --terminal t --register everything",
        "engineer clear-credit --meter 600727000000000009 --terminal t --register all", /* nobody to ask */
        "engineer extended --meter 600727000000000009 --terminal t --yes --value 63/1",
        "engineer test --meter 600727000000000009 --terminal t --test 19",
        "engineer test --meter 600727000000000009 --terminal t --test 1 --control-bits 1",
        "engineer test --meter 600727000000000009 --terminal t --control-bits 0",
        "engineer key-change --meter 600727000000000009 --terminal t --krn 10 --yes",
        "engineer key-change --meter 600727000000000009 --terminal t --special --yes",
        "engineer assign-key --meter 600727000000000009",
        "engineer assign-key --meter 600727000000000009 --none --krn 2",
        "engineer confirm-key --meter 600727000000000009",
        "engineer confirm-key --meter 600727000000000009 --krn 2",
        "engineer confirm-key --meter 600727000000000009 --token 123",
        "engineer confirm-key --meter 600727000000000009 --token 12345678901234567890 --krn 2",
        "engineer verify --meter 600727000000000009 1234567890123456789",
        "engineer verify --meter 600727000000000009 1234 5678 9012 3456 7890 1",
        "engineer verify --meter 600727000000000009",
        "engineer confirm-key --meter 600727000000000009 --krn 2 --ti 1 1234",
        "engineer history 6007",
        "engineer exposed --sgc 123457",
        "operator propose-move --from 123457",
        "operator propose-move --from 123457 --to 123458 --days 91",
        "operator approve x",
        "batch a.csv",
        "batch /nowhere/a.csv --out b --terminal t --insecure-loopback --server 127.0.0.1:1",
        "batch a.csv --out b --terminal t --rate 0",
        "rollover --sgc 123457 --to 123458",
        "rollover --sgc 123457 --to 12345 --journal j --terminal t",
        "rollover --sgc 123457 --to 123457/0 --journal j --terminal t",
        "rollover --sgc 123457 --to 123457/2 --journal j --terminal t --report-exposed",
        "audit verify --file a --ledger b",
        "audit export --from 0",
        "audit export --out /etc/passwd", /* is there already */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct run result = run("%s", wrong[i]);
        if (result.code != 2)
            print_error("'%s' exited with %d: %s\n", wrong[i], result.code, result.output);
        assert_int_equal(result.code, 2);
        assert_non_null(strstr(result.output, "metervault"));
    }
}

/* What cannot be taken back is refused where nobody can be asked, before anything is sent. (tariff approve shows first
 * what it would change: tests/integration/tariff.sh.) */
static void irreversible_commands_want_a_yes(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "sell --account A-1 --money 20",
        "sale confirm id-1",
        "sale cancel id-1",
        "sale reverse shop1/till1/17 --reason mistyped",
        "sale free --meter 600727000000000009 --kwh 5 --reason storm",
        "account open A-1 --meter 600727000000000009 --name Lin --money 20",
        "account open A-1 --meter 600727000000000009 --name Lin --card --client 1 --money 20",
        "account close A-1 --reason moved",
        "account change-meter A-1 --meter 600727000000000009 --reason broken",
        "account transfer A-1 --to A-2 --name Lin --reason moved",
        "account approve-claim 7",
        "account write-off A-1 --debt 1 --amount 5 --reason old",
        "account pay-out A-1 --amount 5 --reason moved",
        "tariff office --currency EUR --digits 2",
        "vendor approve shop1 --version 1",
        "vendor deposit shop1 --amount 5 --slip 7",
        "vendor take-back shop1 --deposit 1 --slip 7",
        "vendor end shift",
        "vendor settle",
        "operator approve 1",
        "operator confirm-clock",
        "meter state 600727000000000009 retired",
        "meter record-keys 600727000000000009 taken",
        "engineer clear-credit --meter 600727000000000009 --register all",
        "engineer key-change --meter 600727000000000009 --krn 2",
        "engineer confirm-key --meter 600727000000000009 --krn 2 --ti 1",
        "record control --meter 600727000000000009 reset",
        "record void 2 --meter 600727000000000009",
        "record control --meter 600727000000000009 retire",
        "rollover --sgc 123457 --to 123457/2 --journal rollover.journal",
        "card close",
        "card replace --meter 600727000000000009",
        "card replace --meter 600727000000000009 --money 20",
        "card load --kind reset --abandon-unread 600727000000000009",
    };
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct run result = run("%s --terminal t --insecure-loopback --server 127.0.0.1:1", commands[i]);
        if (result.code == 2 && strstr(result.output, "nobody can be asked here: give --yes") != NULL)
            continue;
        print_error("'%s' exited with %d: %s\n", commands[i], result.code, result.output);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

/* The price that is agreed to would stand in front of the JSON. */
static void json_is_sold_without_questions(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "sell --account A-1 --money 20", "account open A-1 --meter 600727000000000009 --name Lin --money 20",
        "account open A-1 --meter 600727000000000009 --name Lin --money 20 --card --client 1"};
    static const char settings[] = "--terminal t --insecure-loopback --server 127.0.0.1:1 --json";
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct run asked = run("%s %s", commands[i], settings);
        assert_int_equal(asked.code, 2);
        assert_non_null(strstr(asked.output, "--json needs --yes"));
        assert_int_equal(run("%s %s --yes", commands[i], settings).code, 3); /* no server is there */
    }
    assert_int_equal(run("sell --account A-1 --money 20 --trial %s", settings).code, 3);
}

/* Who has not set anything up is told that, whatever the command misses first. */
static void without_configuration_that_is_said(void **state)
{
    (void)state;
    static const char *const commands[] = {"vend --meter 600727000000000009 --kwh 1",
                                           "trial --meter 600727000000000009 --kwh 1",
                                           "reprint --last",
                                           "batch a.csv --out b",
                                           "rollover --sgc 123457 --to 123457/2 --journal j",
                                           "engineer key-change --meter 600727000000000009 --krn 2 --yes",
                                           "meter show 600727000000000009",
                                           "operator whoami",
                                           "audit export"};
    char expected[256];
    (void)snprintf(expected, sizeof expected,
                   "no configuration (%s/.config/metervault/client.conf is not there): give --config FILE, or "
                   "--server, --terminal",
                   run_folder);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct run result = run("%s", commands[i]);
        assert_int_equal(result.code, 2);
        assert_non_null(strstr(result.output, expected));
    }
    struct run server_only = run("vend --meter 600727000000000009 --kwh 1 --server 127.0.0.1:1");
    assert_non_null(strstr(server_only.output, "--terminal names the till"));
}

static void version_is_told(void **state)
{
    (void)state;
    assert_string_equal(run("--version").output, "metervault " METERVAULT_VERSION "\n");
    assert_string_equal(run("vend --version").output, "metervault " METERVAULT_VERSION "\n");
}

static Metervault__V1__IssuedTokens *answer(void)
{
    static Metervault__V1__IssuedTokens sale;
    static Metervault__V1__Quantity asked;
    static Metervault__V1__Quantity carried;
    static Metervault__V1__Token token;
    static Metervault__V1__Token *tokens[] = {&token};
    static Metervault__V1__ReceiptNumber receipt;
    metervault__v1__issued_tokens__init(&sale);
    metervault__v1__quantity__init(&asked);
    metervault__v1__token__init(&token);
    metervault__v1__receipt_number__init(&receipt);
    asked.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    asked.energy_wh = 25610;
    carried = asked;
    carried.energy_wh = 25700;
    token.digits = "12345678901234567890";
    token.quantity = &carried;
    receipt.organisation = "shop1";
    receipt.terminal_id = "till1";
    receipt.number = 17;
    sale.kind = METERVAULT__V1__ORDER_KIND__CREDIT;
    sale.request_id = "id-1";
    sale.meter_pan = "600727000000000009";
    sale.requested = &asked;
    sale.tokens = tokens;
    sale.n_tokens = 1;
    sale.receipt = &receipt;
    sale.issued_at_unix_s = 1700000000;
    sale.principal = "vendor1";
    sale.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    return &sale;
}

static const char sale_options[] =
    "--meter 600727000000000009 --kwh 25.61 --request-id id-1 --terminal till1 --deadline-ms 300 --insecure-loopback";

static bool pending(void)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/.local/state/metervault/pending/id-1.sale", run_folder);
    return access(path, F_OK) == 0;
}

/* As if the sale had been sent long ago. */
static void age_pending(void)
{
    char command[RUN_COMMAND];
    (void)snprintf(command, sizeof command,
                   "sed -i 's/^sent_at_unix_s .*/sent_at_unix_s 1/' "
                   "%s/.local/state/metervault/pending/id-1.sale",
                   run_folder);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c,concurrency-mt-unsafe) */
}

static void a_sale_prints_its_receipt(void **state)
{
    (void)state;
    const struct fake_step script[] = {{.method = "IssueCredit", .act = FAKE_REPLY, .messages = {&answer()->base}},
                                       {.method = "IssueCredit", .act = FAKE_REPLY, .messages = {&answer()->base}}};
    struct fake_server *server = fake_start(script, 2);
    struct run human = run("vend %s --server %s", sale_options, fake_address(server));
    assert_int_equal(human.code, 0);
    assert_golden("receipt", human.output);
    struct run json = run("vend %s --server %s --json", sale_options, fake_address(server));
    assert_int_equal(json.code, 0);
    assert_golden("receipt-json", json.output);
    assert_false(pending());
    fake_stop(server);
}

static void a_refusal_is_shown(void **state)
{
    (void)state;
    uint8_t details[256];
    size_t size = fake_details("METER_UNKNOWN", "meter_pan", "600727000000000009", details, sizeof details);
    const struct fake_step refusal = {.method = "IssueCredit",
                                      .act = FAKE_FAIL,
                                      .status = 5,
                                      .message = "The meter is not registered.",
                                      .details = details,
                                      .details_size = size};
    const struct fake_step script[] = {refusal, refusal};
    struct fake_server *server = fake_start(script, 2);
    struct run human = run("vend %s --server %s", sale_options, fake_address(server));
    assert_int_equal(human.code, 1);
    assert_string_equal(human.output, "metervault vend: The meter is not registered.\n"
                                      "  reason: METER_UNKNOWN\n"
                                      "  meter_pan: 600727000000000009\n");
    struct run json = run("vend %s --server %s --json", sale_options, fake_address(server));
    assert_int_equal(json.code, 1);
    assert_golden("refusal-json", json.output);
    assert_false(pending());
    fake_stop(server);
}

static void a_lost_sale_is_kept_and_resumed(void **state)
{
    (void)state;
    const struct fake_step lost = {.method = "IssueCredit", .act = FAKE_FAIL, .status = 14, .message = "gone"};
    const struct fake_step no_word = {.method = "GetToken", .act = FAKE_FAIL, .status = 14, .message = "gone"};
    const struct fake_step script[] = {
        lost, no_word, no_word, no_word, {.method = "GetToken", .act = FAKE_REPLY, .messages = {&answer()->base}}};
    struct fake_server *server = fake_start(script, 5);
    struct run first = run("vend %s --server %s", sale_options, fake_address(server));
    assert_int_equal(first.code, 3);
    assert_non_null(strstr(first.output, "Do not sell again"));
    assert_true(pending());
    struct run other = run("vend --resume --insecure-loopback --server 127.0.0.1:1");
    assert_non_null(strstr(other.output, "resume it with these settings"));
    assert_true(pending());
    struct run second = run("vend --resume --insecure-loopback --server %s", fake_address(server));
    assert_int_equal(second.code, 0);
    assert_non_null(strstr(second.output, "1234 5678 9012 3456 7890"));
    assert_false(pending());
    struct run third = run("vend --resume --insecure-loopback --server %s", fake_address(server));
    assert_int_equal(third.code, 0);
    assert_non_null(strstr(third.output, "no unfinished sale"));
    fake_stop(server);
}

static void a_sale_that_never_was_is_let_go_after_a_while(void **state)
{
    (void)state;
    uint8_t details[256];
    size_t size = fake_details("TOKEN_UNKNOWN", NULL, NULL, details, sizeof details);
    const struct fake_step lost = {.method = "IssueCredit", .act = FAKE_FAIL, .status = 1, .message = "gone"};
    const struct fake_step denied = {.method = "GetToken", .act = FAKE_FAIL, .status = 7, .message = "no"};
    const struct fake_step unknown = {
        .method = "GetToken", .act = FAKE_FAIL, .status = 5, .details = details, .details_size = size};
    const struct fake_step script[] = {lost, denied, unknown, unknown};
    struct fake_server *server = fake_start(script, 4);
    assert_int_not_equal(run("vend %s --server %s", sale_options, fake_address(server)).code, 0);
    struct run early = run("vend --resume --insecure-loopback --server %s", fake_address(server));
    assert_int_equal(early.code, 3);
    assert_non_null(strstr(early.output, "under way"));
    assert_true(pending());
    age_pending();
    struct run late = run("vend --resume --insecure-loopback --server %s", fake_address(server));
    assert_int_equal(late.code, 1);
    assert_non_null(strstr(late.output, "never issued"));
    assert_false(pending());
    fake_stop(server);
}

static void an_answer_that_was_not_written_is_kept(void **state)
{
    (void)state;
    const struct fake_step script[] = {{.method = "IssueCredit", .act = FAKE_REPLY, .messages = {&answer()->base}},
                                       {.method = "GetToken", .act = FAKE_REPLY, .messages = {&answer()->base}}};
    struct fake_server *server = fake_start(script, 2);
    assert_int_equal(run("vend %s --server %s >/dev/full", sale_options, fake_address(server)).code, 1);
    assert_true(pending());
    struct run hint = run("vend %s --server 127.0.0.1:1", sale_options);
    assert_non_null(strstr(hint.output, "metervault vend --resume"));
    assert_true(pending()); /* what this run met says nothing on the one before */
    age_pending();
    /* the run before took the entry over; give it back to the server that knows the sale */
    char command[RUN_COMMAND];
    (void)snprintf(command, sizeof command,
                   "sed -i 's/^server .*/server %s/' %s/.local/state/metervault/pending/id-1.sale",
                   fake_address(server), run_folder);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c,concurrency-mt-unsafe) */
    struct run resumed = run("vend --resume --insecure-loopback --server %s --json", fake_address(server));
    assert_int_equal(resumed.code, 0);
    assert_non_null(strstr(resumed.output, "12345678901234567890"));
    assert_false(pending());
    fake_stop(server);
}

static void an_unreachable_server_exits_3_and_leaves_nothing(void **state)
{
    (void)state;
    struct run result = run("vend %s --server 127.0.0.1:1", sale_options);
    assert_int_equal(result.code, 3);
    assert_non_null(strstr(result.output, "Check that 127.0.0.1:1"));
    assert_false(pending());
    assert_int_equal(run("operator --insecure-loopback --server 127.0.0.1:1 whoami").code, 3);
}

/* NAME.pem and NAME.key, self-signed, `days` long. */
static void make_certificate(const char *name, int days)
{
    char command[RUN_COMMAND];
    (void)snprintf(command, sizeof command,
                   "cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout %s.key -out %s.csr "
                   "-subj /CN=test 2>/dev/null && "
                   "openssl x509 -req -in %s.csr -signkey %s.key -days %d -out %s.pem 2>/dev/null",
                   run_folder, name, name, name, name, days, name);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c,concurrency-mt-unsafe) */
}

static void wrong_certificates_are_named(void **state)
{
    (void)state;
    make_certificate("good", 1);
    make_certificate("old", -1);
    static const char options[] = "operator whoami --server 127.0.0.1:1 --ca-file %s/good.pem "
                                  "--certificate-file %s/%s.pem --key-file %s/%s.key";
    char arguments[RUN_COMMAND];
    (void)snprintf(arguments, sizeof arguments, options, run_folder, run_folder, "good", run_folder, "old");
    struct run foreign_key = run("%s", arguments);
    assert_int_equal(foreign_key.code, 2);
    assert_non_null(strstr(foreign_key.output, "key_file is not the key of certificate_file"));
    (void)snprintf(arguments, sizeof arguments, options, run_folder, run_folder, "old", run_folder, "old");
    struct run expired = run("%s", arguments);
    assert_int_equal(expired.code, 3);
    assert_non_null(strstr(expired.output, "old.pem expired on"));
    (void)snprintf(arguments, sizeof arguments, options, run_folder, run_folder, "good", run_folder, "good");
    struct run good = run("%s", arguments);
    assert_int_equal(good.code, 3);
    assert_null(strstr(good.output, "expired"));
    assert_null(strstr(good.output, "ssl_")); /* no log lines of gRPC */
}

static void a_broken_export_is_named(void **state)
{
    (void)state;
    char path[64];
    (void)snprintf(path, sizeof path, "%s/audit.jsonl", run_folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("{\"chain\":1}\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    struct run result = run("audit verify --file %s", path);
    assert_int_equal(result.code, 1);
    assert_non_null(strstr(result.output, "line 1"));
    assert_non_null(strstr(result.output, "AUDIT_CHAIN_BROKEN"));
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(run("audit verify --file %s", path).code, 1);
    assert_int_equal(run("audit verify --file %s/nothing", run_folder).code, 2);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_as_written_down),
        cmocka_unit_test(help_and_parser_know_the_same_options),
        cmocka_unit_test(wrong_usage_exits_2),
        cmocka_unit_test(irreversible_commands_want_a_yes),
        cmocka_unit_test(json_is_sold_without_questions),
        cmocka_unit_test(without_configuration_that_is_said),
        cmocka_unit_test(version_is_told),
        cmocka_unit_test(a_sale_prints_its_receipt),
        cmocka_unit_test(a_refusal_is_shown),
        cmocka_unit_test(a_lost_sale_is_kept_and_resumed),
        cmocka_unit_test(a_sale_that_never_was_is_let_go_after_a_while),
        cmocka_unit_test(an_answer_that_was_not_written_is_kept),
        cmocka_unit_test(an_unreachable_server_exits_3_and_leaves_nothing),
        cmocka_unit_test(wrong_certificates_are_named),
        cmocka_unit_test(a_broken_export_is_named),
    };
    return cmocka_run_group_tests(tests, run_home_make, run_home_remove);
}
