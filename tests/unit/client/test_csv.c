/* CSV in and out, and rows as orders: what is written is read again, and nothing that is read does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "csv.h"
#include "csv_order.h"
#include "management.h"
#include "tally.h"

static FILE *file_of(const char *text, size_t size)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    rewind(file);
    return file;
}

static struct csv_reader reader;

static void begin(const char *text)
{
    csv_begin(&reader, file_of(text, strlen(text)));
}

static void end(void)
{
    assert_int_equal(csv_next(&reader), CSV_END);
    assert_int_equal(fclose(reader.file), 0);
}

static void assert_row(size_t count, ...)
{
    va_list fields;
    assert_int_equal(csv_next(&reader), CSV_GOOD);
    assert_int_equal(reader.count, count);
    va_start(fields, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(reader.fields[i], va_arg(fields, const char *));
    va_end(fields);
}

static void rows_are_read_as_the_rfc_says(void **state)
{
    (void)state;
    begin("\xEF\xBB\xBF"
          "a,b,c\r\n"
          "\r\n"
          "\"x,1\",\"say \"\"no\"\"\",\"two\nlines\"\n"
          ",,\n"
          "\"\",last,\"end\"");
    assert_row(3, "a", "b", "c");
    assert_row(3, "x,1", "say \"no\"", "two\nlines");
    assert_row(3, "", "", "");
    assert_true(reader.terminated);
    assert_row(3, "", "last", "end");
    assert_false(reader.terminated);
    end();
}

static void assert_bad(const char *why)
{
    assert_int_equal(csv_next(&reader), CSV_BAD);
    assert_non_null(strstr(reader.wrong, why));
}

static void a_bad_row_is_passed_over(void **state)
{
    (void)state;
    begin("a\"b,c\n\"a\"b,c\nfine\n\"open,\n");
    assert_bad("inside a field");
    assert_bad("closing quote");
    assert_row(1, "fine");
    assert_bad("not closed");
    end();
    static const char zero[] = "a\0b\nnext\n";
    csv_begin(&reader, file_of(zero, sizeof zero - 1));
    assert_bad("zero byte");
    assert_row(1, "next");
    end();
}

static void long_rows_are_bounded(void **state)
{
    (void)state;
    enum { LONG = 3 * CSV_RECORD };
    static char text[LONG + 2 * CSV_FIELDS + 16];
    memset(text, 'x', LONG);
    (void)snprintf(text + LONG, sizeof text - LONG, "\nok\n");
    begin(text);
    assert_bad("too long");
    assert_row(1, "ok");
    end();
    memset(text, ',', CSV_FIELDS);
    (void)snprintf(text + CSV_FIELDS, sizeof text - CSV_FIELDS, "\nok\n");
    begin(text);
    assert_bad("too many");
    assert_row(1, "ok");
    end();
}

/* As csv_write leaves a text. */
static void expected_cell(const char *text, char *to, size_t size)
{
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    size_t used = (size_t)snprintf(to, size, "%s%s", formula ? "'" : "", text);
    assert_true(used < size);
    for (char *at = to; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    enum { ROUNDS = 20000, CELLS = 4, CELL = 12 };
    static const char alphabet[] = "ab,\"\r\n\t =+-@'\x80\xff;0";
    unsigned seed = 17;
    FILE *file = tmpfile();
    assert_non_null(file);
    for (unsigned pass = 0; pass < 2; pass++) {
        seed = 17;
        rewind(file);
        csv_begin(&reader, file);
        for (unsigned round = 0; round < ROUNDS; round++) {
            char cells[CELLS][CELL];
            for (unsigned i = 0; i < CELLS; i++) {
                size_t length = (size_t)rand_r(&seed) % CELL;
                for (size_t k = 0; k < length; k++)
                    cells[i][k] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
                cells[i][length] = '\0';
            }
            cells[0][0] = 'x'; /* so that no row is empty */
            cells[0][1] = '\0';
            for (unsigned i = 0; pass == 0 && i < CELLS; i++) {
                csv_write(file, cells[i]);
                (void)fputs(i + 1 < CELLS ? "," : "\r\n", file);
            }
            if (pass == 0)
                continue;
            assert_int_equal(csv_next(&reader), CSV_GOOD);
            assert_int_equal(reader.count, CELLS);
            for (unsigned i = 0; i < CELLS; i++) {
                char expected[CELL + 2];
                expected_cell(cells[i], expected, sizeof expected);
                assert_string_equal(reader.fields[i], expected);
            }
        }
    }
    end();
}

/* Nothing crashes, ends never, or gives more than it may; every byte is accounted for. */
static void random_bytes_are_harmless(void **state)
{
    (void)state;
    enum { ROUNDS = 3000, SIZE = 300 };
    static const char alphabet[] = "meter,kind,123\"\"\n\r\n,\xEF\xBB\xBF\0=";
    unsigned seed = 4711;
    for (unsigned round = 0; round < ROUNDS; round++) {
        char text[SIZE];
        size_t size = 1 + (size_t)rand_r(&seed) % (SIZE - 1);
        for (size_t i = 0; i < size; i++)
            text[i] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
        csv_begin(&reader, file_of(text, size));
        enum csv_result result;
        struct csv_columns columns = {.at = {[CSV_METER] = 1, [CSV_KIND] = 2, [CSV_VALUE] = 3}, .count = 3};
        struct csv_order order;
        while ((result = csv_next(&reader)) != CSV_END) {
            assert_true(reader.count <= CSV_FIELDS);
            assert_true((result == CSV_BAD) == (reader.wrong != NULL));
            (void)csv_order_read(&reader, &columns, "till1", "id", &order);
        }
        assert_int_equal(reader.bytes, size);
        assert_int_equal(fclose(reader.file), 0);
    }
}

/* ---- rows as orders ---- */
static struct csv_columns columns;
static struct csv_order order;

static const char *read_order(const char *row)
{
    static const char head[] = "meter,kind,amount,unit,action,value,sgc,krn,ti,kt\n";
    const char *name = "";
    static char text[512];
    if (reader.file != NULL)
        (void)fclose(reader.file);
    (void)snprintf(text, sizeof text, "%s%s\n", head, row);
    csv_begin(&reader, file_of(text, strlen(text)));
    assert_int_equal(csv_next(&reader), CSV_GOOD);
    assert_null(csv_columns_read(&reader, &columns, &name));
    assert_int_equal(csv_next(&reader), CSV_GOOD);
    return csv_order_read(&reader, &columns, "till1", "id-1", &order);
}

#define PAN "600727000000000009"

static void rows_become_orders(void **state)
{
    (void)state;
    reader.file = NULL;
    assert_null(read_order(PAN ",,25.6,kwh,,,,,,"));
    assert_int_equal(order.item.order_case, METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT);
    assert_int_equal(order.item.credit->quantity->energy_wh, 25600);
    assert_string_equal(order.item.credit->request_id, "id-1");
    assert_string_equal(order.item.credit->terminal_id, "till1");
    assert_null(read_order(PAN ",credit,12.5,currency,,,,,,"));
    assert_int_equal(order.item.credit->quantity->amount_case, METERVAULT__V1__QUANTITY__AMOUNT_CURRENCY_E5);
    assert_int_equal(order.item.credit->quantity->currency_e5, 1250000);
    assert_null(read_order(PAN ",management,,,max-power,5000,,,,"));
    assert_int_equal(order.item.management->management->maximum_power_w, 5000);
    assert_null(read_order(PAN ",management,,,clear-tamper,,,,,"));
    assert_int_equal(order.item.management->management->clear_tamper, 1);
    assert_null(read_order(PAN ",test,,,,3,,,,"));
    assert_int_equal(order.item.test->test->test, 3);
    assert_null(read_order(PAN ",key-change,,,,,123458,2,0,"));
    assert_string_equal(order.item.key_change->to->supply_group_code, "123458");
    assert_int_equal(order.item.key_change->to->tariff_case, METERVAULT__V1__KEY_TARGET__TARIFF_TARIFF_INDEX);
    assert_int_equal(order.item.key_change->to->tariff_index, 0);
    assert_int_equal(order.item.key_change->to->key_type, 0);
}

static void wrong_rows_are_told(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "60072700000000000,,1,kwh,,,,,,",
        PAN ",beer,,,,,,,,",
        PAN ",,1,beer,,,,,,",
        PAN ",,0,kwh,,,,,,",
        PAN ",,1.0001,kwh,,,,,,",
        PAN ",,-1,kwh,,,,,,",
        PAN ",,1,kwh,,5,,,,",
        PAN ",,1,kwh,,,,2,,",
        PAN ",management,,,nothing,1,,,,",
        PAN ",management,,,max-power,,,,,",
        PAN ",management,,,clear-tamper,1,,,,",
        PAN ",management,1,,max-power,1,,,,",
        PAN ",test,,,,19,,,,",
        PAN ",test,,,,,,,,",
        PAN ",key-change,,,,,12345,,,",
        PAN ",key-change,,,,,,10,,",
        PAN ",key-change,,,,,,,100,",
        PAN ",key-change,,,,,,,,3",
        PAN ",,1,kwh,,,,,",
        PAN ",,1,kwh,,,,,,,",
    };
    reader.file = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (read_order(wrong[i]) == NULL)
            print_error("'%s' was taken\n", wrong[i]);
        assert_non_null(read_order(wrong[i]));
    }
}

