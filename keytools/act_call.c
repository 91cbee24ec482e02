#include "act_call.h"

#include <stdio.h>
#include <string.h>

#include "approval_file.h"
#include "base/digest.h"
#include "base/lines.h"
#include "officer.h"
#include "once.h"

/* How an option stands in the act. What is not in the table stands there as it was given. */
enum form {
    FORM_AS_GIVEN,
    FORM_NOT,         /* where secrets come from and answers go to; a confirmation */
    FORM_COUNT,       /* new files: how many */
    FORM_DIGEST,      /* a file: what is in it */
    FORM_CERTIFICATE, /* a file: the certificate's SHA-256, as `list` shows it */
};

static const struct {
    const char *act; /* NULL: any */
    const char *option;
    enum form form;
} forms[] = {
    {"generate", "component-file", FORM_COUNT},
    {"import", "tr31", FORM_DIGEST},
    {"restore", "from", FORM_DIGEST},
    {"export-meter", "batch", FORM_DIGEST},
    {NULL, "officer-certificate", FORM_CERTIFICATE},
    {NULL, "new-share-file", FORM_COUNT},
    {NULL, "new-component-file", FORM_COUNT},
    {NULL, "component-file", FORM_NOT},
    {NULL, "share-file", FORM_NOT},
    {NULL, "kbpk-component-file", FORM_NOT},
    {NULL, "components", FORM_NOT},
    {NULL, "custodians", FORM_NOT},
    {NULL, "kbpk-custodians", FORM_NOT},
    {NULL, "so-pin-file", FORM_NOT},
    {NULL, "out", FORM_NOT},
    {NULL, "out-dir", FORM_NOT},
    {NULL, "confirm", FORM_NOT},
    {NULL, "approval", FORM_NOT},
    {NULL, "serial", FORM_NOT},
    {NULL, "hours", FORM_NOT},
    {NULL, "config", FORM_NOT},
    {NULL, "json", FORM_NOT},
    {NULL, "help", FORM_NOT},
};

enum { MOST_NOTED = 64 };

static struct {
    const char *command;
    bool is_act, proposing, too_many;
    struct option_list approvals;
    struct act_proposal proposal;
    size_t count;
    struct {
        const char *name;
        enum option_kind kind;
        const char *text;
        struct option_list list;
    } options[MOST_NOTED];
} call;

void act_call_propose(bool proposing)
{
    call.proposing = proposing;
    call.is_act = false;
}

static bool has(const struct option_spec *specs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(specs[i].name, name) == 0)
            return true;
    return false;
}

size_t act_call_begin(const char *command, const struct option_spec *specs, size_t count,
                      struct option_spec more[ACT_CALL_SPECS])
{
    size_t added = 0;
    call.command = command;
    call.is_act = false;
    call.too_many = false;
    call.count = 0;
    once_forget();
    call.approvals = (struct option_list){.count = 0};
    call.proposal = (struct act_proposal){.out = NULL};
    if (!mv_act_known(command) || strcmp(command, "init") == 0)
        return 0;
    more[added++] = (struct option_spec){"approval", OPTION_LIST, "FILE",
                                         "an officer's approval of just this; one for each officer", &call.approvals};
    if (!call.proposing)
        return added;
    more[added++] = (struct option_spec){"serial", OPTION_TEXT, "SERIAL",
                                         "of the token; from the configuration if absent", &call.proposal.serial};
    more[added++] = (struct option_spec){"hours", OPTION_TEXT, "N", "how long approvals of it are good (24 if absent)",
                                         &call.proposal.hours};
    if (!has(specs, count, "out"))
        more[added++] = (struct option_spec){"out", OPTION_TEXT, "FILE", "new file to write", &call.proposal.out};
    return added;
}

