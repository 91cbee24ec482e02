#include "succession.h"

mv_status succession_check(const struct hsm_catalogue *catalogue, const struct hsm_key_request *request,
                           uint8_t replaces)
{
    const struct hsm_vending_scope *scope = &request->scope;
    if (replaces == 0)
        return mv_ok();
    const struct hsm_key_entry *old = hsm_catalogue_vending(catalogue, scope->sgc, replaces, scope->kt);
    if (old == NULL)
        return mv_fail(MV_VENDING_KEY_UNKNOWN, "replaces");
    return hsm_scope_may_follow(&old->info.scope, scope);
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
