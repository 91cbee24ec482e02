#include "ceremony/whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "remark.h"

static mv_status read_open(FILE *file, size_t most, char **text, size_t *size)
{
    *text = malloc(most + 2);
    if (*text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "file");
    *size = fread(*text, 1, most + 1, file);
    if (ferror(file))
        return mv_fail_code(MV_FILE_FAILED, "file", (unsigned)errno);
    if (*size > most)
        return mv_fail_code(MV_FILE_FAILED, "file: too long", EFBIG);
    (*text)[*size] = '\0';
    return mv_ok();
}

mv_status whole_file_read(const char *path, size_t most, char **text, size_t *size)
{
    *text = NULL;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return remark_file(mv_fail_code(MV_FILE_FAILED, "file", (unsigned)errno), path);
    mv_status status = read_open(file, most, text, size);
    (void)fclose(file);
    if (!status.ok) {
        free(*text);
        *text = NULL;
    }
    return remark_file(status, path);
}
