#include "reader.h"

#include <string.h>

#include "driver.h"

struct reader *reader_open(const char *name, unsigned wait_ms, char wrong[READER_WRONG])
{
    static const char socket_prefix[] = "socket:";
    const size_t length = sizeof socket_prefix - 1;
    if (name != NULL && strncmp(name, socket_prefix, length) == 0)
        return reader_open_socket(name + length, wait_ms, wrong);
    return reader_open_pcsc(name, wait_ms, wrong);
}

void reader_close(struct reader *reader)
{
    if (reader != NULL)
        reader->driver->close(reader);
}

const uint8_t *reader_atr(const struct reader *reader, size_t *size)
{
    *size = reader->atr_size;
    return reader->atr;
}

bool reader_transmit(void *self, const uint8_t *command, size_t command_size, uint8_t *response, size_t *size)
{
    struct reader *reader = self;
    return reader->driver->transmit(reader, command, command_size, response, size);
}
