/* Read requests, and when a return answers them. */
#include <string.h>

#include "record_rules.h"
#include "save.h"
#include "settle.h"
#include "supply.h"

enum { RESERVED = 1024 }; /* sequence numbers of returns */

enum mv_result mv_take_read(struct mv_prepay *p, const struct mv_record_in *in)
{
    struct mv_tlv nonce;
    uint64_t want = mv_in_number(in, MV_TAG_WANT);
    uint64_t from = mv_in_number(in, MV_TAG_FROM);
    if (!mv_in_find(in, MV_TAG_NONCE, &nonce))
        return MV_RECORD_TAG;
    if (want > MV_WANT_FROZEN || from >= (want == MV_WANT_FROZEN ? MV_MONTHS : MV_EVENTS))
        return MV_RECORD_VALUE;
    memcpy(p->records.nonce, nonce.value, sizeof p->records.nonce);
    p->records.nonce_open = true;
    p->records.want = (uint8_t)want;
    p->records.from = (uint8_t)from;
    return MV_ACCEPT;
}

void mv_read_again(struct mv_prepay *p, const uint8_t *bytes, uint32_t size)
{
    if (mv_record_mac_is(bytes, size, p->records.keys.mac_in))
        p->records.nonce_open = true;
}

/* Sequence numbers are kept ahead, many at once: whoever asks for returns without a session wears nothing out. What of
 * them was not used is left off at the next start. */
static void count_return(struct mv_prepay *p)
{
    struct mv_record_state *records = &p->records;
    bool kept = !records->nonce_open;
    uint32_t left = UINT32_MAX - records->return_reserved;
    if (records->return_sequence == records->return_reserved) {
        records->return_reserved += left < RESERVED ? left : RESERVED;
        kept = false;
    }
    records->return_sequence++;
    records->nonce_open = false;
    if (!kept)
        mv_touch(p, MV_OBJECT_RECORDS, true);
}

/* The sequence number is kept before the return leaves, which is one when it has its MAC; the session ends with it. */
enum mv_result mv_prepay_return(struct mv_prepay *p, uint8_t bytes[MV_RECORD_MAX], uint32_t *size)
{
    uint32_t signed_size = 0;
    *size = 0;
    enum mv_result result = mv_begin(p);
    if (result == MV_DONE && !p->records.provisioned)
        result = MV_NOT_PROVISIONED;
    if (result == MV_DONE && p->records.return_sequence == UINT32_MAX)
        result = MV_OVERFLOW_ERROR;
    if (result != MV_DONE)
        return result;
    mv_supply_update(p); /* the status tells of now */
    result = mv_write_return(p, bytes, &signed_size);
    if (result == MV_DONE)
        count_return(p);
    result = mv_settle(p, result);
    if (result != MV_DONE)
        return result;
    mv_record_mac(bytes, signed_size, p->records.keys.mac_out, bytes + signed_size);
    *size = signed_size + MV_RECORD_MAC;
    return MV_DONE;
}
