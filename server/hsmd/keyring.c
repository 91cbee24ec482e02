#include "hsmd/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "hsm/masters.h"

enum { CHECK_EVERY_MS = 1000 };

static mv_status open_key(struct hsmd_keyring *keyring, size_t index)
{
    const struct hsm_key_info *info = &keyring->catalogue->keys[index].info;
    struct hsm_handle *handle = &keyring->handles[index];
    handle->object = 0;
    MV_TRY(hsm_key_verify(keyring->hsm, info));
    if (info->state == HSM_DESTROYED)
        return mv_ok();
    if (info->use == HSM_USE_VENDING)
        return info->scope.dkga == 4 ? hsm_handle_open(keyring->hsm, info, handle) : mv_ok();
    if (hsm_use_is_master(info->use))
        return hsm_handle_open(keyring->hsm, info, handle);
    if (info->use == HSM_USE_DKGA02_KEK)
        return hsm_handle_open(keyring->hsm, info, &keyring->dkga02_kek);
    if (info->use != HSM_USE_AUDIT_TOKEN_HASH)
        return mv_ok();
    struct hsm_handle token_hash;
    MV_TRY(hsm_handle_open(keyring->hsm, info, &token_hash));
    mv_status status = hsm_tag_key(keyring->hsm, token_hash, keyring->tag_key);
    hsm_handle_close(keyring->hsm, &token_hash);
    return status;
}

static void close_keys(struct hsmd_keyring *keyring)
{
    for (size_t i = 0; i < keyring->catalogue->key_count; i++)
        hsm_handle_close(keyring->hsm, &keyring->handles[i]);
}

/* A generation names one entry for ever. */
static bool same_key(const struct hsm_key_info *a, const struct hsm_key_info *b)
{
    return a->generation == b->generation && strcmp(a->label, b->label) == 0;
}

/* Handles of lines that did not change move over; the others of the old catalogue are closed. */
static void keep_handles(struct hsmd_keyring *keyring, const struct hsm_catalogue *fresh, bool kept[HSM_MAX_KEYS])
{
    struct hsm_handle handles[HSM_MAX_KEYS] = {{.object = 0}};
    for (size_t i = 0; i < fresh->key_count; i++) {
        for (size_t old = 0; old < keyring->catalogue->key_count && !kept[i]; old++) {
            if (!same_key(&fresh->keys[i].info, &keyring->catalogue->keys[old].info))
                continue;
            handles[i] = keyring->handles[old];
            keyring->handles[old].object = 0;
            kept[i] = true;
        }
    }
    close_keys(keyring);
    memcpy(keyring->handles, handles, sizeof handles);
}

/* Every write raises the generation: another content under the same one grew from an old copy of the token. */
static bool is_old(const struct hsm_catalogue *fresh, const struct hsm_catalogue *known)
{
    if (fresh->generation != known->generation)
        return fresh->generation < known->generation;
    return memcmp(fresh->digest, known->digest, sizeof fresh->digest) != 0;
}

static mv_status load(struct hsmd_keyring *keyring)
{
    struct hsm_catalogue *fresh = malloc(sizeof *fresh);
    if (fresh == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    mv_status status = hsm_catalogue_read(keyring->hsm, fresh);
    if (!status.ok) {
        free(fresh);
        return status;
    }
    if (is_old(fresh, keyring->catalogue)) {
        free(fresh);
        return mv_fail(MV_TOKEN_ROLLED_BACK, "catalogue");
    }
    bool kept[HSM_MAX_KEYS] = {false};
    keep_handles(keyring, fresh, kept);
    free(keyring->catalogue);
    keyring->catalogue = fresh;
    for (size_t i = 0; status.ok && i < fresh->key_count; i++)
        if (!kept[i])
            status = open_key(keyring, i);
    return status.ok ? hsm_strangers_verify(keyring->hsm, fresh) : status;
}

/* Nothing that was opened before is of use: forget it, keep the generation and digest that were seen. */
static mv_status load_again(struct hsmd_keyring *keyring)
{
    close_keys(keyring);
    keyring->catalogue->key_count = 0;
    return load(keyring);
}

mv_status hsmd_keyring_init(struct hsmd_keyring *keyring, struct hsm *hsm)
{
    *keyring = (struct hsmd_keyring){.hsm = hsm};
    keyring->catalogue = calloc(1, sizeof *keyring->catalogue);
    keyring->tag_key = mv_secret_alloc(HSM_MAC_BYTES);
    if (keyring->catalogue == NULL || keyring->tag_key == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    keyring->state = load(keyring);
    return keyring->state;
}

void hsmd_keyring_wipe(struct hsmd_keyring *keyring)
{
    if (keyring->catalogue != NULL)
        close_keys(keyring);
    free(keyring->catalogue);
    mv_secret_free(keyring->tag_key, HSM_MAC_BYTES);
    *keyring = (struct hsmd_keyring){.hsm = NULL};
}

static void tell(mv_status before, mv_status after)
{
    char text[512];
    if (!after.ok && (before.ok || before.reason != after.reason))
        mv_log(MV_LOG_ERROR, "%s", mv_status_text(after, text, sizeof text));
    else if (after.ok && !before.ok)
        mv_log(MV_LOG_NOTICE, "keys are usable again");
}

mv_status hsmd_keyring_reopen(struct hsmd_keyring *keyring)
{
    mv_status before = keyring->state;
    if (before.ok)
        mv_log(MV_LOG_WARNING, "the token's session was lost: opening a new one");
    keyring->sessions++;
    keyring->state = hsm_reopen(keyring->hsm);
    if (keyring->state.ok)
        keyring->state = load_again(keyring);
    tell(before, keyring->state);
    return keyring->state;
}

static mv_status follow(struct hsmd_keyring *keyring)
{
    bool changed = true;
    /* after a failure everything is looked at again, whatever the head says */
    if (!keyring->state.ok)
        return load_again(keyring);
    MV_TRY(hsm_catalogue_changed(keyring->hsm, &changed));
    if (!changed)
        return mv_ok();
    MV_TRY(load(keyring));
    mv_log(MV_LOG_NOTICE, "key catalogue generation %llu: %zu keys", (unsigned long long)keyring->catalogue->generation,
           keyring->catalogue->key_count);
    return mv_ok();
}

mv_status hsmd_keyring_refresh(struct hsmd_keyring *keyring, int64_t now_ms, bool force)
{
    if (!force && now_ms - keyring->checked_ms < CHECK_EVERY_MS)
        return keyring->state;
    /* tokens lock: no second try with this PIN */
    if (keyring->state.reason == MV_PIN_REFUSED)
        return keyring->state;
    keyring->checked_ms = now_ms;
    mv_status before = keyring->state;
    mv_status status = follow(keyring);
    if (hsm_broken(status))
        return hsmd_keyring_reopen(keyring);
    keyring->state = status;
    tell(before, status);
    return status;
}

int hsmd_keyring_find(const struct hsmd_keyring *keyring, const char *sgc, uint8_t krn, uint8_t kt)
{
    const struct hsm_key_entry *entry = hsm_catalogue_vending(keyring->catalogue, sgc, krn, kt);
    return entry == NULL ? -1 : (int)(entry - keyring->catalogue->keys);
}
