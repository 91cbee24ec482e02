/* One account, many of them, and all that happened to one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "vending/account_parts.h"
#include "vending/internal.h"

/* ---- one ---- */
struct key {
    const char *number; /* or, NULL, */
    const char *pan;
};

static mv_status look_up(struct store *store, const struct key *key, struct store_account *row)
{
    struct store_meter meter;
    if (key->number != NULL)
        return store_account_by_number(store, key->number, row);
    mv_status found = store_meter_by_pan(store, key->pan, &meter);
    if (!found.ok)
        return found.reason == MV_METER_UNKNOWN ? mv_fail(MV_ACCOUNT_UNKNOWN, NULL) : found;
    return store_account_by_meter(store, meter.id, row);
}

static mv_status check_key(const struct key *key)
{
    if (key->number != NULL)
        return vend_form_name(key->number, STORE_ACCOUNT_NUMBER, "account_number");
    return vend_form_pan(key->pan);
}

static mv_status find(struct vend *vend, struct store *store, const struct vend_identity *identity, enum vend_call call,
                      const struct key *key, struct store_account *row)
{
    MV_TRY(store_begin_read(store));
    MV_TRY(look_up(store, key, row));
    return vend_may_touch(&vend->directory, identity, call, row->organisation, "");
}

static mv_status read_account(struct vend *vend, struct store *store, const struct vend_identity *identity,
                              const struct key *key, struct vend_account *account)
{
    struct store_account row;
    MV_TRY(find(vend, store, identity, VEND_GET_ACCOUNT, key, &row));
    return vend_account_fill(vend, store, &row, account);
}

static mv_status get_account(struct vend *vend, const struct vend_caller *caller, const struct key *key,
                             struct vend_account *account)
{
    struct vend_identity identity;
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_GET_ACCOUNT, &identity));
    MV_TRY(check_key(key));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_account(vend, store, &identity, key, account);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

mv_status vend_get_account(struct vend *vend, const struct vend_caller *caller, const char *number, const char *pan,
                           struct vend_account *account)
{
    const struct key key = {.number = number, .pan = pan};
    const char *object = check_key(&key).ok ? (number != NULL ? number : pan) : NULL;
    return vend_answer(vend, caller, VEND_GET_ACCOUNT, object, get_account(vend, caller, &key, account));
}

/* ---- many ---- */
struct walk {
    struct vend *vend;
    struct store *store;
    struct vend_account_list *list;
    size_t size;
    bool more;
};

static mv_status add(void *self, const struct store_account *row)
{
    struct walk *walk = self;
    struct vend_account_list *list = walk->list;
    if (list->count == walk->size) {
        walk->more = true;
        return mv_ok();
    }
    return vend_account_fill(walk->vend, walk->store, row, &list->accounts[list->count++]);
}

/* Nobody has an account on a meter that is not there. */
static mv_status find_meter(struct store *store, const char *pan, int64_t *id)
{
    struct store_meter meter;
    mv_status found = store_meter_by_pan(store, pan, &meter);
    *id = found.ok ? meter.id : -1;
    return found.ok || found.reason == MV_METER_UNKNOWN ? mv_ok() : found;
}

static mv_status walk_accounts(struct walk *walk, const char *pan, struct store_account_filter *filter)
{
    struct vend_account_list *list = walk->list;
    MV_TRY(store_begin_read(walk->store));
    if (pan[0] != '\0')
        MV_TRY(find_meter(walk->store, pan, &filter->meter));
    MV_TRY(store_accounts(walk->store, filter, add, walk, list->next));
    if (walk->more)
        vend_copy(list->next, sizeof list->next, list->accounts[list->count - 1].row.number);
    return mv_ok();
}

static mv_status read_page(struct walk *walk, int64_t organisation, const struct vend_account_query *query)
{
    int64_t *below = calloc(VEND_MAX_ORGANISATIONS, sizeof *below);
    if (below == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "organisations");
    /* one row more than the page tells whether there is a next one */
    struct store_account_filter filter = {
        .after = query->page_token,
        .number = query->number,
        .search = query->search,
        .state = (uint8_t)query->state,
        .organisations = below,
        .organisation_count = vend_subtree(&walk->vend->directory, organisation, below, VEND_MAX_ORGANISATIONS),
        .limit = walk->size + 1};
    mv_status status = vend_reader_take(&walk->vend->readers, &walk->store);
    if (status.ok) {
        status = walk_accounts(walk, query->pan, &filter);
        vend_reader_give(&walk->vend->readers, walk->store, !status.ok);
    }
    free(below);
    return status;
}

