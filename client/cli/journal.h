/* Sales that were sent and whose answer has not been printed yet: one small file each, on disk before the sale is sent
 * and removed after the answer stands on paper or screen. */
#ifndef METERVAULT_CLI_JOURNAL_H
#define METERVAULT_CLI_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sale.h"

struct journal_entry {
    char request_id[65];
    char terminal[33];
    char meter_pan[33];          /* of a priced sale: or the account number */
    bool priced;                 /* by SaleService.Sell; unit and amount mean nothing then */
    char server[256];            /* asked again at the same server ... */
    char certificate_file[1024]; /* ... as the same principal: others do not see the sale */
    enum mv_sale_unit unit;
    int64_t amount;
    int64_t sent_at_unix_s;
};

/* Of the form that the contract asks for; such a name is also safe as a file name. */
bool journal_id_valid(const char *text, size_t longest);

/* Each says on stderr what failed. */
bool journal_put(const char *state_dir, const struct journal_entry *entry); /* durable when it returns */
bool journal_remove(const char *state_dir, const char *request_id);
bool journal_has(const char *state_dir, const char *request_id);

/* Calls `each` for every entry that can be read; returns their number. */
typedef void journal_each(void *self, const struct journal_entry *entry);
size_t journal_list(const char *state_dir, journal_each *each, void *self);

#endif
