#include "vending/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "hsm/masters.h"

#include "vending/desk_parts.h"
#include "vending/form.h"
#include "vending/job.h"

mv_status vend_catalogue_init(struct vend_catalogue *catalogue, const char *socket, unsigned timeout_ms)
{
    *catalogue = (struct vend_catalogue){.state = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "not asked yet")};
    catalogue->current = calloc(1, sizeof *catalogue->current);
    if (catalogue->current == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "catalogue");
    (void)pthread_mutex_init(&catalogue->fetching, NULL);
    (void)pthread_mutex_init(&catalogue->lock, NULL);
    return hsmd_client_new(socket, timeout_ms, &catalogue->client);
}

void vend_catalogue_destroy(struct vend_catalogue *catalogue)
{
    if (catalogue->current == NULL)
        return;
    if (catalogue->client != NULL)
        hsmd_client_free(catalogue->client);
    free(catalogue->current);
    (void)pthread_mutex_destroy(&catalogue->fetching);
    (void)pthread_mutex_destroy(&catalogue->lock);
}

static mv_status ask(struct vend_catalogue *catalogue, struct hsmd_catalogue *fresh)
{
    MV_TRY(hsmd_health(catalogue->client));
    return hsmd_catalogue(catalogue->client, fresh);
}

void vend_catalogue_fetch(struct vend_catalogue *catalogue, uint64_t ledger_generation)
{
    struct hsmd_catalogue *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return;
    pthread_mutex_lock(&catalogue->fetching);
    mv_status status = ask(catalogue, fresh);
    if (status.ok && fresh->generation < ledger_generation)
        status = mv_fail(MV_TOKEN_ROLLED_BACK, NULL);
    pthread_mutex_lock(&catalogue->lock);
    catalogue->state = status;
    catalogue->fetched_ns = vend_monotonic_ns();
    if (status.ok) {
        struct hsmd_catalogue *old = catalogue->current;
        catalogue->current = fresh;
        fresh = old;
    }
    pthread_mutex_unlock(&catalogue->lock);
    pthread_mutex_unlock(&catalogue->fetching);
    free(fresh);
}

bool vend_catalogue_older(struct vend_catalogue *catalogue, int64_t ns)
{
    pthread_mutex_lock(&catalogue->lock);
    bool older = vend_monotonic_ns() - catalogue->fetched_ns > ns;
    pthread_mutex_unlock(&catalogue->lock);
    return older;
}

void vend_catalogue_report(struct vend_catalogue *catalogue, mv_status status)
{
    pthread_mutex_lock(&catalogue->lock);
    /* a success elsewhere proves nothing about the catalogue; only a fetch clears a failure */
    if (!status.ok)
        catalogue->state = status;
    pthread_mutex_unlock(&catalogue->lock);
}

mv_status vend_catalogue_state(struct vend_catalogue *catalogue)
{
    pthread_mutex_lock(&catalogue->lock);
    mv_status state = catalogue->state;
    pthread_mutex_unlock(&catalogue->lock);
    return state;
}

uint64_t vend_catalogue_generation(struct vend_catalogue *catalogue)
{
    pthread_mutex_lock(&catalogue->lock);
    uint64_t generation = catalogue->current->generation;
    pthread_mutex_unlock(&catalogue->lock);
    return generation;
}

bool vend_catalogue_reserves(struct vend_catalogue *catalogue, const char *name)
{
    bool found = false;
    pthread_mutex_lock(&catalogue->lock);
    const struct hsmd_catalogue *current = catalogue->current;
    for (size_t i = 0; i < current->officer_count; i++)
        found = found || strcmp(current->officers[i].name, name) == 0;
    pthread_mutex_unlock(&catalogue->lock);
    return found;
}

size_t vend_catalogue_officers(struct vend_catalogue *catalogue, char names[][STORE_NAME + 1], size_t size)
{
    size_t count = 0;
    pthread_mutex_lock(&catalogue->lock);
    const struct hsmd_catalogue *current = catalogue->current;
    for (size_t i = 0; i < current->officer_count && count < size; i++)
        if (vend_form_name(current->officers[i].name, STORE_NAME, "officer").ok)
            vend_copy(names[count++], STORE_NAME + 1, current->officers[i].name);
    pthread_mutex_unlock(&catalogue->lock);
    return count;
}

static const struct hsm_key_info *find(const struct hsmd_catalogue *catalogue, const char *sgc, uint8_t krn, uint8_t kt)
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *key = &catalogue->keys[i];
        if (key->use == HSM_USE_VENDING && key->scope.krn == krn && key->scope.kt == kt &&
            strcmp(key->scope.sgc, sgc) == 0)
            return key;
    }
    return NULL;
}

