#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, FILE_SIZE = 4096 };

static const char suffix[] = ".sale";
static const char name_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool journal_id_valid(const char *text, size_t longest)
{
    size_t length = strlen(text);
    return length >= 1 && length <= longest && strspn(text, name_characters) == length;
}

static bool complain(const char *path)
{
    (void)fprintf(stderr, "metervault: %s: %s\n", path, strerrordesc_np(errno));
    return false;
}

/* Makes every missing folder of the path, closed to others. */
static bool make_folders(char *path)
{
    for (char *at = path + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char kept = *at;
        *at = '\0';
        bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        if (!made)
            (void)complain(path);
        *at = kept;
        if (!made || kept == '\0')
            return made;
    }
}

static int open_folder(const char *state_dir, bool make)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/pending", state_dir);
    if (length < 0 || length >= PATH_SIZE) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (make && !make_folders(path))
        return -1;
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool write_whole(int file, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t done = write(file, text, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        text += done;
        size -= (size_t)done;
    }
    return fsync(file) == 0;
}

/* Under another name first: an entry is there whole or not at all. */
static bool write_entry(int folder, const char *name, const char *text, size_t size)
{
    char temporary[128];
    (void)snprintf(temporary, sizeof temporary, ".%s.new", name);
    int file = openat(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return false;
    bool written = write_whole(file, text, size);
    written = close(file) == 0 && written;
    return written && renameat(folder, temporary, folder, name) == 0 && fsync(folder) == 0;
}

bool journal_put(const char *state_dir, const struct journal_entry *entry)
{
    char name[96];
    char text[FILE_SIZE];
    (void)snprintf(name, sizeof name, "%s%s", entry->request_id, suffix);
    int length = snprintf(text, sizeof text,
                          "metervault-pending 1\nrequest_id %s\nterminal %s\nmeter_pan %s\nunit %d\namount %" PRId64
                          "\npriced %d\nsent_at_unix_s %" PRId64 "\nserver %s\ncertificate_file %s\n",
                          entry->request_id, entry->terminal, entry->meter_pan, (int)entry->unit, entry->amount,
                          entry->priced, entry->sent_at_unix_s, entry->server, entry->certificate_file);
    int folder = open_folder(state_dir, true);
    bool kept = folder >= 0 && length > 0 && length < FILE_SIZE && write_entry(folder, name, text, (size_t)length);
    if (!kept)
        (void)complain(state_dir);
    if (folder >= 0)
        (void)close(folder);
    return kept;
}

bool journal_remove(const char *state_dir, const char *request_id)
{
    char name[96];
    (void)snprintf(name, sizeof name, "%s%s", request_id, suffix);
    int folder = open_folder(state_dir, false);
    bool removed = folder >= 0 && unlinkat(folder, name, 0) == 0 && fsync(folder) == 0;
    if (!removed)
        (void)complain(state_dir);
    if (folder >= 0)
        (void)close(folder);
    return removed;
}

bool journal_has(const char *state_dir, const char *request_id)
{
    char name[96];
    (void)snprintf(name, sizeof name, "%s%s", request_id, suffix);
    int folder = open_folder(state_dir, false);
    bool there = folder >= 0 && faccessat(folder, name, F_OK, 0) == 0;
    if (folder >= 0)
        (void)close(folder);
    return there;
}

static bool copy(char *to, size_t size, const char *value)
{
    int length = snprintf(to, size, "%s", value);
    return length >= 0 && (size_t)length < size;
}

static bool number(const char *value, int64_t *to)
{
    char *end;
    errno = 0;
    *to = strtoll(value, &end, 10);
    return errno == 0 && *end == '\0' && end != value && *to >= 0;
}

static bool take_line(struct journal_entry *entry, const char *name, const char *value)
{
    int64_t unit = 0;
    int64_t priced = 0;
    if (strcmp(name, "request_id") == 0)
        return copy(entry->request_id, sizeof entry->request_id, value);
    if (strcmp(name, "terminal") == 0)
        return copy(entry->terminal, sizeof entry->terminal, value);
    if (strcmp(name, "meter_pan") == 0)
        return copy(entry->meter_pan, sizeof entry->meter_pan, value);
    if (strcmp(name, "server") == 0)
        return copy(entry->server, sizeof entry->server, value);
    if (strcmp(name, "certificate_file") == 0)
        return copy(entry->certificate_file, sizeof entry->certificate_file, value);
    if (strcmp(name, "amount") == 0)
        return number(value, &entry->amount);
    if (strcmp(name, "sent_at_unix_s") == 0)
        return number(value, &entry->sent_at_unix_s);
    if (strcmp(name, "priced") == 0 && number(value, &priced) && priced <= 1) {
        entry->priced = priced == 1;
        return true;
    }
    if (strcmp(name, "unit") == 0 && number(value, &unit) && unit <= MV_SALE_CURRENCY_E5) {
        entry->unit = (enum mv_sale_unit)unit;
        return true;
    }
    return strcmp(name, "metervault-pending") == 0 && strcmp(value, "1") == 0;
}

static bool read_entry(int folder, const char *name, struct journal_entry *entry)
{
    char text[FILE_SIZE];
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t got = file >= 0 ? read(file, text, sizeof text - 1) : -1;
    if (file >= 0)
        (void)close(file);
    if (got <= 0)
        return false;
    text[got] = '\0';
    *entry = (struct journal_entry){0};
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *space = strchr(line, ' ');
        if (space == NULL)
            return false;
        *space = '\0';
        if (!take_line(entry, line, space + 1))
            return false;
    }
    return journal_id_valid(entry->request_id, sizeof entry->request_id - 1) && entry->amount > 0;
}

static bool is_entry(const char *name)
{
    size_t length = strlen(name);
    size_t tail = sizeof suffix - 1;
    return length > tail && name[0] != '.' && strcmp(name + length - tail, suffix) == 0;
}

size_t journal_list(const char *state_dir, journal_each *each, void *self)
{
    size_t count = 0;
    int folder = open_folder(state_dir, false);
    DIR *list = folder >= 0 ? fdopendir(folder) : NULL;
    if (list == NULL) {
        if (folder >= 0)
            (void)close(folder);
        return 0;
    }
    const struct dirent *file;
    while ((file = readdir(list)) != NULL) { /* NOLINT(concurrency-mt-unsafe): one thread */
        struct journal_entry entry;
        if (!is_entry(file->d_name))
            continue;
        if (!read_entry(folder, file->d_name, &entry)) {
            (void)fprintf(stderr, "metervault: %s/pending/%s cannot be read; look at it by hand\n", state_dir,
                          file->d_name);
            continue;
        }
        count++;
        each(self, &entry);
    }
    (void)closedir(list);
    return count;
}
