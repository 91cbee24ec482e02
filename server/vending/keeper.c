/* The thread that looks after what nobody asks for: the token's catalogue, the clock, a ledger that failed. Whatever it
 * finds is written by the writer, like everything else. */
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "vending/internal.h"

enum { UNWELL_MS = 250 };

static mv_status raise_generation(struct vend *vend, struct store *store, struct vend_change *change)
{
    (void)store;
    uint64_t generation = vend_catalogue_generation(&vend->catalogue);
    if (generation <= change->state.catalogue_generation)
        return mv_ok();
    vend_note_detail(&change->record, "generation=%llu before=%llu", (unsigned long long)generation,
                     (unsigned long long)change->state.catalogue_generation);
    change->state.catalogue_generation = generation;
    change->state_changed = true;
    change->changed = true;
    return mv_ok();
}

static mv_status enrol_officer(struct vend *vend, struct store *store, struct vend_change *change)
{
    const char *name = change->arg;
    struct store_principal row = {
        .organisation = vend_root(&vend->directory), .roles = vend_role_bit(VEND_OFFICER), .enabled = true};
    vend_copy(row.name, sizeof row.name, name);
    MV_TRY(store_principal_put(store, &row));
    vend_note_detail(&change->record, "organisation=root roles=officer source=catalogue");
    change->changed = true;
    change->directory_changed = true;
    return mv_ok();
}

/* Shows whether the ledger can be written again, and puts a clock that stepped on record. */
static mv_status write_state(struct vend *vend, struct store *store, struct vend_change *change)
{
    (void)vend;
    (void)store;
    change->state_changed = true;
    change->changed = true;
    return mv_ok();
}

static mv_status write_repeats(struct vend *vend, struct store *store, struct vend_change *change)
{
    (void)store;
    change->changed = vend_repeats_due(&vend->writer.repeats, change->now_us, change->last);
    return mv_ok();
}

void vend_keeper_settle(struct vend *vend, bool last)
{
    struct vend_change change = {.work = write_repeats, .deadline_ns = INT64_MAX, .silent = true, .last = last};
    vend_note(&change.record, NULL, "", NULL);
    mv_status status = vend_change_run(vend, &change);
    if (!status.ok && last)
        mv_log(MV_LOG_WARNING, "counts of repeated refusals were not written");
}

static mv_status run(struct vend *vend, const char *action, const char *object, vend_work_fn *work, void *arg)
{
    struct vend_change change = {.work = work, .arg = arg, .deadline_ns = INT64_MAX, .silent = action == NULL};
    vend_note(&change.record, NULL, action == NULL ? "" : action, object);
    mv_status status = vend_change_run(vend, &change);
    if (status.ok || status.reason == MV_SHUTTING_DOWN)
        return status;
    char text[256];
    mv_log(MV_LOG_WARNING, "%s %s: %s", action == NULL ? "ledger state" : action, object == NULL ? "" : object,
           mv_status_text(status, text, sizeof text));
    return status;
}

static bool is_known_conflict(struct vend *vend, const char *name)
{
    bool known = false;
    pthread_mutex_lock(&vend->lock);
    for (size_t i = 0; i < vend->conflict_count; i++)
        known = known || strcmp(vend->conflicts[i], name) == 0;
    pthread_mutex_unlock(&vend->lock);
    return known;
}

static void remember_conflict(struct vend *vend, const char *name)
{
    pthread_mutex_lock(&vend->lock);
    if (vend->conflict_count < HSM_MAX_OFFICERS)
        vend_copy(vend->conflicts[vend->conflict_count++], STORE_NAME + 1, name);
    pthread_mutex_unlock(&vend->lock);
}

/* An officer may since have been disabled in the ledger, whose word stands. Another organisation's principal, or one
 * that is no officer, is somebody else: the ledger refuses to enrol the name, which is logged and audited once. */
static bool needs_enrolment(struct vend *vend, const char *name)
{
    struct store_principal row;
    if (!vend_principal_by_name(&vend->directory, name, &row).ok)
        return true;
    bool officer = row.organisation == vend_root(&vend->directory) && (row.roles & vend_role_bit(VEND_OFFICER)) != 0;
    return !officer && !is_known_conflict(vend, name);
}

