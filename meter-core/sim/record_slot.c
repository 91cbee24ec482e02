#include "record_slot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hex.h"
#include "metervault/codes.h"
#include "small_file.h"
#include "words.h"

enum { HEX_MOST = 2 * MV_RECORD_MAX, FILE_MOST = 4 * MV_RECORD_MAX };

static void say(char line[RECORD_SLOT_TEXT], const char *text)
{
    (void)snprintf(line, RECORD_SLOT_TEXT, "%s", text);
}

/* Only hex digits and white space: 0 for anything else and for what is no whole count of bytes or too many. */
static uint32_t bytes_of(const char *text, uint8_t bytes[MV_RECORD_MAX])
{
    char digits[HEX_MOST];
    size_t count = 0;
    for (; *text != '\0'; text++) {
        if (strchr(" \t\r\n", *text) != NULL)
            continue;
        if (count == sizeof digits)
            return 0;
        digits[count++] = *text;
    }
    return hex_parse(digits, count, bytes, count / 2) ? (uint32_t)(count / 2) : 0;
}

static uint32_t load(struct record_slot *slot, const char *text, uint8_t bytes[MV_RECORD_MAX])
{
    char content[FILE_MOST + 1];
    size_t length = 0;
    uint32_t size = bytes_of(text, bytes);
    if (size > 0)
        return size;
    const char *fault = small_file_read(text, false, content, sizeof content - 1, &length);
    (void)snprintf(slot->what, sizeof slot->what, "%s", text);
    if (fault != NULL) {
        say(slot->outcome, fault);
        return 0;
    }
    content[length] = '\0';
    size = bytes_of(content, bytes);
    if (size == 0)
        say(slot->outcome, "not a record of up to 255 bytes in hex");
    return size;
}

static const char *kind_of(const uint8_t *bytes, uint32_t size)
{
    static const char *const kinds[] = {[MV_KIND_PURCHASE] = "purchase",
                                        [MV_KIND_PARAMETERS] = "parameters",
                                        [MV_KIND_CONTROL] = "control",
                                        [MV_KIND_READ] = "read request",
                                        [MV_KIND_KEY_UPDATE] = "key update"};
    unsigned kind = size > 1 ? bytes[1] : 0;
    return kind >= MV_KIND_PURCHASE && kind <= MV_KIND_KEY_UPDATE ? kinds[kind] : "record of no known kind";
}

static void tell_credit(struct record_slot *slot, const struct mv_prepay *p, const struct mv_record_answer *answer)
{
    enum mv_credit_register which = (enum mv_credit_register)p->parameters.credit_register;
    char credited[WORDS_QUANTITY];
    char remaining[WORDS_QUANTITY];
    words_quantity(which, answer->credited, credited);
    words_quantity(which, answer->remaining, remaining);
    (void)snprintf(slot->outcome, sizeof slot->outcome, "accepted: %s %s came in, %s remain", credited,
                   words_unit(which), remaining);
}

static void tell(struct record_slot *slot, const struct mv_prepay *p, enum mv_result result,
                 const struct mv_record_answer *answer)
{
    if (result != MV_ACCEPT)
        (void)snprintf(slot->outcome, sizeof slot->outcome, "%s: %s", mv_code_name(result), mv_code_words(result));
    else if (answer->kind == MV_KIND_PURCHASE)
        tell_credit(slot, p, answer);
    else
        say(slot->outcome, answer->set_whole ? "accepted: the set is whole" : "accepted");
}

void record_slot_put(struct record_slot *slot, struct mv_prepay *p, const char *text)
{
    uint8_t bytes[MV_RECORD_MAX];
    struct mv_record_answer answer = {0};
    uint32_t size = load(slot, text, bytes);
    if (size == 0)
        return;
    (void)snprintf(slot->what, sizeof slot->what, "%s, %u bytes", kind_of(bytes, size), (unsigned)size);
    enum mv_result result = mv_prepay_record(p, bytes, size, &answer);
    tell(slot, p, result, &answer);
}

static bool write_hex(FILE *file, const uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        (void)fprintf(file, "%02X", bytes[i]);
    (void)fputc('\n', file);
    return fflush(file) == 0;
}

/* What is wrong, or NULL. */
static const char *make(struct mv_prepay *p, FILE *file)
{
    uint8_t bytes[MV_RECORD_MAX];
    uint32_t size = 0;
    enum mv_result result = mv_prepay_return(p, bytes, &size);
    if (result != MV_DONE)
        return mv_code_words(result);
    return write_hex(file, bytes, size) ? NULL : strerror(errno);
}

void record_slot_take(struct record_slot *slot, struct mv_prepay *p, const char *path)
{
    (void)snprintf(slot->what, sizeof slot->what, "return into %s", path);
    FILE *file = fopen(path, "wxe");
    if (file == NULL) {
        say(slot->outcome, strerror(errno));
        return;
    }
    const char *fault = make(p, file);
    (void)fclose(file);
    say(slot->outcome, fault == NULL ? "written" : fault);
    if (fault != NULL)
        (void)unlink(path);
}
