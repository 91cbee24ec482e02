/* Generating and importing the keys that officers ask for: vending keys, factory keys and masters. */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/secret.h"
#include "hsm/internal.h"
#include "hsm/masters.h"

enum { EA07_BIT = 1 << 7, EA11_BIT = 1 << 11 };

static mv_status check_scope(const struct hsm_vending_scope *scope)
{
    if (strlen(scope->sgc) != 6 || strspn(scope->sgc, "0123456789") != 6)
        return mv_fail(MV_INVALID_FIELD, "sgc");
    if (scope->krn < 1 || scope->krn > 9)
        return mv_fail(MV_INVALID_FIELD, "krn");
    if (scope->kt < 1 || scope->kt > 3)
        return mv_fail(MV_INVALID_FIELD, "kt");
    if (scope->dkga != 2 && scope->dkga != 4)
        return mv_fail(MV_INVALID_FIELD, "dkga");
    if (scope->base_date != 1993 && scope->base_date != 2014 && scope->base_date != 2035)
        return mv_fail(MV_INVALID_FIELD, "base_date");
    unsigned allowed = scope->dkga == 2 ? EA07_BIT : EA07_BIT | EA11_BIT;
    if (scope->ea_mask == 0 || (scope->ea_mask & ~allowed) != 0)
        return mv_fail(MV_INVALID_FIELD, "ea");
    return mv_ok();
}

static mv_status check_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    size_t length = strlen(name);
    return length > 0 && strspn(name, allowed) == length ? mv_ok() : mv_fail(MV_INVALID_FIELD, "name");
}

static mv_status describe(const struct hsm_key_request *request, struct hsm_key_info *info)
{
    *info =
        (struct hsm_key_info){.use = request->use, .version = 1, .state = HSM_ACTIVE, .no_export = request->no_export};
    if (request->issued_until_unix_s <= request->active_from_unix_s)
        return mv_fail(MV_INVALID_FIELD, "issued_until");
    if (request->use == HSM_USE_VENDING) {
        const struct hsm_vending_scope *scope = &request->scope;
        MV_TRY(check_scope(scope));
        if (scope->dkga == 2 && !request->accept_host_visible)
            return mv_fail(MV_HOST_VISIBLE_NOT_ACCEPTED, NULL);
        info->scope = *scope;
        (void)snprintf(info->label, sizeof info->label, "vending/%s/%u/%u", scope->sgc, scope->krn, scope->kt);
    } else if (request->use == HSM_USE_FACTORY_KEK) {
        MV_TRY(check_name(request->name));
        (void)snprintf(info->label, sizeof info->label, "factory/%s", request->name);
    } else if (hsm_use_is_master(request->use)) {
        if (request->version == 0)
            return mv_fail(MV_INVALID_FIELD, "version");
        info->version = request->version;
        hsm_master_label(request->use, request->domain, request->version, info->label);
    } else {
        return mv_fail(MV_INVALID_FIELD, "use");
    }
    info->created_unix_s = (int64_t)time(NULL);
    info->active_from_unix_s = request->active_from_unix_s;
    info->issued_until_unix_s = request->issued_until_unix_s;
    return mv_ok();
}

static mv_status check_parity(const uint8_t key[HSM_DKGA02_BYTES])
{
    unsigned even = 0;
    for (size_t i = 0; i < HSM_DKGA02_BYTES; i++)
        even |= ~(unsigned)__builtin_popcount(key[i]) & 1;
    return even == 0 ? mv_ok() : mv_fail(MV_KEY_PARITY, NULL);
}

void hsm_dkga02_plain(const uint8_t key[HSM_DKGA02_BYTES], const char *label, uint8_t plain[HSM_SEALED_BYTES])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    (void)SHA256((const uint8_t *)label, strlen(label), digest);
    memcpy(plain, key, HSM_DKGA02_BYTES);
    memcpy(plain + HSM_DKGA02_BYTES, digest, HSM_SEALED_BYTES - HSM_DKGA02_BYTES);
}

