#include "fake_cards.h"

#include <stdlib.h>
#include <string.h>

#include "fake_pboc.h"
#include "hsm/masters.h"
#include "metervault/an10922.h"
#include "metervault/card.h"
#include "metervault/card_layout.h"

enum { SESSIONS = 64 };

struct session {
    bool taken;
    struct fake_pboc pboc; /* of profile 2 */
    struct mv_card_session card;
    struct mv_card_soft soft;
    struct mv_card_cipher cipher;
    uint8_t buffer[MV_CARD_DATA_MAX + MV_CARD_BUFFER_MORE];
    uint8_t data[MV_CARD_DATA_MAX]; /* of the command: the session points at it */
    uint8_t header[MV_CARD_HEADER_MAX];
};

_Static_assert(sizeof((struct session *)0)->buffer - MV_CARD_BUFFER_MORE <= sizeof((struct hsmd_card_answer *)0)->data,
               "what a card answers fits into an answer");

struct fake_cards fake_cards;
static struct session sessions[SESSIONS];
static uint32_t numbers[SESSIONS]; /* session numbers in use, never the same again */
static uint32_t last_number;
static uint32_t seed = 1;

void fake_cards_reset(void)
{
    fake_keys_lock();
    memset(sessions, 0, sizeof sessions);
    fake_cards = (struct fake_cards){.failure = mv_ok(), .lost_at = -1};
    fake_keys_unlock();
}

void fake_cards_masters(const uint8_t domain[3], uint8_t first, uint8_t last)
{
    static const enum hsm_key_use uses[] = {
        HSM_USE_CARD_ISSUER,    HSM_USE_CARD_OFFICE,        HSM_USE_CARD_METER,         HSM_USE_CARD_AREA,
        HSM_USE_CARD_TRANSPORT, HSM_USE_CARD_PBOC_INTERNAL, HSM_USE_CARD_PBOC_EXTERNAL, HSM_USE_CARD_PBOC_MAC};
    fake_keys_lock();
    for (uint8_t version = first; version <= last; version++)
        for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
            struct hsm_key_info *key = &fake_keys.catalogue.keys[fake_keys.catalogue.key_count++];
            *key = (struct hsm_key_info){.use = uses[i], .version = version, .state = HSM_ACTIVE};
            hsm_master_label(key->use, domain, version, key->label);
        }
    fake_keys_unlock();
}

static uint8_t diversify(const struct hsmd_card_key_ref *ref, uint8_t *input)
{
    static const enum mv_card_purpose by_slot[] = {MV_CARD_FOR_ISSUER, MV_CARD_FOR_OFFICE, MV_CARD_FOR_METER,
                                                   MV_CARD_FOR_NOBODY};
    if (ref->use == HSMD_CARD_METER)
        return mv_card_diversifier_meter(ref->pan, input);
    if (ref->use == HSMD_CARD_AREA)
        return mv_card_diversifier_area(ref->domain, input);
    if (ref->use == HSMD_CARD_TRANSPORT)
        return mv_card_diversifier_uid(MV_CARD_FOR_TRANSPORT, ref->uid, input);
    if (ref->slot == HSMD_CARD_PICC)
        return mv_card_diversifier_uid(MV_CARD_FOR_PICC, ref->uid, input);
    return mv_card_diversifier_uid(by_slot[ref->slot], ref->uid, input);
}

void fake_cards_key(const struct hsmd_card_key_ref *ref, uint8_t key[16])
{
    uint8_t master[16];
    uint8_t input[MV_CARD_DIVERSIFIER_MAX];
    memset(key, 0, 16);
    if (ref->use == HSMD_CARD_FACTORY)
        return;
    memset(master, (int)ref->use << 4 | (ref->version & 15), sizeof master);
    if (mv_an10922_aes128(master, input, diversify(ref, input), key) != MV_DONE)
        abort();
}

static bool random_bytes(void *context, uint8_t *data, uint16_t size)
{
    (void)context;
    for (uint16_t i = 0; i < size; i++) {
        seed = seed * 1103515245U + 12345U;
        data[i] = (uint8_t)(seed >> 16);
    }
    return true;
}

static struct session *find(uint32_t session)
{
    for (size_t i = 0; i < SESSIONS; i++)
        if (sessions[i].taken && numbers[i] == session)
            return &sessions[i];
    return NULL;
}

static void end(struct session *place)
{
    if (place->pboc.state == FAKE_PBOC_NONE)
        mv_card_end(&place->card);
    place->taken = false;
    fake_cards.sessions--;
}

static mv_status answer_with(struct session *place, enum mv_card_next next, struct hsmd_card_answer *answer)
{
    *answer = (struct hsmd_card_answer){.session = numbers[place - sessions]};
    switch (next) {
    case MV_CARD_SEND:
        answer->next = HSMD_CARD_SEND;
        answer->apdu_size = place->card.apdu_size;
        memcpy(answer->apdu, place->card.apdu, place->card.apdu_size);
        break;
    case MV_CARD_DONE:
        answer->next = HSMD_CARD_DONE;
        answer->data_size = place->card.size;
        memcpy(answer->data, place->card.data, place->card.size);
        break;
    default:
        answer->next = HSMD_CARD_REFUSED;
        answer->card_error = (uint16_t)place->card.error;
        break;
    }
    if (answer->next == HSMD_CARD_REFUSED || !(place->card.authenticated || next == MV_CARD_SEND)) {
        end(place);
        answer->session = HSMD_CARD_NO_SESSION;
    }
    return mv_ok();
}