static mv_status check_query(const struct vend_account_query *query)
{
    size_t length = strnlen(query->search, VEND_SEARCH + 1);
    if (length > VEND_SEARCH || !mv_text_printable(query->search, length))
        return mv_fail(MV_INVALID_FIELD, "search");
    if (query->state > STORE_ACCOUNT_CLOSED)
        return mv_fail(MV_INVALID_FIELD, "state");
    if (query->number[0] != '\0')
        MV_TRY(vend_form_name(query->number, STORE_ACCOUNT_NUMBER, "number"));
    if (query->pan[0] != '\0')
        MV_TRY(vend_form_pan(query->pan));
    if (query->page_token[0] != '\0' && !vend_form_name(query->page_token, STORE_ACCOUNT_NUMBER, "page_token").ok)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    return mv_ok();
}

static mv_status list_accounts(struct vend *vend, const struct vend_caller *caller,
                               const struct vend_account_query *query, struct vend_account_list *list)
{
    struct vend_identity identity;
    struct store_organisation top;
    uint32_t page_size = query->page_size;
    list->count = 0;
    list->next[0] = '\0';
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_ACCOUNTS, &identity));
    MV_TRY(vend_form_page(&page_size));
    MV_TRY(check_query(query));
    top.id = identity.organisation;
    if (query->organisation[0] != '\0') {
        MV_TRY(vend_form_name(query->organisation, STORE_NAME, "organisation"));
        MV_TRY(vend_organisation_by_name(&vend->directory, query->organisation, "organisation", &top));
        MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_LIST_ACCOUNTS, top.id, ""));
    }
    struct walk walk = {.vend = vend, .list = list, .size = page_size};
    return read_page(&walk, top.id, query);
}

mv_status vend_list_accounts(struct vend *vend, const struct vend_caller *caller,
                             const struct vend_account_query *query, struct vend_account_list *list)
{
    mv_status status = list_accounts(vend, caller, query, list);
    return vend_answer(vend, caller, VEND_LIST_ACCOUNTS, query->organisation, status);
}

/* ---- all that happened ---- */
struct reading {
    struct vend_timeline *timeline;
    size_t size;
};

static mv_status add_event(void *self, const struct store_event *row)
{
    struct reading *reading = self;
    struct vend_timeline *timeline = reading->timeline;
    if (timeline->count < reading->size) {
        timeline->events[timeline->count++] = *row;
        return mv_ok();
    }
    const struct store_event_place *last = &timeline->events[timeline->count - 1].place;
    (void)snprintf(timeline->next, sizeof timeline->next, "%" PRId64 ".%" PRId64 ".%" PRId64, last->time_unix_s,
                   last->source, last->ordinal);
    return mv_ok();
}

static mv_status read_place(const char *token, struct store_event_place *place)
{
    char again[VEND_TIMELINE_TOKEN];
    *place = (struct store_event_place){.time_unix_s = INT64_MAX};
    if (token[0] == '\0')
        return mv_ok();
    /* what is not written as a token is, is none; numbers out of range come out as others */
    char *end = NULL;
    place->time_unix_s = strtoll(token, &end, 10);
    if (*end == '.')
        place->source = strtoll(end + 1, &end, 10);
    if (*end == '.')
        place->ordinal = strtoll(end + 1, &end, 10);
    (void)snprintf(again, sizeof again, "%" PRId64 ".%" PRId64 ".%" PRId64, place->time_unix_s, place->source,
                   place->ordinal);
    return strcmp(again, token) == 0 ? mv_ok() : mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
}

static mv_status read_events(struct vend *vend, struct store *store, const struct vend_identity *identity,
                             const struct key *key, const struct store_event_place *place, struct reading *reading)
{
    struct store_account row;
    MV_TRY(find(vend, store, identity, VEND_GET_TIMELINE, key, &row));
    return store_timeline(store, row.id, place, reading->size + 1, add_event, reading);
}

static mv_status get_timeline(struct vend *vend, const struct vend_caller *caller, const struct key *key,
                              uint32_t page_size, const char *page_token, struct vend_timeline *timeline)
{
    struct vend_identity identity;
    struct store_event_place place;
    struct store *store = NULL;
    timeline->count = 0;
    timeline->next[0] = '\0';
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_GET_TIMELINE, &identity));
    MV_TRY(check_key(key));
    MV_TRY(vend_form_page(&page_size));
    MV_TRY(read_place(page_token, &place));
    struct reading reading = {.timeline = timeline, .size = page_size};
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_events(vend, store, &identity, key, &place, &reading);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

mv_status vend_get_timeline(struct vend *vend, const struct vend_caller *caller, const char *number, uint32_t page_size,
                            const char *page_token, struct vend_timeline *timeline)
{
    const struct key key = {.number = number == NULL ? "" : number};
    const char *object = check_key(&key).ok ? number : NULL;
    mv_status status = get_timeline(vend, caller, &key, page_size, page_token, timeline);
    return vend_answer(vend, caller, VEND_GET_TIMELINE, object, status);
}
