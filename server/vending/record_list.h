/* Native records read back: what was signed for a meter, to bring it again, and what the meter wrote. */
#ifndef MV_VENDING_RECORD_LIST_H
#define MV_VENDING_RECORD_LIST_H

#include "vending/records.h"

enum { VEND_RECORD_TOKEN = 24 };
#define VEND_PRESENT_EPOCH UINT32_MAX

struct vend_record_query {
    const char *pan;
    unsigned kind;          /* enum mv_record_kind; 0: all that the caller may have signed */
    uint32_t epoch;         /* VEND_PRESENT_EPOCH: the meter's */
    uint32_t from_sequence; /* needs a kind; 0: the first */
    uint32_t page_size;     /* 0: the default */
    const char *page_token; /* "" the first page */
};
struct vend_stored_record {
    struct store_record row;
    char principal[STORE_NAME + 1];
};
struct vend_record_list {
    struct vend_stored_record records[VEND_MAX_PAGE];
    size_t count;
    char next[VEND_RECORD_TOKEN]; /* empty at the end */
};
/* By kind, then by rising sequence. METER_UNKNOWN, RECORDS_NOT_PROVISIONED, INVALID_FIELD, PAGE_TOKEN_INVALID,
 * ROLE_MISSING for a kind that the caller may not have signed. */
MV_MUST_USE mv_status vend_list_records(struct vend *vend, const struct vend_caller *caller,
                                        const struct vend_record_query *query, struct vend_record_list *list);

struct vend_stored_return {
    struct vend_return content; /* what only the answer to handing it in tells is false */
    uint8_t size;               /* of the bytes */
    uint32_t question;          /* sequence of the read request that it answers; 0 none */
    char principal[STORE_NAME + 1];
    int64_t received_at_unix_s;
};
struct vend_return_list {
    struct vend_stored_return returns[VEND_MAX_PAGE];
    size_t count;
    char next[VEND_RECORD_TOKEN];
};
/* Newest first, of all epochs. METER_UNKNOWN, RECORDS_NOT_PROVISIONED, PAGE_TOKEN_INVALID. */
MV_MUST_USE mv_status vend_list_returns(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                        uint32_t page_size, const char *page_token, struct vend_return_list *list);

#endif
