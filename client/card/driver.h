/* What a kind of reader does. */
#ifndef METERVAULT_CARD_DRIVER_H
#define METERVAULT_CARD_DRIVER_H

#include "reader.h"

struct reader_driver {
    bool (*transmit)(struct reader *reader, const uint8_t *command, size_t command_size, uint8_t *response,
                     size_t *size);
    void (*close)(struct reader *reader); /* frees it */
};
/* Each driver's reader begins with this. */
struct reader {
    const struct reader_driver *driver;
    uint8_t atr[READER_ATR_MAX];
    size_t atr_size;
};

struct reader *reader_open_pcsc(const char *name, unsigned wait_ms, char wrong[READER_WRONG]);
struct reader *reader_open_socket(const char *path, unsigned wait_ms, char wrong[READER_WRONG]);

#endif