/* Locked until `done`. */
static mv_status take(uint32_t session, struct session **place)
{
    fake_keys_lock();
    *place = find(session);
    if (!fake_cards.failure.ok)
        return fake_cards.failure;
    if (*place != NULL && fake_cards.lost_at >= 0 && fake_cards.lost_at-- == 0) {
        end(*place);
        *place = NULL;
    }
    return *place == NULL ? mv_fail(MV_CARD_SESSION_LOST, NULL) : mv_ok();
}

static mv_status done(mv_status status)
{
    fake_keys_unlock();
    return status;
}

static mv_status begin(struct session **place)
{
    *place = NULL;
    for (size_t i = 0; i < SESSIONS && *place == NULL; i++)
        *place = sessions[i].taken ? NULL : &sessions[i];
    if (*place == NULL)
        return mv_fail(MV_SERVER_BUSY, NULL);
    memset(*place, 0, sizeof **place);
    (*place)->taken = true;
    fake_cards.sessions++;
    numbers[*place - sessions] = ++last_number;
    return mv_ok();
}

mv_status hsmd_card_open(struct hsmd_client *client, const struct hsmd_card_key_ref *key, uint32_t session,
                         struct hsmd_card_answer *answer)
{
    struct session *place = NULL;
    uint8_t bytes[16];
    (void)client;
    (void)session;
    fake_keys_lock();
    if (!fake_cards.failure.ok)
        return done(fake_cards.failure);
    if (fake_cards.retired_version > 0 && key->use == fake_cards.retired && key->version == fake_cards.retired_version)
        return done(mv_fail(MV_CARD_KEY_NOT_ACTIVE, NULL));
    mv_status status = begin(&place);
    if (!status.ok)
        return done(status);
    mv_card_soft_init(&place->soft, &place->cipher, random_bytes, NULL);
    fake_cards_key(key, bytes);
    mv_card_soft_key(&place->soft, bytes);
    mv_card_start(&place->card, &place->cipher, place->buffer, sizeof place->buffer);
    uint8_t slot = key->slot == HSMD_CARD_PICC ? 0 : key->slot;
    return done(answer_with(place, mv_card_authenticate(&place->card, slot, true), answer));
}

mv_status hsmd_card_command(struct hsmd_client *client, uint32_t session, const struct mv_card_command *command,
                            struct hsmd_card_answer *answer)
{
    struct session *place;
    struct mv_card_command copy = *command;
    (void)client;
    mv_status status = take(session, &place);
    if (!status.ok)
        return done(status);
    if (copy.header_size > 0)
        memcpy(place->header, command->header, copy.header_size);
    if (copy.data_size > 0)
        memcpy(place->data, command->data, copy.data_size);
    copy.header = place->header;
    copy.data = place->data;
    return done(answer_with(place, mv_card_command(&place->card, &copy), answer));
}

mv_status hsmd_card_change_key(struct hsmd_client *client, uint32_t session, uint8_t slot_in_use,
                               const struct hsmd_card_key_ref *old_key, const struct hsmd_card_key_ref *new_key,
                               struct hsmd_card_answer *answer)
{
    struct session *place;
    uint8_t before[16];
    uint8_t after[16];
    uint8_t plain[MV_CARD_KEY_DATA_MAX];
    (void)client;
    mv_status status = take(session, &place);
    if (!status.ok)
        return done(status);
    fake_cards_key(old_key, before);
    fake_cards_key(new_key, after);
    bool own = old_key->slot == slot_in_use;
    uint8_t size = mv_card_key_data(after, own ? NULL : before, new_key->version, plain);
    uint8_t slot = new_key->slot == HSMD_CARD_PICC ? 0 : new_key->slot;
    return done(answer_with(place, mv_card_change_key(&place->card, slot, plain, size), answer));
}

static mv_status answer_pboc(struct session *place, struct hsmd_card_answer *answer)
{
    answer->session = numbers[place - sessions];
    if (answer->next == HSMD_CARD_REFUSED) {
        end(place);
        answer->session = HSMD_CARD_NO_SESSION;
    }
    return mv_ok();
}

mv_status hsmd_pboc_open(struct hsmd_client *client, const struct hsmd_pboc_ref *ref, struct hsmd_card_answer *answer)
{
    struct session *place = NULL;
    (void)client;
    fake_keys_lock();
    if (!fake_cards.failure.ok)
        return done(fake_cards.failure);
    mv_status status = begin(&place);
    if (!status.ok)
        return done(status);
    fake_pboc_open(&place->pboc, ref, answer);
    return done(answer_pboc(place, answer));
}

mv_status hsmd_pboc_update(struct hsmd_client *client, uint32_t session, uint8_t class, uint8_t file,
                           const uint8_t *data, uint8_t size, struct hsmd_card_answer *answer)
{
    struct session *place;
    (void)client;
    mv_status status = take(session, &place);
    if (!status.ok)
        return done(status);
    fake_pboc_update(&place->pboc, class, file, data, size, answer);
    return done(answer_pboc(place, answer));
}

mv_status hsmd_card_step(struct hsmd_client *client, uint32_t session, const uint8_t *rapdu, size_t size,
                         struct hsmd_card_answer *answer)
{
    struct session *place;
    (void)client;
    mv_status status = take(session, &place);
    if (!status.ok)
        return done(status);
    if (place->pboc.state != FAKE_PBOC_NONE) {
        fake_pboc_step(&place->pboc, rapdu, size, answer);
        return done(answer_pboc(place, answer));
    }
    return done(answer_with(place, mv_card_step(&place->card, rapdu, (uint16_t)size), answer));
}

void hsmd_card_close(struct hsmd_client *client, uint32_t session)
{
    (void)client;
    fake_keys_lock();
    struct session *place = find(session);
    if (place != NULL)
        end(place);
    fake_keys_unlock();
}
