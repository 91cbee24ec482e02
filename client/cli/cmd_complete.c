/* Candidates for a shell's completion: account and meter numbers that begin as typed. Says nothing when it cannot help,
 * so that a Tab never spoils the line. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "metervault/v1/account_service.pb-c.h"

enum { MOST = 50 };

static void print_matches(const Metervault__V1__ListAccountsResponse *page, bool meters, const char *typed)
{
    for (size_t i = 0; i < page->n_accounts; i++) {
        const char *number = meters ? page->accounts[i]->meter_pan : page->accounts[i]->account_number;
        if (strncmp(number, typed, strlen(typed)) == 0)
            (void)puts(number);
    }
}

static int run(struct cli *cli, int argc, char **argv)
{
    Metervault__V1__ListAccountsRequest request = METERVAULT__V1__LIST_ACCOUNTS_REQUEST__INIT;
    struct mv_client_options options;
    struct mv_client_error error;
    ProtobufCMessage *answer = NULL;
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    bool meters = argc - first == 2 && strcmp(argv[first], "meter") == 0;
    if (!meters && (argc - first != 2 || strcmp(argv[first], "account") != 0))
        return cli_usage(cli, "say account or meter, and what was typed so far");
    if (cli_client_options(cli, &options) != CLI_DONE)
        return CLI_USAGE;
    request.page_size = MOST;
    request.search = argv[first + 1];
    struct mv_client *client = mv_client_open(&options, &error);
    if (client == NULL || !mv_client_call(client, &metervault__v1__account_service__descriptor, "ListAccounts",
                                          &request.base, false, &answer, &error)) {
        mv_client_close(client);
        return CLI_REFUSED;
    }
    print_matches((const Metervault__V1__ListAccountsResponse *)answer, meters, argv[first + 1]);
    protobuf_c_message_free_unpacked(answer, NULL);
    mv_client_close(client);
    return cli_flush();
}

const struct cli_command cli_complete = {
    .name = "complete",
    .summary = "account and meter numbers for the shell's completion",
    .help = "Usage: metervault complete account|meter TYPED\n"
            "\n"
            "Prints at most 50 numbers that begin with TYPED, of accounts that the caller may see. The shell asks for\n"
            "them when Tab is pressed:\n"
            "\n"
            "  source client/completion/metervault.bash\n"
            "\n"
            "Options of every command: metervault --help\n"
            "\n"
            "Examples:\n"
            "  metervault complete meter 6007\n",
    .run = run,
};
