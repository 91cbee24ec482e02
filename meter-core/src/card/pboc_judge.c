/* What a meter takes of a card of profile 2: purchase n + 1 after n and no other, on the card that it knows, and only
 * where no return is left from before. */
#include <string.h>

#include "../prepay/account.h"
#include "../prepay/record_rules.h"
#include "pboc_terminal.h"

enum { FRAME_DATA = 4, NUMBER = 6, PAN_FIRST = 6 /* the digits behind the issuer's */ };

/* Of one hundredth on the card: kWh, cubic metres, hours, money. */
static int64_t hundredth(const struct mv_prepay *p)
{
    if (p->parameters.credit_register >= MV_REGISTER_ELECTRICITY_CURRENCY)
        return 1000;
    return p->parameters.credit_register == MV_REGISTER_TIME ? 36 : 10;
}

static void meter_number(const struct mv_prepay *p, uint8_t number[NUMBER])
{
    const char *digits = p->meter.state.identity.pan + PAN_FIRST;
    for (unsigned i = 0; i < NUMBER; i++, digits += 2)
        number[i] = (uint8_t)((unsigned)(digits[0] - '0') << 4 | (unsigned)(digits[1] - '0'));
}

enum mv_result mv_pboc_check_user(struct mv_pboc_terminal *t, const uint8_t *file)
{
    uint8_t number[NUMBER];
    if (mv_pboc_unframe(file, MV_PBOC_USER_BYTES, MV_PBOC_COMMAND_USER, MV_PBOC_USER_DATA) != MV_DONE)
        return MV_RECORD_FILE;
    mv_pboc_user_read(file + FRAME_DATA, &t->user);
    if (t->user.kind < MV_PURCHASE_OPEN || t->user.kind > MV_PURCHASE_REPLACEMENT)
        return MV_RECORD_KIND;
    meter_number(t->p, number);
    return memcmp(number, t->user.meter_no, sizeof number) == 0 ? MV_DONE : MV_RECORD_METER;
}

static bool is_other_card(const struct mv_record_state *records, const struct mv_pboc_terminal *t)
{
    static const uint8_t none[MV_PBOC_SERIAL] = {0};
    if (t->user.kind != MV_PURCHASE_NORMAL || memcmp(records->card, none, sizeof none) == 0)
        return false;
    return memcmp(records->card, t->serial, sizeof t->serial) != 0;
}

static enum mv_result take(struct mv_pboc_terminal *t)
{
    const struct mv_wallet wallet = {.kind = t->user.kind,
                                     .client = t->user.client_no,
                                     .card = t->serial,
                                     .sequence = t->count,
                                     .amount = (uint64_t)(t->amount * hundredth(t->p))};
    struct mv_record_answer answer;
    enum mv_result result = mv_prepay_wallet(t->p, &wallet, &answer);
    if (result != MV_ACCEPT)
        return result;
    t->outcome.taken = 1;
    t->outcome.credited = answer.credited;
    return MV_DONE;
}

/* Counted before: a card without a return gets one, and a replacement becomes the meter's card. */
static enum mv_result again(struct mv_pboc_terminal *t)
{
    if (!t->clear)
        return MV_RECORD_AGAIN;
    if (t->user.kind != MV_PURCHASE_REPLACEMENT)
        return MV_DONE;
    return mv_prepay_adopt_card(t->p, t->serial) == MV_ACCEPT ? MV_DONE : MV_STORAGE_ERROR;
}

enum mv_result mv_pboc_judge(struct mv_pboc_terminal *t)
{
    const struct mv_record_state *records = &t->p->records;
    uint32_t last = records->sequence[MV_KIND_PURCHASE];
    if (records->account_open && memcmp(records->client, t->user.client_no, sizeof records->client) != 0)
        return MV_RECORD_CLIENT;
    if (records->account_open && is_other_card(records, t))
        return MV_RECORD_CARD;
    if (t->count == 0)
        return MV_SLOT_EMPTY;
    if (t->count < last || (t->count == last && !records->account_open))
        return MV_RECORD_OLD;
    if (t->count == last)
        return again(t);
    if (t->count - last > 1)
        return MV_RECORD_COUNT;
    return t->clear ? take(t) : MV_SLOT_NOT_CLEARED;
}

static uint32_t in_hundredths(const struct mv_prepay *p, int64_t amount)
{
    int64_t hundredths = amount / hundredth(p);
    if (hundredths < 0)
        return 0;
    return hundredths > UINT32_MAX ? UINT32_MAX : (uint32_t)hundredths;
}

/* The time of writing is left out: a clock that was never set would lie. */
void mv_pboc_make_return(const struct mv_pboc_terminal *t, uint8_t file[MV_PBOC_RETURN_BYTES])
{
    const struct mv_prepay *p = t->p;
    int64_t remaining = mv_account_remaining(p);
    struct mv_pboc_return record = {.ct = {0, 0, 1},
                                    .pt = {0, 0, 1},
                                    .remaining = in_hundredths(p, remaining),
                                    .purchases = p->records.sequence[MV_KIND_PURCHASE],
                                    .over_zero = in_hundredths(p, -remaining)};
    uint8_t data[MV_PBOC_RETURN_DATA];
    meter_number(p, record.meter_no);
    memcpy(record.client_no, p->records.client, sizeof record.client_no);
    mv_pboc_return_write(&record, data);
    (void)mv_pboc_frame(MV_PBOC_COMMAND_RETURN, data, sizeof data, file);
}
