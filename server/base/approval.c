#include "base/approval.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"

enum { SGC_DIGITS = 6, PAN_DIGITS = 18 };

static const char DIGITS[] = "0123456789";

static bool is_digits(const char *text, size_t length)
{
    return strnlen(text, length + 1) == length && strspn(text, DIGITS) == length;
}

static mv_status check(const struct mv_approval *approval)
{
    if (!is_digits(approval->from_sgc, SGC_DIGITS))
        return mv_fail(MV_INVALID_FIELD, "from");
    if (!is_digits(approval->to_sgc, SGC_DIGITS) || strcmp(approval->from_sgc, approval->to_sgc) == 0)
        return mv_fail(MV_INVALID_FIELD, "to");
    if (approval->pan[0] != '\0' && !is_digits(approval->pan, PAN_DIGITS))
        return mv_fail(MV_INVALID_FIELD, "meter");
    return approval->expires_unix_s > 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "expires");
}

mv_status mv_approval_write(const struct mv_approval *approval, char text[MV_APPROVAL_TEXT])
{
    char nonce[2 * MV_APPROVAL_NONCE + 1];
    MV_TRY(check(approval));
    mv_line_hex(approval->nonce, MV_APPROVAL_NONCE, nonce);
    int length = snprintf(text, MV_APPROVAL_TEXT,
                          "metervault-approval 1\naction supply-group-change\nfrom %s\nto %s\nmeter %s\n"
                          "expires %" PRId64 "\nnonce %s\n",
                          approval->from_sgc, approval->to_sgc, approval->pan[0] == '\0' ? "*" : approval->pan,
                          approval->expires_unix_s, nonce);
    return length > 0 && length < MV_APPROVAL_TEXT ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "approval");
}

static bool read_lines(const char *text, struct mv_approval *approval)
{
    char version[2];
    char action[32];
    char expires[20]; /* 19 digits are all that 63 bits need */
    char nonce[2 * MV_APPROVAL_NONCE + 1];
    bool good = mv_line_take(&text, "metervault-approval", version, sizeof version) &&
                mv_line_take(&text, "action", action, sizeof action) &&
                mv_line_take(&text, "from", approval->from_sgc, sizeof approval->from_sgc) &&
                mv_line_take(&text, "to", approval->to_sgc, sizeof approval->to_sgc) &&
                mv_line_take(&text, "meter", approval->pan, sizeof approval->pan) &&
                mv_line_take(&text, "expires", expires, sizeof expires) && strspn(expires, DIGITS) == strlen(expires) &&
                mv_line_take(&text, "nonce", nonce, sizeof nonce) &&
                mv_line_unhex(nonce, approval->nonce, MV_APPROVAL_NONCE);
    if (!good)
        return false;
    if (strcmp(approval->pan, "*") == 0)
        approval->pan[0] = '\0';
    /* what does not fit becomes the greatest number, and then writes itself otherwise than it was read */
    approval->expires_unix_s = strtoll(expires, NULL, 10);
    return true;
}

mv_status mv_approval_read(const char *text, struct mv_approval *approval)
{
    char again[MV_APPROVAL_TEXT];
    memset(approval, 0, sizeof *approval);
    /* one form: the text is good if it is what would be written for what it says */
    if (read_lines(text, approval) && mv_approval_write(approval, again).ok && strcmp(text, again) == 0)
        return mv_ok();
    memset(approval, 0, sizeof *approval);
    return mv_fail(MV_APPROVAL_INVALID, "text");
}

bool mv_approval_covers(const struct mv_approval *approval, const char *pan, const char *from_sgc, const char *to_sgc,
                        int64_t now_unix_s)
{
    return now_unix_s < approval->expires_unix_s && strcmp(approval->from_sgc, from_sgc) == 0 &&
           strcmp(approval->to_sgc, to_sgc) == 0 && (approval->pan[0] == '\0' || strcmp(approval->pan, pan) == 0);
}
