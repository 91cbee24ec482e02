/* Cards as the ledger knows them, and the readers of this machine. */
#include "card_desk.h"

#include <stdio.h>
#include <string.h>

#include "../card/reader.h"
#include "meter_print.h"

static void print_card(const ProtobufCMessage *answer)
{
    card_print((const Metervault__V1__Card *)answer);
}

int card_ask(struct cli *cli, const char *method, const ProtobufCMessage *request)
{
    int code = CLI_DONE;
    ProtobufCMessage *answer = cli_ask(cli, &metervault__v1__card_service__descriptor, method, request, &code);
    return cli_show(cli, answer, print_card, code);
}

int card_show(struct cli *cli, int argc, char **argv)
{
    Metervault__V1__GetCardRequest request = METERVAULT__V1__GET_CARD_REQUEST__INIT;
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (argc - first != 1)
        return cli_usage(cli, "show needs the card's UID, 14 hex digits");
    request.uid = argv[first];
    return card_ask(cli, "GetCard", &request.base);
}

int card_unblock(struct cli *cli, int argc, char **argv)
{
    Metervault__V1__UnblockCardRequest request = METERVAULT__V1__UNBLOCK_CARD_REQUEST__INIT;
    const char *uid = NULL;
    const struct cli_option options[] = {{.name = "uid", .text = &uid}};
    int first;
    int code;
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (first < argc || uid == NULL)
        return cli_usage(cli, "unblock needs --uid UID, 14 hex digits");
    request.uid = (char *)uid;
    return card_ask(cli, "UnblockCard", &request.base);
}

static void print_line(const Metervault__V1__Card *card)
{
    (void)printf("%s  %-15s  %-13s  %-18s  %s%s\n", card->uid,
                 enum_name(&metervault__v1__card_kind__descriptor, (int)card->kind),
                 enum_name(&metervault__v1__card_state__descriptor, (int)card->state),
                 *card->meter_pan != '\0' ? card->meter_pan : card->domain, card->denied ? "DENIED " : "",
                 card->denied_because);
}

/* One page; *more says whether there is another. */
static int print_page(struct cli *cli, struct mv_client *client, Metervault__V1__ListCardsRequest *request,
                      char token[64], json_t *cards)
{
    int code = CLI_DONE;
    ProtobufCMessage *answer =
        cli_call(cli, client, &metervault__v1__card_service__descriptor, "ListCards", &request->base, &code);
    if (answer == NULL)
        return code;
    const Metervault__V1__ListCardsResponse *page = (const Metervault__V1__ListCardsResponse *)answer;
    for (size_t i = 0; i < page->n_cards; i++)
        if (cards == NULL)
            print_line(page->cards[i]);
        else
            (void)json_array_append_new(cards, cli_message_json(&page->cards[i]->base));
    (void)snprintf(token, 64, "%s", page->next_page_token);
    protobuf_c_message_free_unpacked(answer, NULL);
    return code;
}

int card_list(struct cli *cli, int argc, char **argv)
{
    Metervault__V1__ListCardsRequest request = METERVAULT__V1__LIST_CARDS_REQUEST__INIT;
    const char *meter = "";
    bool denied = false;
    const struct cli_option options[] = {{.name = "meter", .text = &meter}, {.name = "denied", .flag = &denied}};
    char token[64] = "";
    int first;
    int code;
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    json_t *cards = cli->json ? json_array() : NULL;
    request.meter_pan = (char *)meter;
    request.denied_only = denied;
    request.page_token = token;
    do
        code = print_page(cli, client, &request, token, cards);
    while (code == CLI_DONE && *token != '\0');
    mv_client_close(client);
    if (code == CLI_DONE)
        return cli->json ? cli_print_json(cards) : cli_flush();
    json_decref(cards);
    return code;
}

int card_readers(struct cli *cli, int argc, char **argv)
{
    struct reader_name names[READER_MAX];
    char wrong[READER_WRONG];
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    int count = reader_list(names, wrong);
    if (count < 0) {
        (void)fprintf(stderr, "%s %s: %s\n", cli->program, cli->command->name, wrong);
        return CLI_UNREACHABLE;
    }
    for (int i = 0; i < count; i++)
        (void)printf("%s%s\n", names[i].name, names[i].card ? "  (a card is in it)" : "");
    return cli_flush();
}