static void wrong_columns_are_told(void **state)
{
    (void)state;
    static const char *const heads[] = {"meter,beer\n", "meter,meter\n", "kind,amount\n", "Meter\n"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        const char *name = "";
        begin(heads[i]);
        assert_int_equal(csv_next(&reader), CSV_GOOD);
        assert_non_null(csv_columns_read(&reader, &columns, &name));
        end();
    }
}

static void management_is_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *action, *value, *text; /* text NULL: refused */
    } cases[] = {
        {"max-power", "18201624", "max-power 18201624 W"},
        {"max-power", "18201625", NULL},
        {"max-power", "-1", NULL},
        {"phase-unbalance", "0", "phase-unbalance 0 W"},
        {"tariff-rate", "65535", "tariff-rate 65535"},
        {"water-factor", "65536", NULL},
        {"clear-credit", "all", "clear-credit all"},
        {"clear-credit", "gas-currency", "clear-credit gas-currency"},
        {"clear-credit", "", NULL},
        {"clear-tamper", "", "clear-tamper"},
        {"clear-tamper", NULL, "clear-tamper"},
        {"extended", "0/123", "extended 0/123"},
        {"extended", "62/1023", "extended 62/1023"},
        {"extended", "62/1024", NULL},
        {"extended", "63/1", NULL},
        {"extended", "flag/511/1", "extended flag/511/1"},
        {"extended", "flag/0/0", "extended flag/0/0"},
        {"extended", "flag/512/0", NULL},
        {"extended", "flag/1/2", NULL},
        {"extended", "5", NULL},
        {"extended", "000000000005/1", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Metervault__V1__Management management;
        Metervault__V1__ExtendedToken extended;
        char text[MANAGEMENT_TEXT];
        bool taken = management_parse(management_find(cases[i].action), cases[i].value, &management, &extended);
        assert_int_equal(taken, cases[i].text != NULL);
        if (!taken)
            continue;
        management_text(&management, text);
        assert_string_equal(text, cases[i].text);
    }
    assert_null(management_find("beer"));
}

static void outcomes_are_counted(void **state)
{
    (void)state;
    static struct tally tally;
    char reason[32];
    for (unsigned i = 0; i < 3 * TALLY_NAMES; i++) {
        (void)snprintf(reason, sizeof reason, "REASON_%u", i);
        tally_add(&tally, "refused", reason);
        tally_add(&tally, "issued", "");
    }
    assert_int_equal(tally_count(&tally, "refused"), 3 * TALLY_NAMES);
    assert_int_equal(tally_count(&tally, "issued"), 3 * TALLY_NAMES);
    assert_int_equal(tally_count(&tally, "refused REASON_7"), 1);
    assert_int_equal(tally.used, TALLY_NAMES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_as_the_rfc_says),
        cmocka_unit_test(a_bad_row_is_passed_over),
        cmocka_unit_test(long_rows_are_bounded),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(random_bytes_are_harmless),
        cmocka_unit_test(rows_become_orders),
        cmocka_unit_test(wrong_rows_are_told),
        cmocka_unit_test(wrong_columns_are_told),
        cmocka_unit_test(management_is_read_and_written),
        cmocka_unit_test(outcomes_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
