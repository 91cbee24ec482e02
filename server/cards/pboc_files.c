/* What lies on a card of profile 2: read freely, written with a MAC under a fresh challenge of the card. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "cards/pboc.h"
#include "hsmd/client.h"

enum { SHORT_FILE = 0x80, HEAD = 5, STATUS = 2, FRAME_DATA = 4, PAN_FIRST = 6 /* the number behind the issuer's */ };

/* ---- reading ---- */

static mv_status read_file(struct cards_session *session, uint8_t file, uint8_t *data, uint8_t size)
{
    const uint8_t apdu[HEAD] = {0x00, 0xB0, (uint8_t)(SHORT_FILE | file), 0x00, size};
    uint8_t rapdu[CARDS_RAPDU];
    size_t answered = 0;
    MV_TRY(cards_exchange(session, apdu, sizeof apdu, rapdu, &answered));
    if (answered < STATUS)
        return cards_refusal(MV_CARD_FORMAT);
    enum mv_card_error error = mv_pboc_status((uint16_t)(rapdu[answered - 2] << 8 | rapdu[answered - 1]));
    if (error != MV_CARD_NO_ERROR)
        return cards_refusal(error);
    if (answered != (size_t)size + STATUS)
        return cards_refusal(MV_CARD_FORMAT);
    memcpy(data, rapdu, size);
    return mv_ok();
}

static bool is_zero(const uint8_t *data, size_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= data[i];
    return any == 0;
}

mv_status cards_pboc_read(struct cards_pboc *card)
{
    struct cards_session *session = card->session;
    MV_TRY(read_file(session, MV_PBOC_FILE_USER, card->user, sizeof card->user));
    MV_TRY(read_file(session, MV_PBOC_FILE_WALLET, card->wallet, sizeof card->wallet));
    MV_TRY(read_file(session, MV_PBOC_FILE_RETURN, card->returned, sizeof card->returned));
    mv_pboc_wallet_read(card->wallet, &card->amount, &card->count);
    card->unread = is_zero(card->returned, sizeof card->returned);
    return mv_ok();
}

uint8_t cards_pboc_kind(const struct cards_pboc *card)
{
    struct mv_pboc_user user;
    if (mv_pboc_unframe(card->user, sizeof card->user, MV_PBOC_COMMAND_USER, MV_PBOC_USER_DATA) != MV_DONE)
        return 0;
    mv_pboc_user_read(card->user + FRAME_DATA, &user);
    return user.kind;
}

bool cards_pboc_is_empty(const struct cards_pboc *card)
{
    return is_zero(card->wallet, sizeof card->wallet) && card->unread;
}

mv_status cards_pboc_hash(const uint8_t wallet[MV_PBOC_WALLET], uint8_t hash[STORE_CARD_HASH])
{
    return mv_sha256(wallet, MV_PBOC_WALLET, hash);
}

/* ---- writing ---- */

static mv_status write_file(struct cards_session *session, uint8_t file, const uint8_t *data, uint8_t size)
{
    MV_TRY(vend_card_pboc_update(session->vend, session->caller.deadline_ns, session->keys, file, data, size,
                                 &session->answer));
    return cards_carry(session);
}

static mv_status clear_return(struct cards_pboc *card)
{
    memset(card->returned, 0, sizeof card->returned);
    card->unread = true;
    return write_file(card->session, MV_PBOC_FILE_RETURN, card->returned, sizeof card->returned);
}

/* The meter's number is the last twelve digits of its PAN. */
static void meter_number(const char pan[STORE_PAN], uint8_t number[6])
{
    for (size_t i = 0; i < 6; i++)
        number[i] = (uint8_t)((pan[PAN_FIRST + 2 * i] - '0') << 4 | (pan[PAN_FIRST + 2 * i + 1] - '0'));
}

/* A ratio of 1, and no alarms: what the meter has stays. */
static void put_user(struct cards_pboc *card, const struct cards_pboc_purchase *purchase)
{
    struct mv_pboc_user user = {.ct = {0, 0, 1}, .pt = {0, 0, 1}, .kind = (uint8_t)purchase->kind};
    uint8_t data[MV_PBOC_USER_DATA];
    meter_number(card->session->card.pan, user.meter_no);
    memcpy(user.client_no, purchase->client, sizeof user.client_no);
    mv_pboc_user_write(&user, data);
    (void)mv_pboc_frame(MV_PBOC_COMMAND_USER, data, sizeof data, card->user);
}

