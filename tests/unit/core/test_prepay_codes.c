/* The one table of codes: every result has a row, no two refusals look the same, and meter-core/docs/codes.md says what
 * the code says. With an argument it prints the tables of that page instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codes_text.h"
#include "metervault/codes.h"

enum { ROWS_MAX = 160, LINE = 200 };

struct page {
    char rows[ROWS_MAX][LINE];
    unsigned count;
};

static char *next_row(struct page *page)
{
    assert_true(page->count < ROWS_MAX);
    return page->rows[page->count++];
}

static void result_rows(struct page *page)
{
    struct mv_code code;
    for (unsigned i = 0; mv_code_at(i, &code); i++) {
        char shown[MV_SCREEN_TEXT + 1] = "";
        struct mv_text text = mv_text_on(shown);
        if (code.group != 0)
            mv_code_text(&text, code);
        (void)snprintf(next_row(page), LINE, "| `%s` | %d | `%s` | %s |", code.group == 0 ? "-" : shown, code.result,
                       mv_code_name(code.result), mv_code_words(code.result));
    }
}

static void screen_rows(struct page *page)
{
    for (unsigned first = 0; first < MV_SCREEN_CODES; first++) {
        const char *words = mv_screen_words((uint8_t)first);
        unsigned last = first;
        if (words == NULL)
            continue;
        while (mv_screen_words((uint8_t)(last + 1)) == words)
            last++;
        if (last > first)
            (void)snprintf(next_row(page), LINE, "| %02u .. %02u | %s |", first, last, words);
        else
            (void)snprintf(next_row(page), LINE, "| %02u | %s |", first, words);
        first = last;
    }
}

static void happening_rows(struct page *page)
{
    for (unsigned i = MV_EVENT_NONE + 1; i <= MV_EVENT_STORAGE_HEALED; i++)
        (void)snprintf(next_row(page), LINE, "| event %02u | `%s` | %s |", i, mv_event_name((enum mv_event_code)i),
                       mv_event_words((enum mv_event_code)i));
    for (unsigned i = MV_CUT_NONE; i <= MV_CUT_TEST; i++)
        (void)snprintf(next_row(page), LINE, "| cut %02u | `%s` | %s |", i, mv_cut_name((enum mv_cut)i),
                       mv_cut_words((enum mv_cut)i));
}

static struct page *expected(void)
{
    static struct page page;
    page.count = 0;
    result_rows(&page);
    screen_rows(&page);
    happening_rows(&page);
    return &page;
}

static void the_page_has_every_row_in_order_and_no_other(void **state)
{
    const struct page *page = expected();
    char line[LINE];
    unsigned row = 0;
    FILE *file = fopen(MV_CODES_PAGE, "re");
    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "| ", 2) != 0 || strchr("`0123456789ec", line[2]) == NULL)
            continue;
        assert_true(row < page->count);
        assert_string_equal(line, page->rows[row]);
        row++;
    }
    (void)fclose(file);
    assert_int_equal(row, page->count);
}

static void results_rise_and_have_words_of_their_own(void **state)
{
    struct mv_code code;
    struct mv_code other;
    (void)state;
    for (unsigned i = 0; mv_code_at(i, &code); i++) {
        struct mv_code found = mv_code_of(code.result);
        assert_int_equal(found.group, code.group);
        assert_int_equal(found.detail, code.detail);
        assert_string_not_equal(mv_code_name(code.result), "UNKNOWN");
        assert_string_not_equal(mv_code_words(code.result), "no explanation");
        for (unsigned j = 0; j < i; j++) {
            assert_true(mv_code_at(j, &other));
            assert_true(other.result < code.result);
            assert_false(code.group != 0 && other.group == code.group && other.detail == code.detail);
            assert_string_not_equal(mv_code_words(code.result), mv_code_words(other.result));
        }
    }
}

/* A refusal that the table forgot shows as one, not as success. */
static void an_unknown_result_is_a_fault(void **state)
{
    char shown[MV_SCREEN_TEXT + 1];
    struct mv_text text = mv_text_on(shown);
    (void)state;
    mv_code_text(&text, mv_code_of((enum mv_result)99));
    assert_string_equal(shown, "Err-31 99");
    assert_string_equal(mv_code_name((enum mv_result)99), "UNKNOWN");
    assert_string_equal(mv_code_words((enum mv_result)99), "no explanation");
    assert_string_equal(mv_cut_name((enum mv_cut)99), "UNKNOWN");
    assert_string_equal(mv_event_words((enum mv_event_code)99), "unknown");
    assert_null(mv_screen_words(MV_SCREEN_CODES));
}

/* Card error numbers are those of the table of 2013. */
static void records_have_the_numbers_of_cards(void **state)
{
    static const struct mv_code cards[] = {
        {MV_RECORD_MAC_ERROR, 32, 10}, {MV_RECORD_METER, 33, 11},      {MV_RECORD_CLIENT, 33, 12},
        {MV_RECORD_CARD, 33, 13},      {MV_RECORD_FILE, 34, 14},       {MV_RECORD_NOT_OPEN, 34, 15},
        {MV_RECORD_COUNT, 34, 17},     {MV_RECORD_HOARD, 36, 21},      {MV_RECORD_NOT_OPEN_REPLACEMENT, 34, 16},
        {MV_RECORD_KIND, 32, 8},       {MV_RECORD_KEY_VERSION, 32, 5},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        assert_int_equal(mv_code_of(cards[i].result).group, cards[i].group);
        assert_int_equal(mv_code_of(cards[i].result).detail, cards[i].detail);
        assert_int_equal(cards[i].result, 100 + cards[i].detail);
    }
    for (unsigned token = MV_OVERFLOW_ERROR; token <= MV_LOCKOUT_ACTIVE; token++)
        assert_int_equal(mv_code_of((enum mv_result)token).group, token);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_has_every_row_in_order_and_no_other),
        cmocka_unit_test(results_rise_and_have_words_of_their_own),
        cmocka_unit_test(an_unknown_result_is_a_fault),
        cmocka_unit_test(records_have_the_numbers_of_cards),
    };
    (void)argv;
    if (argc == 1)
        return cmocka_run_group_tests(tests, NULL, NULL);
    for (unsigned i = 0; i < expected()->count; i++)
        puts(expected()->rows[i]);
    return 0;
}