static void enrol_unknown(struct vend *vend)
{
    char names[HSM_MAX_OFFICERS][STORE_NAME + 1];
    size_t count = vend_catalogue_officers(&vend->catalogue, names, HSM_MAX_OFFICERS);
    for (size_t i = 0; i < count; i++) {
        if (!needs_enrolment(vend, names[i]))
            continue;
        mv_status status = run(vend, "officer.enrolled", names[i], enrol_officer, names[i]);
        if (!status.ok && status.reason == MV_PRINCIPAL_EXISTS)
            remember_conflict(vend, names[i]);
    }
}

void vend_refresh(struct vend *vend)
{
    struct store_ledger_state state = vend_state(vend);
    struct vend_now now;
    if (!vend_ledger_state(vend).ok)
        (void)run(vend, NULL, NULL, write_state, NULL);
    else
        vend_keeper_settle(vend, false);
    mv_status clock = vend_clock_now(&vend->clock, &now);
    if (!clock.ok && vend_ledger_state(vend).ok && !vend_state(vend).clock_unconfirmed)
        (void)run(vend, NULL, NULL, write_state, NULL);
    vend_catalogue_fetch(&vend->catalogue, state.catalogue_generation);
    if (!vend_catalogue_state(&vend->catalogue).ok)
        return;
    if (vend_catalogue_generation(&vend->catalogue) > state.catalogue_generation)
        (void)run(vend, "catalogue.raised", NULL, raise_generation, NULL);
    enrol_unknown(vend);
}

/* True when the time has passed; false when `flag` came before. */
static bool wait_unless(struct vend *vend, const bool *flag, unsigned ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nanoseconds = until.tv_nsec + (int64_t)ms * 1000000;
    until.tv_sec += nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    int waited = 0;
    while (!vend->stopping && !*flag && waited == 0)
        waited = pthread_cond_timedwait(&vend->stop, &vend->lock, &until);
    return waited != 0;
}

/* Long while all is well, short from the moment that something is not. False: stop. */
static bool wait_a_while(struct vend *vend)
{
    bool well = vend_health(vend).ok;
    pthread_mutex_lock(&vend->lock);
    bool woken = !well || !wait_unless(vend, &vend->woken, vend->keeper_ms);
    if (woken)
        (void)wait_unless(vend, &vend->stopping, UNWELL_MS);
    vend->woken = false;
    bool go_on = !vend->stopping;
    pthread_mutex_unlock(&vend->lock);
    return go_on;
}

void vend_keeper_wake(struct vend *vend)
{
    pthread_mutex_lock(&vend->lock);
    vend->woken = true;
    pthread_cond_broadcast(&vend->stop);
    pthread_mutex_unlock(&vend->lock);
}

bool vend_look_again(struct vend *vend, mv_status refusal)
{
    if (refusal.ok || (refusal.reason != MV_VENDING_KEY_UNKNOWN && refusal.reason != MV_RECORD_KEY_UNKNOWN))
        return false;
    vend_catalogue_fetch(&vend->catalogue, vend_state(vend).catalogue_generation);
    return true;
}

bool vend_copy_may_be_old(mv_status refusal)
{
    return !refusal.ok && (refusal.reason == MV_VENDING_KEY_UNKNOWN || refusal.reason == MV_VENDING_KEY_NOT_ACTIVE ||
                           refusal.reason == MV_APPROVAL_MISSING);
}

void vend_keeper_heed(struct vend *vend, mv_status refusal)
{
    if (vend_copy_may_be_old(refusal))
        vend_keeper_wake(vend);
}

static void *keep(void *self)
{
    struct vend *vend = self;
    while (wait_a_while(vend))
        vend_refresh(vend);
    return NULL;
}

mv_status vend_keeper_start(struct vend *vend)
{
    if (vend->keeper_ms == 0)
        return mv_ok();
    int failed = pthread_create(&vend->keeper, NULL, keep, vend);
    if (failed != 0)
        return mv_fail_code(MV_OUT_OF_MEMORY, "keeper thread", (unsigned)failed);
    vend->keeper_runs = true;
    return mv_ok();
}

void vend_keeper_stop(struct vend *vend)
{
    pthread_mutex_lock(&vend->lock);
    vend->stopping = true;
    pthread_cond_broadcast(&vend->stop);
    pthread_mutex_unlock(&vend->lock);
    if (vend->keeper_runs)
        (void)pthread_join(vend->keeper, NULL);
}
