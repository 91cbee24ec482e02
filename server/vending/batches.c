#include "vending/batches.h"

#include <inttypes.h>
#include <string.h>

#include "vending/internal.h"

struct act {
    const struct vend_caller *caller;
    enum vend_call call;
    struct vend_batch_request request;
    const char *organisation;
    uint64_t number; /* reading only */
    struct vend_batch *out;
    struct vend_identity identity;
    int64_t organisation_id;
};

/* ---- who and what ---- */
static mv_status check_kind(const struct act *act)
{
    const struct vend_batch_request *request = &act->request;
    uint32_t last =
        act->call == VEND_GET_BATCH || act->call == VEND_SETTLE ? STORE_BATCH_SETTLEMENT : STORE_BATCH_BANKING;
    if (request->kind < STORE_BATCH_SHIFT || request->kind > last)
        return mv_fail(MV_INVALID_FIELD, "kind");
    if (request->kind > STORE_BATCH_SALES)
        return request->terminal[0] == '\0' ? mv_ok() : mv_fail(MV_INVALID_FIELD, "terminal_id");
    return vend_form_name(request->terminal, STORE_TERMINAL, "terminal_id");
}

static bool is_supervisor(const struct act *act)
{
    return (act->identity.roles & vend_role_bit(VEND_SUPERVISOR)) != 0;
}

static mv_status admit(struct vend *vend, struct act *act)
{
    struct store_organisation row;
    MV_TRY(vend_may_call(&vend->directory, act->caller->principal, act->call, &act->identity));
    MV_TRY(check_kind(act));
    act->organisation_id = act->identity.organisation;
    bool changes = act->call == VEND_START_BATCH || act->call == VEND_END_BATCH;
    if (changes && act->request.kind == STORE_BATCH_BANKING && !is_supervisor(act))
        return mv_fail(MV_ROLE_MISSING, NULL);
    if (act->organisation[0] == '\0')
        return mv_ok();
    MV_TRY(vend_form_name(act->organisation, STORE_NAME, "organisation"));
    MV_TRY(vend_organisation_by_name(&vend->directory, act->organisation, "organisation", &row));
    act->organisation_id = row.id;
    return vend_may_touch(&vend->directory, &act->identity, act->call, row.id, "");
}

static void fill(struct vend *vend, struct vend_batch *batch)
{
    vend_organisation_name(&vend->directory, batch->row.organisation, batch->organisation);
    vend_principal_name(&vend->directory, batch->row.principal, batch->started_by);
    if (batch->row.ended)
        vend_principal_name(&vend->directory, batch->row.ended_by, batch->ended_by);
}

/* What a request id stands for already has to be what is asked now. */
static mv_status check_same(const struct act *act, const struct store_batch *stored)
{
    bool same = stored->kind == act->request.kind && stored->organisation == act->organisation_id &&
                strcmp(stored->terminal, act->request.terminal) == 0;
    return same ? mv_ok() : mv_fail(MV_REQUEST_ID_REUSED, NULL);
}

static mv_status find_open(struct store *store, const struct act *act, struct store_batch *row)
{
    mv_status found =
        store_batch_get(store, (uint8_t)act->request.kind, act->organisation_id, act->request.terminal, 0, row);
    if (!found.ok && found.reason == MV_BATCH_UNKNOWN)
        return mv_fail(MV_BATCH_NOT_OPEN, NULL);
    MV_TRY(found);
    return row->ended ? mv_fail(MV_BATCH_NOT_OPEN, NULL) : mv_ok();
}

static void note(struct vend_change *change, const struct act *act)
{
    const struct store_batch *row = &act->out->row;
    vend_note_detail(&change->record, "request=%s kind=%u till=%s number=%" PRIu64, act->request.request_id, row->kind,
                     row->terminal[0] != '\0' ? row->terminal : "-", row->number);
    change->changed = true;
}

/* ---- starting ---- */
static mv_status insert(struct store *store, struct vend_change *change, const struct act *act)
{
    struct store_batch *row = &act->out->row;
    *row = (struct store_batch){.kind = (uint8_t)act->request.kind,
                                .organisation = act->organisation_id,
                                .principal = act->identity.id,
                                .started_at_unix_s = change->now_us / 1000000};
    vend_copy(row->terminal, sizeof row->terminal, act->request.terminal);
    vend_copy(row->request_id, sizeof row->request_id, act->request.request_id);
    return store_batch_start(store, row);
}

static mv_status start(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    MV_TRY(admit(vend, act));
    MV_TRY(vend_form_name(act->request.request_id, STORE_REQUEST_ID, "request_id"));
    mv_status found = store_batch_by_start(store, act->identity.id, act->request.request_id, &act->out->row);
    if (found.ok) {
        MV_TRY(check_same(act, &act->out->row));
    } else {
        if (found.reason != MV_BATCH_UNKNOWN)
            return found;
        MV_TRY(insert(store, change, act));
        note(change, act);
    }
    fill(vend, act->out);
    return mv_ok();
}

