#include "ceremony/script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "ceremony/script_parse.h"
#include "ceremony/whole_file.h"

bool script_complain(struct script_fault *fault, unsigned line, const char *format, ...)
{
    if (fault->line != 0)
        return false;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(fault->what, sizeof fault->what, format, arguments);
    va_end(arguments);
    fault->line = line > 0 ? line : 1;
    return false;
}

/* 1 to 32 of a-z 0-9 and hyphen. */
static bool is_name(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length < SCRIPT_NAME_SIZE && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        text[--length] = '\0';
    return text;
}

static bool open_role(struct script_reader *reader, const char *name)
{
    struct script *script = reader->script;
    for (size_t i = 0; i < script->role_count; i++)
        if (strcmp(script->roles[i].name, name) == 0)
            return script_complain(reader->fault, reader->line, "role %s is there twice", name);
    if (script->step_count > 0)
        return script_complain(reader->fault, reader->line, "roles come before the first step");
    if (script->role_count == SCRIPT_MOST_ROLES)
        return script_complain(reader->fault, reader->line, "more than %d roles", SCRIPT_MOST_ROLES);
    script->roles[script->role_count++] = (struct script_role){.line = reader->line, .name = name};
    reader->section = IN_ROLE;
    return true;
}

static bool open_step(struct script_reader *reader, const char *name)
{
    struct script *script = reader->script;
    for (size_t i = 0; i < script->step_count; i++)
        if (strcmp(script->steps[i].name, name) == 0)
            return script_complain(reader->fault, reader->line, "step %s is there twice", name);
    if (script->step_count == SCRIPT_MOST_STEPS)
        return script_complain(reader->fault, reader->line, "more than %d steps", SCRIPT_MOST_STEPS);
    script->steps[script->step_count++] = (struct script_step){.line = reader->line, .name = name};
    reader->section = IN_STEP;
    return true;
}

/* "[ceremony]", "[role NAME]", "[step NAME]". */
static bool open_section(struct script_reader *reader, char *line)
{
    size_t length = strlen(line);
    if (line[length - 1] != ']')
        return script_complain(reader->fault, reader->line, "a section ends with ]");
    line[length - 1] = '\0';
    char *kind = trim(line + 1);
    char *blank = strpbrk(kind, " \t");
    const char *name = "";
    if (blank != NULL) {
        *blank = '\0';
        name = trim(blank + 1);
    }
    bool first = reader->section == IN_NOTHING;
    if (strcmp(kind, "ceremony") == 0 && first && name[0] == '\0') {
        reader->section = IN_CEREMONY;
        return true;
    }
    if (first)
        return script_complain(reader->fault, reader->line, "the first section is [ceremony]");
    if (strcmp(kind, "role") != 0 && strcmp(kind, "step") != 0)
        return script_complain(reader->fault, reader->line, "sections are [role NAME] and [step NAME]");
    if (!is_name(name))
        return script_complain(reader->fault, reader->line, "the name of a %s is 1 to 32 of a-z 0-9 and -", kind);
    return kind[0] == 'r' ? open_role(reader, name) : open_step(reader, name);
}

static bool set_ceremony(struct script_reader *reader, const char *key, const char *value)
{
    struct script *script = reader->script;
    if (strcmp(key, "format") == 0 && script->format == 0) {
        script->format = strcmp(value, "1") == 0 ? 1 : 0;
        return script->format == 1 ||
               script_complain(reader->fault, reader->line, "format: this program reads format 1");
    }
    if (strcmp(key, "title") == 0 && script->title == NULL) {
        script->title = value;
        return true;
    }
    if (strcmp(key, "token") == 0) {
        script->new_token = strcmp(value, "new") == 0;
        return script->new_token || strcmp(value, "existing") == 0 ||
               script_complain(reader->fault, reader->line, "token is new or existing");
    }
    return script_complain(reader->fault, reader->line, "%.32s: is not known here, or there twice", key);
}

static bool set(struct script_reader *reader, char *line)
{
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return script_complain(reader->fault, reader->line, "is neither [section] nor key = value nor # comment");
    *equals = '\0';
    const char *key = trim(line);
    char *value = trim(equals + 1);
    if (value[0] == '\0')
        return script_complain(reader->fault, reader->line, "%.32s: has no value", key);
    struct script *script = reader->script;
    switch (reader->section) {
    case IN_CEREMONY:
        return set_ceremony(reader, key, value);
    case IN_ROLE:
        return script_set_role(reader, &script->roles[script->role_count - 1], key, value);
    case IN_STEP:
        return script_set_step(reader, &script->steps[script->step_count - 1], key, value);
    default:
        return script_complain(reader->fault, reader->line, "the first section is [ceremony]");
    }
}

static bool read_line(struct script_reader *reader, char *line)
{
    if (!mv_utf8_ok(line, strlen(line)))
        return script_complain(reader->fault, reader->line, "is not UTF-8");
    for (const char *part = line; *part != '\0'; part += strspn(part, "\t")) {
        size_t length = strcspn(part, "\t");
        if (!mv_text_printable(part, length))
            return script_complain(reader->fault, reader->line, "holds a control character");
        part += length;
    }
    line = trim(line);
    if (line[0] == '\0' || line[0] == '#')
        return true;
    return line[0] == '[' ? open_section(reader, line) : set(reader, line);
}

static bool read_all(struct script_reader *reader)
{
    char *rest = reader->script->text;
    while (rest != NULL && *rest != '\0') {
        char *line = rest;
        rest = strchr(line, '\n');
        if (rest != NULL)
            *rest++ = '\0';
        reader->line++;
        if (!read_line(reader, line))
            return false;
    }
    if (reader->script->format != 1)
        return script_complain(reader->fault, 1, "[ceremony] must say format = 1");
    if (reader->script->title == NULL)
        return script_complain(reader->fault, 1, "[ceremony] must say its title");
    return true;
}

bool script_parse(const char *text, size_t size, struct script **script, struct script_fault *fault)
{
    *fault = (struct script_fault){.line = 0};
    struct script *made = calloc(1, sizeof *made);
    *script = made;
    if (made == NULL || size > SCRIPT_MOST_BYTES)
        return script_complain(fault, 1, "longer than %d bytes", SCRIPT_MOST_BYTES);
    if (memchr(text, '\0', size) != NULL)
        return script_complain(fault, 1, "holds a NUL");
    made->text = strndup(text, size);
    if (made->text == NULL || !mv_sha256(text, size, made->digest).ok)
        return script_complain(fault, 1, "no memory");
    struct script_reader reader = {.script = made, .fault = fault};
    return read_all(&reader);
}

mv_status script_load(const char *path, struct script **script, struct script_fault *fault)
{
    char *text = NULL;
    size_t size = 0;
    *script = NULL;
    MV_TRY(whole_file_read(path, SCRIPT_MOST_BYTES, &text, &size));
    bool good = script_parse(text, size, script, fault);
    free(text);
    return good ? mv_ok() : mv_fail(MV_SCRIPT_REFUSED, NULL);
}

void script_free(struct script *script)
{
    if (script == NULL)
        return;
    free(script->text);
    free(script);
}
