/* What the ledger's tests share: a ledger in a directory of its own, sample rows, a second SQLite connection to look at
 * or spoil the file behind the engine's back, and the invariants that hold at every moment. */
#ifndef MV_TESTS_STORE_SUPPORT_H
#define MV_TESTS_STORE_SUPPORT_H

#include <sqlite3.h>

#include "../../support/status.h"
#include "store/store.h"

struct ledger {
    char directory[64];
    char path[128];
    char url[160];
    struct store *store; /* the writer, when a test opened it */
    int64_t vendor;      /* a principal */
    int64_t meter;
};

/* cmocka fixtures: an empty directory; a ledger with a vendor and a meter. */
int ledger_directory(void **state);
int ledger_new(void **state);
int ledger_remove(void **state);

struct store_meter sample_meter(const char *pan);
/* A sale to the ledger's meter with this tid; the request id is made from it. */
struct store_sale sample_sale(const struct ledger *ledger, const char *terminal, uint64_t tid);
/* The key on file of the ledger's meter. */
struct store_key key_on_file(const struct ledger *ledger);
/* A set of 3 for the ledger's meter, from the key on file to the next key revision. */
struct store_key_change sample_change(const struct ledger *ledger);
/* Each in a transaction of its own. */
struct store_key_change change_key(const struct ledger *ledger, struct store_key_change change);
void end_change(const struct ledger *ledger, int64_t id, enum store_outcome outcome);
struct audit_record sample_record(const char *object);

/* One sale with its audit record in the open transaction. */
MV_MUST_USE mv_status sell(const struct ledger *ledger, const char *terminal, uint64_t tid);

/* A connection of its own, without the engine. */
sqlite3 *raw_open(const struct ledger *ledger);
void raw_do(const struct ledger *ledger, const char *sql);
/* The SQLite result of a statement that may be refused. */
int raw_try(const struct ledger *ledger, const char *sql);
int64_t raw_number(const struct ledger *ledger, const char *sql);

/* Keeps the ledger as it is beside it; and these columns of the table are the same set of rows in both. */
void ledger_keep_copy(const struct ledger *ledger);
void assert_same_rows(const struct ledger *ledger, const char *columns, const char *table);

/* Walks the chain of a new reader; `count` (may be NULL) is the number of records that are good. */
MV_MUST_USE mv_status verify_chain(const struct ledger *ledger, uint64_t *count);
/* No receipt gap, no repeated tid, last tids are right, one audit record per sale, the chain verifies, the file is
 * sound. */
void assert_invariants(const struct ledger *ledger);

#endif
