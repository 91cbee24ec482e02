/* Rows of native records, for the files that read them. */
#ifndef MV_STORE_SQLITE_RECORD_ROW_H
#define MV_STORE_SQLITE_RECORD_ROW_H

#include "store/records.h"
#include "store/sqlite/engine.h"

/* The columns of RECORD_COLUMNS. */
MV_MUST_USE mv_status sqlite_get_record(struct sql *sql, struct store_record *record);

#endif
