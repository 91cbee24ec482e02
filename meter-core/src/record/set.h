/* Walks over the bytes of a set, in either direction; past the end it fails once and for all. */
#ifndef MV_CORE_RECORD_SET_H
#define MV_CORE_RECORD_SET_H

#include "wire.h"

struct mv_set_reader {
    const uint8_t *at;
    uint32_t left;
    bool failed;
};
/* `size` 1, 2 or 4; 0 when that is not there. */
static inline uint32_t mv_set_get(struct mv_set_reader *from, unsigned size)
{
    if (from->failed || from->left < size) {
        from->failed = true;
        return 0;
    }
    uint32_t value = (uint32_t)mv_wire_get(from->at, size);
    from->at += size;
    from->left -= size;
    return value;
}
/* A number of items up to `most`; more fails. */
static inline uint8_t mv_set_get_count(struct mv_set_reader *from, unsigned most)
{
    uint32_t count = mv_set_get(from, 1);
    from->failed = from->failed || count > most;
    return from->failed ? 0 : (uint8_t)count;
}
static inline bool mv_set_whole(const struct mv_set_reader *from)
{
    return !from->failed && from->left == 0;
}

/* Into memory that is large enough for the largest set. */
static inline uint8_t *mv_set_put(uint8_t *at, uint32_t value, unsigned size)
{
    mv_wire_put(at, value, size);
    return at + size;
}

#endif
