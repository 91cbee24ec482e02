/* What a card becomes: taken in from its maker, bound to a meter or an area, in use. */
#include <string.h>

#include "vending/card_parts.h"

static mv_status put(struct store *store, struct vend_card_step *step)
{
    step->card.used_unix_s = step->now_s;
    if (step->known)
        return store_card_update(store, &step->card);
    step->card.since_unix_s = step->now_s;
    step->known = true;
    return store_card_insert(store, &step->card);
}

/* ---- taking in ---- */

static mv_status take_in(struct vend *vend, struct store *store, struct vend_change *change,
                         struct vend_card_step *step)
{
    const uint8_t *transport = step->arg;
    (void)vend;
    if (step->known && step->card.state != STORE_CARD_TRANSPORT)
        return mv_fail(MV_CARD_NOT_FRESH, NULL);
    step->card.state = STORE_CARD_TRANSPORT;
    step->card.keys = (struct store_card_keys){.transport = *transport};
    vend_note_detail(&change->record, "transport=%u", *transport);
    return put(store, step);
}

mv_status vend_card_take_in(struct vend *vend, const struct vend_card_act *act, uint8_t transport,
                            struct vend_card *card)
{
    struct vend_card_step step = {.act = act, .work = take_in, .arg = &transport, .new_too = true};
    return vend_card_do(vend, &step, card);
}

/* ---- binding ---- */

struct binding {
    const struct vend_card_target *target;
    struct vend_card *old;
    struct store_card_keys newest;
};

/* A card of profile 2 has the keys that its issuer gave it, and the meter needs none for it in the ledger. */
static mv_status bind_keys(struct store *store, const struct binding *binding, const struct store_meter *meter,
                           struct store_card *card)
{
    struct store_card_meter keys;
    if (binding->target->pboc) {
        card->keys = binding->target->keys;
        card->version = 0;
        return mv_ok();
    }
    MV_TRY(store_card_meter_get(store, meter->id, &keys));
    if (card->meter != meter->id) {
        if (keys.last_version == UINT16_MAX)
            return mv_fail(MV_CARD_CEILING, "card versions");
        keys.last_version++;
        card->version = keys.last_version;
        MV_TRY(store_card_meter_put(store, &keys));
    }
    card->keys.meter = keys.key_version;
    card->keys.area = 0;
    return mv_ok();
}

/* Another card of the meter makes room, or is in the way: one that was lost before its account was opened, or after it
 * was closed, not for ever. */
static mv_status make_room(struct vend *vend, struct store *store, struct vend_change *change,
                           struct vend_card_step *step, const struct store_record_meter *records)
{
    const struct binding *binding = step->arg;
    struct store_card other;
    char text[VEND_UID_TEXT];
    mv_status found = store_card_of_meter(store, records->meter, &other);
    if (!found.ok)
        return found.reason == MV_CARD_UNKNOWN ? mv_ok() : found;
    if (memcmp(other.uid, step->card.uid, sizeof other.uid) == 0)
        return mv_ok();
    if (!binding->target->replaces && (!binding->target->opens || records->account_open))
        return mv_fail(MV_CARD_EXISTS, NULL);
    other.denied = STORE_CARD_DENIED_FOR_GOOD;
    vend_copy(other.because, sizeof other.because, "replaced");
    MV_TRY(store_card_update(store, &other));
    vend_uid_text(other.uid, text);
    vend_note_detail(&change->record, "replaces=%s", text);
    return vend_card_fill(vend, store, &other, binding->old);
}

static mv_status bind_user(struct vend *vend, struct store *store, struct vend_change *change,
                           struct vend_card_step *step)
{
    const struct binding *binding = step->arg;
    struct store_meter meter;
    struct store_record_meter records;
    MV_TRY(vend_card_find_meter(vend, store, &step->identity, step->act->call, binding->target->pan, &meter));
    MV_TRY(vend_rule_meter(&meter));
    MV_TRY(store_record_meter_get(store, meter.id, &records));
    MV_TRY(make_room(vend, store, change, step, &records));
    MV_TRY(bind_keys(store, binding, &meter, &step->card));
    step->card.meter = meter.id;
    step->card.organisation = meter.organisation;
    memcpy(step->card.domain, records.domain, sizeof step->card.domain);
    vend_note_detail(&change->record, "meter=%s version=%u", meter.pan, step->card.version);
    return mv_ok();
}