/* ---- ending ---- */
static mv_status end_open(struct store *store, struct vend_change *change, struct act *act)
{
    struct store_batch *row = &act->out->row;
    MV_TRY(find_open(store, act, row));
    if (row->kind == STORE_BATCH_SHIFT && row->principal != act->identity.id && !is_supervisor(act))
        return mv_fail(MV_ROLE_MISSING, NULL);
    return store_batch_end(store, row, act->identity.id, act->request.request_id, change->now_us / 1000000);
}

static mv_status settle(struct store *store, struct vend_change *change, const struct act *act)
{
    MV_TRY(insert(store, change, act));
    return store_batch_end(store, &act->out->row, act->identity.id, act->request.request_id, change->now_us / 1000000);
}

static mv_status end(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct act *act = change->arg;
    MV_TRY(admit(vend, act));
    MV_TRY(vend_form_name(act->request.request_id, STORE_REQUEST_ID, "request_id"));
    mv_status found = store_batch_by_end(store, act->identity.id, act->request.request_id, &act->out->row);
    if (found.ok) {
        MV_TRY(check_same(act, &act->out->row));
    } else {
        if (found.reason != MV_BATCH_UNKNOWN)
            return found;
        MV_TRY(act->call == VEND_SETTLE ? settle(store, change, act) : end_open(store, change, act));
        note(change, act);
    }
    fill(vend, act->out);
    return mv_ok();
}

/* ---- reading ---- */
static mv_status look(struct store *store, const struct act *act)
{
    struct store_batch *row = &act->out->row;
    MV_TRY(store_begin_read(store));
    if (act->call == VEND_GET_BATCH)
        return store_batch_get(store, (uint8_t)act->request.kind, act->organisation_id, act->request.terminal,
                               act->number, row);
    MV_TRY(find_open(store, act, row));
    return store_batch_total(store, row);
}

static mv_status read(struct vend *vend, struct act *act)
{
    struct store *store = NULL;
    MV_TRY(admit(vend, act));
    if (act->number > INT64_MAX)
        return mv_fail(MV_INVALID_FIELD, "number");
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = look(store, act);
    vend_reader_give(&vend->readers, store, vend_is_ledger_failure(status));
    if (status.ok)
        fill(vend, act->out);
    return status;
}

/* ---- the calls ---- */
mv_status vend_start_batch(struct vend *vend, const struct vend_caller *caller,
                           const struct vend_batch_request *request, struct vend_batch *batch)
{
    struct act act = {
        .caller = caller, .call = VEND_START_BATCH, .request = *request, .organisation = "", .out = batch};
    *batch = (struct vend_batch){.organisation = ""};
    return vend_change_call(vend, caller, VEND_START_BATCH, NULL, start, &act);
}

mv_status vend_end_batch(struct vend *vend, const struct vend_caller *caller, const struct vend_batch_request *request,
                         struct vend_batch *batch)
{
    struct act act = {.caller = caller, .call = VEND_END_BATCH, .request = *request, .organisation = "", .out = batch};
    *batch = (struct vend_batch){.organisation = ""};
    return vend_change_call(vend, caller, VEND_END_BATCH, NULL, end, &act);
}

mv_status vend_settle(struct vend *vend, const struct vend_caller *caller, const char *request_id,
                      const char *organisation, struct vend_batch *batch)
{
    struct act act = {.caller = caller,
                      .call = VEND_SETTLE,
                      .request = {.request_id = request_id, .kind = STORE_BATCH_SETTLEMENT, .terminal = ""},
                      .organisation = organisation,
                      .out = batch};
    *batch = (struct vend_batch){.organisation = ""};
    return vend_change_call(vend, caller, VEND_SETTLE, NULL, end, &act);
}

mv_status vend_total_batch(struct vend *vend, const struct vend_caller *caller,
                           const struct vend_batch_request *request, struct vend_batch *batch)
{
    struct act act = {
        .caller = caller, .call = VEND_TOTAL_BATCH, .request = *request, .organisation = "", .out = batch};
    *batch = (struct vend_batch){.organisation = ""};
    return vend_answer(vend, caller, VEND_TOTAL_BATCH, NULL, read(vend, &act));
}

mv_status vend_get_batch(struct vend *vend, const struct vend_caller *caller, const struct vend_batch_request *request,
                         const char *organisation, uint64_t number, struct vend_batch *batch)
{
    struct act act = {.caller = caller,
                      .call = VEND_GET_BATCH,
                      .request = *request,
                      .organisation = organisation,
                      .number = number,
                      .out = batch};
    *batch = (struct vend_batch){.organisation = ""};
    return vend_answer(vend, caller, VEND_GET_BATCH, NULL, read(vend, &act));
}
