/* Every authentication is counted before it is made: of the card and of the key. At a ceiling there is none. */
#include "vending/card_parts.h"

static mv_status use(struct vend *vend, struct store *store, struct vend_change *change, struct vend_card_step *step)
{
    const char *label = step->arg;
    uint64_t uses;
    MV_TRY(store_card_key_uses(store, label, &uses));
    if (uses >= vend->card_key_ceiling)
        return mv_fail(MV_CARD_CEILING, "key");
    if (step->known && step->card.uses >= vend->card_ceiling)
        return mv_fail(MV_CARD_CEILING, "card");
    MV_TRY(store_card_key_used(store, label));
    vend_note_detail(&change->record, "key=%s", label);
    if (!step->known)
        return mv_ok();
    step->card.uses++;
    step->card.used_unix_s = step->now_s;
    return store_card_update(store, &step->card);
}

mv_status vend_card_use(struct vend *vend, const struct vend_card_act *act, const char *key_label)
{
    /* a denied card is still asked who it is, and marked */
    bool denied_too = act->call == VEND_CARD_IDENTIFY || act->call == VEND_CARD_BLOCK;
    struct vend_card_step step = {
        .act = act, .work = use, .arg = (void *)key_label, .new_too = true, .denied_too = denied_too};
    return vend_card_do(vend, &step, NULL);
}