mv_status vend_catalogue_find(struct vend_catalogue *catalogue, const char *sgc, uint8_t krn, uint8_t kt,
                              struct hsm_key_info *info)
{
    pthread_mutex_lock(&catalogue->lock);
    mv_status status = catalogue->state;
    const struct hsm_key_info *found = status.ok ? find(catalogue->current, sgc, krn, kt) : NULL;
    if (found != NULL)
        *info = *found;
    else if (status.ok)
        status = mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
    pthread_mutex_unlock(&catalogue->lock);
    return status;
}

static bool may_come(const struct hsm_key_info *key, const char *sgc, uint8_t kt, uint8_t ea, int64_t now_unix_s)
{
    return key->use == HSM_USE_VENDING && key->scope.kt == kt && strcmp(key->scope.sgc, sgc) == 0 &&
           key->scope.successor_krn == 0 && (key->scope.ea_mask & UINT32_C(1) << ea) != 0 &&
           hsm_key_current(key, HSM_TO_ENTER, now_unix_s).ok;
}

mv_status vend_catalogue_newest(struct vend_catalogue *catalogue, const char *sgc, uint8_t kt, uint8_t ea,
                                int64_t now_unix_s, struct hsm_key_info *info)
{
    uint8_t highest = 0;
    pthread_mutex_lock(&catalogue->lock);
    mv_status status = catalogue->state;
    const struct hsmd_catalogue *current = catalogue->current;
    for (size_t i = 0; status.ok && i < current->key_count; i++) {
        const struct hsm_key_info *key = &current->keys[i];
        if (key->scope.krn <= highest || !may_come(key, sgc, kt, ea, now_unix_s))
            continue;
        highest = key->scope.krn;
        *info = *key;
    }
    pthread_mutex_unlock(&catalogue->lock);
    if (status.ok && highest == 0)
        return mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
    return status;
}

mv_status vend_key_serves(const struct hsm_key_info *info, enum hsm_purpose purpose, const struct store_key *key,
                          int64_t now_unix_s)
{
    if (info->scope.dkga != key->dkga)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "dkga");
    MV_TRY(hsm_key_fits(info, purpose, key->base_date, key->ea));
    return hsm_key_current(info, purpose, now_unix_s);
}

static mv_status look_up(const struct hsmd_catalogue *catalogue, const struct store_meter *meter, int64_t now_unix_s,
                         struct vend_key *key)
{
    const struct store_key on_file = vend_key_on_file(meter);
    const struct hsm_key_info *info = find(catalogue, meter->sgc, meter->krn, meter->kt);
    if (info == NULL)
        return mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
    memcpy(key->kcv, info->kcv, HSM_KCV_BYTES);
    key->ken = info->scope.ken;
    return vend_key_serves(info, HSM_TO_ISSUE, &on_file, now_unix_s);
}

mv_status vend_catalogue_key(struct vend_catalogue *catalogue, const struct store_meter *meter, int64_t now_unix_s,
                             struct vend_key *key)
{
    pthread_mutex_lock(&catalogue->lock);
    mv_status status = catalogue->state;
    if (status.ok)
        status = look_up(catalogue->current, meter, now_unix_s, key);
    pthread_mutex_unlock(&catalogue->lock);
    return status;
}

static bool has_label(const struct hsmd_catalogue *catalogue, enum hsm_key_use use, const uint8_t *domain,
                      uint8_t version)
{
    char label[HSM_LABEL_SIZE];
    hsm_master_label(use, domain, version, label);
    for (size_t i = 0; i < catalogue->key_count; i++)
        if (strcmp(catalogue->keys[i].label, label) == 0)
            return true;
    return false;
}

mv_status vend_catalogue_record(struct vend_catalogue *catalogue, const uint8_t domain[STORE_DOMAIN],
                                const struct store_record_keys *keys)
{
    pthread_mutex_lock(&catalogue->lock);
    bool mac = has_label(catalogue->current, HSM_USE_RECORD_MAC, domain, keys->mac_version);
    bool enc = has_label(catalogue->current, HSM_USE_RECORD_ENC, domain, keys->enc_version);
    pthread_mutex_unlock(&catalogue->lock);
    if (!mac)
        return mv_fail(MV_RECORD_KEY_UNKNOWN, "mac_version");
    return enc ? mv_ok() : mv_fail(MV_RECORD_KEY_UNKNOWN, "enc_version");
}
