/* Prepared statements, kept for the life of the store. Bind in order, then run or step, then read columns in order; the
 * first failure sticks and is told by sql_run, sql_step or sql_row_ok. */
#ifndef MV_STORE_SQLITE_STATEMENT_H
#define MV_STORE_SQLITE_STATEMENT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct store;

enum sql_name {
    SQL_BEGIN_READ,
    SQL_BEGIN_WRITE,
    SQL_COMMIT,
    SQL_STATE_GET,
    SQL_STATE_PUT,
    SQL_ORGANISATIONS,
    SQL_ORGANISATION_INSERT,
    SQL_GRANTS,
    SQL_GRANT_INSERT,
    SQL_GRANT_DELETE,
    SQL_PRINCIPALS,
    SQL_PRINCIPAL_INSERT,
    SQL_PRINCIPAL_UPDATE,
    SQL_METER_BY_PAN,
    SQL_METER_BY_ID,
    SQL_METER_FOLLOW,
    SQL_METER_INSERT,
    SQL_METER_TID_INSERT,
    SQL_METERS,
    SQL_METER_ASSIGN,
    SQL_METER_KEYS,
    SQL_KEY_CHANGE_INSERT,
    SQL_KEY_CHANGE_GET,
    SQL_KEY_CHANGE_END,
    SQL_EXPOSED,
    SQL_PROPOSAL_INSERT,
    SQL_PROPOSAL_GET,
    SQL_PROPOSALS,
    SQL_APPROVAL_INSERT,
    SQL_APPROVALS,
    SQL_APPROVAL_COVERING,
    SQL_VERIFY_GET,
    SQL_VERIFY_PUT,
    SQL_PRINCIPAL_VERIFY_GET,
    SQL_PRINCIPAL_VERIFY_PUT,
    SQL_TERMINAL,
    SQL_TERMINAL_COUNT,
    SQL_TERMINAL_INSERT,
    SQL_SALE_PLACE,
    SQL_SALE_INSERT,
    SQL_SALE_BY_REQUEST,
    SQL_SALE_BY_ID,
    SQL_SALE_LAST,
    SQL_SALE_BEFORE,
    SQL_REQUEST_EXISTS,
    SQL_RECORD_METER_GET,
    SQL_RECORD_DOMAIN_METERS,
    SQL_RECORD_METER_INSERT,
    SQL_RECORD_METER_UPDATE,
    SQL_RECORD_INSERT,
    SQL_RECORD_LAST,
    SQL_RECORD_GET,
    SQL_RECORD_FLOOR_GET,
    SQL_RECORD_FLOOR_PUT,
    SQL_RECORD_BEFORE,
    SQL_RECORD_ANY,
    SQL_RECORDS_BY_REQUEST,
    SQL_RECORD_LAST_READ,
    SQL_RETURN_INSERT,
    SQL_RETURN_LAST,
    SQL_RECORDS_FROM,
    SQL_RETURNS_BEFORE,
    SQL_METER_STATE,
    SQL_ACCOUNT_BY_NUMBER,
    SQL_ACCOUNT_BY_METER,
    SQL_ACCOUNT_BY_ID,
    SQL_ACCOUNT_FIRST,
    SQL_ACCOUNT_CLASS_SINCE,
    SQL_ACCOUNT_CLASS_AT,
    SQL_ACCOUNT_HAD_METER,
    SQL_ACCOUNT_INSERT,
    SQL_ACCOUNT_VERSION_INSERT,
    SQL_ACCOUNTS,
    SQL_ACCOUNTS_END,
    SQL_ACCOUNTS_OF_METER,
    SQL_ACCOUNT_OWES,
    SQL_TRANSFER_SINCE,
    SQL_TRANSFER_SALES,
    SQL_TRANSFER_HELD,
    SQL_TRANSFER_DEBTS,
    SQL_TRANSFER_INSERT,
    SQL_TRANSFER_PART_INSERT,
    SQL_TRANSFER_GET,
    SQL_TRANSFER_PARTS,
    SQL_TRANSFER_TO,
    SQL_TRANSFER_BOUGHT,
    SQL_TIMELINE,
    SQL_ACCOUNT_MONTH,
    SQL_ACCOUNT_FREE,
    SQL_METER_FREE,
    SQL_BILL_LINE_INSERT,
    SQL_BILL_INSERT,
    SQL_BILL_GET,
    SQL_BILL_LINES,
    SQL_DEBT_GET,
    SQL_DEBTS,
    SQL_DEBT_INSERT,
    SQL_DEBT_TERMS_INSERT,
    SQL_DEPOSIT_GET,
    SQL_ACT_NEXT,
    SQL_ACT_INSERT,
    SQL_ACT_GET,
    SQL_ACT_BY_REQUEST,
    SQL_SALE_CONFIRMED,
    SQL_SALE_CONFIRM,
    SQL_REQUEST_CANCELLED,
    SQL_REQUEST_CANCEL,
    SQL_CLAIM_GET,
    SQL_CLAIM_OF_SALE,
    SQL_CLAIMS,
    SQL_CLAIM_INSERT,
    SQL_CLAIM_APPROVED,
    SQL_CLAIM_APPROVE,
    SQL_FREE_ISSUE_INSERT,
    SQL_READ_MARK_GET,
    SQL_RETURN_USED,
    SQL_CLAIM_PROVE,
    SQL_REVERSED_ANY,
    SQL_BILL_UNITS,
    SQL_VOID_INSERT,
    SQL_VOID_EXISTS,
    SQL_VOIDS_WAITING,
    SQL_VOIDS_ENDED,
    SQL_VOID_END,
    SQL_PURCHASES_SUM,
    SQL_SALE_IS_VOID,
    SQL_FREE_ISSUE_REASON,
    SQL_CARD_METER_GET,
    SQL_CARD_METER_PUT,
    SQL_CARD_BY_UID,
    SQL_CARD_OF_METER,
    SQL_CARD_INSERT,
    SQL_CARD_UPDATE,
    SQL_CARDS_AFTER,
    SQL_CARD_CONTENT_NOTE,
    SQL_CARD_CONTENT_FIND,
    SQL_CARD_CONTENT_LAST,
    SQL_CARD_CONTENT_CONFIRM,
    SQL_CARD_EVENT_INSERT,
    SQL_CARD_KEY_USES,
    SQL_CARD_KEY_USED,
    SQL_OFFICE_GET,
    SQL_OFFICE_INSERT,
    SQL_TARIFF_BY_NAME,
    SQL_TARIFF_INSERT,
    SQL_TARIFF_NEXT,
    SQL_TARIFF_PART_INSERT,
    SQL_TARIFF_VERSION_INSERT,
    SQL_TARIFF_APPROVE,
    SQL_TARIFF_AGREED,
    SQL_TARIFF_DISMISS,
    SQL_TARIFFS_WAITING,
    SQL_TARIFF_ASSIGNMENT_DISMISS,
    SQL_TARIFF_ASSIGNMENT_GET,
    SQL_TARIFF_ASSIGNMENTS,
    SQL_TARIFF_ASSIGNMENTS_WAITING,
    SQL_TARIFF_ASSIGN,
    SQL_TARIFF_ASSIGNED,
    SQL_TARIFF_ASSIGNED_LAST,
    SQL_TARIFF_ASSIGNED_AGREED,
    SQL_TARIFF_ASSIGNMENT_APPROVE,
    SQL_TARIFF_PARTS,
    SQL_TARIFF_GET,
    SQL_TARIFF_IN_FORCE,
    SQL_TARIFFS,
    SQL_VENDOR_GET,
    SQL_VENDOR_OF,
    SQL_VENDOR_LIST,
    SQL_VENDOR_INSERT,
    SQL_VENDOR_TERMS_GET,
    SQL_VENDOR_TERMS_INSERT,
    SQL_VENDOR_TERMS_APPROVE,
    SQL_VENDOR_DEPOSIT_GET,
    SQL_VENDOR_DEPOSIT_BY_REQUEST,
    SQL_VENDOR_DEPOSIT_INSERT,
    SQL_VENDOR_ENTRY_INSERT,
    SQL_VENDOR_ENTRY_OF_SALE,
    SQL_VENDOR_ENTRIES,
    SQL_BATCH_GET,
    SQL_BATCH_BY_START,
    SQL_BATCH_BY_END,
    SQL_BATCH_START,
    SQL_BATCH_AFTER,
    SQL_BATCH_TILLS,
    SQL_BATCH_TILL_INSERT,
    SQL_BATCH_SUMS,
    SQL_BATCH_ACT_SUMS,
    SQL_BATCH_ACT_END,
    SQL_BATCH_SUM_INSERT,
    SQL_BATCH_SUM_GET,
    SQL_BATCH_END,
    SQL_AUDIT_HEAD,
    SQL_AUDIT_INSERT,
    SQL_AUDIT_WALK,
    SQL_COUNT
};