static void note(const struct option_spec *spec)
{
    const char *text = spec->kind == OPTION_TEXT ? *(const char *const *)spec->target : NULL;
    bool flag = spec->kind == OPTION_FLAG && *(const bool *)spec->target;
    bool given = flag || text != NULL;
    if (spec->kind == OPTION_LIST)
        given = ((const struct option_list *)spec->target)->count > 0;
    if (!given)
        return;
    call.too_many = call.too_many || call.count == MOST_NOTED;
    if (call.too_many)
        return;
    call.options[call.count].name = spec->name;
    call.options[call.count].kind = spec->kind;
    call.options[call.count].text = flag ? "yes" : text;
    if (spec->kind == OPTION_LIST)
        call.options[call.count].list = *(const struct option_list *)spec->target;
    call.count++;
}

void act_call_note(const struct option_spec *specs, size_t count)
{
    if (!mv_act_known(call.command))
        return;
    for (size_t i = 0; i < count; i++) {
        note(&specs[i]);
        /* a command with an --out of its own: it is the proposal's here */
        if (strcmp(specs[i].name, "out") == 0 && specs[i].kind == OPTION_TEXT)
            call.proposal.out = *(const char *const *)specs[i].target;
    }
    call.is_act = true;
}

const struct option_list *act_call_approvals(void)
{
    return &call.approvals;
}

bool act_call_is_approved(void)
{
    return call.proposing || call.approvals.count > 0;
}

const struct act_proposal *act_call_proposal(void)
{
    return call.is_act ? &call.proposal : NULL;
}

static enum form form_of(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(forms[i].option, name) == 0 && (forms[i].act == NULL || strcmp(forms[i].act, call.command) == 0))
            return forms[i].form;
    return FORM_AS_GIVEN;
}

static mv_status add_digest(struct mv_act *act, const char *name, const uint8_t digest[MV_SHA256])
{
    char value[sizeof "sha256:" + 2 * (size_t)MV_SHA256] = "sha256:";
    mv_line_hex(digest, MV_SHA256, value + strlen(value));
    return mv_act_add(act, name, value);
}

static mv_status add_file(struct mv_act *act, const char *name, const char *path)
{
    uint8_t digest[MV_SHA256];
    const char *data = NULL;
    size_t size = 0;
    MV_TRY(once_read(path, "file of an option", &data, &size));
    MV_TRY(mv_sha256(data, size, digest));
    return add_digest(act, name, digest);
}

static mv_status add_certificate(struct mv_act *act, const char *name, const char *path)
{
    uint8_t der[APPROVAL_CERTIFICATE];
    uint8_t digest[MV_SHA256];
    size_t size = 0;
    MV_TRY(officer_certificate_der(path, der, sizeof der, &size));
    MV_TRY(mv_sha256(der, size, digest));
    return add_digest(act, name, digest);
}

static mv_status add_value(struct mv_act *act, const char *name, enum form form, const char *value)
{
    switch (form) {
    case FORM_DIGEST:
        return add_file(act, name, value);
    case FORM_CERTIFICATE:
        return add_certificate(act, name, value);
    default:
        return mv_act_add(act, name, value);
    }
}

static mv_status add_list(struct mv_act *act, const char *name, enum form form, const struct option_list *list)
{
    char number[12];
    if (form == FORM_COUNT) {
        (void)snprintf(number, sizeof number, "%zu", list->count);
        return mv_act_add(act, name, number);
    }
    for (size_t i = 0; i < list->count; i++)
        MV_TRY(add_value(act, name, form, list->items[i]));
    return mv_ok();
}

mv_status act_call_act(struct mv_act *act)
{
    memset(act, 0, sizeof *act);
    if (!call.is_act)
        return mv_fail(MV_INTERNAL_ERROR, "act");
    if (call.too_many)
        return mv_fail(MV_INVALID_FIELD, "options of an act: too many");
    (void)snprintf(act->action, sizeof act->action, "%s", call.command);
    for (size_t i = 0; i < call.count; i++) {
        const char *name = call.options[i].name;
        enum form form = form_of(name);
        if (form == FORM_NOT)
            continue;
        if (call.options[i].kind == OPTION_LIST)
            MV_TRY(add_list(act, name, form, &call.options[i].list));
        else
            MV_TRY(add_value(act, name, form, call.options[i].text));
    }
    return mv_ok();
}
