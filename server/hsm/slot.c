/* Finding a token by what is written on it. Slot numbers change with every token added; labels and serials do not. */
#include <string.h>

#include "hsm/internal.h"

enum { MOST_SLOTS = 256 };

/* Blank-padded module text against ours. */
static bool padded_equal(const CK_UTF8CHAR *padded, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length > size || memcmp(padded, text, length) != 0)
        return false;
    for (size_t i = length; i < size; i++)
        if (padded[i] != ' ' && padded[i] != '\0')
            return false;
    return true;
}

static mv_status list(struct hsm *hsm, CK_SLOT_ID *slots, CK_ULONG *count)
{
    /* the first call, without a place for the answer, makes modules look for new tokens */
    CK_ULONG found = 0;
    MV_TRY(hsm_check(hsm->p11->C_GetSlotList(CK_TRUE, NULL, &found), "C_GetSlotList"));
    *count = MOST_SLOTS;
    return hsm_check(hsm->p11->C_GetSlotList(CK_TRUE, slots, count), "C_GetSlotList");
}

static bool matches(const CK_TOKEN_INFO *info, const char *label, const char *serial)
{
    if ((info->flags & CKF_TOKEN_INITIALIZED) == 0)
        return false;
    if (!padded_equal(info->label, sizeof info->label, label))
        return false;
    return serial[0] == '\0' || padded_equal(info->serialNumber, sizeof info->serialNumber, serial);
}

mv_status hsm_slot_count(struct hsm *hsm, const char *label, const char *serial, unsigned *found)
{
    CK_SLOT_ID slots[MOST_SLOTS];
    CK_ULONG count = 0;
    MV_TRY(list(hsm, slots, &count));
    *found = 0;
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO info;
        if (hsm->p11->C_GetTokenInfo(slots[i], &info) != CKR_OK || !matches(&info, label, serial))
            continue;
        hsm->slot = slots[i];
        *found += 1;
    }
    return mv_ok();
}

mv_status hsm_slot_find(struct hsm *hsm, const char *label, const char *serial)
{
    unsigned found = 0;
    MV_TRY(hsm_slot_count(hsm, label, serial, &found));
    if (found == 0)
        return mv_fail(MV_TOKEN_NOT_FOUND, "token_label, token_serial");
    if (found > 1)
        return mv_fail(MV_TOKEN_NOT_FOUND, "several tokens have this label: set token_serial");
    return mv_ok();
}

mv_status hsm_slot_find_free(struct hsm *hsm)
{
    CK_SLOT_ID slots[MOST_SLOTS];
    CK_ULONG count = 0;
    MV_TRY(list(hsm, slots, &count));
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO info;
        if (hsm->p11->C_GetTokenInfo(slots[i], &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) != 0)
            continue;
        hsm->slot = slots[i];
        return mv_ok();
    }
    return mv_fail(MV_TOKEN_NOT_FOUND, "no slot with an uninitialised token");
}

mv_status hsm_slot_serial(struct hsm *hsm)
{
    CK_TOKEN_INFO info;
    MV_TRY(hsm_check(hsm->p11->C_GetTokenInfo(hsm->slot, &info), "C_GetTokenInfo"));
    size_t length = sizeof info.serialNumber;
    while (length > 0 && (info.serialNumber[length - 1] == ' ' || info.serialNumber[length - 1] == '\0'))
        length--;
    memcpy(hsm->serial, info.serialNumber, length);
    hsm->serial[length] = '\0';
    return mv_ok();
}
