#include "vending/record_list.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/record_list.h"
#include "vending/internal.h"
#include "vending/record_parts.h"

/* Page tokens are numbers with dots between. */
static mv_status read_token(const char *text, const uint32_t *most, uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *end = NULL;
        unsigned long long number = *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : ULLONG_MAX;
        if (number > most[i] || *end != (i + 1 < count ? '.' : '\0'))
            return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
        numbers[i] = (uint32_t)number;
        text = end + 1;
    }
    return mv_ok();
}

/* The meter, if it is the caller's and takes records. */
static mv_status find_meter(struct vend *vend, struct store *store, const struct vend_identity *identity,
                            enum vend_call call, const char *pan, struct store_record_meter *keys)
{
    struct store_meter meter;
    MV_TRY(store_begin_read(store));
    MV_TRY(store_meter_by_pan(store, pan, &meter));
    MV_TRY(vend_may_touch(&vend->directory, identity, call, meter.organisation, meter.sgc));
    return store_record_meter_get(store, meter.id, keys);
}

/* ---- records ---- */

struct record_walk {
    struct vend *vend;
    const struct vend_record_query *query;
    struct vend_identity identity;
    struct vend_record_list *list;
    size_t size;
    uint32_t epoch, kind, sequence; /* where the page begins */
    bool more;
};

static bool may_read(const struct vend_identity *identity, unsigned kind)
{
    uint32_t roles = vend_record_roles((enum mv_record_kind)kind) | vend_role_bit(VEND_AUDITOR);
    return (roles & identity->roles) != 0;
}

static mv_status find_start(struct record_walk *walk)
{
    enum { NUMBERS = 3 };
    static const uint32_t most[NUMBERS] = {UINT16_MAX, MV_KIND_KEY_UPDATE, UINT32_MAX};
    const struct vend_record_query *query = walk->query;
    uint32_t numbers[NUMBERS];
    walk->epoch = query->epoch;
    walk->kind = query->kind != 0 ? query->kind : MV_KIND_PURCHASE;
    walk->sequence = query->from_sequence;
    if (query->page_token[0] == '\0')
        return mv_ok();
    MV_TRY(read_token(query->page_token, most, numbers, NUMBERS));
    if (query->kind != 0 ? numbers[1] != query->kind : numbers[1] == 0)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    walk->epoch = numbers[0];
    walk->kind = numbers[1];
    walk->sequence = numbers[2];
    return mv_ok();
}

static mv_status check_query(struct record_walk *walk)
{
    const struct vend_record_query *query = walk->query;
    uint32_t page_size = query->page_size;
    MV_TRY(vend_form_pan(query->pan));
    MV_TRY(vend_form_page(&page_size));
    walk->size = page_size;
    if (query->kind > MV_KIND_KEY_UPDATE)
        return mv_fail(MV_INVALID_FIELD, "kind");
    if (query->kind != 0 && !may_read(&walk->identity, query->kind))
        return mv_fail(MV_ROLE_MISSING, "kind");
    if (query->from_sequence != 0 && query->kind == 0)
        return mv_fail(MV_INVALID_FIELD, "from_sequence");
    if (query->epoch != VEND_PRESENT_EPOCH && query->epoch > UINT16_MAX)
        return mv_fail(MV_INVALID_FIELD, "installation_epoch");
    return find_start(walk);
}

static mv_status add_record(void *self, const struct store_record *row)
{
    struct record_walk *walk = self;
    struct vend_record_list *list = walk->list;
    if (list->count == walk->size) {
        walk->more = true;
        (void)snprintf(list->next, sizeof list->next, "%u.%u.%" PRIu32, row->epoch, row->kind, row->sequence);
        return mv_ok();
    }
    struct vend_stored_record *record = &list->records[list->count++];
    record->row = *row;
    vend_principal_name(&walk->vend->directory, row->principal, record->principal);
    return mv_ok();
}

