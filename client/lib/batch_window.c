#include "batch_window.h"

#include <stdlib.h>

static struct mv_window_request *at(struct mv_window *window, unsigned index)
{
    return &window->requests[(window->first + index) % MV_BATCH_WINDOW];
}

bool mv_window_full(const struct mv_window *window)
{
    return window->count == MV_BATCH_WINDOW;
}

struct mv_window_request *mv_window_add(struct mv_window *window)
{
    struct mv_window_request *request = at(window, window->count++);
    request->size = 0;
    request->items = 0;
    request->sent = false;
    return request;
}

void mv_window_drop_last(struct mv_window *window)
{
    window->count--;
}

bool mv_window_append(struct mv_window_request *request, const Metervault__V1__BatchItem *order)
{
    /* A repeated field is its elements one after the other, so requests of one item each, put together, are one. */
    Metervault__V1__BatchItem *items[] = {(Metervault__V1__BatchItem *)order};
    Metervault__V1__IssueBatchRequest one = METERVAULT__V1__ISSUE_BATCH_REQUEST__INIT;
    one.items = items;
    one.n_items = 1;
    size_t size = metervault__v1__issue_batch_request__get_packed_size(&one);
    if (size > UINT32_MAX - request->size)
        return false;
    if (request->size + size > request->room) {
        size_t room = 2 * (request->size + size);
        uint8_t *larger = realloc(request->bytes, room);
        if (larger == NULL)
            return false;
        request->bytes = larger;
        request->room = room;
    }
    request->size += metervault__v1__issue_batch_request__pack(&one, request->bytes + request->size);
    request->items++;
    return true;
}

struct mv_window_request *mv_window_unsent(struct mv_window *window)
{
    for (unsigned i = 0; i < window->count; i++)
        if (!at(window, i)->sent)
            return at(window, i);
    return NULL;
}

struct mv_window_request *mv_window_oldest(struct mv_window *window)
{
    return window->count > 0 ? at(window, 0) : NULL;
}

void mv_window_drop_oldest(struct mv_window *window)
{
    window->first = (window->first + 1) % MV_BATCH_WINDOW;
    window->count--;
}

void mv_window_unsend(struct mv_window *window)
{
    for (unsigned i = 0; i < window->count; i++)
        at(window, i)->sent = false;
}

void mv_window_free(struct mv_window *window)
{
    for (unsigned i = 0; i < MV_BATCH_WINDOW; i++)
        free(window->requests[i].bytes);
    *window = (struct mv_window){0};
}
