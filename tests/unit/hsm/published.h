/* Published credit tokens (tests/vectors/sts.json), one for each kind of key, with keys that fit into one token. */
#ifndef MV_TESTS_PUBLISHED_H
#define MV_TESTS_PUBLISHED_H

#include "../../support/token.h"
#include "hsmd/client.h"

struct published {
    const char *id;
    struct hsmd_meter meter;
    const char *vending_key;
    uint64_t clear;
    const char *digits;
};

enum { PUBLISHED = 14 };
extern const struct published published[PUBLISHED];

/* Imports the vending keys of all of them. */
void published_import(struct hsm *hsm);

#endif
