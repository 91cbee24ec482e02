/* Sessions with cards of profile 2. The card proves itself first, with a challenge of the token's, so that a recorded
 * one does not; only then, once, does the office prove itself to the card's challenge. Of writes there are those of the
 * profile's files and no others. */
#include <string.h>

#include "hsmd/card_sessions.h"
#include "hsmd/desk.h"

enum { STATUS = 2, WRITE_CHALLENGE = 4, CLASS_ISO = 0x00, INS_CHALLENGE = 0x84, CHALLENGE_APDU = 5 };

static mv_status refuse(const char *where)
{
    return mv_fail(MV_INVALID_FIELD, where);
}

/* ---- what is answered ---- */

static void end(struct hsmd_desk *desk, struct hsmd_card_place *place)
{
    struct hsmd_service *service = desk->service;
    hsmd_cards_end(service->cards, service->hsm, place, service->keyring.sessions);
}

static void put(struct mv_writer *reply, uint32_t id, uint8_t next, enum mv_card_error error)
{
    hsmd_put_status(reply, mv_ok());
    mv_put_u32(reply, id);
    mv_put_u8(reply, next);
    mv_put_u16(reply, (uint16_t)error);
}

static void send(struct hsmd_card_place *place, enum hsmd_pboc_state state, struct mv_writer *reply)
{
    const struct hsmd_pboc *pboc = &place->pboc;
    place->pboc.state = state;
    place->waits = true;
    put(reply, place->id, HSMD_CARD_SEND, MV_CARD_NO_ERROR);
    mv_put_u16(reply, pboc->apdu_size);
    mv_put_bytes(reply, pboc->apdu, pboc->apdu_size);
    mv_put_u16(reply, 0);
}

static void done(struct hsmd_card_place *place, struct mv_writer *reply)
{
    place->pboc.state = HSMD_PBOC_READY;
    place->waits = false;
    put(reply, place->id, HSMD_CARD_DONE, MV_CARD_NO_ERROR);
    mv_put_u16(reply, 0);
    mv_put_u16(reply, 0);
}

static void over(struct hsmd_desk *desk, struct hsmd_card_place *place, enum mv_card_error error,
                 struct mv_writer *reply)
{
    end(desk, place);
    put(reply, HSMD_CARD_NO_SESSION, HSMD_CARD_REFUSED, error);
    mv_put_u16(reply, 0);
    mv_put_u16(reply, 0);
}

static void broke(struct hsmd_desk *desk, struct hsmd_card_place *place, mv_status status, struct mv_writer *reply)
{
    place->failed = status;
    hsmd_put_status(reply, hsmd_card_broke(desk, place));
}

static void ask_challenge(struct hsmd_card_place *place, uint8_t size, enum hsmd_pboc_state state,
                          struct mv_writer *reply)
{
    const uint8_t apdu[CHALLENGE_APDU] = {CLASS_ISO, INS_CHALLENGE, 0, 0, size};
    memcpy(place->pboc.apdu, apdu, sizeof apdu);
    place->pboc.apdu_size = sizeof apdu;
    send(place, state, reply);
}

/* ---- opening ---- */

static mv_status master(struct hsmd_desk *desk, enum hsm_key_use use, uint8_t version, enum hsm_purpose purpose,
                        struct hsm_handle *handle)
{
    static const uint8_t no_domain[HSM_DOMAIN_BYTES];
    if (version == 0)
        return refuse("card key: version");
    return hsmd_desk_master(desk, use, no_domain, version, purpose, handle);
}

static mv_status derive(struct hsmd_desk *desk, const struct hsmd_pboc_ref *ref, struct hsmd_pboc *pboc)
{
    struct hsm *hsm = desk->service->hsm;
    struct hsm_handle handle;
    MV_TRY(master(desk, HSM_USE_CARD_PBOC_INTERNAL, ref->internal, HSM_TO_LEAVE, &handle));
    MV_TRY(hsm_pboc_derive(hsm, handle, ref->serial, false, &pboc->internal));
    MV_TRY(master(desk, HSM_USE_CARD_PBOC_EXTERNAL, ref->external, HSM_TO_LEAVE, &handle));
    MV_TRY(hsm_pboc_derive(hsm, handle, ref->serial, false, &pboc->external));
    MV_TRY(master(desk, HSM_USE_CARD_PBOC_MAC, ref->mac, HSM_TO_LEAVE, &handle));
    return hsm_pboc_derive(hsm, handle, ref->serial, true, &pboc->mac);
}

static mv_status answer_of(struct hsm *hsm, const struct hsm_pboc_key *key, const uint8_t challenge[MV_PBOC_BLOCK],
                           uint8_t answer[MV_PBOC_BLOCK])
{
    struct hsm_pboc_cipher cipher = {.hsm = hsm, .key = key};
    const struct mv_pboc_cipher calls = hsm_pboc_cipher(&cipher);
    memcpy(answer, challenge, MV_PBOC_BLOCK);
    return calls.encrypt(calls.context, MV_PBOC_WHOLE, answer) ? mv_ok() : cipher.failed;
}

