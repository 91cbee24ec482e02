/* Bounded writer and reader for our own binary formats: big-endian, never past the end, first failure sticks.
 * Read or write everything, then ask once with mv_writer_ok / mv_reader_done. */
#ifndef MV_BASE_WIRE_H
#define MV_BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mv_writer {
    uint8_t *data;
    size_t size; /* capacity */
    size_t used;
    bool failed;
};

struct mv_writer mv_writer_on(void *data, size_t size);
void mv_put_u8(struct mv_writer *writer, uint8_t value);
void mv_put_u16(struct mv_writer *writer, uint16_t value);
void mv_put_u32(struct mv_writer *writer, uint32_t value);
void mv_put_u64(struct mv_writer *writer, uint64_t value);
void mv_put_bytes(struct mv_writer *writer, const void *data, size_t size);
/* 16-bit length, then the text without its terminator; fails above 65535. */
void mv_put_text(struct mv_writer *writer, const char *text);
bool mv_writer_ok(const struct mv_writer *writer);

struct mv_reader {
    const uint8_t *data;
    size_t size;
    size_t used;
    bool failed;
};

/* After a failure every get returns zeros. */
struct mv_reader mv_reader_on(const void *data, size_t size);
uint8_t mv_get_u8(struct mv_reader *reader);
uint16_t mv_get_u16(struct mv_reader *reader);
uint32_t mv_get_u32(struct mv_reader *reader);
uint64_t mv_get_u64(struct mv_reader *reader);
void mv_get_bytes(struct mv_reader *reader, void *data, size_t size);
/* Fails when the text and its terminator do not fit or when it contains a NUL. */
void mv_get_text(struct mv_reader *reader, char *text, size_t size);
/* All read, nothing failed, nothing left over. */
bool mv_reader_done(const struct mv_reader *reader);

#endif
