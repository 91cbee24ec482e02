/* Native records at the meter: the checks that all kinds share, in their order, and what becomes of a refusal. */
#include <string.h>

#include "account.h"
#include "events.h"
#include "record_rules.h"
#include "save.h"
#include "settle.h"

static enum mv_result check_sequence(uint32_t last, uint32_t sequence)
{
    if (sequence > last)
        return MV_DONE;
    return sequence == last && last != 0 ? MV_RECORD_AGAIN : MV_RECORD_OLD;
}

/* Nothing of the record but its form and its key version counts before the MAC does. */
static enum mv_result check_mac(const struct mv_record_state *records, const uint8_t *bytes, uint32_t size,
                                struct mv_record_in *in)
{
    if (mv_record_parse(bytes, size, &in->head, &in->body, &in->body_size) != MV_DONE)
        return MV_RECORD_FILE;
    if (in->head.kind == MV_KIND_RETURN)
        return MV_RECORD_KIND;
    if (in->head.key_version != records->keys.mac_version)
        return MV_RECORD_KEY_VERSION;
    return mv_record_mac_is(bytes, size, records->keys.mac_in) ? MV_DONE : MV_RECORD_MAC_ERROR;
}

static enum mv_result check(const struct mv_prepay *p, const uint8_t *bytes, uint32_t size, struct mv_record_in *in)
{
    const struct mv_record_state *records = &p->records;
    enum mv_result result = check_mac(records, bytes, size, in);
    if (result != MV_DONE) {
        memset(&in->head, 0, sizeof in->head); /* anybody's words: nothing is told of them */
        return result;
    }
    if (memcmp(in->head.pan, p->meter.state.identity.pan, sizeof in->head.pan) != 0)
        return MV_RECORD_METER;
    if (in->head.epoch != records->epoch)
        return MV_RECORD_EPOCH;
    result = check_sequence(records->sequence[in->head.kind], in->head.sequence);
    if (result != MV_DONE)
        return result;
    return mv_record_check_tags(in->head.kind, in->body, in->body_size) == MV_DONE ? MV_DONE : MV_RECORD_TAG;
}

static enum mv_result take_kind(struct mv_prepay *p, const struct mv_record_in *in, struct mv_record_answer *answer)
{
    switch (in->head.kind) {
    case MV_KIND_PURCHASE:
        return mv_take_purchase(p, in, answer);
    case MV_KIND_PARAMETERS:
        return mv_take_parameters(p, in, answer);
    case MV_KIND_CONTROL:
        return mv_take_control(p, in, answer);
    case MV_KIND_READ:
        return mv_take_read(p, in);
    default:
        return mv_take_keys(p, in);
    }
}

/* A reset began a new epoch, in which no sequence number was used yet. */
static void keep_sequence(struct mv_prepay *p, const struct mv_record_head *head)
{
    if (p->records.epoch == head->epoch)
        p->records.sequence[head->kind] = head->sequence;
    mv_touch(p, MV_OBJECT_RECORDS, true);
}

/* Not urgent: whoever hands in rubbish wears no memory out. */
static void note_refusal(struct mv_prepay *p, const struct mv_record_in *in, enum mv_result result)
{
    struct mv_record_state *records = &p->records;
    if (records->refusals < UINT16_MAX)
        records->refusals++;
    records->refused_kind = in->head.kind;
    records->refused_sequence = in->head.sequence;
    records->refused_result = (uint16_t)result;
    mv_touch(p, MV_OBJECT_RECORDS, false);
    mv_event_log(p, MV_EVENT_RECORD_REFUSED, (uint16_t)result);
}

/* The sequence number is kept, or the refusal noted; all of it is durable, or nothing was taken. */
static enum mv_result conclude(struct mv_prepay *p, const struct mv_record_in *in, enum mv_result result,
                               struct mv_record_answer *answer)
{
    if (result == MV_ACCEPT)
        keep_sequence(p, &in->head);
    else
        note_refusal(p, in, result);
    result = mv_settle(p, result);
    if (result != MV_ACCEPT) {
        memset(answer, 0, sizeof *answer);
        return result;
    }
    answer->kind = in->head.kind;
    answer->remaining = mv_account_remaining(p);
    answer->return_due = p->records.nonce_open;
    return MV_ACCEPT;
}

enum mv_result mv_prepay_wallet(struct mv_prepay *p, const struct mv_wallet *wallet, struct mv_record_answer *answer)
{
    struct mv_record_in in = {
        .head = {.kind = MV_KIND_PURCHASE, .epoch = p->records.epoch, .sequence = wallet->sequence}};
    struct mv_record_writer body;
    memset(answer, 0, sizeof *answer);
    memcpy(in.head.pan, p->meter.state.identity.pan, sizeof in.head.pan);
    mv_record_begin(&body, &in.head);
    mv_record_put_number(&body, MV_TAG_PURCHASE_KIND, wallet->kind, 1);
    mv_record_put_number(&body, MV_TAG_REGISTER, p->parameters.credit_register, 1);
    mv_record_put_number(&body, MV_TAG_AMOUNT, wallet->amount, sizeof wallet->amount);
    mv_record_put(&body, MV_TAG_CLIENT, wallet->client, sizeof p->records.client);
    mv_record_put(&body, MV_TAG_CARD, wallet->card, sizeof p->records.card);
    in.body = body.bytes + MV_RECORD_HEAD;
    in.body_size = (uint8_t)(body.size - MV_RECORD_HEAD);
    return conclude(p, &in, mv_take_purchase(p, &in, answer), answer);
}

enum mv_result mv_prepay_adopt_card(struct mv_prepay *p, const uint8_t card[8])
{
    memcpy(p->records.card, card, sizeof p->records.card);
    mv_touch(p, MV_OBJECT_RECORDS, true);
    return mv_settle(p, MV_ACCEPT);
}

enum mv_result mv_prepay_record(struct mv_prepay *p, const uint8_t *bytes, uint32_t size,
                                struct mv_record_answer *answer)
{
    struct mv_record_in in;
    memset(answer, 0, sizeof *answer);
    memset(&in, 0, sizeof in);
    enum mv_result result = mv_begin(p);
    if (result == MV_DONE && !p->records.provisioned)
        result = MV_NOT_PROVISIONED;
    if (result != MV_DONE)
        return result;

    result = check(p, bytes, size, &in);
    if (result == MV_DONE)
        result = take_kind(p, &in, answer);
    return conclude(p, &in, result, answer);
}
