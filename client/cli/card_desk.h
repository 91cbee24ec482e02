/* What the files of `metervault card` share. */
#ifndef METERVAULT_CLI_CARD_DESK_H
#define METERVAULT_CLI_CARD_DESK_H

#include "card.h"
#include "cli.h"

/* What every session needs. */
struct card_given {
    const char *reader, *wait_s, *request_id;
    char fresh_id[MV_REQUEST_ID_SIZE];
};
enum { CARD_OPTIONS = 3 };
/* Reads the command's options, `own` of them, and CARD_OPTIONS more, for which `options` has room behind them. False:
 * the program ends with *code. */
bool card_parse(struct cli *cli, struct card_given *given, struct cli_option *options, size_t own, int argc,
                char **argv, int *first, int *code);
/* Waits for a card, runs the session, prints what came of it. Returns the exit code. */
int card_session(struct cli *cli, const struct card_given *given, Metervault__V1__CardBegin *begin);

int card_identify(struct cli *cli, int argc, char **argv);
int card_personalise(struct cli *cli, int argc, char **argv);
int card_sell(struct cli *cli, int argc, char **argv);  /* open, purchase, replace */
int card_plain(struct cli *cli, int argc, char **argv); /* read, close, collect, rekey: nothing but the card */
int card_load(struct cli *cli, int argc, char **argv);
int card_block(struct cli *cli, int argc, char **argv);
int card_unblock(struct cli *cli, int argc, char **argv);
int card_list(struct cli *cli, int argc, char **argv);
int card_show(struct cli *cli, int argc, char **argv);
int card_readers(struct cli *cli, int argc, char **argv);

/* Calls a method whose answer is a card, and prints that. Returns the exit code. */
int card_ask(struct cli *cli, const char *method, const ProtobufCMessage *request);
/* Over several lines. */
void card_print(const Metervault__V1__Card *card);
void card_print_result(const Metervault__V1__CardBegin *begin, const Metervault__V1__CardResult *result);

/* "inspection" is INSPECTION, "reset" RESET_CARD ...; false when there is no such kind. */
bool card_kind(const char *name, Metervault__V1__CardKind *kind);

#endif
