/* Cards by rising UID. */
#include <stdlib.h>
#include <string.h>

#include "vending/card_parts.h"

struct walk {
    struct vend *vend;
    const struct vend_card_query *query;
    struct vend_identity identity;
    struct vend_card_list *list;
    uint8_t after[STORE_UID];
    size_t size;
    bool more;
};

static mv_status add(void *self, const struct store_card *row)
{
    struct walk *walk = self;
    struct vend_card_list *list = walk->list;
    if (list->count == walk->size)
        walk->more = true;
    else
        list->cards[list->count++].row = *row;
    return mv_ok();
}

static mv_status read_all(struct walk *walk, struct store *store, const int64_t *below, size_t count)
{
    struct vend_card_list *list = walk->list;
    struct store_meter meter = {.id = 0};
    MV_TRY(store_begin_read(store));
    if (walk->query->pan[0] != '\0')
        MV_TRY(vend_card_find_meter(walk->vend, store, &walk->identity, VEND_LIST_CARDS, walk->query->pan, &meter));
    /* one row more than the page tells whether there is a next one */
    MV_TRY(store_cards_after(store, walk->after, below, count, meter.id, walk->query->denied_only, walk->size + 1, add,
                             walk));
    for (size_t i = 0; i < list->count; i++) {
        struct store_card row = list->cards[i].row;
        MV_TRY(vend_card_fill(walk->vend, store, &row, &list->cards[i]));
    }
    if (walk->more)
        vend_uid_text(list->cards[list->count - 1].row.uid, list->next);
    return mv_ok();
}

static mv_status read_page(struct walk *walk)
{
    struct vend *vend = walk->vend;
    struct store *store = NULL;
    int64_t *below = calloc(VEND_MAX_ORGANISATIONS, sizeof *below);
    if (below == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "organisations");
    size_t count = vend_subtree(&vend->directory, walk->identity.organisation, below, VEND_MAX_ORGANISATIONS);
    mv_status status = vend_reader_take(&vend->readers, &store);
    if (status.ok) {
        status = read_all(walk, store, below, count);
        vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    }
    free(below);
    return status;
}

static mv_status list_cards(struct walk *walk, const struct vend_caller *caller)
{
    const struct vend_card_query *query = walk->query;
    uint32_t page_size = query->page_size;
    MV_TRY(vend_may_call(&walk->vend->directory, caller->principal, VEND_LIST_CARDS, &walk->identity));
    MV_TRY(vend_form_page(&page_size));
    walk->size = page_size;
    if (query->page_token[0] != '\0' && !vend_uid_read(query->page_token, walk->after))
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    return read_page(walk);
}

mv_status vend_list_cards(struct vend *vend, const struct vend_caller *caller, const struct vend_card_query *query,
                          struct vend_card_list *list)
{
    struct walk walk = {.vend = vend, .query = query, .list = list};
    list->count = 0;
    list->next[0] = '\0';
    return vend_answer(vend, caller, VEND_LIST_CARDS, vend_form_object(query->pan), list_cards(&walk, caller));
}
