#include "succession.h"

#include "remark.h"
#include "words.h"

/* DKGA is not taken over: 4, its default, may follow both, and nobody gets a weaker derivation without asking for it.
 */
static void take_over(const struct hsm_vending_scope *old, const struct scope_options *given,
                      struct hsm_vending_scope *scope)
{
    if (given->ea == NULL)
        scope->ea_mask = old->ea_mask;
    if (given->base_date == NULL)
        scope->base_date = old->base_date;
    if (given->ken == NULL)
        scope->ken = old->ken;
}

mv_status succession_prepare(const struct hsm_catalogue *catalogue, const struct scope_options *given,
                             struct hsm_key_request *request, uint8_t replaces)
{
    struct hsm_vending_scope *scope = &request->scope;
    char ea[WORDS_EA];
    if (replaces == 0)
        return mv_ok();
    const struct hsm_key_entry *entry = hsm_catalogue_vending(catalogue, scope->sgc, replaces, scope->kt);
    if (entry == NULL)
        return mv_fail(MV_VENDING_KEY_UNKNOWN, "replaces");
    const struct hsm_vending_scope *old = &entry->info.scope;
    take_over(old, given, scope);
    return remark(hsm_scope_may_follow(old, scope),
                  "revision %u has --base-date %u --dkga %u --ea %s; its successor has no less and nothing earlier",
                  replaces, old->base_date, old->dkga, words_ea(old->ea_mask, ea));
}

mv_status succession_enter(struct hsm *hsm, const struct hsm_key_info *made, uint8_t replaces)
{
    const struct hsm_vending_scope *scope = &made->scope;
    const struct hsm_amendment amendment = {.what = HSM_AMEND_SUCCESSOR, .successor_krn = scope->krn};
    struct hsm_key_info old;
    if (replaces == 0)
        return mv_ok();
    return hsm_key_amend(hsm, scope->sgc, replaces, scope->kt, &amendment, &old);
}
