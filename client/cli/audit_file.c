#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_export.h"
#include "audit_source.h"
#include "store/store.h"

int audit_failed(const struct cli *cli, const char *what, mv_status status)
{
    struct mv_client_error error = {0};
    const struct mv_reason_info *info = mv_reason_info((enum mv_reason)status.reason);
    error.grpc_status = (int)info->grpc_status;
    (void)snprintf(error.reason, sizeof error.reason, "%s", info->name);
    (void)snprintf(error.message, sizeof error.message, "%s: %s %s%s%s%s", what, info->what, info->todo,
                   status.where != NULL ? " (" : "", status.where != NULL ? status.where : "",
                   status.where != NULL ? ")" : "");
    return cli_report(cli, &error);
}

static int bad_line(const struct cli *cli, const char *path, uint64_t number, mv_status status)
{
    char what[512];
    (void)snprintf(what, sizeof what, "%s, line %" PRIu64 ": no audit record", path, number);
    return audit_failed(cli, what, mv_fail(MV_AUDIT_CHAIN_BROKEN, status.where));
}

static int walk_lines(const struct cli *cli, const char *path, FILE *file, audit_each *each, void *self)
{
    char *line = malloc(AUDIT_LINE);
    if (line == NULL)
        return audit_failed(cli, path, mv_fail(MV_OUT_OF_MEMORY, NULL));
    int code = CLI_DONE;
    uint64_t number = 0;
    while (fgets(line, AUDIT_LINE, file) != NULL) {
        struct audit_record record;
        number++;
        mv_status status = audit_import_line(line, strlen(line), &record);
        if (!status.ok) {
            code = bad_line(cli, path, number, status);
            break;
        }
        if (!each(self, &record))
            break;
    }
    if (ferror(file))
        code = audit_failed(cli, path, mv_fail(MV_FILE_FAILED, "read"));
    free(line);
    return code;
}

int audit_from_file(const struct cli *cli, const char *path, audit_each *each, void *self)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return audit_failed(cli, path, mv_fail_code(MV_FILE_FAILED, strerrordesc_np(errno), (unsigned)errno));
    int code = walk_lines(cli, path, file, each, self);
    (void)fclose(file);
    return code;
}

struct ledger_walk {
    audit_each *each;
    void *self;
    bool ended;
};

static mv_status ledger_record(void *self, const struct audit_record *record)
{
    struct ledger_walk *walk = self;
    walk->ended = !walk->each(walk->self, record);
    /* only a failure ends the store's walk */
    return walk->ended ? mv_fail(MV_CANCELLED_BY_CALLER, NULL) : mv_ok();
}

int audit_from_ledger(const struct cli *cli, const char *path, audit_each *each, void *self)
{
    enum { CHAIN = 1 }; /* of the only server */
    char url[PATH_MAX + 16];
    char absolute[PATH_MAX];
    if (realpath(path, absolute) == NULL)
        return audit_failed(cli, path, mv_fail(MV_FILE_FAILED, strerrordesc_np(errno)));
    (void)snprintf(url, sizeof url, "sqlite:%s", absolute);
    struct store *store;
    struct ledger_walk walk = {.each = each, .self = self};
    mv_status status = store_open(url, STORE_READER, &store);
    if (!status.ok)
        return audit_failed(cli, path, status);
    status = store_begin_read(store);
    if (status.ok)
        status = store_audit(store, CHAIN, 1, ledger_record, &walk);
    store_rollback(store);
    store_close(store);
    return status.ok || walk.ended ? CLI_DONE : audit_failed(cli, path, status);
}
