/* From 20 arbitrary characters to the fields of a token: digits, both ciphers, every way to unpack a block. */
#include "arbitrary.h"

#include "metervault/sts_key_change.h"
#include "metervault/sts_manage.h"

static void unpack(uint8_t token_class, uint64_t clear)
{
    struct mv_sts_block block;
    struct mv_sts_credit credit;
    struct mv_sts_manage manage;
    struct mv_sts_test test;
    struct mv_sts_key_section_facts facts;
    if (mv_sts_block_unpack(token_class, clear, &block) != MV_DONE)
        return;
    if (mv_sts_credit_unpack(&block, &credit) == MV_DONE) {
        mv_sts_amount_decode(credit.amount);
        mv_sts_currency_magnitude(credit.currency);
    }
    if (mv_sts_manage_unpack(&block, &manage) == MV_DONE)
        mv_sts_extended_read(manage.field);
    (void)mv_sts_test_unpack(&block, &test);
    if (mv_sts_is_key_section(&block))
        (void)mv_sts_key_section_read(&block, arbitrary_bool() ? MV_EA_STA : MV_EA_MISTY1, &facts);
}

static void collect(uint64_t clear, uint8_t ea)
{
    struct mv_sts_key_sections sections;
    struct mv_sts_key_change change;
    struct mv_sts_block block;
    unsigned section = 0;
    ARBITRARY(sections);
    if (mv_sts_block_unpack(MV_CLASS_MANAGEMENT, clear, &block) == MV_DONE)
        (void)mv_sts_key_section_put(&sections, ea, &block, &section);
    (void)mv_sts_key_sections_join(&sections, ea, &change);
}

void prove_codec(void)
{
    char digits[21];
    struct mv_decoder_key key;
    struct mv_sta_tables tables;
    uint8_t token_class = 0;
    uint64_t cipher = 0;
    ARBITRARY(digits);
    ARBITRARY(key);
    ARBITRARY(tables);
    key.ea = arbitrary_bool() ? MV_EA_STA : MV_EA_MISTY1;
    if (mv_sts_digits_to_block(digits, &token_class, &cipher) != MV_DONE)
        return;
    uint64_t clear = mv_sts_decrypt(&key, &tables, cipher);
    unpack(token_class, clear);
    collect(clear, key.ea);
    (void)mv_sts_encrypt(&key, &tables, clear);
}
