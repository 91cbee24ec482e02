/* The meter and the vending key that a vector names. */
#ifndef CONFORMANCE_METER_INPUT_H
#define CONFORMANCE_METER_INPUT_H

#include <stdbool.h>

#include "hsmd/client.h"
#include "metervault/sts.h"
#include "vector.h"

enum { METER_INPUT_KEY = 32 };

struct meter_input {
    struct hsmd_meter meter;
    uint8_t vending_key[METER_INPUT_KEY]; /* published values: no secret */
    size_t vending_key_size;
};

/* NULL, or the name of the input that is missing or not of its form. */
const char *meter_input_read(const struct vector *vector, struct meter_input *input);
/* The same of the objects `old` and `new`. */
const char *meter_input_read_pair(const struct vector *vector, struct meter_input *from, struct meter_input *to);
struct mv_dkga_input meter_input_dkga(const struct meter_input *input);
/* A decoder key given in clear, of 8 bytes (EA07) or 16 (EA11). */
bool meter_input_decoder_key(const struct vector *vector, const char *name, uint8_t ea, struct mv_decoder_key *key);

#endif
