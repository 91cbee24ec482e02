#include "base/wire.h"

#include <string.h>

struct mv_writer mv_writer_on(void *data, size_t size)
{
    return (struct mv_writer){.data = data, .size = size};
}

void mv_put_bytes(struct mv_writer *writer, const void *data, size_t size)
{
    if (writer->failed || size > writer->size - writer->used) {
        writer->failed = true;
        return;
    }
    if (size > 0)
        memcpy(writer->data + writer->used, data, size);
    writer->used += size;
}

static void put_number(struct mv_writer *writer, uint64_t value, unsigned size)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    mv_put_bytes(writer, bytes, size);
}

void mv_put_u8(struct mv_writer *writer, uint8_t value)
{
    put_number(writer, value, 1);
}

void mv_put_u16(struct mv_writer *writer, uint16_t value)
{
    put_number(writer, value, 2);
}

void mv_put_u32(struct mv_writer *writer, uint32_t value)
{
    put_number(writer, value, 4);
}

void mv_put_u64(struct mv_writer *writer, uint64_t value)
{
    put_number(writer, value, 8);
}

void mv_put_text(struct mv_writer *writer, const char *text)
{
    size_t length = strlen(text);
    if (length > UINT16_MAX) {
        writer->failed = true;
        return;
    }
    mv_put_u16(writer, (uint16_t)length);
    mv_put_bytes(writer, text, length);
}

bool mv_writer_ok(const struct mv_writer *writer)
{
    return !writer->failed;
}

struct mv_reader mv_reader_on(const void *data, size_t size)
{
    return (struct mv_reader){.data = data, .size = size};
}

void mv_get_bytes(struct mv_reader *reader, void *data, size_t size)
{
    if (reader->failed || size > reader->size - reader->used) {
        reader->failed = true;
        memset(data, 0, size);
        return;
    }
    if (size > 0)
        memcpy(data, reader->data + reader->used, size);
    reader->used += size;
}

static uint64_t get_number(struct mv_reader *reader, unsigned size)
{
    uint8_t bytes[8];
    uint64_t value = 0;
    mv_get_bytes(reader, bytes, size);
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

uint8_t mv_get_u8(struct mv_reader *reader)
{
    return (uint8_t)get_number(reader, 1);
}

uint16_t mv_get_u16(struct mv_reader *reader)
{
    return (uint16_t)get_number(reader, 2);
}

uint32_t mv_get_u32(struct mv_reader *reader)
{
    return (uint32_t)get_number(reader, 4);
}

uint64_t mv_get_u64(struct mv_reader *reader)
{
    return get_number(reader, 8);
}

void mv_get_text(struct mv_reader *reader, char *text, size_t size)
{
    size_t length = mv_get_u16(reader);
    text[0] = '\0';
    if (length >= size) {
        reader->failed = true;
        return;
    }
    mv_get_bytes(reader, text, length);
    text[length] = '\0';
    if (!reader->failed && strlen(text) != length) {
        reader->failed = true;
        text[0] = '\0';
    }
}

bool mv_reader_done(const struct mv_reader *reader)
{
    return !reader->failed && reader->used == reader->size;
}
