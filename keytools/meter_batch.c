#include "meter_batch.h"

#include <stdlib.h>
#include <string.h>

#include "once.h"
#include "remark.h"

/* Takes the next line off, without its end. */
static char *take_line(struct meter_batch *batch)
{
    if (*batch->next == '\0')
        return NULL;
    char *line = batch->next;
    size_t length = strcspn(line, "\n");
    batch->next += length + (line[length] == '\n');
    line[length] = '\0';
    if (length > 0 && line[length - 1] == '\r')
        line[length - 1] = '\0';
    batch->line++;
    return line;
}

/* A column's name is an option's with _ for -. */
static bool is_named(const char *column, const char *option)
{
    while (*column != '\0' && *column == (*option == '-' ? '_' : *option)) {
        column++;
        option++;
    }
    return *column == '\0' && *option == '\0';
}

static mv_status add_column(struct meter_batch *batch, const char *name)
{
    size_t index = 0;
    while (index < METER_TEXTS && !is_named(name, meter_text_name(index)))
        index++;
    if (index == METER_TEXTS)
        return remark(mv_fail(MV_INVALID_FIELD, "batch"), "no column has the name `%.40s`", name);
    for (size_t i = 0; i < batch->column_count; i++)
        if (batch->columns[i] == index)
            return remark(mv_fail(MV_INVALID_FIELD, "batch"), "column `%.40s` stands there twice", name);
    batch->columns[batch->column_count++] = index;
    return mv_ok();
}

static mv_status read_columns(struct meter_batch *batch)
{
    char *rest = take_line(batch);
    while (rest != NULL)
        MV_TRY(add_column(batch, strsep(&rest, ",")));
    return batch->column_count > 0 ? mv_ok() : remark(mv_fail(MV_INVALID_FIELD, "batch"), "the file is empty");
}

mv_status meter_batch_open(const char *path, const struct meter_text *defaults, struct meter_batch *batch)
{
    const char *text = NULL;
    size_t size = 0;
    *batch = (struct meter_batch){.defaults = *defaults};
    /* what the approved digest is of; lines are cut in a copy */
    MV_TRY(once_read(path, "batch", &text, &size));
    if (strlen(text) != size)
        return remark(mv_fail(MV_INVALID_FIELD, "batch"), "the file is no text");
    batch->text = strdup(text);
    if (batch->text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "batch");
    batch->next = batch->text;
    return read_columns(batch);
}

void meter_batch_close(struct meter_batch *batch)
{
    free(batch->text);
    batch->text = NULL;
}

bool meter_batch_next(struct meter_batch *batch, struct meter_text *row, bool *whole)
{
    char *rest = take_line(batch);
    while (rest != NULL && *rest == '\0')
        rest = take_line(batch);
    if (rest == NULL)
        return false;
    *row = batch->defaults;
    size_t count = 0;
    for (; rest != NULL && count < batch->column_count; count++) {
        const char *value = strsep(&rest, ",");
        if (*value != '\0')
            *meter_text_at(row, batch->columns[count]) = value;
    }
    *whole = rest == NULL && count == batch->column_count;
    return true;
}
