/* One session of a card, from the reader to what is printed. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../card/reader.h"
#include "card_desk.h"
#include "order_id.h"

enum { WAIT_MOST_S = 3600, REQUEST_ID = 40, PROGRESS_LINE = 60 };

bool card_parse(struct cli *cli, struct card_given *given, struct cli_option *options, size_t own, int argc,
                char **argv, int *first, int *code)
{
    options[own] = (struct cli_option){.name = "reader", .text = &given->reader};
    options[own + 1] = (struct cli_option){.name = "wait", .text = &given->wait_s};
    options[own + 2] = (struct cli_option){.name = "request-id", .text = &given->request_id};
    if (!cli_parse(cli, options, own + CARD_OPTIONS, argc, argv, first, code))
        return false;
    *code = cli_need_terminal(cli);
    if (*code != CLI_DONE)
        return false;
    *code = order_id_complete(cli, &given->request_id, given->fresh_id);
    if (*code == CLI_DONE && strlen(given->request_id) > REQUEST_ID)
        *code = cli_usage(cli, "--request-id has at most %d characters", REQUEST_ID);
    return *code == CLI_DONE;
}

static void show_progress(void *self, const Metervault__V1__Progress *progress)
{
    (void)self;
    (void)fprintf(stderr, "\r%-*.*s %u/%u", PROGRESS_LINE, PROGRESS_LINE, progress->what, progress->done, progress->of);
}

static int wait_seconds(const struct cli *cli, const char *text, unsigned *wait_ms)
{
    enum { DEFAULT_S = 30, MS = 1000 };
    uint64_t seconds = DEFAULT_S;
    if (text != NULL && !cli_number(text, 0, WAIT_MOST_S, &seconds))
        return cli_usage(cli, "--wait is a number of seconds, 0 to %d", WAIT_MOST_S);
    *wait_ms = (unsigned)seconds * MS;
    return CLI_DONE;
}

static int print_result(const struct cli *cli, const Metervault__V1__CardBegin *begin,
                        const Metervault__V1__CardResult *result)
{
    if (cli->json)
        return cli_print_json(cli_message_json(&result->base));
    card_print_result(begin, result);
    return cli_flush();
}

static int exchange(struct cli *cli, struct mv_client *client, struct reader *reader,
                    const Metervault__V1__CardBegin *begin)
{
    struct mv_client_error error;
    bool shown = isatty(STDERR_FILENO) != 0;
    const struct mv_card_reader carried = {
        .self = reader, .transmit = reader_transmit, .progress = shown ? show_progress : NULL};
    Metervault__V1__CardResult *result = mv_client_card(client, begin, &carried, &error);
    if (shown)
        (void)fprintf(stderr, "\r%*s\r", PROGRESS_LINE + 12, "");
    if (result == NULL) {
        int code = cli_report(cli, &error);
        (void)fprintf(stderr, "To go on with this card: the same command with --request-id %s\n", begin->request_id);
        return code;
    }
    int code = print_result(cli, begin, result);
    metervault__v1__card_result__free_unpacked(result, NULL);
    return code;
}

int card_session(struct cli *cli, const struct card_given *given, Metervault__V1__CardBegin *begin)
{
    char wrong[READER_WRONG];
    unsigned wait_ms = 0;
    int code = wait_seconds(cli, given->wait_s, &wait_ms);
    if (code != CLI_DONE)
        return code;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    if (wait_ms > 0 && isatty(STDERR_FILENO))
        (void)fputs("Lay the card on the reader.\n", stderr);
    struct reader *reader = reader_open(given->reader, wait_ms, wrong);
    if (reader == NULL) {
        (void)fprintf(stderr, "%s %s: %s\n", cli->program, cli->command->name, wrong);
        code = CLI_UNREACHABLE;
    } else {
        begin->request_id = (char *)given->request_id;
        begin->terminal_id = (char *)cli->terminal;
        begin->atr.data = (uint8_t *)reader_atr(reader, &begin->atr.len);
        code = exchange(cli, client, reader, begin);
    }
    reader_close(reader);
    mv_client_close(client);
    return code;
}
