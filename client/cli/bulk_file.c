#include "bulk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const struct cli *cli, const char *path, const char *what)
{
    (void)fprintf(stderr, "%s %s: %s: %s\n", cli->program, cli->command->name, path, what);
    return CLI_USAGE;
}

/* Where the whole records end; -1 after it said what is wrong. */
static int64_t read_records(const struct cli *cli, const char *path, FILE *file, bulk_file_each *each, void *self)
{
    struct csv_reader reader;
    int64_t end = 0;
    csv_begin(&reader, file);
    for (uint64_t number = 0;; number++) {
        enum csv_result result = csv_next(&reader);
        if (ferror(file)) {
            (void)complain(cli, path, strerrordesc_np(errno));
            return -1;
        }
        if (result == CSV_END || !reader.terminated)
            return end;
        if (result == CSV_BAD || !each(self, number, &reader)) {
            (void)complain(cli, path, "holds something else than the results of this run; nothing was changed");
            return -1;
        }
        end = (int64_t)reader.bytes;
    }
}

int bulk_file_open(const struct cli *cli, const char *path, bulk_file_each *each, void *self, struct bulk_file *file)
{
    *file = (struct bulk_file){.path = path};
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return complain(cli, path, strerrordesc_np(errno));
    struct stat about;
    if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
        (void)close(descriptor);
        return complain(cli, path, "is no regular file");
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        (void)close(descriptor);
        return complain(cli, path, "another run is at work on it");
    }
    file->file = fdopen(descriptor, "r+");
    if (file->file == NULL) {
        (void)close(descriptor);
        return complain(cli, path, strerrordesc_np(errno));
    }
    int64_t end = read_records(cli, path, file->file, each, self);
    bool ready = end >= 0 && ftruncate(descriptor, end) == 0 && fseek(file->file, (long)end, SEEK_SET) == 0;
    if (end >= 0 && !ready)
        (void)complain(cli, path, strerrordesc_np(errno));
    if (ready)
        return CLI_DONE;
    bulk_file_close(file);
    return CLI_USAGE;
}

bool bulk_file_sync_folder(const char *path)
{
    char copy[PATH_MAX];
    int length = snprintf(copy, sizeof copy, "%s", path);
    int folder =
        length > 0 && (size_t)length < sizeof copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool durable = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        (void)close(folder);
    return durable;
}

bool bulk_file_sync(const struct cli *cli, struct bulk_file *file)
{
    if (fflush(file->file) == 0 && !ferror(file->file) && fsync(fileno(file->file)) == 0 &&
        bulk_file_sync_folder(file->path))
        return true;
    (void)complain(cli, file->path, strerrordesc_np(errno));
    return false;
}

void bulk_file_close(struct bulk_file *file)
{
    if (file->file != NULL)
        (void)fclose(file->file);
    file->file = NULL;
}
