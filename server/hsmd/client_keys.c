/* The calls of client.h about key changes and foreign tokens. */
#include <string.h>

#include "base/approval.h"
#include "hsmd/client_call.h"

enum { WITH_SGC = 1, WANT_SLOT = 2, FEWEST_SECTIONS = 2 };

/* What is longer than any approval is refused here: as a frame it would end the connection. */
static mv_status put_approval(struct mv_writer *to, const struct hsmd_approval *approval)
{
    if (strnlen(approval->text, MV_APPROVAL_TEXT) == MV_APPROVAL_TEXT)
        return mv_fail(MV_APPROVAL_INVALID, "text");
    if (approval->certificate_size > HSMD_CERTIFICATE_MAX)
        return mv_fail(MV_APPROVAL_INVALID, "certificate");
    if (approval->signature_size > HSMD_SIGNATURE_MAX)
        return mv_fail(MV_APPROVAL_INVALID, "signature");
    mv_put_text(to, approval->text);
    mv_put_u16(to, (uint16_t)approval->certificate_size);
    mv_put_bytes(to, approval->certificate, approval->certificate_size);
    mv_put_u16(to, (uint16_t)approval->signature_size);
    mv_put_bytes(to, approval->signature, approval->signature_size);
    return mv_ok();
}

mv_status hsmd_check_approval(struct hsmd_client *client, const struct hsmd_approval *approval, char *officer)
{
    struct mv_reader body;
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_CHECK_APPROVAL);
    MV_TRY(put_approval(&request, approval));
    MV_TRY(hsmd_call(client, HSMD_OP_CHECK_APPROVAL, &request, true, &body));
    mv_get_text(&body, officer, HSM_OFFICER_SIZE);
    return hsmd_call_finish(client, &body);
}

static mv_status put_changes(struct mv_writer *to, const struct hsmd_approval *approvals, size_t approval_count,
                             const struct hsmd_key_change *changes, size_t count)
{
    mv_put_u8(to, (uint8_t)approval_count);
    for (size_t i = 0; i < approval_count; i++)
        MV_TRY(put_approval(to, &approvals[i]));
    mv_put_u16(to, (uint16_t)count);
    for (size_t i = 0; i < count; i++) {
        hsmd_put_meter(to, &changes[i].from);
        hsmd_put_meter(to, &changes[i].to);
        mv_put_u8(to, (uint8_t)((changes[i].with_sgc ? WITH_SGC : 0) | (changes[i].want_slot ? WANT_SLOT : 0)));
    }
    return mv_ok();
}

static void get_set(const struct hsmd_client *client, struct mv_reader *body, struct hsmd_key_change_set *set)
{
    *set = (struct hsmd_key_change_set){.status = hsmd_get_status(body), .slot = HSMD_SLOT_NONE};
    if (!set->status.ok)
        return;
    set->count = mv_get_u8(body);
    if (set->count < FEWEST_SECTIONS || set->count > HSMD_KEY_SECTIONS)
        body->failed = true;
    for (size_t i = 0; i < set->count && !body->failed; i++) {
        mv_get_bytes(body, set->tokens[i].digits, sizeof set->tokens[i].digits - 1);
        mv_get_bytes(body, set->tokens[i].tag, sizeof set->tokens[i].tag);
    }
    mv_get_bytes(body, set->from_kcv, sizeof set->from_kcv);
    mv_get_bytes(body, set->to_kcv, sizeof set->to_kcv);
    set->slot = hsmd_slot_outward(client, mv_get_u32(body));
}

mv_status hsmd_key_change(struct hsmd_client *client, const struct hsmd_approval *approvals, size_t approval_count,
                          const struct hsmd_key_change *changes, size_t count, struct hsmd_key_change_set *sets)
{
    struct mv_reader body;
    if (approval_count > HSMD_APPROVALS)
        return mv_fail(MV_REQUEST_TOO_LARGE, "approvals");
    if (count == 0 || count > HSMD_BATCH)
        return mv_fail(MV_REQUEST_TOO_LARGE, "key changes");
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_KEY_CHANGE);
    MV_TRY(put_changes(&request, approvals, approval_count, changes, count));
    MV_TRY(hsmd_call(client, HSMD_OP_KEY_CHANGE, &request, true, &body));
    for (size_t i = 0; i < count; i++)
        get_set(client, &body, &sets[i]);
    return hsmd_call_finish(client, &body);
}

mv_status hsmd_open_token(struct hsmd_client *client, const struct hsmd_meter *meter, const char *digits,
                          struct hsmd_opened *opened)
{
    enum { DIGITS = 20 };
    struct mv_reader body;
    if (strnlen(digits, DIGITS + 1) != DIGITS)
        return mv_fail(MV_TOKEN_NOT_VALID, NULL);
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_OPEN_TOKEN);
    hsmd_put_meter(&request, meter);
    mv_put_bytes(&request, digits, DIGITS);
    MV_TRY(hsmd_call(client, HSMD_OP_OPEN_TOKEN, &request, true, &body));
    hsmd_get_opened(&body, opened);
    return hsmd_call_finish(client, &body);
}
