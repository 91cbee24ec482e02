/* Class 1: fields to token through the key process, which has no key to use for it, and into a meter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "kinds.h"
#include "metervault/sts_manage.h"
#include "mint.h"

enum { CLASS_DISPLAY = 1, LAST_SUBCLASS = 15, LONG_CODE = 4, NO_TEST = 99 };

static bool read_code(const struct vector *vector, struct mv_sts_test *test)
{
    char text[VECTOR_TEXT];
    if (!vector_text(vector, "mfr_code", text) || strspn(text, "0123456789") != strlen(text) ||
        strlen(text) > LONG_CODE)
        return false;
    test->manufacturer = (uint16_t)strtoul(text, NULL, 10);
    return true;
}

static bool read_test(const struct vector *vector, struct mv_sts_test *test)
{
    uint64_t subclass = 0;
    *test = (struct mv_sts_test){0};
    if (!vector_number(vector, "subclass", LAST_SUBCLASS, &subclass))
        return false;
    test->subclass = (uint8_t)subclass;
    return vector_hex64(vector, "control_hex", &test->control) && read_code(vector, test);
}

/* Where the vector gives the token and expects the fields. */
static bool open_token(struct facts *facts, const char *digits, struct mv_sts_test *test)
{
    uint8_t token_class = 0;
    uint64_t clear = 0;
    struct mv_sts_block block;
    if (mv_sts_digits_to_block(digits, &token_class, &clear) != MV_DONE ||
        mv_sts_block_unpack(token_class, clear, &block) != MV_DONE || mv_sts_test_unpack(&block, test) != MV_DONE) {
        facts_trouble(facts, "the token is none of class 1");
        return false;
    }
    facts_number(facts, "token_class", token_class);
    facts_text(facts, "crc_ok", "true");
    return true;
}

static void report(struct facts *facts, const struct mv_sts_test *test)
{
    bool wide = test->subclass == 1 || (test->subclass >= 6 && test->subclass <= 10);
    char code[8];
    (void)snprintf(code, sizeof code, "%0*u", wide ? LONG_CODE : 2, test->manufacturer);
    facts_number(facts, "subclass", test->subclass);
    facts_hex(facts, "control_hex", test->control, wide ? 7 : 9);
    facts_text(facts, "mfr_code", code);
}

static bool decode(struct facts *facts, const char *digits, const struct mv_sts_test *test)
{
    struct mv_sts_test back;
    uint8_t token_class = 0;
    uint64_t clear = 0;
    struct mv_sts_block block;
    if (mv_sts_digits_to_block(digits, &token_class, &clear) != MV_DONE || token_class != CLASS_DISPLAY ||
        mv_sts_block_unpack(token_class, clear, &block) != MV_DONE || mv_sts_test_unpack(&block, &back) != MV_DONE) {
        facts_trouble(facts, "the minted token is none of class 1");
        return false;
    }
    if (back.subclass != test->subclass || back.control != test->control || back.manufacturer != test->manufacturer)
        facts_trouble(facts, "the decoded fields are not the ones that went in");
    facts_text(facts, "token", digits);
    facts_hex(facts, "clear_block_hex", clear, 16);
    return true;
}

/* The numbered test must be the bit that meter-core gives that number. */
static void check_number(struct facts *facts, const struct vector *vector, const struct mv_sts_test *test)
{
    uint64_t number = NO_TEST;
    uint64_t control = 0;
    if (!vector_number(vector, "test_number", MV_TEST_LAST, &number))
        return;
    if (mv_sts_test_control(test->subclass, (unsigned)number, &control) != MV_DONE || control != test->control)
        facts_trouble(facts, "test %u is another control bit", (unsigned)number);
}

/* This meter has no token reader (test 6) and measures no power (test 9). */
static bool meter_has(const struct mv_sts_test *test)
{
    const uint64_t lacks = UINT64_C(1) << 5 | UINT64_C(1) << 8;
    const uint64_t known = (UINT64_C(1) << MV_TEST_LAST) - 1;
    return test->subclass == MV_TEST_EXTENDED_READ || (test->control & known & ~lacks) != 0;
}

static void enter(struct facts *facts, const char *digits, const struct mv_sts_test *test)
{
    const struct hsmd_meter meter = {.pan = "600727000000000009", .sgc = "123456", .krn = 1, .kt = 2, .ken = 255};
    const struct mv_decoder_key key = {.ea = MV_EA_STA};
    struct engine engine;
    if (!engine_start(&engine, facts, &meter, &key, 0))
        return;
    enum mv_result expected = meter_has(test) ? MV_ACCEPT : MV_FUNCTION_ERROR;
    if (engine_enter(&engine, facts, digits, expected) && (engine.answer.display.count != 0) != meter_has(test))
        facts_trouble(facts, "the meter shows %u items", engine.answer.display.count);
}

void kind_display(struct facts *facts, const struct vector *vector, struct house *house)
{
    struct mv_sts_test test;
    struct mv_sts_block block;
    char given[VECTOR_TEXT];
    char digits[21];
    bool has_token = vector_text(vector, "token", given);
    if (has_token && !open_token(facts, given, &test))
        return;
    if (!has_token && !read_test(vector, &test)) {
        facts_trouble(facts, "input subclass, control_hex or mfr_code is missing or not of its form");
        return;
    }
    if (mv_sts_test_pack(&test, &block) != MV_DONE) {
        facts_refusal(facts, MV_INVALID_FIELD);
        return;
    }
    if (!mint(facts, house->client, NULL, CLASS_DISPLAY, mv_sts_block_pack(&block), digits) ||
        !decode(facts, digits, &test))
        return;
    if (has_token && strcmp(given, digits) != 0)
        facts_trouble(facts, "the fields of %s make %s", given, digits);
    if (has_token)
        report(facts, &test);
    check_number(facts, vector, &test);
    enter(facts, digits, &test);
}
