/* metervault-keys rotate: the next version of a key. */
#include <stdio.h>
#include <string.h>

#include "hsm/life.h"
#include "hsm/sign.h"
#include "key_entry.h"
#include "key_report.h"
#include "quorum.h"
#include "scope.h"
#include "succession.h"

static const struct option_usage usage = {
    "Makes the next version of a key: of record-mac, record-enc or card-area of a domain, of card-issuer, "
    "card-office,\n"
    "card-meter, card-transport or audit-sign, or the next revision of a supply group's vending key, to which the\n"
    "meters of the last one move (as `generate --replaces` does). The new version signs from then on, the old ones "
    "still\n"
    "verify. --minimum-version N refuses the versions below N; with\n"
    "--no-new-key it only does that. A running key process follows within a second.",
    "  metervault-keys rotate --use record-mac --domain A1B2C3\n"
    "  metervault-keys rotate --use record-mac --domain A1B2C3 --no-new-key --minimum-version 2\n"
    "  metervault-keys rotate --use audit-sign\n"
    "  metervault-keys rotate --use vending --sgc 123456 --base-date 2035 --active-from 2035-01-01\n"};

enum { MOST_REVISION = 9 };

struct rotate {
    struct scope_options scope;
    const char *minimum_text;
    bool no_new_key;
    bool audit_sign;
    struct hsm_key_request request;
    uint8_t minimum;
    char krn[2];
};

static int check_minimum(struct rotate *rotate)
{
    long minimum = 0;
    if (rotate->minimum_text == NULL)
        return rotate->no_new_key ? options_complain("no-new-key", "goes with --minimum-version") : TOOL_DONE;
    if (rotate->request.use == HSM_USE_VENDING)
        return options_complain("minimum-version", "is for keys with versions: a vending key has states");
    if (!options_number(rotate->minimum_text, 1, UINT8_MAX, &minimum))
        return options_complain("minimum-version", "is 1 to 255");
    rotate->minimum = (uint8_t)minimum;
    return TOOL_DONE;
}

/* What the number will be is known with the catalogue; until then any does, to judge the other options. */
static int check_options(struct rotate *rotate)
{
    uint8_t replaces = 0;
    const char *use = rotate->scope.use;
    rotate->audit_sign = use != NULL && strcmp(use, "audit-sign") == 0;
    if (rotate->audit_sign)
        return check_minimum(rotate);
    if (use != NULL && strcmp(use, "factory-kek") == 0)
        return options_complain("use", "a factory key has no versions: the factory gets another one");
    rotate->krn[0] = '1';
    rotate->scope.krn = use != NULL && strcmp(use, "vending") == 0 ? rotate->krn : NULL;
    int code = scope_request(&rotate->scope, &rotate->request, &replaces);
    if (code == TOOL_DONE && hsm_use_is_pboc(rotate->request.use) && !rotate->no_new_key)
        return options_complain("use", "another version of a card-pboc key is generated or imported in components");
    return code == TOOL_DONE ? check_minimum(rotate) : code;
}

/* Of the highest revision, whatever its state: a revision number is never used twice. */
static const struct hsm_key_info *last_revision(const struct hsm_catalogue *catalogue,
                                                const struct hsm_vending_scope *scope)
{
    const struct hsm_key_entry *last = NULL;
    for (int krn = 1; krn <= MOST_REVISION; krn++) {
        const struct hsm_key_entry *found = hsm_catalogue_vending(catalogue, scope->sgc, (uint8_t)krn, scope->kt);
        if (found != NULL)
            last = found;
    }
    return last == NULL ? NULL : &last->info;
}

static mv_status next_revision(struct rotate *rotate, struct session *session, struct hsm_key_info *info)
{
    struct hsm_key_request *request = &rotate->request;
    const struct hsm_key_info *last = last_revision(session->catalogue, &request->scope);
    if (last == NULL)
        return mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
    if (last->scope.krn == MOST_REVISION)
        return mv_fail(MV_INVALID_FIELD, "krn: the supply group has used its nine revisions");
    request->scope.krn = (uint8_t)(last->scope.krn + 1);
    MV_TRY(succession_prepare(session->catalogue, &rotate->scope, request, last->scope.krn));
    MV_TRY(key_entry_generate(session->hsm, session->config.backup_dir, request, info));
    return succession_enter(session->hsm, info, last->scope.krn);
}

