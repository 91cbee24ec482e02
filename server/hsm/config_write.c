/* Writing the token's serial back into the configuration: the one setting that a program, not a person, knows. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hsm/config.h"

static const char SETTING[] = "token_serial";

static mv_status file_failed(void)
{
    return mv_fail_code(MV_FILE_FAILED, "configuration of the key process", (unsigned)errno);
}

static bool is_setting(const char *line)
{
    while (isspace((unsigned char)*line))
        line++;
    if (strncmp(line, SETTING, strlen(SETTING)) != 0)
        return false;
    line += strlen(SETTING);
    return *line == '=' || isspace((unsigned char)*line);
}

static bool copy_with_serial(FILE *from, FILE *to, const char *serial)
{
    char *line = NULL;
    size_t size = 0;
    bool done = false;
    bool ends_with_newline = true;
    bool written = true;
    while (written && getline(&line, &size, from) >= 0) {
        ends_with_newline = strchr(line, '\n') != NULL;
        if (!is_setting(line)) {
            written = fputs(line, to) >= 0;
        } else if (!done) {
            written = fprintf(to, "%s = \"%s\"\n", SETTING, serial) > 0;
            ends_with_newline = true;
            done = true;
        }
    }
    free(line);
    if (!written || ferror(from) != 0)
        return false;
    return done || fprintf(to, "%s%s = \"%s\"\n", ends_with_newline ? "" : "\n", SETTING, serial) > 0;
}

/* The key process may run as another user than who writes here, and must be able to read the new file too; a group that
 * this user may not give is not worth a failure. */
static bool take_over(int fd, const struct stat *old)
{
    bool owned = fchown(fd, old->st_uid, old->st_gid) == 0 || fchown(fd, old->st_uid, (gid_t)-1) == 0;
    return owned && fchmod(fd, old->st_mode & 07777) == 0;
}

/* The new file takes the old one's owner and mode, and is on disk before it takes its name. */
static bool finish(FILE *to, const struct stat *old)
{
    bool good = fflush(to) == 0 && take_over(fileno(to), old) && fsync(fileno(to)) == 0;
    return fclose(to) == 0 && good;
}

static mv_status rewrite(const char *path, const char *serial, const char *temporary, int fd)
{
    FILE *from = fopen(path, "re");
    FILE *to = fdopen(fd, "w");
    struct stat info;
    if (from == NULL || to == NULL || fstat(fileno(from), &info) != 0) {
        mv_status status = file_failed();
        if (from != NULL)
            (void)fclose(from);
        if (to != NULL)
            (void)fclose(to);
        else
            (void)close(fd);
        return status;
    }
    bool copied = copy_with_serial(from, to, serial);
    (void)fclose(from);
    bool finished = finish(to, &info);
    if (!copied || !finished || rename(temporary, path) != 0)
        return file_failed();
    return mv_ok();
}

mv_status hsm_config_set_serial(struct hsm_config *config, const char *serial)
{
    if (strlen(serial) >= sizeof config->token_serial || strpbrk(serial, "\"\\\n") != NULL)
        return mv_fail(MV_CONFIG_INVALID, SETTING);
    char temporary[HSM_PATH_SIZE + 8];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", config->path) >= (int)sizeof temporary)
        return mv_fail(MV_CONFIG_INVALID, "path of the configuration");
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return file_failed();
    mv_status status = rewrite(config->path, serial, temporary, fd);
    if (!status.ok) {
        (void)unlink(temporary);
        return status;
    }
    (void)snprintf(config->token_serial, sizeof config->token_serial, "%s", serial);
    return mv_ok();
}