/* No object: the ciphertext in the MACed entry is the key. */
static mv_status seal(struct hsm *hsm, const uint8_t *key, struct hsm_key_entry *entry, struct hsm_backup *backup,
                      const struct hsm_keeper *keeper)
{
    CK_OBJECT_HANDLE kek = 0;
    if (key == NULL)
        return mv_fail(MV_INTERNAL_ERROR, "a DKGA02 key without its value");
    MV_TRY(hsm_find_key(hsm, HSM_DKGA02_KEK_LABEL, &kek));
    uint8_t *plain = mv_secret_alloc(HSM_SEALED_BYTES);
    if (plain == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    hsm_dkga02_plain(key, backup->info.label, plain);
    backup->size = HSM_SEALED_BYTES + 8;
    mv_status status = hsm_aes_encrypt_block(hsm, kek, plain, entry->sealed);
    if (status.ok)
        status = hsm_wrap_value(hsm, HSM_BACKUP_KEK_LABEL, plain, HSM_SEALED_BYTES, backup->wrapped, backup->size);
    mv_secret_free(plain, HSM_SEALED_BYTES);
    return status.ok ? keeper->keep(keeper->context, backup) : status;
}

/* `key` NULL: the token makes it. */
static mv_status place_object(struct hsm *hsm, const uint8_t *key, size_t size, struct hsm_backup *backup,
                              const struct hsm_keeper *keeper)
{
    const struct hsm_policy *policy = hsm_policy_of(backup->info.use);
    /* what an interrupted creation of this key left */
    MV_TRY(hsm_destroy_keys(hsm, backup->info.label));
    if (key == NULL)
        return hsm_birth(hsm, policy, NULL, 0, backup, keeper);
    /* HMAC pads its key with zeros, so the padded key gives the same MACs; SoftHSM refuses the short one */
    uint8_t *padded = mv_secret_alloc(policy->size);
    if (padded == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    memcpy(padded, key, size);
    mv_status status = hsm_birth(hsm, policy, padded, policy->size, backup, keeper);
    mv_secret_free(padded, policy->size);
    return status;
}

static mv_status make_and_enter(struct hsm *hsm, const uint8_t *key, size_t size, struct hsm_backup *backup,
                                const struct hsm_keeper *keeper)
{
    struct hsm_entry entry = {.kind = HSM_ENTRY_KEY};
    if (backup->info.use == HSM_USE_VENDING && backup->info.scope.dkga == 2)
        MV_TRY(seal(hsm, key, &entry.of.key, backup, keeper));
    else
        MV_TRY(place_object(hsm, key, size, backup, keeper));
    entry.of.key.info = backup->info;
    MV_TRY(hsm_catalogue_append(hsm, &entry));
    backup->info.generation = entry.generation;
    return mv_ok();
}

/* After a failure: an object that the catalogue does not know is nobody's. One that it knows was entered all the same,
 * and only the answer was lost. */
static void discard(struct hsm *hsm, struct hsm_catalogue *catalogue, const char *label)
{
    mv_status status = hsm_catalogue_read(hsm, catalogue);
    if (status.ok && hsm_catalogue_by_label(catalogue, label) == NULL)
        status = hsm_destroy_keys(hsm, label);
    /* what cannot be destroyed now is destroyed by the next creation of this key */
    (void)status;
}

/* One supply group and revision is one set of keys of one base date, whatever their types: a key change names SGC and
 * KRN and says of the base date only whether it is another. */
static mv_status check_base_date(const struct hsm_catalogue *catalogue, const struct hsm_key_info *info)
{
    const struct hsm_vending_scope *scope = &info->scope;
    for (size_t i = 0; info->use == HSM_USE_VENDING && i < catalogue->key_count; i++) {
        const struct hsm_key_info *other = &catalogue->keys[i].info;
        if (other->use == HSM_USE_VENDING && other->scope.krn == scope->krn &&
            other->scope.base_date != scope->base_date && strcmp(other->scope.sgc, scope->sgc) == 0)
            return mv_fail(MV_INVALID_FIELD, "base_date: this supply group and revision has another");
    }
    return mv_ok();
}

static mv_status create_new(struct hsm *hsm, const uint8_t *key, size_t size, struct hsm_catalogue *catalogue,
                            struct hsm_backup *backup, const struct hsm_keeper *keeper)
{
    if (hsm_catalogue_by_label(catalogue, backup->info.label) != NULL)
        return mv_fail(MV_KEY_EXISTS, NULL);
    MV_TRY(check_base_date(catalogue, &backup->info));
    if (catalogue->key_count == HSM_MAX_KEYS)
        return mv_fail(MV_INVALID_FIELD, "the catalogue is full");
    mv_status status = make_and_enter(hsm, key, size, backup, keeper);
    if (!status.ok)
        discard(hsm, catalogue, backup->info.label);
    return status;
}

static mv_status create_locked(struct hsm *hsm, const uint8_t *key, size_t size, struct hsm_backup *backup,
                               const struct hsm_keeper *keeper)
{
    struct hsm_held held;
    mv_status status = hsm_hold(hsm, &held);
    if (status.ok)
        status = create_new(hsm, key, size, held.catalogue, backup, keeper);
    hsm_let_go(&held);
    return status;
}

mv_status hsm_key_import(struct hsm *hsm, const struct hsm_key_request *request, const uint8_t *key, size_t size,
                         const uint8_t *expected_kcv, const struct hsm_keeper *keeper, struct hsm_key_info *made)
{
    struct hsm_backup backup = {.size = 0};
    struct hsm_key_info *info = &backup.info;
    MV_TRY(describe(request, info));
    MV_TRY(hsm_kcv(info->use, info->scope.dkga, key, size, &info->kcv_method, info->kcv));
    if (info->kcv_method == HSM_KCV_DES)
        MV_TRY(check_parity(key));
    if (expected_kcv != NULL && memcmp(expected_kcv, info->kcv, HSM_KCV_BYTES) != 0)
        return mv_fail(MV_KCV_MISMATCH, NULL);
    MV_TRY(create_locked(hsm, key, size, &backup, keeper));
    *made = *info;
    return mv_ok();
}

static mv_status generate_vending(struct hsm *hsm, const struct hsm_key_request *request,
                                  const struct hsm_keeper *keeper, struct hsm_key_info *made)
{
    size_t size = request->scope.dkga == 2 ? HSM_DKGA02_BYTES : HSM_DKGA04_BYTES;
    uint8_t *key = mv_secret_alloc(size);
    if (key == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = hsm_random(hsm, key, size);
    if (request->scope.dkga == 2)
        for (size_t i = 0; i < size; i++)
            key[i] = (uint8_t)(key[i] ^ (~(unsigned)__builtin_popcount(key[i]) & 1));
    if (status.ok)
        status = hsm_key_import(hsm, request, key, size, NULL, keeper, made);
    mv_secret_free(key, size);
    return status;
}

mv_status hsm_key_generate(struct hsm *hsm, const struct hsm_key_request *request, const struct hsm_keeper *keeper,
                           struct hsm_key_info *made)
{
    struct hsm_backup backup = {.size = 0};
    MV_TRY(describe(request, &backup.info));
    if (request->use == HSM_USE_VENDING)
        return generate_vending(hsm, request, keeper, made);
    MV_TRY(create_locked(hsm, NULL, 0, &backup, keeper));
    *made = backup.info;
    return mv_ok();
}