static mv_status bind(struct vend *vend, struct store *store, struct vend_change *change, struct vend_card_step *step)
{
    const struct binding *binding = step->arg;
    const struct vend_card_target *target = binding->target;
    struct store_card *card = &step->card;
    if (step->known && card->state == STORE_CARD_IN_USE)
        return mv_fail(MV_CARD_NOT_FRESH, NULL);
    bool user = target->kind == MV_CARD_USER;
    card->keys = binding->newest;
    card->keys.transport = target->transport;
    if (user) {
        MV_TRY(bind_user(vend, store, change, step));
    } else {
        card->organisation = step->identity.organisation;
        card->meter = 0;
        card->version = 0;
        memcpy(card->domain, target->domain, sizeof card->domain);
    }
    card->kind = (uint8_t)target->kind;
    card->state = STORE_CARD_UNDER_WAY;
    card->round = 0;
    vend_note_detail(&change->record, "kind=%u issuer=%u office=%u meter=%u area=%u", card->kind, card->keys.issuer,
                     card->keys.office, card->keys.meter, card->keys.area);
    MV_TRY(put(store, step));
    if (binding->old->row.id == 0)
        return mv_ok();
    const struct store_card_event event = {
        .kind = STORE_CARD_REPLACED, .card = binding->old->row.id, .other = card->id};
    return vend_card_event(store, step, &event);
}

/* ---- whose domain ---- */

struct caller_of_domain {
    struct vend *vend;
    struct vend_identity identity;
};

static bool is_covered(void *self, int64_t organisation)
{
    struct caller_of_domain *caller = self;
    return vend_principal_covers(&caller->vend->directory, caller->identity.id, organisation);
}

/* A tool card opens itself to every meter of its domain, and those of others are not the caller's to reach. */
static mv_status check_domain(struct vend *vend, const struct vend_card_act *act, const uint8_t domain[STORE_DOMAIN])
{
    struct caller_of_domain caller = {.vend = vend};
    struct store *store = NULL;
    bool has = false;
    MV_TRY(vend_may_call(&vend->directory, act->caller->principal, act->call, &caller.identity));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = store_record_domain_has(store, domain, is_covered, &caller, &has);
    vend_reader_give(&vend->readers, store, !status.ok);
    MV_TRY(status);
    return has ? mv_ok() : mv_fail(MV_INVALID_FIELD, "domain: of no meter of yours");
}

mv_status vend_card_bind(struct vend *vend, const struct vend_card_act *act, const struct vend_card_target *target,
                         struct vend_card *card, struct vend_card *old)
{
    struct binding binding = {.target = target, .old = old};
    struct vend_card_step step = {.act = act, .work = bind, .arg = &binding, .new_too = true};
    memset(old, 0, sizeof *old);
    if (target->pboc)
        return vend_card_do(vend, &step, card);
    MV_TRY(vend_card_newest(vend, HSM_USE_CARD_ISSUER, NULL, &binding.newest.issuer));
    MV_TRY(vend_card_newest(vend, HSM_USE_CARD_OFFICE, NULL, &binding.newest.office));
    if (target->kind != MV_CARD_USER) {
        MV_TRY(vend_card_area(vend, target->domain, target->area_version, &binding.newest.area));
        MV_TRY(check_domain(vend, act, target->domain));
    }
    return vend_card_do(vend, &step, card);
}

/* ---- in use ---- */

static mv_status ready(struct vend *vend, struct store *store, struct vend_change *change, struct vend_card_step *step)
{
    const uint8_t *empty = step->arg;
    struct store_card_content content = {
        .card = step->card.id, .principal = step->identity.id, .noted_unix_s = step->now_s};
    (void)vend;
    if (step->card.state != STORE_CARD_UNDER_WAY || step->card.kind == 0)
        return mv_fail(MV_CARD_NOT_FRESH, NULL);
    memcpy(content.hash, empty, sizeof content.hash);
    vend_copy(content.request_id, sizeof content.request_id, step->act->request_id);
    MV_TRY(store_card_content_note(store, &content));
    MV_TRY(store_card_content_find(store, step->card.id, empty, &content));
    MV_TRY(store_card_content_confirm(store, content.id, step->now_s));
    step->card.state = STORE_CARD_IN_USE;
    step->card.keys.transport = 0;
    vend_note_detail(&change->record, "in use");
    const struct store_card_event event = {.kind = STORE_CARD_PERSONALISED};
    MV_TRY(vend_card_event(store, step, &event));
    return put(store, step);
}

mv_status vend_card_ready(struct vend *vend, const struct vend_card_act *act, const uint8_t empty[STORE_CARD_HASH],
                          struct vend_card *card)
{
    struct vend_card_step step = {.act = act, .work = ready, .arg = (void *)empty};
    return vend_card_do(vend, &step, card);
}
