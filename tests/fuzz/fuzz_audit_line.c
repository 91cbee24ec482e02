/* A line of an audit export from anywhere: what is read is written back as the same record. */
#include <stdlib.h>
#include <string.h>

#include "audit/audit_export.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char line[AUDIT_LINE];
    struct audit_record record;
    struct audit_record again;
    memset(&record, 0, sizeof record);
    memset(&again, 0, sizeof again);
    if (!audit_import_line((const char *)data, size, &record).ok)
        return 0;
    require(audit_export_line(&record, line, sizeof line).ok);
    require(audit_import_line(line, strlen(line), &again).ok);
    require(record.chain == again.chain && record.sequence == again.sequence &&
            record.time_unix_us == again.time_unix_us && strcmp(record.principal, again.principal) == 0 &&
            strcmp(record.action, again.action) == 0 && strcmp(record.object, again.object) == 0 &&
            strcmp(record.outcome, again.outcome) == 0 && strcmp(record.detail, again.detail) == 0 &&
            memcmp(record.hash, again.hash, sizeof record.hash) == 0);
    return 0;
}
