/* metervault-keys split: the backup key as shares, k of n. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "kek_entry.h"
#include "quorum.h"
#include "share_options.h"
#include "shares.h"
#include "terminal.h"

static const struct option_usage usage = {
    "Writes the backup key as n shares (codex32, BIP-93) of which any k rebuild it and fewer say nothing. Those who\n"
    "hold it now bring it together first: components, or k shares of an older set, which then has to be destroyed.\n"
    "Each share is shown to its holder alone, who types it back from paper; or written to a new file of mode 0600.",
    "  metervault-keys split --shares 3/5 --components\n"
    "  metervault-keys split --shares 2/3 --component-file a.hex --component-file b.hex \\\n"
    "      --new-share-file 1.share --new-share-file 2.share --new-share-file 3.share\n"};

struct split {
    struct kek_options kek;
    struct share_options shares;
};

static mv_status hand_out(const struct split *split, struct hsm *hsm, const uint8_t *kek)
{
    struct shares *shares = shares_new();
    if (shares == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "share");
    mv_status status = share_options_hand_out(&split->shares, hsm, kek, shares);
    shares_free(shares);
    return status;
}

static mv_status run(const struct split *split, struct session *session)
{
    uint8_t *kek = mv_secret_alloc(HSM_BACKUP_KEK_BYTES);
    if (kek == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "backup-kek");
    mv_status status = kek_collect(&split->kek, kek);
    if (status.ok)
        status = kek_prove(kek, session->catalogue);
    if (status.ok)
        status = hand_out(split, session->hsm, kek);
    mv_secret_free(kek, HSM_BACKUP_KEK_BYTES);
    return status;
}

int cmd_split(struct tool *tool, int argc, char **argv)
{
    struct split split;
    memset(&split, 0, sizeof split);
    const struct option_spec specs[] = {
        SHARE_OPTIONS(split.shares),
        KEK_OPTIONS(split.kek),
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = share_options_check(&split.shares);
    if (code == TOOL_DONE)
        code = kek_options_check(&split.kek);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session;
    mv_status status = quorum_open(tool->config_path, &session);
    if (status.ok)
        status = run(&split, &session);
    session_close(&session);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:i, s:i}", "threshold", (int)split.shares.k, "shares", (int)split.shares.n));
    else
        (void)printf("the backup key is in %u shares, any %u of which rebuild it; what held it before is void only\n"
                     "when it is destroyed\n",
                     split.shares.n, split.shares.k);
    return TOOL_DONE;
}
