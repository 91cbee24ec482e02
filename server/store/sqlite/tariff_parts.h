/* What the files about tariffs share. */
#ifndef MV_STORE_SQLITE_TARIFF_PARTS_H
#define MV_STORE_SQLITE_TARIFF_PARTS_H

#include "store/sqlite/engine.h"
#include "store/tariffs.h"

/* What is to be dismissed. */
struct store_dismissal_of {
    bool waits;
    int64_t id;
    int64_t first; /* who put it in */
};
/* TARIFF_NOT_PENDING, TARIFF_OTHER_PERSON, TARIFF_SAME_PERSON. */
MV_MUST_USE mv_status sqlite_dismiss(struct store *store, enum sql_name name, const struct store_dismissal_of *of,
                                     const struct store_dismissal *dismissal);
/* The last columns of a version or an assignment. */
void sqlite_get_dismissal(struct sql *sql, struct store_dismissal *dismissal);

#endif
