/* Shares: each symbol position is a polynomial of degree k - 1 over GF(32) whose value at index s is the secret's. The
 * checksum is linear, so header and checksum of an interpolated share come out right by themselves. */
#include <string.h>

#include "base/secret.h"
#include "codex32_symbols.h"
#include "gf32.h"

/* In the order in which shares are handed out; every index but s. */
static const char indices[] = "acdefghjklmnpqrtuvwxyz023456789";

static uint8_t index_of(const struct codex32 *share)
{
    return share->symbols[CODEX32_HEADER - 1];
}

/* The factor of share `which` at `x`; indices are public. */
static uint8_t weight(const struct codex32 *shares, size_t count, size_t which, uint8_t x)
{
    uint8_t above = 1;
    uint8_t below = 1;
    for (size_t i = 0; i < count; i++) {
        if (i == which)
            continue;
        above = gf32_multiply(above, x ^ index_of(&shares[i]));
        below = gf32_multiply(below, index_of(&shares[which]) ^ index_of(&shares[i]));
    }
    return gf32_multiply(above, gf32_inverse(below));
}

/* Shares of one set with distinct indices. */
static void interpolate(const struct codex32 *shares, size_t count, uint8_t x, struct codex32 *derived)
{
    struct codex32 *sum = derived;
    memset(sum, 0, sizeof *sum);
    sum->size = shares[0].size;
    sum->count = shares[0].count;
    sum->upper = shares[0].upper;
    for (size_t n = 0; n < count; n++) {
        uint8_t factor = weight(shares, count, n, x);
        for (size_t i = 0; i < sum->count; i++)
            sum->symbols[i] ^= gf32_multiply(factor, shares[n].symbols[i]);
    }
}

static enum codex32_fault belongs(const struct codex32 *shares, size_t n)
{
    const struct codex32 *share = &shares[n];
    if (codex32_threshold(share) == 0)
        return CODEX32_NOT_A_SHARE;
    if (share->count != shares[0].count)
        return CODEX32_OTHER_LENGTH;
    if (share->symbols[0] != shares[0].symbols[0])
        return CODEX32_OTHER_THRESHOLD;
    if (memcmp(&share->symbols[1], &shares[0].symbols[1], CODEX32_IDENTIFIER) != 0)
        return CODEX32_OTHER_IDENTIFIER;
    for (size_t i = 0; i < n; i++)
        if (index_of(&shares[i]) == index_of(share))
            return CODEX32_SAME_INDEX;
    return CODEX32_FINE;
}

enum codex32_fault codex32_derive(const struct codex32 *shares, size_t count, char index, struct codex32 *derived,
                                  size_t *at)
{
    size_t nowhere = 0;
    if (at == NULL)
        at = &nowhere;
    *at = 0;
    uint8_t x = codex32_symbol(index);
    if (count == 0)
        return CODEX32_TOO_FEW;
    if (x == CODEX32_NO_SYMBOL)
        return CODEX32_BAD_INDEX;
    for (size_t n = 0; n < count; n++) {
        *at = n;
        enum codex32_fault fault = belongs(shares, n);
        if (fault != CODEX32_FINE)
            return fault;
    }
    if (count < codex32_threshold(&shares[0]))
        return CODEX32_TOO_FEW;
    if (count > codex32_threshold(&shares[0]))
        return CODEX32_TOO_MANY;
    interpolate(shares, count, x, derived);
    return CODEX32_FINE;
}

/* A share whose payload is random, padding included: any of the 32 values at every place. */
static mv_status random_share(const struct codex32 *secret, char index, const struct codex32_random *random,
                              struct codex32 *share)
{
    *share = *secret;
    share->symbols[CODEX32_HEADER - 1] = codex32_symbol(index);
    size_t size = share->count - CODEX32_HEADER - CODEX32_CHECKSUM;
    uint8_t *payload = &share->symbols[CODEX32_HEADER];
    MV_TRY(random->fill(random->context, payload, size));
    for (size_t i = 0; i < size; i++)
        payload[i] &= 31U;
    codex32_close(share);
    return mv_ok();
}

/* `points`: k strings, the last of which is the secret. */
static mv_status make_shares(struct codex32 *points, unsigned k, size_t count, const struct codex32_random *random,
                             struct codex32 *shares)
{
    for (size_t i = 0; i + 1 < k; i++) {
        MV_TRY(random_share(&points[k - 1], indices[i], random, &points[i]));
        shares[i] = points[i];
    }
    for (size_t i = k - 1; i < count; i++)
        interpolate(points, k, codex32_symbol(indices[i]), &shares[i]);
    return mv_ok();
}

mv_status codex32_split(const uint8_t *secret, size_t size, unsigned k, size_t count, const char *identifier,
                        const struct codex32_random *random, struct codex32 *shares)
{
    if (k < CODEX32_LEAST_K || k > CODEX32_MOST_K)
        return mv_fail(MV_INVALID_FIELD, "threshold: 2 to 9");
    if (count < k || count > CODEX32_MOST_SHARES)
        return mv_fail(MV_INVALID_FIELD, "shares: from the threshold up to 31");
    struct codex32 *points = mv_secret_alloc(k * sizeof *points);
    if (points == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = codex32_encode(k, identifier, secret, size, &points[k - 1]);
    if (status.ok)
        status = make_shares(points, k, count, random, shares);
    mv_secret_free(points, k * sizeof *points);
    return status;
}
