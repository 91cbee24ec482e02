#include "metervault/sts_manage.h"

enum { CONTENT_BITS = 44 };

/* How the content divides: 2-digit manufacturers have 8 bits, 4-digit ones 16. */
struct layout {
    unsigned manufacturer_bits; /* 0: the subclass is reserved */
    uint16_t manufacturer_max;
};

static struct layout layout_of(uint8_t subclass)
{
    if (subclass == 0 || subclass == 2 || (subclass >= 11 && subclass <= 15))
        return (struct layout){.manufacturer_bits = 8, .manufacturer_max = 99};
    if (subclass == 1 || (subclass >= 6 && subclass <= 10))
        return (struct layout){.manufacturer_bits = 16, .manufacturer_max = 9999};
    return (struct layout){0};
}

static uint64_t ones(unsigned bits)
{
    return (UINT64_C(1) << bits) - 1;
}

enum mv_result mv_sts_test_pack(const struct mv_sts_test *test, struct mv_sts_block *block)
{
    struct layout layout = layout_of(test->subclass);
    if (layout.manufacturer_bits == 0)
        return MV_FUNCTION_ERROR;
    if (test->control > ones(CONTENT_BITS - layout.manufacturer_bits) || test->manufacturer > layout.manufacturer_max)
        return MV_RANGE_ERROR;
    *block = (struct mv_sts_block){.token_class = MV_CLASS_DISPLAY,
                                   .subclass = test->subclass,
                                   .content = test->control << layout.manufacturer_bits | test->manufacturer};
    return MV_DONE;
}

enum mv_result mv_sts_test_unpack(const struct mv_sts_block *block, struct mv_sts_test *test)
{
    struct layout layout = layout_of(block->subclass);
    *test = (struct mv_sts_test){0};
    if (block->token_class != MV_CLASS_DISPLAY || layout.manufacturer_bits == 0)
        return MV_FUNCTION_ERROR;
    *test = (struct mv_sts_test){.subclass = block->subclass,
                                 .control = block->content >> layout.manufacturer_bits,
                                 .manufacturer = (uint16_t)(block->content & ones(layout.manufacturer_bits))};
    return test->manufacturer <= layout.manufacturer_max ? MV_DONE : MV_RANGE_ERROR;
}

enum mv_result mv_sts_test_control(uint8_t subclass, unsigned test, uint64_t *control)
{
    struct layout layout = layout_of(subclass);
    if (layout.manufacturer_bits == 0 || subclass == MV_TEST_EXTENDED_READ)
        return MV_FUNCTION_ERROR;
    if (test > MV_TEST_LAST)
        return MV_RANGE_ERROR;
    *control = test == MV_TEST_ALL ? ones(CONTENT_BITS - layout.manufacturer_bits) : UINT64_C(1) << (test - 1);
    return MV_DONE;
}
