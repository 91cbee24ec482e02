/* Nonces of acts that were carried out. They are kept in pages, each one line of the catalogue, so that a line can be
 * written anew and none has to be taken away. */
#include <stdlib.h>
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

static mv_status spend(struct hsm *hsm, struct hsm_catalogue *catalogue, const uint8_t *nonce, int64_t expires_unix_s,
                       int64_t now_unix_s)
{
    struct hsm_entry entry = {.kind = HSM_ENTRY_SPENT};
    struct hsm_spent_page *page = &entry.of.spent;
    MV_TRY(hsm_catalogue_read(hsm, catalogue));
    if (is_spent(catalogue, nonce))
        return mv_fail(MV_APPROVAL_USED, "nonce");
    if (!find_page(catalogue, now_unix_s, page))
        return mv_fail(MV_INVALID_FIELD, "the catalogue remembers all the approvals it can hold");
    memcpy(page->spent[page->count].nonce, nonce, HSM_NONCE_BYTES);
    page->spent[page->count].expires_unix_s = expires_unix_s;
    page->count++;
    return hsm_catalogue_append(hsm, &entry);
}

mv_status hsm_nonce_spend(struct hsm *hsm, const uint8_t nonce[HSM_NONCE_BYTES], int64_t expires_unix_s,
                          int64_t now_unix_s)
{
    struct hsm_catalogue *catalogue = malloc(sizeof *catalogue);
    if (catalogue == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    int lock = -1;
    mv_status status = hsm_lock(&hsm->config, &lock);
    if (status.ok)
        status = spend(hsm, catalogue, nonce, expires_unix_s, now_unix_s);
    hsm_unlock(lock);
    free(catalogue);
    return status;
}
