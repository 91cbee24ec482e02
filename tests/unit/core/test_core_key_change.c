/* Key change sections: the published sets both ways and in every order, and every refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/sts_key_change.h"
#include "vectors.h"

enum { SETS = 16, SINGLES = 2 };

static struct mv_decoder_key key_of(const char *hex)
{
    struct mv_decoder_key key = {.ea = MV_EA_STA};
    assert_non_null(hex);
    if (hex_bytes(hex, key.bytes, sizeof key.bytes) == sizeof key.bytes)
        key.ea = MV_EA_MISTY1;
    return key;
}

static uint32_t number_text(const json_t *object, const char *name)
{
    const char *text = vector_text(object, NULL, name);
    assert_non_null(text);
    return (uint32_t)strtoul(text, NULL, 10);
}

static struct mv_sts_key_change change_of(const json_t *vector)
{
    const json_t *inputs = json_object_get(vector, "inputs");
    const json_t *to = json_object_get(inputs, "new");
    struct mv_sts_key_change change;
    memset(&change, 0, sizeof change);
    change.key = key_of(vector_text(vector, "intermediate", "new_decoder_key_hex"));
    change.krn = (uint8_t)vector_number(to, NULL, "krn", -1);
    change.kt = (uint8_t)vector_number(to, NULL, "kt", -1);
    change.ti = (uint8_t)number_text(to, "ti");
    change.ken = (uint8_t)vector_number(inputs, NULL, "new_ken", -1);
    change.sgc = number_text(to, "sgc");
    change.with_sgc = vector_number(inputs, NULL, "three_kct", -1) == 1;
    change.rollover = vector_number(inputs, NULL, "rollover_ro", -1) == 1;
    return change;
}

static void check_same(const struct mv_sts_key_change *got, const struct mv_sts_key_change *want)
{
    bool sgc_sent = want->with_sgc || want->key.ea == MV_EA_MISTY1;
    assert_int_equal(got->key.ea, want->key.ea);
    assert_memory_equal(got->key.bytes, want->key.bytes, sizeof got->key.bytes);
    assert_int_equal(got->krn, want->krn);
    assert_int_equal(got->kt, want->kt);
    assert_int_equal(got->ti, want->ti);
    assert_int_equal(got->ken, want->ken);
    assert_int_equal(got->sgc, sgc_sent ? want->sgc : 0);
    assert_int_equal(got->with_sgc, sgc_sent);
    assert_int_equal(got->rollover, want->rollover);
}

/* Entered in the order of `order` (a permutation's digits); the set is whole after the last one only. */
static void check_order(const struct mv_sts_key_change *change, const struct mv_sts_block *blocks, unsigned count,
                        const unsigned *order)
{
    struct mv_sts_key_sections sections = {0};
    struct mv_sts_key_change joined = {.krn = 0};
    unsigned section = 0;
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(mv_sts_key_section_put(&sections, change->key.ea, &blocks[order[i]], &section), MV_DONE);
        assert_int_equal(section, order[i] + 1);
        assert_int_equal(mv_sts_key_sections_join(&sections, change->key.ea, &joined), i == count - 1);
    }
    check_same(&joined, change);
}

static void check_orders(const struct mv_sts_key_change *change, const struct mv_sts_block *blocks, unsigned count)
{
    unsigned tried = 0;
    for (unsigned code = 0; code < 256; code++) {
        unsigned order[MV_KEY_SECTIONS] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
        unsigned seen = 0;
        for (unsigned i = 0; i < count; i++)
            seen |= 1U << order[i];
        if (seen != (1U << count) - 1 || code >> (2 * count) != 0)
            continue;
        check_order(change, blocks, count, order);
        tried++;
    }
    assert_int_equal(tried, count == 2 ? 2 : count == 3 ? 6 : 24);
}

static void check_set(const json_t *vector)
{
    struct mv_sts_key_change change = change_of(vector);
    struct mv_decoder_key old = key_of(vector_text(vector, "intermediate", "old_decoder_key_hex"));
    const json_t *tokens = json_object_get(json_object_get(vector, "expected"), "tokens");
    const json_t *clears = json_object_get(json_object_get(vector, "intermediate"), "clear_blocks_hex");
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    unsigned count = 0;
    char digits[21];
    assert_int_equal(mv_sts_key_change_pack(&change, blocks, &count), MV_DONE);
    assert_int_equal(count, json_array_size(tokens));
    for (unsigned i = 0; i < count; i++) {
        uint64_t clear = mv_sts_block_pack(&blocks[i]);
        assert_true(mv_sts_is_key_section(&blocks[i]));
        assert_int_equal(clear, strtoull(json_string_value(json_array_get(clears, i)), NULL, 16));
        mv_sts_digits_from_block(2, mv_sts_encrypt(&old, &mv_sta_public, clear), digits);
        assert_string_equal(digits, json_string_value(json_array_get(tokens, i)));
    }
    check_orders(&change, blocks, count);
}

