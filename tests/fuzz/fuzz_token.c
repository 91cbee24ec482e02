/* Twenty digits from a customer's fingers: whatever decodes must encode to the same digits again. */
#include <stdlib.h>
#include <string.h>

#include "metervault/sts_key_change.h"
#include "metervault/sts_manage.h"

static const struct mv_decoder_key keys[] = {{.ea = MV_EA_STA, .bytes = {1, 2, 3, 4, 5, 6, 7, 8}},
                                             {.ea = MV_EA_MISTY1, .bytes = {9, 8, 7, 6, 5, 4, 3, 2, 1}}};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool same_block(const struct mv_sts_block *a, const struct mv_sts_block *b)
{
    return a->token_class == b->token_class && a->subclass == b->subclass && a->content == b->content;
}

static void credit_round_trip(const struct mv_sts_block *block)
{
    struct mv_sts_credit credit;
    struct mv_sts_block again;
    if (mv_sts_credit_unpack(block, &credit) != MV_DONE)
        return;
    require(mv_sts_credit_pack(&credit, &again) == MV_DONE && same_block(&again, block));
}

static void test_round_trip(const struct mv_sts_block *block)
{
    struct mv_sts_test test;
    struct mv_sts_block again;
    if (mv_sts_test_unpack(block, &test) == MV_DONE)
        require(mv_sts_test_pack(&test, &again) == MV_DONE && same_block(&again, block));
}

static void extended_round_trip(uint16_t field)
{
    struct mv_sts_extended read = mv_sts_extended_read(field);
    uint16_t again = 0;
    enum mv_result result = read.index == MV_EXTENDED_FLAG ? mv_sts_extended_flag(read.flag, read.value != 0, &again)
                                                           : mv_sts_extended_field(read.index, read.value, &again);
    require(result == MV_DONE && again == field);
}

static void manage_round_trip(const struct mv_sts_block *block)
{
    struct mv_sts_manage token;
    struct mv_sts_block again;
    if (mv_sts_manage_unpack(block, &token) != MV_DONE)
        return;
    require(mv_sts_manage_pack(&token, &again) == MV_DONE && same_block(&again, block));
    extended_round_trip(token.field);
}

/* Joined with sections of zeros, what a section says comes out again. */
static void section_round_trip(const struct mv_sts_block *block, uint8_t ea)
{
    static const uint8_t subclasses[MV_KEY_SECTIONS] = {3, 4, 8, 9};
    struct mv_sts_key_sections sections = {0};
    struct mv_sts_key_change change;
    struct mv_sts_block again[MV_KEY_SECTIONS];
    unsigned count = 0;
    unsigned section = 0;
    for (unsigned i = 0; i < MV_KEY_SECTIONS; i++) {
        struct mv_sts_block zero = {.token_class = 2, .subclass = subclasses[i]};
        zero.content = i == 0 ? UINT64_C(1) << 36 : 0; /* KRN 1 */
        enum mv_result result = mv_sts_key_section_put(&sections, ea, &zero, &section);
        require(result == MV_DONE || (ea == MV_EA_STA && i == 3));
    }
    if (mv_sts_key_section_put(&sections, ea, block, &section) != MV_DONE)
        return;
    require(mv_sts_key_sections_join(&sections, ea, &change));
    if (mv_sts_key_change_pack(&change, again, &count) != MV_DONE || section > count) {
        require(change.sgc > MV_SGC_MAX || (ea == MV_EA_STA && section == 3)); /* a third one of a set of two */
        return;
    }
    struct mv_sts_block want = *block;
    if (ea == MV_EA_MISTY1 && section == 1)
        want.content &= ~(UINT64_C(1) << 34); /* 3KCT means nothing there */
    require(same_block(&again[section - 1], &want));
}

static void block_round_trip(uint8_t token_class, uint64_t clear)
{
    struct mv_sts_block block;
    if (mv_sts_block_unpack(token_class, clear, &block) != MV_DONE)
        return;
    require(mv_sts_block_pack(&block) == clear);
    if (token_class == 0)
        credit_round_trip(&block);
    test_round_trip(&block);
    manage_round_trip(&block);
    section_round_trip(&block, MV_EA_STA);
    section_round_trip(&block, MV_EA_MISTY1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char digits[32] = "";
    char again[21];
    uint8_t token_class;
    uint64_t cipher;
    memcpy(digits, data, size < sizeof digits - 1 ? size : sizeof digits - 1);
    if (mv_sts_digits_to_block(digits, &token_class, &cipher) != MV_DONE)
        return 0;
    mv_sts_digits_from_block(token_class, cipher, again);
    require(strcmp(digits, again) == 0);
    block_round_trip(token_class, cipher);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        uint64_t clear = mv_sts_decrypt(&keys[i], &mv_sta_public, cipher);
        require(mv_sts_encrypt(&keys[i], &mv_sta_public, clear) == cipher);
        block_round_trip(token_class, clear);
    }
    return 0;
}
