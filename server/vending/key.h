/* A meter's key data, in the shape of each part that it goes to. */
#ifndef MV_VENDING_KEY_H
#define MV_VENDING_KEY_H

#include "hsm/change.h"
#include "hsmd/client.h"
#include "store/store.h"

struct store_key vend_key_on_file(const struct store_meter *meter);
bool vend_key_equal(const struct store_key *a, const struct store_key *b);
/* For the key process: the meter with that number under this key. */
struct hsmd_meter vend_key_meter(const char *pan, const struct store_key *key);
/* For the rules of key changes. */
struct hsm_decoder_key vend_key_decoder(const struct store_key *key);

#endif
