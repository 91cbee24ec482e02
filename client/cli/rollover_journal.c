#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rollover.h"

static const char mark[] = "metervault-rollover 1";
enum { MARK, ID, SETTINGS, FIELDS };

/* What has to be the same when it goes on, as one printable text. */
static bool describe(struct rollover *rollover)
{
    const struct cli *cli = rollover->cli;
    int length = snprintf(rollover->settings, sizeof rollover->settings,
                          "from %s to %s krn %u old krn %u organisation %s with-sgc %d terminal %s server %s "
                          "certificate_file %s",
                          rollover->from, rollover->to, rollover->krn, rollover->old_krn,
                          rollover->organisation != NULL ? rollover->organisation : "-", rollover->with_sgc,
                          cli->terminal, cli->server, cli->certificate_file != NULL ? cli->certificate_file : "-");
    for (char *at = rollover->settings; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    return length > 0 && (size_t)length < sizeof rollover->settings;
}

static bool again(void *self, uint64_t number, const struct csv_reader *record)
{
    enum { METER = 1 };
    struct rollover *rollover = self;
    if (number > 0) {
        if (!bulk_read_again(&rollover->bulk, number - 1, record))
            return false;
        if (number > 1)
            (void)snprintf(rollover->last_pan, sizeof rollover->last_pan, "%s", record->fields[METER]);
        return true;
    }
    rollover->resumed = record->count == FIELDS && strcmp(record->fields[MARK], mark) == 0 &&
                        strlen(record->fields[ID]) == ROLLOVER_ID - 1 &&
                        strcmp(record->fields[SETTINGS], rollover->settings) == 0;
    if (rollover->resumed)
        (void)snprintf(rollover->id, sizeof rollover->id, "%s", record->fields[ID]);
    return rollover->resumed;
}

/* The rollover's id: a fresh request id without its dashes. */
static bool make_id(char id[ROLLOVER_ID])
{
    char uuid[MV_REQUEST_ID_SIZE];
    size_t used = 0;
    if (!mv_client_request_id(uuid))
        return false;
    for (const char *at = uuid; *at != '\0' && used + 1 < ROLLOVER_ID; at++)
        if (*at != '-')
            id[used++] = *at;
    id[used] = '\0';
    return used == ROLLOVER_ID - 1;
}

/* The id is durable before the first order carries it. */
static bool begin(const struct rollover *rollover, struct bulk_file *file)
{
    rewind(file->file);
    (void)fprintf(file->file, "%s,%s,", mark, rollover->id);
    csv_write(file->file, rollover->settings);
    (void)fputs("\r\n", file->file);
    bulk_write_head(file->file);
    return bulk_file_sync(rollover->cli, file);
}

int rollover_journal_open(struct rollover *rollover, const char *path, struct bulk_file *file)
{
    if (!describe(rollover))
        return cli_usage(rollover->cli, "the settings are too long");
    int code = bulk_file_open(rollover->cli, path, again, rollover, file);
    if (code != CLI_DONE)
        return code;
    if (!rollover->resumed && !make_id(rollover->id))
        code = cli_usage(rollover->cli, "the system gives no random numbers for an id");
    else if (rollover->resumed && ftell(file->file) > 0 && rollover->last_pan[0] != '\0')
        return CLI_DONE;
    else if (!begin(rollover, file))
        code = CLI_REFUSED;
    if (code != CLI_DONE)
        bulk_file_close(file);
    return code;
}

/* ---- the report ---- */
static bool copy_rows(FILE *from, FILE *to)
{
    int byte;
    while ((byte = getc_unlocked(from)) != EOF && byte != '\n')
        ; /* the head */
    while ((byte = getc_unlocked(from)) != EOF)
        (void)putc_unlocked(byte, to);
    return !ferror(from) && fflush(to) == 0 && !ferror(to) && fsync(fileno(to)) == 0;
}

static bool write_report(const char *journal, const char *report)
{
    char temporary[PATH_MAX];
    int length = snprintf(temporary, sizeof temporary, "%s.part", report);
    if (length < 0 || (size_t)length >= sizeof temporary)
        return false;
    int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *to = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    FILE *from = fopen(journal, "re");
    bool copied = to != NULL && from != NULL && copy_rows(from, to);
    if (from != NULL)
        (void)fclose(from);
    if (to != NULL)
        copied = fclose(to) == 0 && copied;
    return copied && rename(temporary, report) == 0 && bulk_file_sync_folder(report);
}

bool rollover_report(const struct rollover *rollover, const char *journal, const char *report)
{
    if (write_report(journal, report))
        return true;
    (void)fprintf(stderr, "%s %s: %s: %s\n", rollover->cli->program, rollover->cli->command->name, report,
                  strerrordesc_np(errno));
    return false;
}
