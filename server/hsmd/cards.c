/* Card sessions: the server relays what the state machine here says and hears. The INS that a server may ask for are a
 * closed list; keys are changed by their references alone. */
#include "hsmd/card_sessions.h"

#include "base/secret.h"
#include "hsmd/channel.h"
#include "hsmd/desk.h"

static mv_status refuse(const char *where)
{
    return mv_fail(MV_INVALID_FIELD, where);
}

/* ---- one move of the state machine, and what becomes of the session ---- */

static void end(struct hsmd_desk *desk, struct hsmd_card_place **place)
{
    struct hsmd_service *service = desk->service;
    if (*place != NULL)
        hsmd_cards_end(service->cards, service->hsm, *place, service->keyring.sessions);
    *place = NULL;
}

mv_status hsmd_card_broke(struct hsmd_desk *desk, struct hsmd_card_place *place)
{
    mv_status status = place->failed;
    end(desk, &place);
    if (!hsm_broken(status))
        return status;
    return hsmd_desk_healed(desk, &status) ? mv_fail(MV_CARD_SESSION_LOST, "session of the token") : status;
}

static void put_answer(struct mv_writer *reply, const struct hsmd_card_place *place, enum mv_card_next next)
{
    const struct mv_card_session *session = &place->session;
    bool lives = next == MV_CARD_SEND || (next == MV_CARD_DONE && session->authenticated);
    uint16_t apdu_size = next == MV_CARD_SEND ? session->apdu_size : 0;
    uint16_t data_size = next == MV_CARD_DONE ? session->size : 0;
    hsmd_put_status(reply, mv_ok());
    mv_put_u32(reply, lives ? place->id : HSMD_CARD_NO_SESSION);
    mv_put_u8(reply, (uint8_t)(next == MV_CARD_SEND   ? HSMD_CARD_SEND
                               : next == MV_CARD_DONE ? HSMD_CARD_DONE
                                                      : HSMD_CARD_REFUSED));
    mv_put_u16(reply, next == MV_CARD_OVER ? (uint16_t)session->error : 0);
    mv_put_u16(reply, apdu_size);
    mv_put_bytes(reply, session->apdu, apdu_size);
    mv_put_u16(reply, data_size);
    mv_put_bytes(reply, session->data, data_size);
}

/* Nothing but what is answered is left of a session that is over. */
static void conclude(struct hsmd_desk *desk, struct hsmd_card_place *place, enum mv_card_next next,
                     struct mv_writer *reply)
{
    if (next == MV_CARD_OVER && place->session.error == MV_CARD_CIPHER) {
        hsmd_put_status(reply, hsmd_card_broke(desk, place));
        return;
    }
    place->waits = next == MV_CARD_SEND;
    put_answer(reply, place, next);
    if (next == MV_CARD_OVER || (next == MV_CARD_DONE && !place->session.authenticated))
        end(desk, &place);
}

static mv_status find(struct hsmd_desk *desk, uint32_t owner, uint32_t id, struct hsmd_card_place **place)
{
    struct hsmd_service *service = desk->service;
    MV_TRY(hsmd_cards_get(service->cards, service->hsm, owner, id, desk->now_ms, service->keyring.sessions, place));
    (*place)->desk = desk;
    return mv_ok();
}

static mv_status find_idle(struct hsmd_desk *desk, uint32_t owner, uint32_t id, struct hsmd_card_place **place)
{
    MV_TRY(find(desk, owner, id, place));
    if ((*place)->pboc.state != HSMD_PBOC_NONE)
        return refuse("card session: of another profile");
    return (*place)->waits ? refuse("card session: a command is under way") : mv_ok();
}

/* ---- open ---- */

static void get_key(struct mv_reader *from, struct hsmd_card_key_ref *key)
{
    *key = (struct hsmd_card_key_ref){.use = (enum hsmd_card_key)mv_get_u8(from)};
    key->slot = mv_get_u8(from);
    key->version = mv_get_u8(from);
    mv_get_bytes(from, key->uid, sizeof key->uid);
    mv_get_bytes(from, key->pan, sizeof key->pan - 1);
    mv_get_bytes(from, key->domain, sizeof key->domain);
}

/* A key past its time opens a session in which nothing is written. */
static mv_status judge(struct hsmd_desk *desk, const struct hsmd_card_key_ref *key, bool *leaving)
{
    struct hsm_card_source source;
    MV_TRY(hsmd_card_source(desk, key, HSM_TO_LEAVE, &source));
    *leaving = !hsmd_card_source(desk, key, HSM_TO_ISSUE, &source).ok;
    return desk->service->keyring.state;
}

