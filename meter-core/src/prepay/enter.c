/* A token at a payment meter; and what the board reports. */
#include "account.h"
#include "events.h"
#include "save.h"
#include "settle.h"
#include "supply.h"

static bool asks_for_switch(const struct mv_meter_answer *answer)
{
    for (unsigned i = 0; i < answer->display.count; i++) {
        if (answer->display.items[i].what == MV_SHOW_LOAD_SWITCH)
            return true;
    }
    return false;
}

static void obey(struct mv_prepay *p, const struct mv_meter_answer *answer)
{
    switch (answer->kind) {
    case MV_ANSWER_CREDIT: /* the companion's objects went into the token's commit */
        mv_saved(p);
        return;
    case MV_ANSWER_MANAGEMENT:
        if (answer->management.subclass == MV_MANAGE_CLEAR_CREDIT)
            mv_saved(p);
        if (answer->management.subclass == MV_MANAGE_CLEAR_TAMPER)
            mv_event_log(p, MV_EVENT_TAMPER_CLEARED, 0);
        return;
    case MV_ANSWER_KEY_CHANGED:
        mv_touch(p, MV_OBJECT_TOKENS, p->meter.renew);
        mv_event_log(p, MV_EVENT_KEY_CHANGED, p->meter.state.identity.key_revision);
        return;
    default:
        if (asks_for_switch(answer))
            mv_supply_test(p);
    }
}

enum mv_result mv_prepay_enter(struct mv_prepay *p, const char *digits, struct mv_meter_answer *answer)
{
    *answer = (struct mv_meter_answer){.kind = MV_ANSWER_NONE};
    enum mv_result result = mv_begin(p);
    if (result != MV_DONE)
        return result;
    if (p->supply.retired) /* its key is gone */
        return MV_NOT_PROVISIONED;
    result = mv_meter_enter(&p->meter, digits, answer);
    obey(p, answer);
    return mv_settle(p, result);
}

enum mv_result mv_prepay_tamper(struct mv_prepay *p)
{
    enum mv_result result = mv_begin(p);
    if (result != MV_DONE)
        return result;
    if (!p->meter.state.settings.tampered) {
        p->meter.state.settings.tampered = true;
        mv_touch(p, MV_OBJECT_TOKENS, true);
        mv_event_log(p, MV_EVENT_TAMPER, 0);
    }
    return mv_settle(p, MV_DONE);
}

enum mv_result mv_prepay_bypass(struct mv_prepay *p, bool on)
{
    enum mv_result result = mv_begin(p);
    if (result != MV_DONE)
        return result;
    mv_supply_bypass(p, on);
    return mv_settle(p, MV_DONE);
}