/* A version of the family that is asked for; NULL when there is none. */
static const struct hsm_key_info *any_version(const struct rotate *rotate, const struct hsm_catalogue *catalogue)
{
    struct hsm_key_info like = {.use = rotate->audit_sign ? HSM_USE_AUDIT_SIGN : rotate->request.use};
    if (!rotate->audit_sign)
        hsm_master_label(like.use, rotate->request.domain, 1, like.label);
    for (size_t i = 0; i < catalogue->key_count; i++)
        if (hsm_same_family(&like, &catalogue->keys[i].info))
            return &catalogue->keys[i].info;
    return NULL;
}

static mv_status next_version(struct rotate *rotate, struct session *session, const struct hsm_key_info *newest,
                              struct hsm_key_info *info)
{
    if (rotate->audit_sign)
        return hsm_sign_make(session->hsm, info);
    if (newest->version >= UINT8_MAX)
        return mv_fail(MV_INVALID_FIELD, "version: the family has used its 255 versions");
    rotate->request.version = (uint8_t)(newest->version + 1);
    return key_entry_generate(session->hsm, session->config.backup_dir, &rotate->request, info);
}

static mv_status run(struct rotate *rotate, struct session *session, struct hsm_key_info *info)
{
    if (rotate->request.use == HSM_USE_VENDING)
        return next_revision(rotate, session, info);
    const struct hsm_key_info *known = any_version(rotate, session->catalogue);
    if (known == NULL)
        return mv_fail(MV_KEY_UNKNOWN, "there is no version to follow: `generate` makes the first");
    const struct hsm_key_info *newest = hsm_family_newest(session->catalogue, known);
    if (!rotate->no_new_key)
        MV_TRY(next_version(rotate, session, newest, info));
    if (rotate->minimum == 0)
        return mv_ok();
    return hsm_minimum_raise(session->hsm, newest->label, rotate->minimum, info);
}

int cmd_rotate(struct tool *tool, int argc, char **argv)
{
    struct rotate rotate;
    memset(&rotate, 0, sizeof rotate);
    const struct option_spec specs[] = {
        {"use", OPTION_TEXT, "USE", "a record or card key, audit-sign or vending", &rotate.scope.use},
        {"domain", OPTION_TEXT, "HEX", "of a record key or card-area: 6 hex digits", &rotate.scope.domain},
        {"sgc", OPTION_TEXT, "SGC", "of a vending key: supply group code, 6 digits", &rotate.scope.sgc},
        {"kt", OPTION_TEXT, "N", "key type: 1 default, 2 unique (the default here), 3 common", &rotate.scope.kt},
        {"base-date", OPTION_TEXT, "YEAR", "1993, 2014 or 2035; the last revision's if absent",
         &rotate.scope.base_date},
        {"ken", OPTION_TEXT, "N", "key expiry number; the last revision's if absent", &rotate.scope.ken},
        {"ea", OPTION_TEXT, "LIST", "encryption algorithms; the last revision's if absent", &rotate.scope.ea},
        {"active-from", OPTION_TEXT, "TIME", "YYYY-MM-DD or YYYY-MM-DDTHH:MMZ, UTC; now if absent",
         &rotate.scope.active_from},
        {"minimum-version", OPTION_TEXT, "N", "refuse the versions below it", &rotate.minimum_text},
        {"no-new-key", OPTION_FLAG, NULL, "only raise the minimum version", &rotate.no_new_key},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&rotate);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session;
    struct hsm_key_info info = {.label = ""};
    mv_status status = quorum_open(tool->config_path, &session);
    if (status.ok)
        status = run(&rotate, &session, &info);
    session_close(&session);
    /* the version may be there although the minimum was not raised, or the predecessor not told */
    if (info.label[0] != '\0')
        key_report_key(tool, &info);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
