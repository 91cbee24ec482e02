/* Rows of debts, for the files that read them. */
#ifndef MV_STORE_SQLITE_DEBT_ROW_H
#define MV_STORE_SQLITE_DEBT_ROW_H

#include "store/debts.h"
#include "store/sqlite/engine.h"

/* The rows of a statement whose values are bound, up to the first that `each` refuses: id, account, outstanding, taken
 * at, priority, label, rule, amount, percent. */
MV_MUST_USE mv_status sqlite_each_debt(struct sql *sql, store_debt_fn *each, void *self);

#endif
