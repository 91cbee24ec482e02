#include "ceremony/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void print_member(FILE *out, const char *name, const json_t *value)
{
    if (json_is_string(value))
        (void)fprintf(out, "; %s: %s", name, json_string_value(value));
    else if (json_is_integer(value))
        (void)fprintf(out, "; %s: %lld", name, (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        (void)fprintf(out, "; %s: %s", name, json_is_true(value) ? "yes" : "no");
    else if (json_is_array(value)) {
        (void)fprintf(out, "; %s: ", name);
        (void)json_dumpf(value, out, JSON_COMPACT);
    }
}

/* "12  12:30:05  key; label: vending/123456/1/2; ..." */
static void print_line(void *context, size_t number, const json_t *line)
{
    struct page *page = context;
    const char *event = text_of(line, "event");
    const char *name = NULL;
    json_t *value = NULL;
    const char *time = text_of(line, "time");
    if (number == 1)
        (void)fprintf(page->out, "%s\n\n", text_of(line, "title"));
    (void)fprintf(page->out, "%4zu  %s  %s", number, time, event);
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
    for (size_t i = 0; i < page->people_count; i++)
        (void)fprintf(page->out, "\n\n______________________________   ____________\n%s (%s)%*sdate\n",
                      page->people[i].name, page->people[i].role, 4, "");
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