/* File 1 first and the return last: a meter that sees the card in between counts nothing. */
static mv_status write_all(struct cards_pboc *card, uint32_t purchase)
{
    struct cards_session *session = card->session;
    uint8_t hash[STORE_CARD_HASH];
    MV_TRY(cards_say(session, 0, 0, "writing"));
    mv_pboc_wallet_read(card->wallet, &card->amount, &card->count);
    MV_TRY(cards_pboc_hash(card->wallet, hash));
    MV_TRY(vend_card_note(session->vend, &session->act, hash, purchase));
    MV_TRY(write_file(session, MV_PBOC_FILE_USER, card->user, sizeof card->user));
    MV_TRY(write_file(session, MV_PBOC_FILE_WALLET, card->wallet, sizeof card->wallet));
    MV_TRY(clear_return(card));
    return vend_card_has(session->vend, &session->act, hash);
}

mv_status cards_pboc_write(struct cards_pboc *card, const struct cards_pboc_purchase *purchase)
{
    put_user(card, purchase);
    mv_pboc_wallet_write(purchase->amount, purchase->count, card->wallet);
    return write_all(card, purchase->count);
}

mv_status cards_pboc_clear(struct cards_pboc *card)
{
    const struct mv_pboc_user nobody = {.kind = 0};
    uint8_t data[MV_PBOC_USER_DATA];
    mv_pboc_user_write(&nobody, data);
    (void)mv_pboc_frame(MV_PBOC_COMMAND_USER, data, sizeof data, card->user);
    memset(card->wallet, 0, sizeof card->wallet);
    return write_all(card, 0);
}

/* ---- putting right ---- */

static mv_status say_return(const struct cards_pboc *card)
{
    char text[80];
    const struct mv_pboc_return *answer = &card->answer;
    (void)snprintf(text, sizeof text, "the meter shows %" PRIu32 ".%02" PRIu32 " after purchase %" PRIu32,
                   answer->remaining / 100, answer->remaining % 100, answer->purchases);
    return cards_say(card->session, 0, 0, text);
}

/* A return that is older than the wallet was to be cleared with it; one that is none was torn off, and the meter writes
 * it again where there is none. */
mv_status cards_pboc_settle(struct cards_pboc *card)
{
    struct cards_session *session = card->session;
    uint8_t hash[STORE_CARD_HASH];
    MV_TRY(cards_pboc_read(card));
    MV_TRY(cards_pboc_hash(card->wallet, hash));
    MV_TRY(vend_card_has(session->vend, &session->act, hash));
    if (card->unread)
        return mv_ok();
    if (mv_pboc_unframe(card->returned, sizeof card->returned, MV_PBOC_COMMAND_RETURN, MV_PBOC_RETURN_DATA) != MV_DONE)
        return clear_return(card);
    mv_pboc_return_read(card->returned + FRAME_DATA, &card->answer);
    return card->answer.purchases < card->count ? clear_return(card) : say_return(card);
}

mv_status cards_pboc_amount(enum vend_unit unit, int64_t amount, int64_t arrears, uint32_t *hundredths)
{
    static const int64_t of[] = {
        [VEND_UNIT_WH] = 10, [VEND_UNIT_LITRE] = 10, [VEND_UNIT_SECOND] = 36, [VEND_UNIT_CURRENCY_E5] = 1000};
    if (unit < VEND_UNIT_WH || unit > VEND_UNIT_CURRENCY_E5)
        return mv_fail(MV_INVALID_FIELD, "quantity");
    if (amount < 0 || amount % of[unit] != 0 || amount / of[unit] > UINT32_MAX)
        return mv_fail(MV_INVALID_FIELD, "quantity: not in hundredths");
    *hundredths = (uint32_t)(amount / of[unit]);
    return arrears == 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "arrears_added: a wallet has no debt");
}
