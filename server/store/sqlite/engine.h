/* Inside the SQLite engine: the open ledger, and what its files share. */
#ifndef MV_STORE_SQLITE_ENGINE_H
#define MV_STORE_SQLITE_ENGINE_H

#include <sqlite3.h>

#include "store/sqlite/statement.h"
#include "store/store.h"

enum { LEDGER_APPLICATION_ID = 0x4D564C47 }; /* "MVLG" */
enum { BUSY_TIMEOUT_MS = 2000 };
enum { PAGE_SIZE = 4096 };
/* A checkpoint after this many pages of log: seldom enough to write a hot page once for many commits, often enough that
 * the pause stays short. */
enum { CHECKPOINT_PAGES = 4000 };
/* Terminal and receipt, chain and sequence share one 63-bit row number; see the schema. */
enum { SERIES_BITS = 40 };
#define SERIES_LAST ((1LL << SERIES_BITS) - 1)

/* How many organisations' tills are counted in memory. */
enum { TILL_COUNTS = 64 };

/* How many tills are remembered by name: every order asks for one. A till stays what it is. */
enum { TILL_NAMES = 512 };

enum transaction { TRANSACTION_NONE, TRANSACTION_READ, TRANSACTION_WRITE };

/* The end of the audit chain within one write transaction. */
struct audit_head {
    bool known;
    uint64_t sequence;
    uint8_t hash[AUDIT_HASH];
};

/* Tills of an organisation as the open transaction sees them: counting thousands of rows for every new till is too
 * slow. */
struct till_count {
    int64_t organisation; /* 0: none */
    int64_t tills;
};

struct till_name {
    int64_t id; /* 0: none */
    int64_t organisation;
    char name[STORE_TERMINAL + 1];
};

struct store {
    sqlite3 *db;
    enum store_mode mode;
    enum transaction transaction;
    struct audit_head head;
    struct till_count tills[TILL_COUNTS]; /* by organisation modulo TILL_COUNTS */
    struct till_name names[TILL_NAMES];
    sqlite3_stmt *statements[SQL_COUNT];
};

MV_MUST_USE mv_status sqlite_ledger_open(const char *path, enum store_mode mode, struct store **store);

/* The status for an SQLite result that is not OK, ROW or DONE; detail is the extended code. errno must be 0 before the
 * call into SQLite: it tells a full disk from other trouble. */
mv_status sqlite_failure(int code, const char *where);
/* The statement hit a rule of the schema of this kind (SQLITE_CONSTRAINT_UNIQUE and so on). */
bool sqlite_refused_by(mv_status status, int constraint);

/* Columns sgc, krn, ti, kt, ken, ea, dkga, base_date. */
void sqlite_get_key(struct sql *sql, struct store_key *key);
void sqlite_get_proposal(struct sql *sql, struct store_proposal *proposal);
/* "[1,2,3]" for json_each; NULL when memory is short. The caller frees. */
char *sqlite_number_list(const int64_t *numbers, size_t count);

MV_MUST_USE mv_status sqlite_exec(sqlite3 *db, const char *sql, const char *where);
MV_MUST_USE mv_status sqlite_pragma_get(sqlite3 *db, const char *sql, int64_t *value);

/* Refuses what is no ledger (LEDGER_CORRUPT) and what is newer (LEDGER_NEWER); changes nothing. `version` 0 is an empty
 * file. */
MV_MUST_USE mv_status sqlite_ledger_check(sqlite3 *db, int64_t *version);
/* Brings the schema up to date in one transaction that excludes all other writers. */
MV_MUST_USE mv_status sqlite_ledger_migrate(sqlite3 *db);
MV_MUST_USE mv_status sqlite_ledger_is_current(sqlite3 *db);

/* Grows the write-ahead log to its working size with zeros. No room for that is no failure: it is only for speed. */
MV_MUST_USE mv_status sqlite_wal_preallocate(sqlite3 *db, const char *path);

#endif
