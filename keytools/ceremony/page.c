#include "ceremony/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "ceremony/transcript.h"
#include "hex.h"
#include "remark.h"
#include "words_spoken.h"

enum { MOST_PEOPLE = 16, NAME = 65, PER_LINE = 8 };

struct page {
    FILE *out;
    struct {
        char name[NAME];
        char role[NAME];
    } people[MOST_PEOPLE];
    size_t people_count;
};

static const char *text_of(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));
    return text != NULL ? text : "";
}

static void keep_person(struct page *page, const json_t *line)
{
    if (page->people_count == MOST_PEOPLE)
        return;
    (void)snprintf(page->people[page->people_count].name, NAME, "%s", text_of(line, "name"));
    (void)snprintf(page->people[page->people_count].role, NAME, "%s", text_of(line, "role"));
    page->people_count++;
}

/* A transcript's texts may be anybody's: what would move the cursor of whoever reads the page is written as bytes. */
static void print_text(FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t good = mv_text_printable_bytes(text, strlen(text));
        (void)fwrite(text, 1, good, out);
        text += good;
        if (*text != '\0')
            (void)fprintf(out, "\\x%02X", (unsigned char)*text++);
    }
}

static void print_json(FILE *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    if (text != NULL)
        print_text(out, text);
    free(text);
}

static void print_member(FILE *out, const char *name, const json_t *value)
{
    (void)fputs("; ", out);
    print_text(out, name);
    (void)fputs(": ", out);
    if (json_is_string(value))
        print_text(out, json_string_value(value));
    else if (json_is_integer(value))
        (void)fprintf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        (void)fputs(json_is_true(value) ? "yes" : "no", out);
    else if (json_is_array(value) || json_is_object(value))
        print_json(out, value);
}

/* "12  12:30:05  key; label: vending/123456/1/2; ..." */
static void print_line(void *context, size_t number, const json_t *line)
{
    struct page *page = context;
    const char *event = text_of(line, "event");
    const char *name = NULL;
    json_t *value = NULL;
    if (number == 1) {
        print_text(page->out, text_of(line, "title"));
        (void)fputs("\n\n", page->out);
    }
    (void)fprintf(page->out, "%4zu  ", number);
    print_text(page->out, text_of(line, "time"));
    (void)fputs("  ", page->out);
    print_text(page->out, event);
    json_object_foreach((json_t *)(uintptr_t)line, name,
                        value) if (strcmp(name, "n") != 0 && strcmp(name, "time") != 0 && strcmp(name, "event") != 0)
        print_member(page->out, name, value);
    (void)fputc('\n', page->out);
    if (strcmp(event, "person") == 0)
        keep_person(page, line);
}

static void print_fingerprint(FILE *out, const char *what, const uint8_t *bytes, size_t size)
{
    char hex[2 * WORDS_SPOKEN_BYTES + 1];
    char words[WORDS_SPOKEN_TEXT];
    hex_encode(bytes, size, hex);
    (void)fprintf(out, "\n%s:\n  %s\n", what, hex);
    for (size_t i = 0; i < size; i += PER_LINE)
        (void)fprintf(out, "  %s\n", words_spoken(bytes + i, PER_LINE, words));
}

static void print_end(struct page *page, const struct transcript_report *report)
{
    uint8_t fingerprint[TRANSCRIPT_HASH];
    if (report->state == TRANSCRIPT_UNFINISHED)
        (void)fprintf(page->out, "\nUNFINISHED: %s.\n", report->why);
    if (report->state == TRANSCRIPT_UNSIGNED)
        (void)fprintf(page->out, "\nUNSIGNED: there was no key to sign with.\n");
    print_fingerprint(page->out, "Head of the transcript", report->head, sizeof report->head);
    if (report->state == TRANSCRIPT_SIGNED && transcript_fingerprint(report->signer, fingerprint).ok)
        print_fingerprint(page->out,
                          "Signed by audit-sign. NOT PROVEN here whose key that is: compare the SHA-256 of its public "
                          "key with the\npaper of the token's first ceremony",
                          fingerprint, sizeof fingerprint);
    (void)fprintf(page->out, "\nI was there, and it was as it is written here.\n");
    for (size_t i = 0; i < page->people_count; i++) {
        (void)fputs("\n\n______________________________   ____________\n", page->out);
        print_text(page->out, page->people[i].name);
        (void)fputs(" (", page->out);
        print_text(page->out, page->people[i].role);
        (void)fputs(")    date\n", page->out);
    }
}

mv_status page_make(const char *transcript, size_t size, char **text)
{
    struct transcript_report report;
    struct page page = {.people_count = 0};
    size_t length = 0;
    *text = NULL;
    page.out = open_memstream(text, &length);
    if (page.out == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "page");
    transcript_verify(transcript, size, &report, print_line, &page);
    print_end(&page, &report);
    bool written = fclose(page.out) == 0;
    mv_status status = written ? mv_ok() : mv_fail(MV_OUT_OF_MEMORY, "page");
    if (report.state == TRANSCRIPT_BAD)
        status = remark(mv_fail(MV_TRANSCRIPT_REFUSED, "transcript: does not verify"), "line %zu: %s", report.bad_line,
                        report.why);
    if (!status.ok) {
        free(*text);
        *text = NULL;
    }
    return status;
}