/* With one key for both directions, what the card answers would be what the card wants to hear. */
static mv_status expect_three_keys(struct hsm *hsm, const struct hsmd_pboc *pboc)
{
    uint8_t internal[MV_PBOC_BLOCK];
    uint8_t external[MV_PBOC_BLOCK];
    uint8_t mac[MV_PBOC_BLOCK];
    MV_TRY(answer_of(hsm, &pboc->internal, pboc->challenge, internal));
    MV_TRY(answer_of(hsm, &pboc->external, pboc->challenge, external));
    MV_TRY(answer_of(hsm, &pboc->mac, pboc->challenge, mac));
    bool same = memcmp(internal, external, sizeof internal) == 0 || memcmp(internal, mac, sizeof internal) == 0 ||
                memcmp(external, mac, sizeof external) == 0;
    return same ? mv_fail(MV_CARD_KEY_NOT_ACTIVE, "two of the card-pboc masters are one key") : mv_ok();
}

static mv_status begin(struct hsmd_desk *desk, const struct hsmd_pboc_ref *ref, struct hsmd_card_place *place)
{
    struct hsm *hsm = desk->service->hsm;
    struct hsmd_pboc *pboc = &place->pboc;
    place->token_session = desk->service->keyring.sessions;
    pboc->mac_version = ref->mac;
    MV_TRY(derive(desk, ref, pboc));
    MV_TRY(hsm_random(hsm, pboc->challenge, sizeof pboc->challenge));
    return expect_three_keys(hsm, pboc);
}

bool hsmd_serve_pboc_open(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                          struct mv_writer *reply)
{
    struct hsmd_desk desk;
    struct hsmd_pboc_ref ref;
    struct hsmd_card_place *place = NULL;
    mv_get_bytes(request, ref.serial, sizeof ref.serial);
    ref.internal = mv_get_u8(request);
    ref.external = mv_get_u8(request);
    ref.mac = mv_get_u8(request);
    if (!mv_reader_done(request))
        return false;
    mv_status status = hsmd_desk_open(&desk, service);
    if (status.ok)
        status = hsmd_cards_add(service->cards, owner, desk.now_ms, &place);
    if (!status.ok) {
        hsmd_put_status(reply, status);
        return true;
    }
    place->pboc.state = HSMD_PBOC_PROOF;
    status = begin(&desk, &ref, place);
    if (!status.ok) {
        broke(&desk, place, status, reply);
        return true;
    }
    mv_pboc_internal_auth(place->pboc.challenge, place->pboc.apdu);
    place->pboc.apdu_size = MV_PBOC_AUTH_APDU;
    send(place, HSMD_PBOC_PROOF, reply);
    return true;
}

/* ---- what the card says ---- */

static void proof(struct hsmd_desk *desk, struct hsmd_card_place *place, const uint8_t *answer, struct mv_writer *reply)
{
    struct hsmd_pboc *pboc = &place->pboc;
    struct hsm_pboc_cipher cipher = {.hsm = desk->service->hsm, .key = &pboc->internal};
    const struct mv_pboc_cipher calls = hsm_pboc_cipher(&cipher);
    bool good = mv_pboc_answers(&calls, pboc->challenge, answer);
    if (good)
        ask_challenge(place, MV_PBOC_BLOCK, HSMD_PBOC_CHALLENGE, reply);
    else if (cipher.failed.ok)
        over(desk, place, MV_CARD_FALSE, reply);
    else
        broke(desk, place, cipher.failed, reply);
}

static void challenge(struct hsmd_desk *desk, struct hsmd_card_place *place, const uint8_t *answer,
                      struct mv_writer *reply)
{
    struct hsmd_pboc *pboc = &place->pboc;
    struct hsm_pboc_cipher cipher = {.hsm = desk->service->hsm, .key = &pboc->external};
    const struct mv_pboc_cipher calls = hsm_pboc_cipher(&cipher);
    pboc->apdu_size = MV_PBOC_AUTH_APDU;
    if (mv_pboc_external_auth(&calls, answer, pboc->apdu))
        send(place, HSMD_PBOC_ADMISSION, reply);
    else
        broke(desk, place, cipher.failed, reply);
}

static void write_file(struct hsmd_desk *desk, struct hsmd_card_place *place, const uint8_t *answer,
                       struct mv_writer *reply)
{
    struct hsmd_pboc *pboc = &place->pboc;
    struct hsm_pboc_cipher cipher = {.hsm = desk->service->hsm, .key = &pboc->mac};
    const struct mv_pboc_cipher calls = hsm_pboc_cipher(&cipher);
    pboc->apdu_size = mv_pboc_update_as(&calls, pboc->class, answer, pboc->file, 0, pboc->data, pboc->size, pboc->apdu);
    if (pboc->apdu_size != 0)
        send(place, HSMD_PBOC_WRITTEN, reply);
    else
        broke(desk, place, cipher.failed, reply);
}