/* One section by itself, with the key that it is encrypted under. */
static void check_single(const json_t *vector)
{
    struct mv_decoder_key old = key_of(vector_text(vector, "inputs", "decoder_key_hex"));
    uint8_t token_class = 0;
    uint64_t cipher = 0;
    struct mv_sts_block block;
    struct mv_sts_key_section_facts facts;
    assert_int_equal(mv_sts_digits_to_block(vector_text(vector, "expected", "token"), &token_class, &cipher), MV_DONE);
    uint64_t clear = mv_sts_decrypt(&old, &mv_sta_public, cipher);
    assert_int_equal(clear, vector_hex(vector, "intermediate", "clear_block_hex"));
    assert_int_equal(mv_sts_block_unpack(token_class, clear, &block), MV_DONE);
    assert_int_equal(mv_sts_key_section_read(&block, MV_EA_STA, &facts), MV_DONE);
    if (facts.section == 1) {
        assert_int_equal(facts.krn, vector_number(vector, "inputs", "new_krn", -1));
        assert_int_equal(facts.kt, vector_number(vector, "inputs", "new_kt", -1));
        assert_true(facts.has_kt_krn && !facts.has_ti && !facts.has_sgc && !facts.rollover);
    } else {
        assert_int_equal(facts.section, 2);
        assert_int_equal(facts.ti, 1);
        assert_true(facts.has_ti && !facts.has_kt_krn && !facts.has_sgc);
    }
}

static void published_sets(void **state)
{
    (void)state;
    json_t *all = vectors_load();
    unsigned sets = 0;
    unsigned singles = 0;
    size_t i;
    json_t *vector;
    json_array_foreach(all, i, vector)
    {
        if (strcmp(vector_text(vector, NULL, "kind"), "keychange") != 0)
            continue;
        print_message("%s\n", vector_text(vector, NULL, "id"));
        bool set = json_object_get(json_object_get(vector, "expected"), "tokens") != NULL;
        set ? check_set(vector) : check_single(vector);
        sets += set;
        singles += !set;
    }
    json_decref(all);
    assert_int_equal(sets, SETS);
    assert_int_equal(singles, SINGLES);
}

static struct mv_sts_key_change example(uint8_t ea)
{
    struct mv_sts_key_change change;
    memset(&change, 0, sizeof change);
    change.key.ea = ea;
    for (unsigned i = 0; i < (ea == MV_EA_STA ? 8U : 16U); i++)
        change.key.bytes[i] = (uint8_t)(0x80 + 7 * i);
    change.krn = 9;
    change.kt = 3;
    change.ti = 99;
    change.ken = 0xC5;
    change.sgc = MV_SGC_MAX;
    change.rollover = true;
    return change;
}

static void every_bit_returns(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 3; form++) {
        struct mv_sts_key_change change = example(form == 2 ? MV_EA_MISTY1 : MV_EA_STA);
        struct mv_sts_block blocks[MV_KEY_SECTIONS];
        unsigned count = 0;
        change.with_sgc = form == 1;
        for (unsigned bit = 0; bit < (form == 2 ? 128U : 64U); bit++) {
            change.key.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
            assert_int_equal(mv_sts_key_change_pack(&change, blocks, &count), MV_DONE);
            assert_int_equal(count, form + 2);
            check_orders(&change, blocks, count);
        }
    }
}

static void pack_refusals(void **state)
{
    (void)state;
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    unsigned count = 7;
    struct mv_sts_key_change bad[6];
    for (unsigned i = 0; i < 6; i++)
        bad[i] = example(MV_EA_STA);
    bad[0].krn = 0;
    bad[1].krn = 10;
    bad[2].kt = 4;
    bad[3].ti = 100;
    bad[4].sgc = MV_SGC_MAX + 1;
    bad[5].key.ea = 9;
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(mv_sts_key_change_pack(&bad[i], blocks, &count), i == 5 ? MV_FUNCTION_ERROR : MV_RANGE_ERROR);
        assert_int_equal(count, 0);
    }
}

