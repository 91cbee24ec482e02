/* Twenty digits from a customer's fingers: whatever decodes must encode to the same digits again. */
#include <stdlib.h>
#include <string.h>

#include "metervault/sts.h"

static const struct mv_decoder_key keys[] = {{.ea = MV_EA_STA, .bytes = {1, 2, 3, 4, 5, 6, 7, 8}},
                                             {.ea = MV_EA_MISTY1, .bytes = {9, 8, 7, 6, 5, 4, 3, 2, 1}}};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void credit_round_trip(const struct mv_sts_block *block)
{
    struct mv_sts_credit credit;
    struct mv_sts_block again;
    if (mv_sts_credit_unpack(block, &credit) != MV_DONE)
        return;
    require(mv_sts_credit_pack(&credit, &again) == MV_DONE);
    require(again.token_class == block->token_class && again.subclass == block->subclass &&
            again.content == block->content);
}

static void block_round_trip(uint8_t token_class, uint64_t clear)
{
    struct mv_sts_block block;
    if (mv_sts_block_unpack(token_class, clear, &block) != MV_DONE)
        return;
    require(mv_sts_block_pack(&block) == clear);
    if (token_class == 0)
        credit_round_trip(&block);
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
