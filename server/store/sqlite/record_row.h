/* Rows of native records, for the files that read them. */
#ifndef MV_STORE_SQLITE_RECORD_ROW_H
#define MV_STORE_SQLITE_RECORD_ROW_H

#include "store/records.h"
#include "store/sqlite/engine.h"

/* The rows of a statement over RECORD_COLUMNS whose values are bound, up to the first that `each` refuses. */
MV_MUST_USE mv_status sqlite_each_record(struct sql *sql, store_record_fn *each, void *self);

#endif
