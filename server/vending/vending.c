#include <stdlib.h>
#include <string.h>

#include "vending/internal.h"

struct store_ledger_state vend_state(struct vend *vend)
{
    pthread_mutex_lock(&vend->lock);
    struct store_ledger_state state = vend->state;
    pthread_mutex_unlock(&vend->lock);
    return state;
}

void vend_state_set(struct vend *vend, const struct store_ledger_state *state)
{
    pthread_mutex_lock(&vend->lock);
    vend->state = *state;
    pthread_mutex_unlock(&vend->lock);
}

mv_status vend_state_write(struct vend *vend, const struct store_ledger_state *state, int64_t now_us)
{
    struct store *store = vend->writer.store;
    struct audit_record record;
    MV_TRY(store_state_put(store, state));
    if (!state->clock_unconfirmed || vend_state(vend).clock_unconfirmed)
        return mv_ok();
    vend_note(&record, NULL, "clock.stepped", NULL);
    vend_note_outcome(&record, mv_ok());
    vend_note_detail(&record, "ledger=%lld now=%lld", (long long)state->last_time_unix_s,
                     (long long)(now_us / 1000000));
    record.time_unix_us = now_us;
    return store_audit_append(store, &record);
}

bool vend_is_ledger_failure(mv_status status)
{
    return !status.ok && status.reason >= MV_LEDGER_UNAVAILABLE && status.reason <= MV_AUDIT_CHAIN_BROKEN;
}

void vend_ledger_report(struct vend *vend, mv_status status)
{
    bool ledger = vend_is_ledger_failure(status);
    if (!status.ok && !ledger)
        return;
    pthread_mutex_lock(&vend->lock);
    vend->ledger_state = status;
    pthread_mutex_unlock(&vend->lock);
    if (!status.ok)
        vend_keeper_wake(vend);
}

mv_status vend_ledger_state(struct vend *vend)
{
    pthread_mutex_lock(&vend->lock);
    mv_status state = vend->ledger_state;
    pthread_mutex_unlock(&vend->lock);
    return state;
}

mv_status vend_health(struct vend *vend)
{
    MV_TRY(vend_ledger_state(vend));
    MV_TRY(vend_catalogue_state(&vend->catalogue));
    return vend_clock_unconfirmed(&vend->clock) ? mv_fail(MV_CLOCK_STEPPED, NULL) : mv_ok();
}

static mv_status check_options(const struct vend_options *options)
{
    if (options->group_max < 1 || options->group_max > HSMD_BATCH)
        return mv_fail(MV_CONFIG_INVALID, "group_max");
    if (options->queue_max < 1)
        return mv_fail(MV_CONFIG_INVALID, "queue_max");
    if (options->readers < 1 || options->readers > VEND_MAX_READERS)
        return mv_fail(MV_CONFIG_INVALID, "readers");
    return mv_ok();
}

static mv_status load(struct vend *vend, const struct vend_options *options)
{
    struct vend_tree *tree = NULL;
    struct store *store = vend->writer.store;
    MV_TRY(store_state_get(store, &vend->state));
    MV_TRY(vend_tree_load(store, &tree));
    vend_directory_swap(&vend->directory, tree);
    return vend_clock_init(&vend->clock, options->clock, options->clock_self, &vend->state);
}

static mv_status open_all(struct vend *vend, const struct vend_options *options)
{
    vend->ledger = strdup(options->ledger);
    if (vend->ledger == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "ledger name");
    vend_readers_init(&vend->readers, vend->ledger, options->readers);
    MV_TRY(vend_catalogue_init(&vend->catalogue, options->hsmd_socket, options->hsmd_timeout_ms));
    MV_TRY(vend_record_line_init(&vend->records, options->hsmd_socket, options->hsmd_timeout_ms));
    MV_TRY(vend_record_line_init(&vend->card_line, options->hsmd_socket, options->hsmd_timeout_ms));
    MV_TRY(vend_writer_open(vend, options));
    MV_TRY(load(vend, options));
    return vend_writer_start(vend);
}

static void init_plain(struct vend *vend, const struct vend_options *options)
{
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&vend->stop, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&vend->lock, NULL);
    vend_card_desk_init(&vend->cards);
    vend->card_limits = (struct vend_card_limits){.begin_ms = 5000, .step_ms = 30000, .all_ms = 300000, .apdus = 4096};
    vend->card_pboc_class = options->card_pboc_class;
    vend->card_ceiling = options->card_ceiling == 0 ? UINT64_MAX : options->card_ceiling;
    vend->card_key_ceiling = options->card_key_ceiling == 0 ? UINT64_MAX : options->card_key_ceiling;
    vend->group_max = options->group_max;
    vend->keeper_ms = options->keeper_ms;
    vend->ledger_state = mv_ok();
    vend_queue_init(&vend->queue, options->queue_max);
}

static void free_all(struct vend *vend)
{
    vend_writer_close(vend);
    vend_card_desk_destroy(&vend->cards);
    vend_record_line_destroy(&vend->card_line);
    vend_record_line_destroy(&vend->records);
    vend_catalogue_destroy(&vend->catalogue);
    vend_readers_destroy(&vend->readers);
    vend_clock_destroy(&vend->clock);
    vend_directory_destroy(&vend->directory);
    vend_queue_destroy(&vend->queue);
    (void)pthread_mutex_destroy(&vend->lock);
    (void)pthread_cond_destroy(&vend->stop);
    free(vend->ledger);
    free(vend);
}

mv_status vend_start(const struct vend_options *options, struct vend **out)
{
    *out = NULL;
    MV_TRY(check_options(options));
    struct vend *vend = calloc(1, sizeof *vend);
    if (vend == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "vending");
    mv_status status = vend_directory_init(&vend->directory);
    if (!status.ok) {
        free(vend);
        return status;
    }
    init_plain(vend, options);
    status = open_all(vend, options);
    if (!status.ok) {
        free_all(vend);
        return status;
    }
    vend_refresh(vend);
    status = vend_keeper_start(vend);
    if (!status.ok) {
        vend_stop(vend);
        return status;
    }
    *out = vend;
    return mv_ok();
}

void vend_stop(struct vend *vend)
{
    if (vend == NULL)
        return;
    vend_keeper_stop(vend);
    vend_keeper_settle(vend, true);
    vend_queue_close(&vend->queue);
    vend_writer_stop(vend);
    free_all(vend);
}
