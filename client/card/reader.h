/* Card readers: those of PC/SC, and a socket behind which an emulated card answers. One card at a time, in the caller's
 * thread. */
#ifndef METERVAULT_CARD_READER_H
#define METERVAULT_CARD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { READER_ATR_MAX = 33, READER_NAME = 128, READER_WRONG = 200, READER_MAX = 16 };

struct reader;

/* The names of PC/SC's readers; those with a card in them are marked. -1 after it wrote into `wrong` why there are none
 * to be had (no pcscd). */
struct reader_name {
    char name[READER_NAME];
    bool card;
};
int reader_list(struct reader_name names[READER_MAX], char wrong[READER_WRONG]);

/* Waits for a card: in the reader whose name begins with `name`, NULL for the first reader there is; or at
 * "socket:PATH". `wait_ms`: at most so long, 0 looks once. NULL after it wrote why into `wrong`. */
struct reader *reader_open(const char *name, unsigned wait_ms, char wrong[READER_WRONG]);
/* The card stays in the reader and keeps its power off. NULL is fine. */
void reader_close(struct reader *reader);

const uint8_t *reader_atr(const struct reader *reader, size_t *size);
/* As transmit of client/lib/card.h; `self` is the reader. */
bool reader_transmit(void *self, const uint8_t *command, size_t command_size, uint8_t *response, size_t *size);

#endif
