#include "ends.h"

#include <stdlib.h>

#include "metervault/sts.h"

/* Minutes since 1993-01-01T00:00Z as Unix seconds. */
static int64_t unix_of(uint64_t minutes)
{
    const int64_t epoch_1993 = 725846400;
    return epoch_1993 + (int64_t)minutes * 60;
}

const char *end_text(enum end_kind kind)
{
    switch (kind) {
    case END_BEGINS:
        return "becomes active";
    case END_ISSUING:
        return "issues no more tokens";
    case END_KEY_EXPIRY:
        return "expires in meters by its key expiry number";
    case END_IDENTIFIERS:
        return "has used up the token identifiers of its base date";
    case END_CERTIFICATE:
        return "is an officer no more: the certificate ends";
    }
    return "unknown";
}

static void add(struct end *ends, size_t *count, int64_t unix_s, enum end_kind kind, const struct hsm_key_info *key)
{
    ends[(*count)++] = (struct end){.unix_s = unix_s, .kind = kind, .key = key};
}

/* The key expiry number bounds the upper 8 of 24 bits of a token's minute: the first minute past it is the end. */
static void add_scope(struct end *ends, size_t *count, int64_t now, const struct hsm_key_info *key)
{
    uint64_t base = 0;
    enum { EXPIRY_STEP = 1 << 16, ALL_EXPIRIES = 256 };
    if (mv_sts_base_minutes(key->scope.base_date, &base) != MV_DONE)
        return;
    uint64_t end = base + ((uint64_t)key->scope.ken + 1) * EXPIRY_STEP;
    bool last = key->scope.ken + 1 == ALL_EXPIRIES;
    if (unix_of(end) > now)
        add(ends, count, unix_of(end), last ? END_IDENTIFIERS : END_KEY_EXPIRY, key);
}

static int by_time(const void *a, const void *b)
{
    const struct end *first = a;
    const struct end *second = b;
    return first->unix_s < second->unix_s ? -1 : first->unix_s > second->unix_s;
}

size_t ends_of(const struct hsm_catalogue *catalogue, int64_t now_unix_s, struct end ends[ENDS_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *key = &catalogue->keys[i].info;
        bool outside = key->use == HSM_USE_VENDING || key->use == HSM_USE_FACTORY_KEK;
        if (!outside || key->state == HSM_DESTROYED || key->state == HSM_COMPROMISED || key->state == HSM_EXPIRED)
            continue;
        if (key->active_from_unix_s > now_unix_s)
            add(ends, &count, key->active_from_unix_s, END_BEGINS, key);
        /* one that has passed is shown too: the key is dead and somebody may wait for it */
        if (key->issued_until_unix_s != INT64_MAX)
            add(ends, &count, key->issued_until_unix_s, END_ISSUING, key);
        if (key->use == HSM_USE_VENDING)
            add_scope(ends, &count, now_unix_s, key);
    }
    for (size_t i = 0; i < catalogue->officer_count; i++) {
        const struct hsm_officer *officer = &catalogue->officers[i];
        if (officer->valid_until_unix_s != 0)
            ends[count++] =
                (struct end){.unix_s = officer->valid_until_unix_s, .kind = END_CERTIFICATE, .officer = officer};
    }
    qsort(ends, count, sizeof ends[0], by_time);
    return count;
}
