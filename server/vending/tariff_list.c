/* Tariffs and assignments listed, all of them or those that wait for a second person. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vending/internal.h"
#include "vending/tariff_parts.h"

enum { CHUNK = 64 };

struct walk {
    struct vend *vend;
    const struct vend_identity *identity;
    struct vend_tariff_list *list;
    const struct vend_tariff_page *page;
    size_t size;
    size_t seen; /* of a chunk */
    char name[STORE_NAME + 1];
    uint32_t version;
    bool more;
};

static mv_status add(void *self, const struct store_tariff *row)
{
    struct walk *walk = self;
    struct vend_tariff_list *list = walk->list;
    walk->seen++;
    vend_copy(walk->name, sizeof walk->name, row->name);
    walk->version = row->version;
    if (walk->more || !vend_tariff_visible(walk->vend, walk->identity, row->organisation))
        return mv_ok();
    walk->more = list->count == walk->size;
    return walk->more ? mv_ok() : vend_tariff_fill(walk->vend, row, &list->tariffs[list->count++]);
}

static int64_t now_unix_s(struct vend *vend)
{
    struct vend_now now;
    /* a list issues nothing: a clock that nobody confirmed does */
    mv_status trusted = vend_clock_now(&vend->clock, &now);
    (void)trusted;
    return now.real_us / 1000000;
}

/* A page token is the name and version after which the list goes on: NAME/VERSION. */
static mv_status read_token(const char *text, struct walk *walk)
{
    const char *slash = strchr(text, '/');
    if (text[0] == '\0')
        return mv_ok();
    size_t length = slash == NULL ? 0 : (size_t)(slash - text);
    if (length < 1 || length > STORE_NAME || strlen(slash + 1) > 10 || slash[1] == '\0' ||
        strspn(slash + 1, "0123456789") != strlen(slash + 1))
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    memcpy(walk->name, text, length);
    walk->version = (uint32_t)strtoul(slash + 1, NULL, 10);
    return mv_ok();
}

static mv_status read_page(struct walk *walk)
{
    struct store *store = NULL;
    struct vend_tariff_list *list = walk->list;
    mv_status status;
    MV_TRY(vend_reader_take(&walk->vend->readers, &store));
    do {
        walk->seen = 0;
        char name[STORE_NAME + 1];
        vend_copy(name, sizeof name, walk->name);
        const struct store_tariff_filter filter = {.after_name = name,
                                                   .after_version = walk->version,
                                                   .waiting = walk->page->waiting,
                                                   .since_unix_s = vend_tariff_waits_since(now_unix_s(walk->vend))};
        status = store_tariffs(store, &filter, CHUNK, add, walk);
    } while (status.ok && walk->seen == CHUNK && !walk->more);
    vend_reader_give(&walk->vend->readers, store, !status.ok);
    if (status.ok && walk->more) {
        const struct vend_tariff_version *last = &list->tariffs[list->count - 1].version;
        (void)snprintf(list->next, sizeof list->next, "%s/%" PRIu32, last->name, last->version);
    }
    return status;
}

static mv_status list_tariffs(struct vend *vend, const struct vend_caller *caller, const struct vend_tariff_page *page,
                              struct vend_tariff_list *list)
{
    struct vend_identity identity;
    struct walk walk = {.vend = vend, .identity = &identity, .list = list, .page = page};
    uint32_t page_size = page->size;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_TARIFFS, &identity));
    MV_TRY(vend_form_page(&page_size));
    MV_TRY(read_token(page->token, &walk));
    walk.size = page_size;
    list->tariffs = calloc(page_size, sizeof *list->tariffs);
    return list->tariffs == NULL ? mv_fail(MV_OUT_OF_MEMORY, "tariffs") : read_page(&walk);
}

mv_status vend_list_tariffs(struct vend *vend, const struct vend_caller *caller, const struct vend_tariff_page *page,
                            struct vend_tariff_list *list)
{
    *list = (struct vend_tariff_list){.count = 0};
    mv_status status = list_tariffs(vend, caller, page, list);
    if (!status.ok)
        vend_tariffs_free(list);
    return vend_answer(vend, caller, VEND_LIST_TARIFFS, NULL, status);
}

void vend_tariffs_free(struct vend_tariff_list *list)
{
    free(list->tariffs);
    *list = (struct vend_tariff_list){.count = 0};
}

/* ---- assignments ---- */
struct assignments {
    struct vend *vend;
    const struct vend_identity *identity;
    struct vend_assignment_list *list;
    struct store_assignment_filter filter;
    size_t size;
    size_t seen; /* of a chunk */
    bool more;
};

static mv_status add_assignment(void *self, const struct store_tariff_assignment *row)
{
    struct assignments *walk = self;
    struct vend_assignment_list *list = walk->list;
    walk->seen++;
    walk->filter.after = row->id;
    if (walk->more || !vend_tariff_visible(walk->vend, walk->identity, row->organisation))
        return mv_ok();
    walk->more = list->count == walk->size;
    if (!walk->more)
        vend_assignment_fill(walk->vend, row, &list->assignments[list->count++]);
    return mv_ok();
}

static mv_status read_assignments(struct assignments *walk)
{
    struct store *store = NULL;
    struct vend_assignment_list *list = walk->list;
    mv_status status;
    MV_TRY(vend_reader_take(&walk->vend->readers, &store));
    do {
        walk->seen = 0;
        const struct store_assignment_filter filter = walk->filter;
        status = store_tariff_assignments(store, &filter, CHUNK, add_assignment, walk);
    } while (status.ok && walk->seen == CHUNK && !walk->more);
    vend_reader_give(&walk->vend->readers, store, !status.ok);
    if (status.ok && walk->more)
        (void)snprintf(list->next, sizeof list->next, "%" PRId64, list->assignments[list->count - 1].row.id);
    return status;
}

/* The number after which the list goes on. */
static mv_status read_number(const char *text, int64_t *number)
{
    enum { MOST_DIGITS = 18 };
    size_t length = strlen(text);
    if (length > MOST_DIGITS || strspn(text, "0123456789") != length)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    *number = (int64_t)strtoll(text, NULL, 10);
    return mv_ok();
}

static mv_status list_assignments(struct vend *vend, const struct vend_caller *caller,
                                  const struct vend_tariff_page *page, struct vend_assignment_list *list)
{
    struct vend_identity identity;
    struct assignments walk = {.vend = vend, .identity = &identity, .list = list};
    uint32_t page_size = page->size;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_ASSIGNMENTS, &identity));
    MV_TRY(vend_form_page(&page_size));
    MV_TRY(read_number(page->token, &walk.filter.after));
    walk.filter.waiting = page->waiting;
    walk.filter.since_unix_s = vend_tariff_waits_since(now_unix_s(vend));
    walk.size = page_size;
    list->assignments = calloc(page_size, sizeof *list->assignments);
    return list->assignments == NULL ? mv_fail(MV_OUT_OF_MEMORY, "assignments") : read_assignments(&walk);
}

mv_status vend_list_assignments(struct vend *vend, const struct vend_caller *caller,
                                const struct vend_tariff_page *page, struct vend_assignment_list *list)
{
    *list = (struct vend_assignment_list){.count = 0};
    mv_status status = list_assignments(vend, caller, page, list);
    if (!status.ok)
        vend_assignments_free(list);
    return vend_answer(vend, caller, VEND_LIST_ASSIGNMENTS, NULL, status);
}

void vend_assignments_free(struct vend_assignment_list *list)
{
    free(list->assignments);
    *list = (struct vend_assignment_list){.count = 0};
}
