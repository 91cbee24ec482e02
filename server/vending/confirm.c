#include "vending/internal.h"

struct confirmation {
    const char *principal;
    int64_t officer_s;
    int64_t server_s;
};

static mv_status confirm(struct vend *vend, struct store *store, struct vend_change *change)
{
    (void)store;
    struct confirmation *confirmation = change->arg;
    struct vend_identity identity;
    MV_TRY(vend_may_call(&vend->directory, confirmation->principal, VEND_CONFIRM_CLOCK, &identity));
    int64_t server_s = change->now_us / 1000000;
    confirmation->server_s = server_s;
    if (confirmation->officer_s < server_s - VEND_CLOCK_STEP_S ||
        confirmation->officer_s > server_s + VEND_CLOCK_STEP_S)
        return mv_fail(MV_INVALID_FIELD, "now_unix_s");
    if (!change->state.clock_unconfirmed)
        return mv_ok(); /* perhaps the answer to the first confirmation was lost */
    vend_note_detail(&change->record, "ledger=%lld confirmed=%lld", (long long)change->state.last_time_unix_s,
                     (long long)server_s);
    change->state.clock_unconfirmed = false;
    change->state.last_time_unix_s = server_s; /* may go back: the officer vouches for it */
    change->state_changed = true;
    change->clock_confirmed = true;
    change->changed = true;
    return mv_ok();
}

mv_status vend_confirm_clock(struct vend *vend, const struct vend_caller *caller, int64_t officer_unix_s,
                             int64_t *server_unix_s)
{
    struct confirmation confirmation = {.principal = caller->principal, .officer_s = officer_unix_s};
    MV_TRY(vend_change_call(vend, caller, VEND_CONFIRM_CLOCK, NULL, confirm, &confirmation));
    *server_unix_s = confirmation.server_s;
    return mv_ok();
}
