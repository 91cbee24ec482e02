/* One native record under way: it was parsed, its MAC, PAN, epoch and sequence are good, its tags belong to its kind. A
 * file for each kind decides the rest. */
#ifndef MV_CORE_RECORD_RULES_H
#define MV_CORE_RECORD_RULES_H

#include "metervault/prepay_record.h"

struct mv_record_in {
    struct mv_record_head head;
    const uint8_t *body;
    uint8_t body_size;
};

static inline bool mv_in_find(const struct mv_record_in *in, uint8_t tag, struct mv_tlv *tlv)
{
    return mv_tlv_find(in->body, in->body_size, tag, tlv);
}
static inline bool mv_in_has(const struct mv_record_in *in, uint8_t tag)
{
    struct mv_tlv tlv;
    return mv_in_find(in, tag, &tlv);
}
/* 0 when the tag is not there. */
static inline uint64_t mv_in_number(const struct mv_record_in *in, uint8_t tag)
{
    struct mv_tlv tlv;
    return mv_in_find(in, tag, &tlv) ? mv_tlv_number(&tlv) : 0;
}

/* Each of them: ACCEPT, everything changed in RAM and marked urgent, the sequence number is the caller's to keep; else
 * nothing changed. `answer` is empty, what the kind has in it is filled in. */
MV_CORE_MUST_USE enum mv_result mv_take_purchase(struct mv_prepay *p, const struct mv_record_in *in,
                                                 struct mv_record_answer *answer);
MV_CORE_MUST_USE enum mv_result mv_take_parameters(struct mv_prepay *p, const struct mv_record_in *in,
                                                   struct mv_record_answer *answer);
MV_CORE_MUST_USE enum mv_result mv_take_values(struct mv_prepay *p, const struct mv_record_in *in);
MV_CORE_MUST_USE enum mv_result mv_take_part(struct mv_prepay *p, const struct mv_record_in *in,
                                             struct mv_record_answer *answer);
MV_CORE_MUST_USE enum mv_result mv_take_control(struct mv_prepay *p, const struct mv_record_in *in,
                                                struct mv_record_answer *answer);
MV_CORE_MUST_USE enum mv_result mv_take_read(struct mv_prepay *p, const struct mv_record_in *in);
MV_CORE_MUST_USE enum mv_result mv_take_keys(struct mv_prepay *p, const struct mv_record_in *in);

/* A purchase that is no record: the wallet of a card of profile 2 (card_pboc_terminal.h). It is taken under the rules
 * of purchases, and its number is that of a purchase record. As mv_prepay_record, without a MAC: the caller vouches for
 * it, and that mv_begin was DONE. */
struct mv_wallet {
    uint8_t kind;          /* enum mv_purchase_kind */
    const uint8_t *client; /* 6 */
    const uint8_t *card;   /* 8 */
    uint32_t sequence;
    uint64_t amount; /* of the credit register */
};
MV_CORE_MUST_USE enum mv_result mv_prepay_wallet(struct mv_prepay *p, const struct mv_wallet *wallet,
                                                 struct mv_record_answer *answer);
/* The meter's card is this one from now on. ACCEPT, STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_prepay_adopt_card(struct mv_prepay *p, const uint8_t card[8]);

/* The return to the last read request, which is handed in again, got lost: the next one answers it, too. Nothing for a
 * record that is not genuine. */
void mv_read_again(struct mv_prepay *p, const uint8_t *bytes, uint32_t size);

/* The bytes of a set, whole: ACCEPT, or MV_RECORD_VALUE and nothing changed. In a file of their own, as mv_take_values
 * is, so that the stack that one of them takes is not that of all. */
MV_CORE_MUST_USE enum mv_result mv_take_tariff(struct mv_prepay *p, uint32_t set_id, const uint8_t *bytes,
                                               uint32_t size);
MV_CORE_MUST_USE enum mv_result mv_take_calendar(struct mv_prepay *p, uint32_t set_id, const uint8_t *bytes,
                                                 uint32_t size);

/* What a return says: all but its MAC, for which there is room behind it. DONE, or RANGE_ERROR for a PAN in RAM that is
 * none. */
MV_CORE_MUST_USE enum mv_result mv_write_return(const struct mv_prepay *p, uint8_t bytes[MV_RECORD_MAX],
                                                uint32_t *size);

/* What tag CLEAR says. */
void mv_clear_data(struct mv_prepay *p, uint8_t what);
/* Gives up the set that is being put together. */
void mv_parts_drop(struct mv_prepay *p);

#endif
