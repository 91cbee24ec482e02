/* Opening, provisioning and closing a payment meter; what it adds to the token engine's commits. */
#include "metervault/prepay.h"

#include <string.h>

#include "../crypto/wipe.h"
#include "../meter/companion.h"
#include "account.h"
#include "calendar.h"
#include "card_keys.h"
#include "events.h"
#include "freeze.h"
#include "measure.h"
#include "parameters.h"
#include "record_state.h"
#include "save.h"
#include "settle.h"
#include "supply.h"
#include "tariff.h"

/* ---- the companion ---- */

static const struct mv_nv_object *const objects[] = {
    &mv_object_account, &mv_object_registers,   &mv_object_freezes,  &mv_object_parameters,
    &mv_object_tariff,  &mv_object_next_tariff, &mv_object_calendar, &mv_object_supply,
    &mv_object_events,  &mv_object_records,     &mv_object_parts,    &mv_object_card_keys,
};

/* The sum is the meter's to check; here it only must not run over. */
static enum mv_result may_credit(void *context, enum mv_credit_register target, int64_t amount)
{
    const struct mv_prepay *p = context;
    int64_t limit = p->parameters.hoard_limit;
    if (target != p->parameters.credit_register || limit == 0)
        return MV_DONE;
    int64_t remaining = mv_account_remaining(p);
    bool exceeds = remaining > 0 ? amount > limit - remaining : amount + remaining > limit;
    return exceeds ? MV_RECORD_HOARD : MV_DONE;
}

static uint32_t credited(void *context, enum mv_credit_register target, int64_t amount)
{
    struct mv_prepay *p = context;
    if (target == p->parameters.credit_register)
        mv_account_credited(p, amount);
    mv_event_log(p, MV_EVENT_CREDIT, (uint16_t)target);
    return p->dirty;
}

static uint32_t cleared(void *context, uint16_t target)
{
    struct mv_prepay *p = context;
    mv_account_cleared(p, target);
    mv_event_log(p, MV_EVENT_CLEARED, target);
    return p->dirty;
}

/* ---- open, close ---- */

static bool fits(const struct mv_prepay_port *port)
{
    return port->clock_read != NULL && port->clock_set != NULL && port->switch_set != NULL &&
           port->switch_read != NULL && port->indicate != NULL;
}

enum mv_result mv_prepay_open(struct mv_prepay *p, const struct mv_meter_port *meter_port,
                              const struct mv_prepay_port *port, const struct mv_sta_tables *tables)
{
    memset(p, 0, sizeof *p);
    p->fault = MV_NOT_PROVISIONED;
    if (!fits(port))
        return MV_RANGE_ERROR;
    p->port = *port;
    p->companion = (struct mv_meter_companion){.context = p,
                                               .objects = objects,
                                               .count = sizeof objects / sizeof objects[0],
                                               .may_credit = may_credit,
                                               .credited = credited,
                                               .cleared = cleared,
                                               .renews = true};
    enum mv_result result = mv_meter_open_with(&p->meter, meter_port, tables, &p->companion);
    p->fault = result;
    if (result != MV_DONE)
        return result;
    mv_loaded(p);
    mv_event_log(p, MV_EVENT_POWER_UP, 0);
    return mv_settle(p, MV_DONE);
}

void mv_prepay_close(struct mv_prepay *p)
{
    mv_meter_close(&p->meter);
    p->counts = false;
    mv_wipe(&p->records.keys, sizeof p->records.keys);
    mv_wipe(&p->card_keys, sizeof p->card_keys);
    mv_wipe(&p->keypad, sizeof p->keypad);
}

/* ---- provision ---- */

static uint8_t first_register(const struct mv_meter_identity *identity)
{
    uint8_t which = 0;
    while (which < MV_REGISTERS - 1 && !mv_meter_has(identity, which))
        which++;
    return which;
}

static void blank(struct mv_prepay *p)
{
    memset(&p->registers, 0, sizeof p->registers);
    memset(&p->account, 0, sizeof p->account);
    memset(&p->freezes, 0, sizeof p->freezes);
    memset(&p->supply, 0, sizeof p->supply);
    memset(&p->events, 0, sizeof p->events);
    memset(&p->parts, 0, sizeof p->parts);
    memset(&p->card_keys, 0, sizeof p->card_keys);
    mv_tariff_default(&p->tariff);
    mv_tariff_default(&p->next_tariff);
    mv_calendar_default(&p->calendar);
}

enum mv_result mv_prepay_provision(struct mv_prepay *p, const struct mv_meter_identity *identity, uint32_t tid_fill,
                                   const struct mv_parameters *parameters, const struct mv_record_keys *keys,
                                   uint16_t epoch)
{
    struct mv_parameters first;
    if (mv_begin(p) == MV_DONE) /* also one that a failed commit closed */
        return MV_ALREADY_PROVISIONED;
    mv_parameters_default(&first);
    first.credit_register = first_register(identity);
    if (parameters != NULL)
        first = *parameters;
    enum mv_result result = mv_parameters_check(&first, identity);
    if (result != MV_DONE)
        return result == MV_FUNCTION_ERROR ? MV_RANGE_ERROR : result;
    blank(p);
    p->parameters = first;
    mv_records_provision(p, keys, epoch);
    result = mv_meter_provision(&p->meter, identity, tid_fill);
    if (result != MV_DONE)
        return result;
    mv_loaded(p);
    return mv_settle(p, MV_DONE);
}
