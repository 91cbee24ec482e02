#include "seen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup_file.h"
#include "base/lines.h"
#include "files.h"
#include "remark.h"

enum { NUMBER = 20, TEXT = 256, PATH = HSM_PATH_SIZE + HSM_SERIAL_SIZE + 32 };

static void path_of(const struct hsm_config *config, const char *serial, char path[PATH])
{
    (void)snprintf(path, PATH, "%s/%s.seen", config->backup_dir, serial);
}

static bool take_number(const char **text, const char *name, int64_t *number)
{
    char digits[NUMBER];
    if (!mv_line_take(text, name, digits, sizeof digits) || strspn(digits, "0123456789") != strlen(digits))
        return false;
    *number = strtoll(digits, NULL, 10);
    return true;
}

static bool read_text(const char *text, struct seen *seen)
{
    char version[2];
    char digest[2 * sizeof seen->digest + 1];
    int64_t generation = 0;
    bool good = mv_line_take(&text, "metervault-seen", version, sizeof version) && strcmp(version, "1") == 0 &&
                take_number(&text, "generation", &generation) && mv_line_take(&text, "digest", digest, sizeof digest) &&
                mv_line_unhex(digest, seen->digest, sizeof seen->digest) && take_number(&text, "time", &seen->unix_s) &&
                *text == '\0';
    seen->generation = (uint64_t)generation;
    return good;
}

static mv_status read_file(const char *path, struct seen *seen)
{
    char text[TEXT + 1];
    *seen = (struct seen){.generation = 0};
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT)
        return mv_ok();
    if (file == NULL)
        return remark_file(mv_fail_code(MV_FILE_FAILED, "what was seen of the token", (unsigned)errno), path);
    size_t size = fread(text, 1, TEXT, file);
    (void)fclose(file);
    text[size] = '\0';
    if (read_text(text, seen))
        return mv_ok();
    return remark_file(mv_fail(MV_FILE_FAILED, "what was seen of the token: not of its form"), path);
}

mv_status seen_check(const struct hsm_config *config, const char *serial, const struct hsm_catalogue *catalogue,
                     struct seen *seen)
{
    char path[PATH];
    path_of(config, serial, path);
    MV_TRY(read_file(path, seen));
    bool other =
        catalogue->generation == seen->generation && memcmp(catalogue->digest, seen->digest, sizeof seen->digest) != 0;
    if (catalogue->generation < seen->generation || other)
        return remark(mv_fail(MV_TOKEN_ROLLED_BACK, "catalogue"),
                      "generation %" PRIu64 " was seen (%s), the token has %" PRIu64, seen->generation, path,
                      catalogue->generation);
    return mv_ok();
}

static mv_status write_file(const char *path, const struct seen *seen)
{
    char text[TEXT];
    char digest[2 * sizeof seen->digest + 1];
    char temporary[PATH + 16];
    mv_line_hex(seen->digest, sizeof seen->digest, digest);
    (void)snprintf(text, sizeof text, "metervault-seen 1\ngeneration %" PRIu64 "\ndigest %s\ntime %" PRId64 "\n",
                   seen->generation, digest, seen->unix_s);
    (void)snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    (void)unlink(temporary);
    MV_TRY(file_create(temporary, text, strlen(text), "what was seen of the token"));
    if (rename(temporary, path) == 0)
        return mv_ok();
    mv_status status = mv_fail_code(MV_FILE_FAILED, "what was seen of the token", (unsigned)errno);
    (void)unlink(temporary);
    return remark_file(status, path);
}

mv_status seen_note(const struct hsm_config *config, const char *serial, const struct hsm_catalogue *catalogue,
                    int64_t now_unix_s, struct seen *seen)
{
    char path[PATH];
    path_of(config, serial, path);
    MV_TRY(backup_directory(config->backup_dir));
    seen->generation = catalogue->generation;
    memcpy(seen->digest, catalogue->digest, sizeof seen->digest);
    if (now_unix_s > seen->unix_s)
        seen->unix_s = now_unix_s;
    return write_file(path, seen);
}
