/* The records' questions to the key process. */
#include <time.h>

#include "vending/internal.h"
#include "vending/record_parts.h"

mv_status vend_record_line_init(struct vend_record_line *line, const char *socket, unsigned timeout_ms)
{
    pthread_mutex_init(&line->lock, NULL);
    return hsmd_client_new(socket, timeout_ms, &line->client);
}

void vend_record_line_destroy(struct vend_record_line *line)
{
    hsmd_client_free(line->client);
    pthread_mutex_destroy(&line->lock);
}

/* A key process that hangs must not hold every worker: who finds it known to be down is refused at once, and nobody
 * waits for the line beyond the own deadline. */
mv_status vend_line_take(struct vend *vend, struct vend_record_line *line, int64_t deadline_ns)
{
    enum { NS = 1000000000 };
    const struct timespec until = {.tv_sec = deadline_ns / NS, .tv_nsec = deadline_ns % NS};
    MV_TRY(vend_catalogue_state(&vend->catalogue));
    if (deadline_ns == INT64_MAX)
        return pthread_mutex_lock(&line->lock) == 0 ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "records");
    int failed = pthread_mutex_clocklock(&line->lock, CLOCK_MONOTONIC, &until);
    return failed == 0 ? mv_ok() : mv_fail(MV_DEADLINE_PASSED, NULL);
}

mv_status vend_line_give(struct vend *vend, struct vend_record_line *line, mv_status status)
{
    pthread_mutex_unlock(&line->lock);
    if (!status.ok && status.reason == MV_KEY_SERVICE_UNAVAILABLE) {
        vend_catalogue_report(&vend->catalogue, status);
        vend_keeper_wake(vend);
    }
    return status;
}

static mv_status take(struct vend *vend, int64_t deadline_ns)
{
    return vend_line_take(vend, &vend->records, deadline_ns);
}

static mv_status give(struct vend *vend, mv_status status)
{
    return vend_line_give(vend, &vend->records, status);
}

mv_status vend_record_seal(struct vend *vend, int64_t deadline_ns, struct hsmd_record *records, size_t count)
{
    mv_status each[VEND_RECORD_PARTS];
    MV_TRY(take(vend, deadline_ns));
    mv_status status = give(vend, hsmd_seal_records(vend->records.client, records, count, each));
    for (size_t i = 0; i < count && status.ok; i++)
        status = each[i];
    return status;
}

mv_status vend_record_renew(struct vend *vend, int64_t deadline_ns, struct hsmd_record *record,
                            const struct store_record_keys *next, uint8_t enc_version)
{
    MV_TRY(take(vend, deadline_ns));
    return give(vend, hsmd_key_update(vend->records.client, record, next->mac_version, next->enc_version, enc_version));
}

mv_status vend_record_check(struct vend *vend, int64_t deadline_ns, const struct hsmd_record *record)
{
    mv_status each;
    MV_TRY(take(vend, deadline_ns));
    mv_status status = give(vend, hsmd_check_returns(vend->records.client, record, 1, &each));
    return status.ok ? each : status;
}

mv_status vend_record_random(struct vend *vend, int64_t deadline_ns, void *data, size_t size)
{
    MV_TRY(take(vend, deadline_ns));
    return give(vend, hsmd_random(vend->records.client, data, size));
}
