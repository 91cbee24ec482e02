/* An insertion: from phase to phase, and how it ends. */
#include "terminal.h"

#include <stddef.h>
#include <string.h>

#include "../crypto/wipe.h"
#include "../prepay/account.h"
#include "../prepay/keypad.h"
#include "../prepay/settle.h"

static const struct {
    enum mv_card_next (*ask)(struct mv_card_terminal *t), (*take)(struct mv_card_terminal *t);
} phases[MV_PHASE_COUNT] = {
    [MV_PHASE_SELECT] = {mv_terminal_select, mv_terminal_selected},
    [MV_PHASE_HEAD] = {mv_terminal_ask_head, mv_terminal_take_head},
    [MV_PHASE_AUTHENTICATE] = {mv_terminal_authenticate, mv_terminal_authenticated},
    [MV_PHASE_UID] = {mv_terminal_ask_uid, mv_terminal_take_uid},
    [MV_PHASE_INDEX] = {mv_terminal_ask_index, mv_terminal_take_index},
    [MV_PHASE_SLOT] = {mv_terminal_ask_slot, mv_terminal_take_slot},
    [MV_PHASE_BUNDLE] = {mv_terminal_ask_bundle, mv_terminal_take_bundle},
    [MV_PHASE_TAIL] = {mv_terminal_put_tail, mv_terminal_put},
    [MV_PHASE_BODY] = {mv_terminal_put_body, mv_terminal_put},
    [MV_PHASE_LENGTH] = {mv_terminal_put_length, mv_terminal_written},
    [MV_PHASE_COMMIT] = {mv_terminal_commit, mv_terminal_committed},
};

/* ---- the end ---- */

enum mv_card_next mv_terminal_end(struct mv_card_terminal *t, enum mv_result result)
{
    mv_card_end(&t->session);
    mv_card_soft_wipe(&t->soft);
    mv_wipe(t->record, sizeof t->record);
    t->phase = MV_PHASE_OVER;
    t->outcome.result = result;
    if (t->p->meter.loaded) {
        t->outcome.remaining = mv_account_remaining(t->p);
        mv_keypad_show(t->p, result, t->outcome.credited);
    }
    return result == MV_ACCEPT ? MV_CARD_DONE : MV_CARD_OVER;
}

static enum mv_result result_of(enum mv_card_error error)
{
    switch (error) {
    case MV_CARD_NO_APPLICATION:
    case MV_CARD_NO_FILE:
    case MV_CARD_NO_SUCH_KEY:
        return MV_SLOT_UNISSUED;
    case MV_CARD_FOREIGN:
    case MV_CARD_ILLEGAL_COMMAND:
        return MV_RECORD_KIND;
    case MV_CARD_AUTHENTICATION:
        return MV_SLOT_REFUSED;
    case MV_CARD_FALSE:
        return MV_RECORD_KEY_VERSION;
    case MV_CARD_INTEGRITY:
    case MV_CARD_MAC_WRONG:
        return MV_RECORD_MAC_ERROR;
    case MV_CARD_PERMISSION:
        return MV_SLOT_NOT_AUTHORISED;
    case MV_CARD_BOUNDARY:
    case MV_CARD_LENGTH:
    case MV_CARD_PARAMETER:
        return MV_RECORD_FILE;
    case MV_CARD_CIPHER:
        return MV_SLOT_CIPHER;
    default:
        return MV_SLOT_CONTACT;
    }
}

/* ---- from phase to phase ---- */

enum mv_card_next mv_terminal_go(struct mv_card_terminal *t, enum mv_terminal_phase phase)
{
    t->phase = (uint8_t)phase;
    return phases[phase].ask(t);
}

/* The session fails by itself; what ends for another reason has its result already. */
static enum mv_card_next follow(struct mv_card_terminal *t, enum mv_card_next next)
{
    if (next != MV_CARD_OVER || t->phase == MV_PHASE_OVER)
        return next;
    return mv_terminal_end(t, result_of(t->session.error));
}

enum mv_card_next mv_card_terminal_begin(struct mv_card_terminal *t, struct mv_prepay *p,
                                         bool (*random)(void *context, uint8_t *data, uint16_t size),
                                         void *random_context)
{
    memset(t, 0, sizeof *t);
    t->p = p;
    mv_card_soft_init(&t->soft, &t->cipher, random, random_context);
    mv_card_start(&t->session, &t->cipher, t->buffer, sizeof t->buffer);
    enum mv_result result = mv_begin(p);
    if (result == MV_DONE && p->card_keys.meter_version == 0)
        result = MV_NOT_PROVISIONED;
    if (result != MV_DONE)
        return mv_terminal_end(t, result);
    return follow(t, mv_terminal_go(t, MV_PHASE_SELECT));
}

enum mv_card_next mv_card_terminal_step(struct mv_card_terminal *t, const uint8_t *rapdu, uint16_t size)
{
    if (t->phase == MV_PHASE_OVER)
        return MV_CARD_OVER;
    t->answered = true;
    enum mv_card_next next = mv_card_step(&t->session, rapdu, size);
    if (next == MV_CARD_DONE)
        next = t->session.size == t->asked ? phases[t->phase].take(t) : mv_terminal_end(t, MV_SLOT_CONTACT);
    return follow(t, next);
}

enum mv_card_next mv_card_terminal_gone(struct mv_card_terminal *t)
{
    if (t->phase == MV_PHASE_OVER)
        return MV_CARD_OVER;
    return mv_terminal_end(t, t->answered ? MV_SLOT_REMOVED : MV_SLOT_RESET);
}
