/* Where audit records come from: the server, an exported file, a ledger file. */
#ifndef METERVAULT_CLI_AUDIT_SOURCE_H
#define METERVAULT_CLI_AUDIT_SOURCE_H

#include "audit/audit.h"
#include "cli.h"

/* False ends the walk. */
typedef bool audit_each(void *self, const struct audit_record *record);

/* Each walks all records in order, from `first` on where it says so. Returns the exit code, CLI_DONE also when `each`
 * ended the walk. */
int audit_from_server(struct cli *cli, uint64_t first, audit_each *each, void *self);
int audit_from_file(const struct cli *cli, const char *path, audit_each *each, void *self);
int audit_from_ledger(const struct cli *cli, const char *path, audit_each *each, void *self);

/* Says why and returns the exit code. */
int audit_failed(const struct cli *cli, const char *what, mv_status status);

#endif