static mv_status walk_records(struct record_walk *walk, struct store *store)
{
    struct store_record_meter keys;
    uint32_t last = walk->query->kind != 0 ? walk->query->kind : MV_KIND_KEY_UPDATE;
    MV_TRY(find_meter(walk->vend, store, &walk->identity, VEND_LIST_RECORDS, walk->query->pan, &keys));
    uint16_t epoch = walk->epoch == VEND_PRESENT_EPOCH ? keys.keys.epoch : (uint16_t)walk->epoch;
    uint32_t from = walk->sequence;
    for (uint32_t kind = walk->kind; kind <= last && !walk->more; kind++) {
        /* one row more than there is room for tells whether there is a next page */
        size_t limit = walk->size - walk->list->count + 1;
        if (may_read(&walk->identity, kind))
            MV_TRY(store_records_from(store, keys.meter, epoch, (uint8_t)kind, from, limit, add_record, walk));
        from = 0;
    }
    return mv_ok();
}

static mv_status list_records(struct record_walk *walk, const struct vend_caller *caller)
{
    struct vend *vend = walk->vend;
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_RECORDS, &walk->identity));
    MV_TRY(check_query(walk));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = walk_records(walk, store);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

mv_status vend_list_records(struct vend *vend, const struct vend_caller *caller, const struct vend_record_query *query,
                            struct vend_record_list *list)
{
    struct record_walk walk = {.vend = vend, .query = query, .list = list};
    list->count = 0;
    list->next[0] = '\0';
    return vend_answer(vend, caller, VEND_LIST_RECORDS, vend_form_object(query->pan), list_records(&walk, caller));
}

/* ---- returns ---- */

enum { AFTER_ALL_EPOCHS = UINT16_MAX + 1, POSITION = 2 };

struct return_walk {
    struct vend *vend;
    const char *pan;
    struct vend_identity identity;
    struct vend_return_list *list;
    size_t size;
    uint32_t before[POSITION]; /* epoch, sequence */
};

static mv_status add_return(void *self, const struct store_return *row, uint32_t question)
{
    struct return_walk *walk = self;
    struct vend_return_list *list = walk->list;
    const uint8_t *body;
    uint8_t body_size;
    if (list->count == walk->size) {
        const struct mv_record_head *last = &list->returns[list->count - 1].content.head;
        (void)snprintf(list->next, sizeof list->next, "%u.%" PRIu32, last->epoch, last->sequence);
        return mv_ok();
    }
    struct vend_stored_return *stored = &list->returns[list->count++];
    struct vend_return *content = &stored->content;
    memset(stored, 0, sizeof *stored);
    memcpy(content->bytes, row->bytes, row->size);
    if (mv_record_parse(content->bytes, row->size, &content->head, &body, &body_size) != MV_DONE)
        return mv_fail(MV_LEDGER_CORRUPT, "return");
    memcpy(content->pan, content->head.pan, STORE_PAN);
    stored->size = row->size;
    stored->question = question;
    stored->received_at_unix_s = row->received_at_unix_s;
    vend_principal_name(&walk->vend->directory, row->principal, stored->principal);
    return mv_ok();
}

static mv_status walk_returns(struct return_walk *walk, struct store *store)
{
    struct store_record_meter keys;
    MV_TRY(find_meter(walk->vend, store, &walk->identity, VEND_LIST_RETURNS, walk->pan, &keys));
    return store_returns_before(store, keys.meter, walk->before[0], walk->before[1], walk->size + 1, add_return, walk);
}

static mv_status list_returns(struct return_walk *walk, const struct vend_caller *caller, uint32_t page_size,
                              const char *page_token)
{
    static const uint32_t most[POSITION] = {UINT16_MAX, UINT32_MAX};
    struct vend *vend = walk->vend;
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_RETURNS, &walk->identity));
    MV_TRY(vend_form_pan(walk->pan));
    MV_TRY(vend_form_page(&page_size));
    walk->size = page_size;
    if (page_token[0] != '\0')
        MV_TRY(read_token(page_token, most, walk->before, POSITION));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = walk_returns(walk, store);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

mv_status vend_list_returns(struct vend *vend, const struct vend_caller *caller, const char *pan, uint32_t page_size,
                            const char *page_token, struct vend_return_list *list)
{
    struct return_walk walk = {.vend = vend, .pan = pan, .list = list, .before = {AFTER_ALL_EPOCHS, 0}};
    list->count = 0;
    list->next[0] = '\0';
    mv_status status = list_returns(&walk, caller, page_size, page_token);
    return vend_answer(vend, caller, VEND_LIST_RETURNS, vend_form_object(pan), status);
}
