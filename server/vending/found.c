/* The first row of a new ledger: the root organisation, that everything else stands below. */
#include "vending/internal.h"

static mv_status write_root(struct store *store, int64_t now_us)
{
    struct store_organisation root = {.name = "root"};
    struct audit_record record;
    MV_TRY(store_begin_write(store));
    MV_TRY(store_organisation_put(store, &root));
    vend_record(&record, NULL, "ledger.founded", root.name);
    vend_record_outcome(&record, mv_ok());
    record.time_unix_us = now_us;
    MV_TRY(store_audit_append(store, &record));
    return store_commit(store);
}

mv_status vend_found(struct vend *vend)
{
    struct store *store = vend->writer.store;
    struct vend_tree *tree = NULL;
    struct vend_now now;
    if (vend_root(&vend->directory) != 0)
        return mv_ok();
    mv_status trusted = vend_clock_now(&vend->clock, &now);
    (void)trusted; /* a new ledger has no time to disagree with */
    mv_status status = write_root(store, now.real_us);
    if (!status.ok) {
        store_rollback(store);
        return status;
    }
    MV_TRY(vend_tree_load(store, &tree));
    vend_directory_swap(&vend->directory, tree);
    return mv_ok();
}