static enum mv_result put(uint8_t ea, uint8_t token_class, uint8_t subclass, uint64_t content)
{
    struct mv_sts_key_sections sections = {0};
    struct mv_sts_key_section_facts facts;
    struct mv_sts_block block = {.token_class = token_class, .subclass = subclass, .content = content};
    unsigned section = 0;
    enum mv_result result = mv_sts_key_section_put(&sections, ea, &block, &section);
    assert_int_equal(mv_sts_key_section_read(&block, ea, &facts), result);
    assert_int_equal(sections.present != 0, result == MV_DONE);
    return result;
}

static void put_refusals(void **state)
{
    (void)state;
    const uint64_t krn_1 = UINT64_C(1) << 36;
    assert_int_equal(put(MV_EA_STA, 2, 3, krn_1), MV_DONE);
    assert_int_equal(put(MV_EA_STA, 0, 3, krn_1), MV_FUNCTION_ERROR);
    assert_int_equal(put(MV_EA_STA, 2, 5, krn_1), MV_FUNCTION_ERROR);
    assert_int_equal(put(9, 2, 3, krn_1), MV_FUNCTION_ERROR);
    assert_int_equal(put(MV_EA_STA, 2, 3, 0), MV_RANGE_ERROR);
    assert_int_equal(put(MV_EA_STA, 2, 3, 9 * krn_1), MV_DONE);
    assert_int_equal(put(MV_EA_STA, 2, 3, 10 * krn_1), MV_RANGE_ERROR);
    assert_int_equal(put(MV_EA_STA, 2, 4, UINT64_C(99) << 32), MV_DONE);
    assert_int_equal(put(MV_EA_STA, 2, 4, UINT64_C(100) << 32), MV_RANGE_ERROR);
    assert_int_equal(put(MV_EA_STA, 2, 8, UINT64_C(999999) << 20), MV_DONE);
    assert_int_equal(put(MV_EA_STA, 2, 8, UINT64_C(1000000) << 20), MV_RANGE_ERROR);
    assert_int_equal(put(MV_EA_STA, 2, 8, 1), MV_RANGE_ERROR);
    assert_int_equal(put(MV_EA_STA, 2, 9, 0), MV_FUNCTION_ERROR);
    assert_int_equal(put(MV_EA_MISTY1, 2, 8, 1), MV_DONE);
    assert_int_equal(put(MV_EA_MISTY1, 2, 9, 0), MV_DONE);
}

/* A set of two replaces one of three under way, and the other way round: the newest first section decides. */
static void newest_section_counts(void **state)
{
    (void)state;
    struct mv_sts_key_change change = example(MV_EA_STA);
    struct mv_sts_key_change joined;
    struct mv_sts_block three[MV_KEY_SECTIONS];
    struct mv_sts_block two[MV_KEY_SECTIONS];
    struct mv_sts_key_sections sections = {0};
    unsigned count = 0;
    unsigned section = 0;
    assert_int_equal(mv_sts_key_change_pack(&change, two, &count), MV_DONE);
    change.with_sgc = true;
    assert_int_equal(mv_sts_key_change_pack(&change, three, &count), MV_DONE);
    assert_int_equal(mv_sts_key_section_put(&sections, MV_EA_STA, &three[0], &section), MV_DONE);
    assert_int_equal(mv_sts_key_section_put(&sections, MV_EA_STA, &three[1], &section), MV_DONE);
    assert_false(mv_sts_key_sections_join(&sections, MV_EA_STA, &joined));
    assert_int_equal(mv_sts_key_section_put(&sections, MV_EA_STA, &two[0], &section), MV_DONE);
    assert_true(mv_sts_key_sections_join(&sections, MV_EA_STA, &joined));
    assert_false(joined.with_sgc);
    assert_int_equal(joined.sgc, 0);
}

static void facts_of_a_third_section(void **state)
{
    (void)state;
    struct mv_sts_key_section_facts facts;
    struct mv_sts_block block = {.token_class = 2, .subclass = 8, .content = UINT64_C(201457) << 20};
    assert_int_equal(mv_sts_key_section_read(&block, MV_EA_STA, &facts), MV_DONE);
    assert_true(facts.has_sgc && !facts.has_ti && !facts.has_kt_krn);
    assert_int_equal(facts.sgc, 201457);
    assert_int_equal(mv_sts_key_section_read(&block, MV_EA_MISTY1, &facts), MV_DONE);
    assert_false(facts.has_sgc);
    assert_int_equal(facts.sgc, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_sets),        cmocka_unit_test(every_bit_returns),
        cmocka_unit_test(pack_refusals),         cmocka_unit_test(put_refusals),
        cmocka_unit_test(newest_section_counts), cmocka_unit_test(facts_of_a_third_section),
    };
    return cmocka_run_group_tests_name("core key change", tests, NULL, NULL);
}
