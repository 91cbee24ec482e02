#include "image_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "hex.h"
#include "once.h"

#define FIRST_LINE "metervault-token-backup 1"

static mv_status refused(const char *where)
{
    return mv_fail(MV_BACKUP_REFUSED, where);
}

static void print_hex(FILE *out, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        (void)fprintf(out, "%02X", bytes[i]);
    (void)fputc('\n', out);
}

static void print(FILE *out, const struct hsm_image *image)
{
    (void)fprintf(out, FIRST_LINE "\ntoken_serial %s\n", image->serial);
    for (size_t i = 0; i < image->record_count; i++) {
        (void)fputs("entry ", out);
        print_hex(out, image->records[i].data, image->records[i].size);
    }
    for (size_t i = 0; i < image->key_count; i++) {
        (void)fprintf(out, "key %s ", image->keys[i].label);
        print_hex(out, image->keys[i].wrapped, image->keys[i].size);
    }
    (void)fputs("end\n", out);
}

mv_status image_write(const char *path, const struct hsm_image *image)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "backup");
    print(out, image);
    bool good = ferror(out) == 0;
    good = fclose(out) == 0 && good;
    mv_status status =
        good ? file_create(path, text, size, "backup of the token") : mv_fail(MV_OUT_OF_MEMORY, "backup");
    free(text);
    return status;
}

/* All of `text` as hex. */
static bool take_hex(const char *text, uint8_t *bytes, size_t most, size_t *size)
{
    size_t digits = strlen(text);
    *size = digits / 2;
    return digits > 0 && digits % 2 == 0 && *size <= most && hex_decode(text, bytes, *size);
}

static mv_status take_key(char *rest, struct hsm_image *image)
{
    char *wrapped = strchr(rest, ' ');
    size_t at = image->key_count;
    if (wrapped == NULL || at == HSM_MAX_KEYS)
        return refused("backup: line of a key");
    *wrapped++ = '\0';
    int length = snprintf(image->keys[at].label, sizeof image->keys[at].label, "%s", rest);
    if (length <= 0 || (size_t)length >= sizeof image->keys[at].label ||
        !take_hex(wrapped, image->keys[at].wrapped, sizeof image->keys[at].wrapped, &image->keys[at].size))
        return refused("backup: line of a key");
    for (size_t i = 0; i < at; i++)
        if (strcmp(image->keys[i].label, image->keys[at].label) == 0)
            return refused("backup: a key twice");
    image->key_count++;
    return mv_ok();
}

static mv_status take_line(char *line, struct hsm_image *image)
{
    size_t at = image->record_count;
    if (strncmp(line, "token_serial ", 13) == 0 && strlen(line + 13) < sizeof image->serial) {
        (void)snprintf(image->serial, sizeof image->serial, "%s", line + 13);
        return mv_ok();
    }
    if (strncmp(line, "key ", 4) == 0)
        return take_key(line + 4, image);
    if (strncmp(line, "entry ", 6) != 0 || at == HSM_IMAGE_RECORDS ||
        !take_hex(line + 6, image->records[at].data, sizeof image->records[at].data, &image->records[at].size))
        return refused("backup: a line that is none of its kinds");
    image->record_count++;
    return mv_ok();
}

mv_status image_parse(char *text, struct hsm_image *image)
{
    char *rest = NULL;
    memset(image, 0, sizeof *image);
    const char *first = strtok_r(text, "\n", &rest);
    if (first == NULL || strcmp(first, FIRST_LINE) != 0)
        return refused("backup: not a metervault-token-backup of version 1");
    for (char *line = strtok_r(NULL, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (strcmp(line, "end") == 0)
            return strtok_r(NULL, "\n", &rest) == NULL ? mv_ok() : refused("backup: lines after its end");
        MV_TRY(take_line(line, image));
    }
    return refused("backup: cut off, it has no end");
}

mv_status image_read(const char *path, struct hsm_image *image)
{
    const char *text = NULL;
    size_t size = 0;
    MV_TRY(once_read(path, "backup of the token", &text, &size));
    if (strlen(text) != size)
        return refused("backup: not text");
    char *copy = strdup(text);
    if (copy == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "backup");
    mv_status status = image_parse(copy, image);
    free(copy);
    return status;
}