static mv_status begin(struct hsmd_desk *desk, uint32_t owner, uint32_t id, struct hsmd_card_place **place)
{
    struct hsmd_service *service = desk->service;
    if (id != HSMD_CARD_NO_SESSION)
        return find_idle(desk, owner, id, place);
    MV_TRY(hsmd_cards_add(service->cards, owner, desk->now_ms, place));
    (*place)->desk = desk;
    (*place)->token_session = service->keyring.sessions;
    hsmd_card_cipher(*place);
    mv_card_start(&(*place)->session, &(*place)->cipher, (*place)->buffer, sizeof(*place)->buffer);
    return mv_ok();
}

bool hsmd_serve_card_open(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                          struct mv_writer *reply)
{
    struct hsmd_desk desk;
    struct hsmd_card_key_ref key;
    struct hsmd_card_place *place = NULL;
    bool leaving = false;
    get_key(request, &key);
    uint32_t id = mv_get_u32(request);
    if (!mv_reader_done(request))
        return false;
    mv_status status = hsmd_desk_open(&desk, service);
    if (status.ok)
        status = judge(&desk, &key, &leaving);
    if (status.ok)
        status = begin(&desk, owner, id, &place);
    if (!status.ok) {
        hsmd_put_status(reply, status);
        return true;
    }
    place->key = key;
    place->source_generation = 0; /* no catalogue that holds keys has it */
    place->leaving = leaving;
    bool first = id == HSMD_CARD_NO_SESSION;
    conclude(&desk, place, mv_card_authenticate(&place->session, hsmd_card_key_number(key.slot), first), reply);
    return true;
}

/* ---- command ---- */

static mv_status may_run(const struct hsmd_card_place *place, const struct mv_card_command *command)
{
    switch (command->ins) {
    case MV_CARD_INS_CARD_UID:
    case MV_CARD_INS_FILE_IDS:
    case MV_CARD_INS_FILE_SETTINGS:
    case MV_CARD_INS_FREE_MEMORY:
    case MV_CARD_INS_READ:
    case MV_CARD_INS_ABORT:
        break;
    case MV_CARD_INS_WRITE:
    case MV_CARD_INS_COMMIT:
    case MV_CARD_INS_CREATE_APPLICATION:
    case MV_CARD_INS_CREATE_BACKUP_FILE:
    case MV_CARD_INS_CREATE_STANDARD_FILE:
    case MV_CARD_INS_DELETE_FILE:
        if (place->leaving)
            return mv_fail(MV_CARD_KEY_NOT_ACTIVE, "only to be left");
        break;
    default:
        return refuse("card command: ins");
    }
    bool mode = command->mode == MV_CARD_PLAIN || command->mode == MV_CARD_MAC || command->mode == MV_CARD_SECRET;
    return mode ? mv_ok() : refuse("card command: mode");
}

bool hsmd_serve_card_command(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                             struct mv_writer *reply)
{
    struct hsmd_desk desk;
    struct hsmd_card_place *place = NULL;
    struct mv_card_command command = {.ins = 0};
    uint8_t header[MV_CARD_HEADER_MAX];
    uint8_t data[MV_CARD_DATA_MAX];
    uint32_t id = mv_get_u32(request);
    command.ins = mv_get_u8(request);
    command.mode = mv_get_u8(request);
    command.header_size = mv_get_u8(request);
    if (command.header_size > sizeof header)
        return false;
    mv_get_bytes(request, header, command.header_size);
    command.data_size = mv_get_u16(request);
    if (command.data_size > sizeof data)
        return false;
    mv_get_bytes(request, data, command.data_size);
    if (!mv_reader_done(request))
        return false;
    command.header = header;
    command.data = data;
    mv_status status = hsmd_desk_open(&desk, service);
    if (status.ok)
        status = find_idle(&desk, owner, id, &place);
    if (status.ok)
        status = may_run(place, &command);
    if (!status.ok)
        hsmd_put_status(reply, status);
    else
        conclude(&desk, place, mv_card_command(&place->session, &command), reply);
    return true;
}

/* ---- change of a key ---- */

struct change {
    uint8_t slot_in_use;
    struct hsmd_card_key_ref old_key, new_key;
};

/* Whoever has heard the factory's key on a card has what is put onto it under that key: the ways into the card, and
 * never a key of an office, a meter or an area. */
static bool leaves_factory_well(const struct hsmd_card_place *place, const struct change *change)
{
    if (place->key.use != HSMD_CARD_FACTORY && change->old_key.use != HSMD_CARD_FACTORY)
        return true;
    return change->new_key.use == HSMD_CARD_TRANSPORT || change->new_key.slot == HSMD_CARD_PICC;
}