struct sql {
    struct store *store;
    sqlite3_stmt *statement;
    mv_status status;
    const char *where;
    int bound;  /* parameters so far */
    int column; /* of the row, so far */
};

struct sql sql_read(struct store *store, enum sql_name name);
/* Fails unless a write transaction is open: SQLite ends one by itself after some errors, and what follows would then
 * commit statement by statement. */
struct sql sql_write(struct store *store, enum sql_name name);

/* Texts and blobs must outlive the statement's run. */
void sql_put_int(struct sql *sql, int64_t value);
/* Fails above INT64_MAX. */
void sql_put_u64(struct sql *sql, uint64_t value);
void sql_put_text(struct sql *sql, const char *text);
void sql_put_blob(struct sql *sql, const void *data, size_t size);
/* NULL in place of 0: a reference that may be missing. */
void sql_put_reference(struct sql *sql, int64_t id);

/* `row` says whether there is one. After no row or a failure the statement is done. */
MV_MUST_USE mv_status sql_step(struct sql *sql, bool *row);
/* For a statement without rows. */
MV_MUST_USE mv_status sql_run(struct sql *sql);
/* Whether a statement has a row that is not looked at; it is done then. */
MV_MUST_USE mv_status sql_exists(struct sql *sql, bool *found);
/* Frees the statement for its next use; harmless when done already. */
void sql_done(struct sql *sql);

int64_t sql_get_int(struct sql *sql);
uint64_t sql_get_u64(struct sql *sql);
uint8_t sql_get_u8(struct sql *sql);
uint16_t sql_get_u16(struct sql *sql);
uint32_t sql_get_u32(struct sql *sql);
bool sql_get_bool(struct sql *sql);
void sql_get_text(struct sql *sql, char *text, size_t size);
void sql_get_blob(struct sql *sql, void *data, size_t size);
/* A blob of at most `size` bytes; its own size goes to `used`. */
void sql_get_blob_up_to(struct sql *sql, void *data, size_t size, size_t *used);
/* LEDGER_CORRUPT when a column of this row did not fit its field. */
MV_MUST_USE mv_status sql_row_ok(const struct sql *sql);

#endif
