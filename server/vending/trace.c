/* A meter's orders, walked back from the newest. */
#include <openssl/crypto.h>
#include <string.h>

#include "vending/issued.h"

bool vend_same_digits(const char *a, const char *b)
{
    return strnlen(a, STORE_DIGITS + 1) == STORE_DIGITS && strnlen(b, STORE_DIGITS + 1) == STORE_DIGITS &&
           CRYPTO_memcmp(a, b, STORE_DIGITS) == 0;
}

/* Tests and records neither carry a set nor end one, so the order before them decides. */
static mv_status given_before(struct store *store, const struct store_sale *sale, bool *before)
{
    struct store_sale row = *sale;
    *before = false;
    do {
        if (row.previous == 0)
            return mv_ok();
        MV_TRY(store_sale_before(store, sale->meter, row.id, &row));
    } while (vend_is_keyless(&row) && row.key_change == 0);
    *before = row.key_change == sale->key_change;
    return mv_ok();
}

mv_status vend_trace_set(struct store *store, struct vend_trace *trace)
{
    trace->resent = false;
    if (trace->sale.key_change == 0)
        return mv_ok();
    MV_TRY(store_key_change_get(store, trace->sale.key_change, &trace->set));
    return given_before(store, &trace->sale, &trace->resent);
}

/* The set of the row that is looked at; read once for all orders that carried it. */
static mv_status look_at_set(struct store *store, struct vend_trace *trace, const char *digits, bool *found)
{
    if (trace->sale.key_change == 0 || trace->set.id == trace->sale.key_change)
        return mv_ok();
    MV_TRY(store_key_change_get(store, trace->sale.key_change, &trace->set));
    for (size_t i = 0; i < trace->set.count && i < STORE_SECTIONS; i++)
        if (vend_same_digits(trace->set.digits[i], digits)) {
            trace->position = i;
            *found = true;
        }
    return mv_ok();
}

mv_status vend_trace_digits(struct store *store, int64_t meter, const char *digits, struct vend_trace *trace)
{
    bool found = false;
    int64_t before = 0;
    *trace = (struct vend_trace){.position = 0};
    while (!found) {
        MV_TRY(store_sale_before(store, meter, before, &trace->sale));
        before = trace->sale.id;
        MV_TRY(look_at_set(store, trace, digits, &found));
        if (!found && vend_same_digits(trace->sale.digits, digits)) {
            trace->position = trace->sale.key_change == 0 ? 0 : trace->set.count;
            found = true;
        }
    }
    return vend_trace_set(store, trace);
}