static mv_status check_change(const struct hsmd_card_place *place, const struct change *change)
{
    uint8_t slot = change->new_key.slot;
    if (place->key.slot != change->slot_in_use)
        return refuse("card key: slot in use");
    if (change->old_key.slot != slot)
        return refuse("card key: slot of the old one");
    /* the card's own key and an application's are never seen from the same session */
    if ((slot == HSMD_CARD_PICC) != (place->key.slot == HSMD_CARD_PICC))
        return refuse("card key: slot");
    if (change->new_key.use == HSMD_CARD_FACTORY)
        return refuse("card key: the factory's is no new one");
    return leaves_factory_well(place, change) ? mv_ok() : refuse("card key: only transport keys replace the factory's");
}

/* The own key changes without being named: what is in use is what it was. */
static mv_status key_data(struct hsmd_desk *desk, const struct hsmd_card_place *place, const struct change *change,
                          uint8_t *plain, uint8_t *size)
{
    struct hsm_card_source old_key;
    struct hsm_card_source new_key;
    bool own = change->new_key.slot == place->key.slot;
    MV_TRY(hsmd_card_source(desk, &change->old_key, HSM_TO_LEAVE, &old_key));
    MV_TRY(hsmd_card_source(desk, &change->new_key, HSM_TO_ENTER, &new_key));
    /* a look for the new one may have loaded the catalogue again and closed the old one */
    MV_TRY(hsmd_card_source(desk, &change->old_key, HSM_TO_LEAVE, &old_key));
    return hsm_card_key_data(desk->service->hsm, &new_key, own ? NULL : &old_key, change->new_key.version, plain, size);
}

static void run_change(struct hsmd_desk *desk, struct hsmd_card_place *place, const struct change *change,
                       struct mv_writer *reply)
{
    uint8_t size = 0;
    uint8_t number = hsmd_card_key_number(change->new_key.slot);
    uint8_t *plain = mv_secret_alloc(MV_CARD_KEY_DATA_MAX);
    mv_status status =
        plain != NULL ? key_data(desk, place, change, plain, &size) : mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    if (status.ok) {
        conclude(desk, place, mv_card_change_key(&place->session, number, plain, size), reply);
    } else if (hsm_broken(status)) {
        place->failed = status;
        hsmd_put_status(reply, hsmd_card_broke(desk, place));
    } else {
        hsmd_put_status(reply, status);
    }
    mv_secret_free(plain, MV_CARD_KEY_DATA_MAX);
}

bool hsmd_serve_card_change_key(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                                struct mv_writer *reply)
{
    struct hsmd_desk desk;
    struct hsmd_card_place *place = NULL;
    struct change change;
    uint32_t id = mv_get_u32(request);
    change.slot_in_use = mv_get_u8(request);
    get_key(request, &change.old_key);
    get_key(request, &change.new_key);
    if (!mv_reader_done(request))
        return false;
    mv_status status = hsmd_desk_open(&desk, service);
    if (status.ok)
        status = find_idle(&desk, owner, id, &place);
    if (status.ok)
        status = check_change(place, &change);
    if (!status.ok)
        hsmd_put_status(reply, status);
    else
        run_change(&desk, place, &change, reply);
    return true;
}

/* ---- step, close ---- */

bool hsmd_serve_card_step(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                          struct mv_writer *reply)
{
    struct hsmd_desk desk;
    struct hsmd_card_place *place = NULL;
    uint8_t rapdu[HSMD_CARD_RAPDU];
    uint32_t id = mv_get_u32(request);
    uint16_t size = mv_get_u16(request);
    if (size > sizeof rapdu)
        return false;
    mv_get_bytes(request, rapdu, size);
    if (!mv_reader_done(request))
        return false;
    mv_status status = hsmd_desk_open(&desk, service);
    if (status.ok)
        status = find(&desk, owner, id, &place);
    if (status.ok && !place->waits)
        status = refuse("card session: nothing is under way");
    if (!status.ok)
        hsmd_put_status(reply, status);
    else if (place->pboc.state != HSMD_PBOC_NONE)
        hsmd_pboc_step(&desk, place, rapdu, size, reply);
    else
        conclude(&desk, place, mv_card_step(&place->session, rapdu, size), reply);
    return true;
}

bool hsmd_serve_card_close(struct hsmd_service *service, uint32_t owner, struct mv_reader *request)
{
    struct hsmd_card_place *place = NULL;
    unsigned session = service->keyring.sessions;
    uint32_t id = mv_get_u32(request);
    if (!mv_reader_done(request))
        return false;
    if (hsmd_cards_get(service->cards, service->hsm, owner, id, hsmd_now_ms(), session, &place).ok)
        hsmd_cards_end(service->cards, service->hsm, place, session);
    return true;
}
