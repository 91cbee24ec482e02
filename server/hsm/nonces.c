/* Nonces of acts that were carried out. They are kept in pages, each one line of the catalogue, so that a line can be
 * written anew and none has to be taken away. */
#include <string.h>

#include "hsm/internal.h"
#include "hsm/quorum.h"

static bool is_spent(const struct hsm_catalogue *catalogue, const uint8_t *nonce)
{
    for (size_t i = 0; i < catalogue->spent_count; i++)
        for (size_t j = 0; j < catalogue->spent[i].count; j++)
            if (memcmp(catalogue->spent[i].spent[j].nonce, nonce, HSM_NONCE_BYTES) == 0)
                return true;
    return false;
}

static void forget_expired(struct hsm_spent_page *page, int64_t now_unix_s)
{
    size_t kept = 0;
    for (size_t i = 0; i < page->count; i++)
        if (page->spent[i].expires_unix_s > now_unix_s)
            page->spent[kept++] = page->spent[i];
    memset(&page->spent[kept], 0, (HSM_SPENT_NONCES - kept) * sizeof page->spent[0]);
    page->count = (uint8_t)kept;
}

/* A page with a free place; false when there is none. */
static bool find_page(const struct hsm_catalogue *catalogue, int64_t now_unix_s, struct hsm_spent_page *page)
{
    bool used[HSM_SPENT_PAGES] = {false};
    for (size_t i = 0; i < catalogue->spent_count; i++) {
        *page = catalogue->spent[i];
        forget_expired(page, now_unix_s);
        if (page->count < HSM_SPENT_NONCES)
            return true;
        if (page->page < HSM_SPENT_PAGES)
            used[page->page] = true;
    }
    for (int i = 0; i < HSM_SPENT_PAGES; i++) {
        if (used[i])
            continue;
        *page = (struct hsm_spent_page){.page = (uint8_t)i};
        return true;
    }
    return false;
}

static mv_status spend(struct hsm *hsm, const struct hsm_catalogue *catalogue, const struct hsm_verdict *verdict,
                       int64_t now_unix_s)
{
    struct hsm_entry entry = {.kind = HSM_ENTRY_SPENT};
    struct hsm_spent_page *page = &entry.of.spent;
    if (is_spent(catalogue, verdict->nonce))
        return mv_fail(MV_APPROVAL_USED, "nonce");
    if (!find_page(catalogue, now_unix_s, page))
        return mv_fail(MV_INVALID_FIELD, "the catalogue remembers all the approvals it can hold: wait until one of "
                                         "them expires; `propose --hours` with less makes that sooner");
    memcpy(page->spent[page->count].nonce, verdict->nonce, HSM_NONCE_BYTES);
    page->spent[page->count].expires_unix_s = verdict->expires_unix_s;
    page->count++;
    return hsm_catalogue_append(hsm, &entry);
}

static mv_status judge_locked(struct hsm *hsm, struct hsm_catalogue *catalogue, const struct hsm_judge *judge,
                              int64_t now_unix_s)
{
    struct hsm_verdict verdict = {.spends = false};
    hsm->judged = false;
    MV_TRY(hsm_catalogue_read(hsm, catalogue));
    MV_TRY(judge->judge(judge->context, catalogue, &verdict));
    if (verdict.spends) {
        MV_TRY(spend(hsm, catalogue, &verdict, now_unix_s));
        MV_TRY(hsm_catalogue_read(hsm, catalogue));
    }
    memcpy(hsm->judged_by, catalogue->governing, sizeof hsm->judged_by);
    hsm->judged = true;
    return mv_ok();
}

mv_status hsm_act_judge(struct hsm *hsm, struct hsm_catalogue *catalogue, const struct hsm_judge *judge,
                        int64_t now_unix_s)
{
    int lock = -1;
    MV_TRY(hsm_lock(&hsm->config, &lock));
    mv_status status = judge_locked(hsm, catalogue, judge, now_unix_s);
    hsm_unlock(lock);
    return status;
}
