/* What a shell's completion offers: commands, their parts and options, and the account and meter numbers that begin as
 * typed. Says nothing when it cannot help, so that a Tab never spoils the line. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "journal.h"
#include "metervault/v1/account_service.pb-c.h"

/* A search for a meter finds parts of names and addresses too, and a page may have nothing: numbers that begin as typed
 * may stand on a later one. */
enum { MOST = 50, PAGE = 1000, PAGES = 10, TOKEN_SIZE = 128, NUMBER_MOST = 64 };

struct matches {
    const char *typed;
    bool meters;
    size_t count;
};

/* A shell expands the words that it is offered: only names are, whatever the server says. */
static void print_matches(const Metervault__V1__ListAccountsResponse *page, struct matches *matches)
{
    for (size_t i = 0; i < page->n_accounts && matches->count < MOST; i++) {
        const char *number = matches->meters ? page->accounts[i]->meter_pan : page->accounts[i]->account_number;
        if (strncmp(number, matches->typed, strlen(matches->typed)) != 0 || !journal_id_valid(number, NUMBER_MOST))
            continue;
        (void)puts(number);
        matches->count++;
    }
}

static int list_numbers(struct mv_client *client, struct matches *matches)
{
    char token[TOKEN_SIZE] = "";
    Metervault__V1__ListAccountsRequest request = METERVAULT__V1__LIST_ACCOUNTS_REQUEST__INIT;
    request.page_size = PAGE;
    if (matches->meters)
        request.search = (char *)matches->typed;
    else
        request.number = (char *)matches->typed;
    request.page_token = token;
    for (size_t i = 0; i < PAGES && matches->count < MOST; i++) {
        ProtobufCMessage *answer = NULL;
        struct mv_client_error error;
        if (!mv_client_call(client, &metervault__v1__account_service__descriptor, "ListAccounts", &request.base, false,
                            &answer, &error))
            return CLI_REFUSED;
        const Metervault__V1__ListAccountsResponse *page = (const Metervault__V1__ListAccountsResponse *)answer;
        print_matches(page, matches);
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
        if (token[0] == '\0')
            break;
    }
    return cli_flush();
}

static int numbers(struct cli *cli, const char *typed, bool meters)
{
    struct matches matches = {.typed = typed, .meters = meters};
    struct mv_client_options options;
    struct mv_client_error error;
    if (cli_client_options(cli, &options) != CLI_DONE)
        return CLI_USAGE;
    struct mv_client *client = mv_client_open(&options, &error);
    if (client == NULL)
        return CLI_REFUSED;
    int code = list_numbers(client, &matches);
    mv_client_close(client);
    return code;
}

/* The commands; or the parts of one; or the options of one, or of its part. */
static int words(struct cli *cli, int argc, char **argv)
{
    if (argc == 0) {
        for (size_t i = 0; cli_commands[i] != NULL; i++)
            (void)puts(cli_commands[i]->name);
        return cli_flush();
    }
    cli->command = cli_command_find(argv[0]);
    if (cli->command == NULL)
        return CLI_USAGE;
    cli->listing = true;
    int code = cli->command->run(cli, argc, argv);
    return code == CLI_DONE ? cli_flush() : code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    int left = argc - first;
    if (left >= 1 && left <= 3 && strcmp(argv[first], "words") == 0)
        return words(cli, left - 1, argv + first + 1);
    bool meters = left == 2 && strcmp(argv[first], "meter") == 0;
    if (!meters && (left != 2 || strcmp(argv[first], "account") != 0))
        return cli_usage(cli, "say account or meter, and what was typed so far; or words");
    return numbers(cli, argv[first + 1], meters);
}

const struct cli_command cli_complete = {
    .name = "complete",
    .summary = "what the shell's completion offers",
    .help =
        "Usage: metervault complete account|meter TYPED\n"
        "       metervault complete words [COMMAND [PART]]\n"
        "\n"
        "Prints at most 50 numbers that begin with TYPED, of accounts that the caller may see; or the commands, the\n"
        "parts of a command, the options of a command or part (with = where an argument follows). The shell asks\n"
        "for them when Tab is pressed:\n"
        "\n"
        "  source client/completion/metervault.bash\n"
        "\n"
        "Options of every command: metervault --help\n"
        "\n"
        "Examples:\n"
        "  metervault complete meter 6007\n",
    .run = run,
};
