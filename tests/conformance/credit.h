/* A class 0 token as a vector describes it, and the way back from 20 digits. */
#ifndef CONFORMANCE_CREDIT_H
#define CONFORMANCE_CREDIT_H

#include "facts.h"
#include "metervault/sts.h"

struct credit_plan {
    struct mv_sts_credit credit;
    uint64_t clear; /* the block to encrypt */
    bool has_block; /* a token is asked for, not only its time */
};

/* Token identifier, amount and clear block out of the inputs. False after a trouble or a refusal. */
bool credit_plan_read(struct facts *facts, const struct vector *vector, struct credit_plan *plan);
/* Only the token identifier, out of the issue time or as given. */
bool credit_plan_read_tid(struct facts *facts, const struct vector *vector, struct credit_plan *plan);
/* True, with the refusal among the facts, when the key expiry number of the inputs has passed; for vectors without a
 * key process, which refuses by itself. */
bool credit_plan_expired(struct facts *facts, const struct vector *vector, const struct credit_plan *plan);
/* Decodes the digits under the key with meter-core; the facts are what came out, and a trouble says where it is not
 * what went in. */
void credit_decode(struct facts *facts, const char *digits, const struct mv_decoder_key *key,
                   const struct mv_sta_tables *tables, const struct credit_plan *plan);
/* All of it with a key in clear: encode, encrypt, print, decode. */
void credit_under_key(struct facts *facts, const struct vector *vector, const struct mv_decoder_key *key,
                      const struct mv_sta_tables *tables);

#endif
