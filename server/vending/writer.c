/* The one thread that writes the ledger, and the life of the planner before it. */
#include <stdlib.h>

#include "vending/internal.h"

static void *run(void *self)
{
    struct vend *vend = self;
    struct vend_group *group = NULL;
    (void)pthread_setname_np(pthread_self(), "vend-writer");
    while ((group = vend_handover_next(&vend->handover)) != NULL) {
        if (group->change != NULL)
            vend_change_do(vend, group->change);
        else
            vend_group_write(vend, group);
        vend_handover_back(&vend->handover, group);
    }
    return NULL;
}

static mv_status make_group(struct vend_group **out, const struct vend_options *options)
{
    struct vend_group *group = calloc(1, sizeof *group);
    if (group == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "group of sales");
    *out = group;
    return hsmd_client_new(options->hsmd_socket, options->hsmd_timeout_ms, &group->keys);
}

mv_status vend_writer_open(struct vend *vend, const struct vend_options *options)
{
    vend->keys_timeout_ns = (int64_t)options->hsmd_timeout_ms * 1000000;
    MV_TRY(store_open(vend->ledger, STORE_WRITER, &vend->writer.store));
    MV_TRY(store_open(vend->ledger, STORE_READER, &vend->planner.store));
    MV_TRY(vend_meter_cache_init(&vend->planner.meters));
    for (size_t i = 0; i < VEND_GROUPS; i++)
        MV_TRY(make_group(&vend->groups[i], options));
    vend_handover_init(&vend->handover, vend->groups, &vend->queue, vend->group_max);
    return mv_ok();
}

static mv_status start(struct vend *vend, pthread_t *thread, bool *runs, void *(*work)(void *self))
{
    int failed = pthread_create(thread, NULL, work, vend);
    *runs = failed == 0;
    return failed == 0 ? mv_ok() : mv_fail_code(MV_OUT_OF_MEMORY, "writer thread", (unsigned)failed);
}

mv_status vend_writer_start(struct vend *vend)
{
    MV_TRY(start(vend, &vend->writer.thread, &vend->writer.runs, run));
    return start(vend, &vend->planner.thread, &vend->planner.runs, vend_plan);
}

void vend_writer_stop(struct vend *vend)
{
    if (vend->planner.runs)
        (void)pthread_join(vend->planner.thread, NULL);
    else if (vend->writer.runs)
        vend_handover_close(&vend->handover);
    if (vend->writer.runs)
        (void)pthread_join(vend->writer.thread, NULL);
    vend->planner.runs = vend->writer.runs = false;
}

static void free_group(struct vend_group *group)
{
    if (group == NULL)
        return;
    if (group->keys != NULL)
        hsmd_client_free(group->keys);
    free(group);
}

void vend_writer_close(struct vend *vend)
{
    vend_writer_stop(vend);
    /* the last of the groups was made just before the hand-over was */
    if (vend->groups[VEND_GROUPS - 1] != NULL && vend->groups[VEND_GROUPS - 1]->keys != NULL)
        vend_handover_destroy(&vend->handover);
    for (size_t i = 0; i < VEND_GROUPS; i++)
        free_group(vend->groups[i]);
    vend_meter_cache_destroy(&vend->planner.meters);
    store_close(vend->planner.store);
    store_close(vend->writer.store);
}
