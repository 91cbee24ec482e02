/* Talking to a card: freely, or through the key process. */
#include "cards/session.h"

#include <string.h>

#include "vending/job.h"

mv_status cards_refusal(enum mv_card_error error)
{
    switch (error) {
    case MV_CARD_AUTHENTICATION:
    case MV_CARD_FALSE:
    case MV_CARD_MAC_WRONG:
        return mv_fail_code(MV_CARD_NOT_GENUINE, mv_card_error_text(error), (unsigned)error);
    case MV_CARD_FOREIGN:
        return mv_fail(MV_CARD_UNKNOWN, mv_card_error_text(error));
    default:
        return mv_fail_code(MV_CARD_FAILED, mv_card_error_text(error), (unsigned)error);
    }
}

mv_status cards_exchange(struct cards_session *session, const uint8_t *capdu, size_t size, uint8_t rapdu[CARDS_RAPDU],
                         size_t *answered)
{
    if (session->apdus == vend_card_limits(session->vend)->apdus)
        return mv_fail(MV_CARD_SESSION_LOST, "commands");
    if (vend_monotonic_ns() > session->caller.deadline_ns)
        return mv_fail(MV_DEADLINE_PASSED, NULL);
    session->result->apdus = ++session->apdus;
    return session->link->exchange(session->link->self, capdu, size, rapdu, answered);
}

mv_status cards_say(struct cards_session *session, unsigned done, unsigned of, const char *what)
{
    return session->link->progress(session->link->self, done, of, what);
}

/* ---- freely ---- */

mv_status cards_ask(struct cards_session *session, uint8_t ins, const uint8_t *header, uint8_t size)
{
    const struct mv_card_command command = {.ins = ins, .mode = MV_CARD_PLAIN, .header = header, .header_size = size};
    uint8_t rapdu[CARDS_RAPDU];
    size_t answered = 0;
    mv_card_start(&session->plain, NULL, session->buffer, sizeof session->buffer);
    enum mv_card_next next = mv_card_command(&session->plain, &command);
    while (next == MV_CARD_SEND) {
        MV_TRY(cards_exchange(session, session->plain.apdu, session->plain.apdu_size, rapdu, &answered));
        next = mv_card_step(&session->plain, rapdu, (uint16_t)answered);
    }
    session->error = next == MV_CARD_DONE ? MV_CARD_NO_ERROR : session->plain.error;
    return next == MV_CARD_DONE ? mv_ok() : cards_refusal(session->error);
}

mv_status cards_select(struct cards_session *session, const uint8_t *aid)
{
    static const uint8_t card_itself[3] = {0, 0, 0};
    cards_leave_keys(session);
    return cards_ask(session, MV_CARD_INS_SELECT, aid == NULL ? card_itself : aid, sizeof card_itself);
}

/* ---- through the key process ---- */

void cards_leave_keys(struct cards_session *session)
{
    vend_card_key_close(session->vend, session->keys);
    session->keys = HSMD_CARD_NO_SESSION;
}

mv_status cards_carry(struct cards_session *session)
{
    struct hsmd_card_answer *answer = &session->answer;
    uint8_t rapdu[CARDS_RAPDU];
    size_t answered = 0;
    session->keys = answer->session;
    while (answer->next == HSMD_CARD_SEND) {
        MV_TRY(cards_exchange(session, answer->apdu, answer->apdu_size, rapdu, &answered));
        MV_TRY(vend_card_key_step(session->vend, session->caller.deadline_ns, session->keys, rapdu, answered, answer));
        session->keys = answer->session;
    }
    session->error = answer->next == HSMD_CARD_DONE ? MV_CARD_NO_ERROR : (enum mv_card_error)answer->card_error;
    return answer->next == HSMD_CARD_DONE ? mv_ok() : cards_refusal(session->error);
}

static void label_of(const struct hsmd_card_key_ref *key, char label[HSM_LABEL_SIZE])
{
    static const enum hsm_key_use uses[] = {[HSMD_CARD_ISSUER] = HSM_USE_CARD_ISSUER,
                                            [HSMD_CARD_OFFICE] = HSM_USE_CARD_OFFICE,
                                            [HSMD_CARD_METER] = HSM_USE_CARD_METER,
                                            [HSMD_CARD_AREA] = HSM_USE_CARD_AREA,
                                            [HSMD_CARD_TRANSPORT] = HSM_USE_CARD_TRANSPORT};
    if (key->use == HSMD_CARD_FACTORY)
        memcpy(label, "card-factory", sizeof "card-factory");
    else
        hsm_master_label(uses[key->use], key->domain, key->version, label);
}

mv_status cards_open(struct cards_session *session, const struct hsmd_card_key_ref *key)
{
    char label[HSM_LABEL_SIZE];
    cards_leave_keys(session);
    label_of(key, label);
    MV_TRY(vend_card_use(session->vend, &session->act, label));
    MV_TRY(vend_card_key_open(session->vend, session->caller.deadline_ns, key, &session->answer));
    MV_TRY(cards_carry(session));
    return session->known ? mv_ok() : vend_card_used(session->vend, &session->act, label);
}

mv_status cards_command(struct cards_session *session, const struct mv_card_command *command)
{
    MV_TRY(vend_card_key_command(session->vend, session->caller.deadline_ns, session->keys, command, &session->answer));
    return cards_carry(session);
}

mv_status cards_order_card(struct cards_session *session, uint8_t ins, const uint8_t *header, uint8_t size)
{
    const struct mv_card_command command = {.ins = ins, .mode = MV_CARD_MAC, .header = header, .header_size = size};
    return cards_command(session, &command);
}

mv_status cards_change_key(struct cards_session *session, const struct hsmd_card_key_ref *old_key,
                           const struct hsmd_card_key_ref *new_key)
{
    uint8_t in_use = old_key->slot == HSMD_CARD_PICC ? HSMD_CARD_PICC : MV_CARD_SLOT_ISSUER;
    if (old_key->use == new_key->use && old_key->version == new_key->version)
        return mv_ok();
    MV_TRY(vend_card_key_change(session->vend, session->caller.deadline_ns, session->keys, in_use, old_key, new_key,
                                &session->answer));
    return cards_carry(session);
}

mv_status cards_check_uid(struct cards_session *session)
{
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    MV_TRY(cards_command(session, &command));
    bool same =
        session->answer.data_size == STORE_UID && memcmp(session->answer.data, session->act.uid, STORE_UID) == 0;
    return same ? mv_ok() : cards_refusal(MV_CARD_FALSE);
}
