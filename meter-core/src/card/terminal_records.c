/* One record from a card: what a card adds to the rules of records (docs/card-slot.md). */
#include <string.h>

#include "../prepay/record_rules.h"
#include "terminal.h"

/* The reset that began the present epoch was made in the one before. */
static bool is_done_reset(const struct mv_prepay *p, const struct mv_record_in *in)
{
    return in->head.kind == MV_KIND_CONTROL && mv_in_number(in, MV_TAG_COMMAND) == MV_COMMAND_RESET &&
           mv_in_number(in, MV_TAG_NEW_EPOCH) == p->records.epoch;
}

/* What the record is to the meter before its MAC is looked at: DONE when it may be new, RECORD_AGAIN, _OLD or _EPOCH.
 * Whoever forges one of these gains nothing: the record is not taken. */
static enum mv_result standing_of(const struct mv_prepay *p, const uint8_t *bytes, uint8_t size,
                                  struct mv_record_in *in)
{
    memset(in, 0, sizeof *in);
    if (mv_record_parse(bytes, size, &in->head, &in->body, &in->body_size) != MV_DONE ||
        in->head.kind == MV_KIND_RETURN) {
        memset(in, 0, sizeof *in);
        return MV_DONE; /* the engine says what is wrong with it */
    }
    if (in->head.epoch != p->records.epoch)
        return is_done_reset(p, in) ? MV_RECORD_AGAIN : MV_RECORD_EPOCH;
    uint32_t last = p->records.sequence[in->head.kind];
    if (in->head.sequence > last)
        return MV_DONE;
    return in->head.sequence == last ? MV_RECORD_AGAIN : MV_RECORD_OLD;
}

/* The record is tied to another card, or the account is: only an opening or a replacement brings it to a new one. */
static bool is_other_card(const struct mv_card_terminal *t, const struct mv_record_in *in, enum mv_result standing)
{
    static const uint8_t none[sizeof t->serial] = {0};
    const struct mv_record_state *records = &t->p->records;
    struct mv_tlv card;
    if (mv_in_find(in, MV_TAG_CARD, &card) &&
        (card.length != sizeof t->serial || memcmp(card.value, t->serial, sizeof t->serial) != 0))
        return true;
    if (!records->account_open || memcmp(records->card, none, sizeof none) == 0 ||
        memcmp(records->card, t->serial, sizeof t->serial) == 0)
        return false;
    return standing != MV_DONE || mv_in_number(in, MV_TAG_PURCHASE_KIND) == MV_PURCHASE_NORMAL;
}

/* What only holds for purchases on their user's card. */
static enum mv_result check_purchase(const struct mv_card_terminal *t, const struct mv_record_in *in,
                                     enum mv_result standing)
{
    if (in->head.kind != MV_KIND_PURCHASE || !mv_terminal_is_user(t))
        return MV_DONE;
    if (is_other_card(t, in, standing))
        return MV_RECORD_CARD;
    if (standing == MV_RECORD_AGAIN && t->used)
        return MV_RECORD_AGAIN;
    return standing == MV_RECORD_OLD ? MV_RECORD_OLD : MV_DONE;
}

/* The return on the card is the one that told that this record was refused: it may be tried again. */
static bool was_refused(const struct mv_prepay *p, const struct mv_record_in *in)
{
    return in->head.kind != 0 && p->records.refused_kind == in->head.kind &&
           p->records.refused_sequence == in->head.sequence;
}

/* The office made it, for this meter: whoever has a tool card of the area alone gets no return for what he made up. The
 * key of the reset that began the present epoch went with the one before. */
static bool is_proven(const struct mv_prepay *p, const uint8_t *bytes, uint8_t size, const struct mv_record_in *in,
                      enum mv_result standing)
{
    if (in->head.kind == 0)
        return false;
    if (in->head.epoch != p->records.epoch)
        return standing == MV_RECORD_AGAIN;
    return mv_record_mac_is(bytes, size, p->records.keys.mac_in);
}

static void note_refusal(struct mv_card_terminal *t, enum mv_result result)
{
    t->tried = true;
    if (t->outcome.result == MV_DONE)
        t->outcome.result = result;
}

static enum mv_result hand_in_new(struct mv_card_terminal *t, const struct mv_record_in *in)
{
    struct mv_record_answer answer;
    if (t->used && !was_refused(t->p, in))
        return MV_SLOT_NOT_CLEARED;
    t->used = false;
    enum mv_result result = mv_prepay_record(t->p, t->record + 1, t->record[0], &answer);
    if (!t->p->meter.loaded)
        return result;
    if (result != MV_ACCEPT) {
        note_refusal(t, result);
        return MV_DONE;
    }
    t->tried = true;
    t->outcome.taken++;
    t->outcome.credited += answer.credited;
    return MV_DONE;
}

enum mv_result mv_terminal_hand_in(struct mv_card_terminal *t)
{
    struct mv_record_in in;
    enum mv_result standing = standing_of(t->p, t->record + 1, t->record[0], &in);
    enum mv_result result = check_purchase(t, &in, standing);
    if (is_proven(t->p, t->record + 1, t->record[0], &in, standing))
        t->proven = true;
    if (result != MV_DONE)
        return result;
    switch (standing) {
    case MV_RECORD_AGAIN:
        t->again = true;
        if (in.head.kind == MV_KIND_READ && !t->used)
            mv_read_again(t->p, t->record + 1, t->record[0]);
        return MV_DONE;
    case MV_RECORD_OLD:
        return MV_DONE;
    case MV_RECORD_EPOCH:
        note_refusal(t, MV_RECORD_EPOCH);
        return MV_DONE;
    default:
        return hand_in_new(t, &in);
    }
}

/* A card whose records were all taken before brings a return only where there is none: the last one got lost. */
enum mv_result mv_terminal_sum_up(const struct mv_card_terminal *t)
{
    if (!t->used && t->proven && (t->tried || t->again))
        return MV_DONE;
    if (t->outcome.result != MV_DONE)
        return t->outcome.result;
    return t->again ? MV_RECORD_AGAIN : MV_RECORD_OLD;
}
