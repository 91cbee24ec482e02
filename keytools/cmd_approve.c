/* metervault-keys approve: an officer's word for an act that was proposed. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "officer.h"
#include "officer_sign.h"
#include "options.h"
#include "remark.h"
#include "terminal.h"

static const struct option_usage usage = {
    "Signs what `propose` wrote, with the key of an officer's certificate: approve FILE, or --act FILE. The text is\n"
    "shown first; on a terminal the officer says yes. A key on a card signs elsewhere, and --signature takes what it\n"
    "made. The approval is a new file, FILE.NAME unless --out names another. Needs neither token nor PIN.",
    "  metervault-keys approve krn2.act --officer ann --key ann.key --officer-certificate ann.pem\n"
    "  openssl dgst -sha256 -sign ann.key -out ann.sig krn2.act\n"
    "  metervault-keys approve krn2.act --officer ann --officer-certificate ann.pem --signature ann.sig\n"};

struct approve {
    const char *act, *officer, *key, *certificate, *signature, *out;
    bool yes;
    char path[PATH_MAX];
    struct approval approval;
};

static int check_options(struct approve *approve)
{
    if (approve->act == NULL)
        return options_complain("act", "is required: what `propose` wrote");
    if (approve->officer == NULL)
        return options_complain("officer", "is required");
    if ((approve->key == NULL) == (approve->signature == NULL))
        return options_complain("key", "give the officer's key, or the --signature that it made elsewhere");
    if (approve->certificate == NULL && approve->key == NULL)
        return options_complain("officer-certificate", "is required with --signature");
    if (approve->certificate == NULL)
        approve->certificate = approve->key;
    int length = snprintf(approve->path, sizeof approve->path, "%s.%s", approve->act, approve->officer);
    if (approve->out == NULL && (length < 0 || (size_t)length >= sizeof approve->path))
        return options_complain("out", "is required: the name would be too long");
    if (approve->out == NULL)
        approve->out = approve->path;
    return TOOL_DONE;
}

/* What is signed is what is seen: the text has one form, of printable characters. */
static mv_status agree(const struct approve *approve)
{
    char answer[32];
    struct mv_act act;
    MV_TRY(mv_act_read(approve->approval.text, &act));
    if ((int64_t)time(NULL) >= act.expires_unix_s)
        return mv_fail(MV_APPROVAL_EXPIRED, NULL);
    if (approve->yes || approve->signature != NULL || !terminal_present())
        return mv_ok();
    terminal_say("\n%s\n", approve->approval.text);
    MV_TRY(terminal_line("Do you approve exactly this? [yes/no] ", answer, sizeof answer));
    return strcmp(answer, "yes") == 0 ? mv_ok() : mv_fail(MV_CANCELLED_BY_CALLER, "approval");
}

static mv_status run(struct approve *approve)
{
    struct hsm_officer officer;
    struct approval *approval = &approve->approval;
    MV_TRY(approval_read_text(approve->act, approval->text));
    MV_TRY(officer_from_certificate(approve->officer, approve->certificate, &officer));
    MV_TRY(officer_certificate_der(approve->certificate, approval->certificate, sizeof approval->certificate,
                                   &approval->certificate_size));
    MV_TRY(agree(approve));
    MV_TRY(approve->key != NULL ? officer_sign(approve->key, approval)
                                : officer_take_signature(approve->signature, approval));
    const struct hsm_signed_text word = approval_signed(approval);
    MV_TRY(remark(hsm_officer_signed(&word, (int64_t)time(NULL)),
                  "%s: the key is not that of this certificate, or it "
                  "signed another text",
                  approve->officer));
    return approval_write(approve->out, approval);
}

int cmd_approve(struct tool *tool, int argc, char **argv)
{
    struct approve approve;
    memset(&approve, 0, sizeof approve);
    if (argc > 1 && argv[1][0] != '-') {
        approve.act = argv[1];
        argv[1] = argv[0];
        argv++;
        argc--;
    }
    const struct option_spec specs[] = {
        {"act", OPTION_TEXT, "FILE", "what `propose` wrote; also as the first word", &approve.act},
        {"officer", OPTION_TEXT, "NAME", "who approves", &approve.officer},
        {"key", OPTION_TEXT, "FILE", "the officer's key, PEM, mode 0600", &approve.key},
        {"officer-certificate", OPTION_TEXT, "FILE", "PEM; from the key's file if absent", &approve.certificate},
        {"signature", OPTION_TEXT, "FILE", "made elsewhere: ECDSA with SHA-256, DER", &approve.signature},
        {"out", OPTION_TEXT, "FILE", "new file to write", &approve.out},
        {"yes", OPTION_FLAG, NULL, "do not ask: the text was read before", &approve.yes},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&approve);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    mv_status status = run(&approve);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:s, s:s}", "file", approve.out, "officer", approve.officer));
    else
        (void)printf("%s\n%s: approved by %s\n", approve.approval.text, approve.out, approve.officer);
    return TOOL_DONE;
}
