/* The wrapped backup of one key, among the files that were written when keys were born. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "backup_text.h"
#include "hex.h"
#include "image_file.h"
#include "remark.h"
#include "words.h"

struct found {
    char label[HSM_LABEL_SIZE];
    char kcv[WORDS_KCV];
    uint8_t wrapped[HSM_MAX_WRAPPED];
    size_t size;
};

static bool take(char *to, size_t size, const char *value)
{
    int length = snprintf(to, size, "%s", value);
    return length > 0 && (size_t)length < size;
}

static bool take_line(const char *line, struct found *found)
{
    if (strncmp(line, "label ", 6) == 0)
        return take(found->label, sizeof found->label, line + 6);
    if (strncmp(line, "kcv ", 4) == 0)
        return take(found->kcv, sizeof found->kcv, line + 4);
    if (strncmp(line, "wrapped_key ", 12) != 0)
        return true;
    found->size = strlen(line + 12) / 2;
    return found->size <= sizeof found->wrapped && hex_decode(line + 12, found->wrapped, found->size);
}

/* False for a file that is no backup. */
static bool read_backup(const char *path, struct found *found)
{
    char line[BACKUP_TEXT];
    memset(found, 0, sizeof *found);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool good = fgets(line, sizeof line, file) != NULL && strcmp(line, "metervault-backup 1\n") == 0;
    while (good && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        good = take_line(line, found);
    }
    (void)fclose(file);
    return good && found->label[0] != '\0' && found->kcv[0] != '\0' && found->size > 0;
}

static bool is_backup_name(const char *name)
{
    size_t length = strlen(name);
    return length > 7 && strcmp(name + length - 7, ".backup") == 0;
}

static bool belongs(const char *directory, const char *name, const struct hsm_key_info *info, char path[PATH_MAX],
                    struct found *found)
{
    char kcv[WORDS_KCV];
    int length = snprintf(path, PATH_MAX, "%s/%s", directory, name);
    return is_backup_name(name) && length > 0 && length < PATH_MAX && read_backup(path, found) &&
           strcmp(found->label, info->label) == 0 && strcmp(found->kcv, words_kcv(info->kcv, kcv)) == 0;
}

mv_status backup_find(const char *directory, const struct hsm_key_info *info, const struct backup_user *user)
{
    mv_status status = mv_fail(MV_BACKUP_REFUSED, "backup_dir: no backup of a key in it");
    DIR *entries = opendir(directory);
    if (entries == NULL)
        return remark_file(mv_fail_code(MV_FILE_FAILED, "backup_dir", (unsigned)errno), directory);
    for (const struct dirent *entry = readdir(entries); entry != NULL && !status.ok; entry = readdir(entries)) {
        char path[PATH_MAX];
        struct found found;
        if (belongs(directory, entry->d_name, info, path, &found))
            status = user->use(user->context, info, found.wrapped, found.size);
    }
    (void)closedir(entries);
    return status;
}

void backup_files(const char *directory, const struct hsm_key_info *info, void (*each)(void *context, const char *path),
                  void *context)
{
    DIR *entries = opendir(directory);
    if (entries == NULL)
        return;
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        char path[PATH_MAX];
        struct found found;
        if (belongs(directory, entry->d_name, info, path, &found))
            each(context, path);
    }
    (void)closedir(entries);
}
