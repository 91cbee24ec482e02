/* The one thread that writes the ledger. */
#include "vending/internal.h"

static void *run(void *self)
{
    struct vend *vend = self;
    struct vend_writer *writer = &vend->writer;
    for (;;) {
        size_t count = vend_queue_take(&vend->queue, writer->jobs, vend->group_max);
        if (count == 0)
            return NULL;
        if (writer->jobs[0]->kind == VEND_JOB_CHANGE)
            vend_change_do(vend, (struct vend_change *)writer->jobs[0]);
        else
            vend_group_run(vend, writer->jobs, count);
    }
}

mv_status vend_writer_open(struct vend *vend, const struct vend_options *options)
{
    MV_TRY(store_open(vend->ledger, STORE_WRITER, &vend->writer.store));
    vend->writer.keys_timeout_ns = (int64_t)options->hsmd_timeout_ms * 1000000;
    return hsmd_client_new(options->hsmd_socket, options->hsmd_timeout_ms, &vend->writer.keys);
}

mv_status vend_writer_start(struct vend *vend)
{
    int failed = pthread_create(&vend->writer.thread, NULL, run, vend);
    return failed == 0 ? mv_ok() : mv_fail_code(MV_OUT_OF_MEMORY, "writer thread", (unsigned)failed);
}

void vend_writer_close(struct vend *vend)
{
    if (vend->writer.keys != NULL)
        hsmd_client_free(vend->writer.keys);
    if (vend->writer.store != NULL)
        store_close(vend->writer.store);
}
