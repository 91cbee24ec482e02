#include "vending/form.h"

#include <string.h>

#include "base/name.h"
#include "metervault/sts.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_number(const char *text, size_t length)
{
    if (text == NULL || strnlen(text, length + 1) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_digit(text[i]))
            return false;
    return true;
}

mv_status vend_form_name(const char *text, size_t longest, const char *field)
{
    size_t length = text == NULL ? 0 : strnlen(text, longest + 1);
    return mv_name_ok(text, length, longest) ? mv_ok() : mv_fail(MV_INVALID_FIELD, field);
}

mv_status vend_form_sgc(const char *text)
{
    return is_number(text, VEND_SGC) ? mv_ok() : mv_fail(MV_INVALID_FIELD, "supply_group_code");
}

mv_status vend_form_pan(const char *text)
{
    if (!is_number(text, STORE_PAN))
        return mv_fail(MV_INVALID_FIELD, "meter_pan");
    switch (mv_pan_check(text)) {
    case MV_DONE:
        return mv_ok();
    case MV_CHECK_DIGIT_ERROR:
        return mv_fail(MV_CHECK_DIGIT, "meter_pan");
    default:
        return mv_fail(MV_INVALID_FIELD, "meter_pan");
    }
}

const char *vend_form_object(const char *pan)
{
    return vend_form_pan(pan).ok ? pan : NULL;
}

mv_status vend_form_digits(const char *text, const char *field)
{
    return is_number(text, STORE_DIGITS) ? mv_ok() : mv_fail(MV_INVALID_FIELD, field);
}

static mv_status form_key(const struct vend_meter_key *key)
{
    uint64_t base = 0;
    MV_TRY(vend_form_sgc(key->sgc));
    if (key->krn < 1 || key->krn > 9)
        return mv_fail(MV_INVALID_FIELD, "key_revision_number");
    if (key->ti > 99)
        return mv_fail(MV_INVALID_FIELD, "tariff_index");
    if (key->kt > 3)
        return mv_fail(MV_INVALID_FIELD, "key_type");
    if (key->ken > 255)
        return mv_fail(MV_INVALID_FIELD, "key_expiry_number");
    if (key->base_date > UINT16_MAX || mv_sts_base_minutes((uint16_t)key->base_date, &base) != MV_DONE)
        return mv_fail(MV_INVALID_FIELD, "base_date");
    if (key->ea != MV_EA_STA && key->ea != MV_EA_MISTY1)
        return mv_fail(MV_INVALID_FIELD, "encryption_algorithm");
    /* DKGA02 makes 64-bit keys, MISTY1 needs 128 */
    bool fits = key->dkga == 4 || (key->dkga == 2 && key->ea == MV_EA_STA);
    if (!fits)
        return mv_fail(MV_INVALID_FIELD, "key_generation_algorithm");
    return mv_ok();
}

mv_status vend_form_meter(const struct vend_meter_request *request)
{
    MV_TRY(vend_form_pan(request->pan));
    MV_TRY(vend_form_name(request->organisation, STORE_NAME, "organisation"));
    if (request->utility < VEND_ELECTRICITY || request->utility > VEND_TIME)
        return mv_fail(MV_INVALID_FIELD, "utility");
    MV_TRY(form_key(&request->key));
    /* a common key would open every keypad meter of the supply group with one token */
    if (request->key.kt == 3)
        return mv_fail(MV_KEY_TYPE_NOT_ALLOWED, "key_type");
    return mv_ok();
}

mv_status vend_form_roles(uint32_t roles)
{
    uint32_t known = (UINT32_C(2) << VEND_ROLE_LAST) - 2;
    if (roles == 0 || (roles & ~known) != 0)
        return mv_fail(MV_INVALID_FIELD, "roles");
    return mv_ok();
}

mv_status vend_form_page(uint32_t *page_size)
{
    if (*page_size > VEND_MAX_PAGE)
        return mv_fail(MV_INVALID_FIELD, "page_size");
    if (*page_size == 0)
        *page_size = VEND_DEFAULT_PAGE;
    return mv_ok();
}

void vend_copy(char *to, size_t size, const char *from)
{
    size_t length = strnlen(from, size - 1);
    memcpy(to, from, length);
    to[length] = '\0';
}