static uint16_t expected_size(enum hsmd_pboc_state state)
{
    switch (state) {
    case HSMD_PBOC_PROOF:
    case HSMD_PBOC_CHALLENGE:
        return MV_PBOC_BLOCK;
    case HSMD_PBOC_WRITE_CHALLENGE:
        return WRITE_CHALLENGE;
    default:
        return 0;
    }
}

void hsmd_pboc_step(struct hsmd_desk *desk, struct hsmd_card_place *place, const uint8_t *rapdu, uint16_t size,
                    struct mv_writer *reply)
{
    if (size < STATUS) {
        over(desk, place, MV_CARD_FORMAT, reply);
        return;
    }
    enum mv_card_error error = mv_pboc_status((uint16_t)(rapdu[size - 2] << 8 | rapdu[size - 1]));
    if (error == MV_CARD_NO_ERROR && size - STATUS != expected_size(place->pboc.state))
        error = MV_CARD_FORMAT;
    if (error != MV_CARD_NO_ERROR) {
        over(desk, place, error, reply);
        return;
    }
    switch (place->pboc.state) {
    case HSMD_PBOC_PROOF:
        proof(desk, place, rapdu, reply);
        return;
    case HSMD_PBOC_CHALLENGE:
        challenge(desk, place, rapdu, reply);
        return;
    case HSMD_PBOC_WRITE_CHALLENGE:
        write_file(desk, place, rapdu, reply);
        return;
    default: /* the card took the office's proof, or what was written */
        done(place, reply);
        return;
    }
}

/* ---- writing ---- */

static bool is_zero(const uint8_t *data, uint8_t size)
{
    uint8_t any = 0;
    for (uint8_t i = 0; i < size; i++)
        any |= data[i];
    return any == 0;
}

static mv_status check_file(uint8_t file, const uint8_t *data, uint8_t size)
{
    switch (file) {
    case MV_PBOC_FILE_USER:
        return mv_pboc_unframe(data, size, MV_PBOC_COMMAND_USER, MV_PBOC_USER_DATA) == MV_DONE
                   ? mv_ok()
                   : refuse("card file: parameters");
    case MV_PBOC_FILE_WALLET:
        return size == MV_PBOC_WALLET ? mv_ok() : refuse("card file: wallet");
    case MV_PBOC_FILE_RETURN:
        return size == MV_PBOC_RETURN_BYTES && is_zero(data, size) ? mv_ok() : refuse("card file: return");
    default:
        return refuse("card file: number");
    }
}

static mv_status may_write(struct hsmd_desk *desk, const struct hsmd_card_place *place, uint8_t class, uint8_t file,
                           const uint8_t *data, uint8_t size)
{
    struct hsm_handle handle;
    if (place->pboc.state == HSMD_PBOC_NONE)
        return refuse("card session: of another profile");
    if (place->pboc.state != HSMD_PBOC_READY)
        return refuse("card session: a command is under way");
    if (class != MV_PBOC_CLASS_04 && class != MV_PBOC_CLASS_84)
        return refuse("card command: class");
    MV_TRY(check_file(file, data, size));
    return master(desk, HSM_USE_CARD_PBOC_MAC, place->pboc.mac_version, HSM_TO_ISSUE, &handle);
}

bool hsmd_serve_pboc_update(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                            struct mv_writer *reply)
{
    struct hsmd_desk desk;
    struct hsmd_card_place *place = NULL;
    uint8_t data[HSMD_PBOC_DATA];
    uint32_t id = mv_get_u32(request);
    uint8_t class = mv_get_u8(request);
    uint8_t file = mv_get_u8(request);
    uint8_t size = mv_get_u8(request);
    if (size > sizeof data)
        return false;
    mv_get_bytes(request, data, size);
    if (!mv_reader_done(request))
        return false;
    mv_status status = hsmd_desk_open(&desk, service);
    if (status.ok)
        status =
            hsmd_cards_get(service->cards, service->hsm, owner, id, desk.now_ms, service->keyring.sessions, &place);
    if (status.ok)
        status = may_write(&desk, place, class, file, data, size);
    if (!status.ok) {
        hsmd_put_status(reply, status);
        return true;
    }
    place->desk = &desk;
    place->pboc.class = class == MV_PBOC_CLASS_04 ? MV_PBOC_CLASS_04 : MV_PBOC_CLASS_84;
    place->pboc.file = file;
    place->pboc.size = size;
    memcpy(place->pboc.data, data, size);
    ask_challenge(place, WRITE_CHALLENGE, HSMD_PBOC_WRITE_CHALLENGE, reply);
    return true;
}
