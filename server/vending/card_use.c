/* Every authentication of a card that the ledger knows is counted before it is made: of the card and of the key. One
 * that it does not know is counted once it has proven itself, so that invented serial numbers use nothing up. At a
 * ceiling there is none. */
#include "vending/card_parts.h"

struct key_use {
    const char *label;
    bool proven;
};

static mv_status use(struct vend *vend, struct store *store, struct vend_change *change, struct vend_card_step *step)
{
    const struct key_use *key = step->arg;
    const char *label = key->label;
    uint64_t uses;
    MV_TRY(store_card_key_uses(store, label, &uses));
    if (uses >= vend->card_key_ceiling)
        return mv_fail(MV_CARD_CEILING, "key");
    if (step->known && step->card.uses >= vend->card_ceiling)
        return mv_fail(MV_CARD_CEILING, "card");
    change->changed = step->known || key->proven;
    if (!change->changed)
        return mv_ok();
    MV_TRY(store_card_key_used(store, label));
    vend_note_detail(&change->record, "key=%s", label);
    if (!step->known)
        return mv_ok();
    step->card.uses++;
    step->card.used_unix_s = step->now_s;
    return store_card_update(store, &step->card);
}

static mv_status count(struct vend *vend, const struct vend_card_act *act, const struct key_use *key)
{
    /* a denied card is still asked who it is, and marked */
    bool denied_too = act->call == VEND_CARD_IDENTIFY || act->call == VEND_CARD_BLOCK;
    struct vend_card_step step = {
        .act = act, .work = use, .arg = (void *)key, .new_too = true, .denied_too = denied_too};
    return vend_card_do(vend, &step, NULL);
}

mv_status vend_card_use(struct vend *vend, const struct vend_card_act *act, const char *key_label)
{
    const struct key_use key = {.label = key_label};
    return count(vend, act, &key);
}

mv_status vend_card_used(struct vend *vend, const struct vend_card_act *act, const char *key_label)
{
    const struct key_use key = {.label = key_label, .proven = true};
    return count(vend, act, &key);
}
