#include "vending/content.h"

#include "metervault/sts_manage.h"

enum { CREDIT_CLASS = 0, TEST_CLASS = 1, MANAGEMENT_CLASS = 2, FIRST_CURRENCY_SUBCLASS = 4, CONTROL_BITS = 40 };

bool vend_is_numbered(enum vend_order_kind kind)
{
    return kind == VEND_ORDER_CREDIT || kind == VEND_ORDER_MANAGEMENT;
}

enum vend_unit vend_unit_of(enum vend_utility utility)
{
    switch (utility) {
    case VEND_ELECTRICITY:
        return VEND_UNIT_WH;
    case VEND_TIME:
        return VEND_UNIT_SECOND;
    default:
        return VEND_UNIT_LITRE;
    }
}

int64_t vend_token_unit(enum vend_utility utility)
{
    return utility == VEND_TIME ? 6 : 100;
}

static mv_status encode_currency(int64_t amount, struct vend_content *content)
{
    const struct mv_u128 magnitude = {.low = (uint64_t)amount};
    if (mv_sts_currency_encode(false, magnitude, &content->currency) != MV_DONE)
        return mv_fail(MV_AMOUNT_TOO_LARGE, "quantity");
    struct mv_u128 encoded = mv_sts_currency_magnitude(content->currency);
    if (encoded.high != 0 || encoded.low > INT64_MAX)
        return mv_fail(MV_AMOUNT_TOO_LARGE, "quantity");
    content->encoded = (int64_t)encoded.low;
    return mv_ok();
}

static mv_status encode_units(enum vend_utility utility, int64_t amount, struct vend_content *content)
{
    int64_t unit = vend_token_unit(utility);
    if (amount < unit)
        return mv_fail(MV_AMOUNT_TOO_SMALL, "quantity");
    int64_t units = amount / unit + (amount % unit != 0);
    if (units > MV_AMOUNT_MAX_UNITS || mv_sts_amount_encode((uint32_t)units, &content->field) != MV_DONE)
        return mv_fail(MV_AMOUNT_TOO_LARGE, "quantity");
    content->encoded = (int64_t)mv_sts_amount_decode(content->field) * unit;
    return mv_ok();
}

mv_status vend_content_credit(enum vend_utility utility, bool currency, const struct vend_quantity *quantity,
                              struct vend_content *content)
{
    *content = (struct vend_content){
        .token_class = CREDIT_CLASS, .subclass = (uint8_t)(utility - VEND_ELECTRICITY), .requested = quantity->amount};
    if (quantity->unit != (currency ? VEND_UNIT_CURRENCY_E5 : vend_unit_of(utility)))
        return mv_fail(MV_WRONG_UTILITY, "quantity");
    if (!currency)
        return encode_units(utility, quantity->amount, content);
    content->subclass += FIRST_CURRENCY_SUBCLASS;
    return encode_currency(quantity->amount, content);
}

mv_status vend_content_management(const struct vend_management *management, struct vend_content *content)
{
    struct mv_sts_block block;
    bool power = management->subclass == MV_MANAGE_MAXIMUM_POWER || management->subclass == MV_MANAGE_PHASE_UNBALANCE;
    uint64_t largest = power ? MV_AMOUNT_MAX_UNITS : UINT16_MAX;
    if (management->subclass > UINT8_MAX || management->value > largest)
        return mv_fail(MV_INVALID_FIELD, "management");
    *content = (struct vend_content){.token_class = MANAGEMENT_CLASS,
                                     .subclass = (uint8_t)management->subclass,
                                     .requested = (int64_t)management->value,
                                     .encoded = (int64_t)management->value,
                                     .field = (uint16_t)management->value};
    if (power) {
        if (mv_sts_amount_encode((uint32_t)management->value, &content->field) != MV_DONE)
            return mv_fail(MV_INVALID_FIELD, "management");
        content->encoded = mv_sts_amount_decode(content->field);
    }
    const struct mv_sts_manage token = {.subclass = content->subclass, .field = content->field};
    return mv_sts_manage_pack(&token, &block) == MV_DONE ? mv_ok() : mv_fail(MV_INVALID_FIELD, "management");
}

mv_status vend_content_test(const struct vend_test *test, struct vend_content *content)
{
    struct mv_sts_block block;
    const struct mv_sts_test token = {
        .subclass = (uint8_t)test->subclass, .control = test->control, .manufacturer = (uint16_t)test->manufacturer};
    if (test->subclass > UINT8_MAX || test->manufacturer > UINT16_MAX || mv_sts_test_pack(&token, &block) != MV_DONE)
        return mv_fail(MV_INVALID_FIELD, "test");
    int64_t told = (int64_t)(test->control | (uint64_t)test->manufacturer << CONTROL_BITS);
    *content = (struct vend_content){.token_class = TEST_CLASS,
                                     .subclass = token.subclass,
                                     .requested = told,
                                     .encoded = told,
                                     .control = token.control,
                                     .manufacturer = token.manufacturer};
    return mv_ok();
}

mv_status vend_content_of(const struct store_meter *meter, const struct vend_order *order, struct vend_content *content)
{
    switch (order->kind) {
    case VEND_ORDER_CREDIT:
        return vend_content_credit((enum vend_utility)meter->utility, meter->currency, &order->quantity, content);
    case VEND_ORDER_MANAGEMENT:
        return vend_content_management(&order->management, content);
    case VEND_ORDER_TEST:
        return vend_content_test(&order->test, content);
    case VEND_ORDER_KEY_CHANGE:
        break;
    }
    *content = (struct vend_content){.token_class = MANAGEMENT_CLASS};
    return mv_ok();
}

static enum mv_result pack(const struct vend_content *content, uint32_t tid, uint8_t random, struct mv_sts_block *block)
{
    if (content->token_class == TEST_CLASS) {
        const struct mv_sts_test token = {
            .subclass = content->subclass, .control = content->control, .manufacturer = content->manufacturer};
        return mv_sts_test_pack(&token, block);
    }
    if (content->token_class == MANAGEMENT_CLASS) {
        const struct mv_sts_manage token = {
            .subclass = content->subclass, .random = random, .tid = tid, .field = content->field};
        return mv_sts_manage_pack(&token, block);
    }
    bool currency = content->subclass >= FIRST_CURRENCY_SUBCLASS;
    const struct mv_sts_credit token = {.subclass = content->subclass,
                                        .random = currency ? 0 : random,
                                        .tid = tid,
                                        .amount = content->field,
                                        .currency = content->currency};
    return mv_sts_credit_pack(&token, block);
}

mv_status vend_content_block(const struct vend_content *content, uint32_t tid, uint8_t random, struct hsmd_block *out)
{
    struct mv_sts_block block;
    if (pack(content, tid, random & 0x0F, &block) != MV_DONE)
        return mv_fail(MV_INTERNAL_ERROR, "token block");
    *out = (struct hsmd_block){
        .slot = HSMD_SLOT_NONE, .token_class = block.token_class, .clear = mv_sts_block_pack(&block)};
    return mv_ok();
}
