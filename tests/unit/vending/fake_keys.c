#include "fake_keys.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metervault/sts_key_change.h"

struct hsmd_client {
    int unused;
};

struct fake_keys fake_keys;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t next_slot = 1;

void fake_keys_lock(void)
{
    pthread_mutex_lock(&lock);
}

void fake_keys_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

void fake_keys_reset(void)
{
    fake_keys = (struct fake_keys){.catalogue.generation = 1, .refused_subclass = -1};
    fake_keys.health = mv_ok();
}

struct hsm_key_info *fake_keys_add(const char *sgc, uint8_t krn, uint8_t kt, uint8_t dkga, uint16_t base_date,
                                   uint8_t ken)
{
    struct hsm_key_info *key = &fake_keys.catalogue.keys[fake_keys.catalogue.key_count++];
    *key = (struct hsm_key_info){.use = HSM_USE_VENDING,
                                 .version = 1,
                                 .state = HSM_ACTIVE,
                                 .issued_until_unix_s = INT64_MAX,
                                 .kcv = {0xAB, krn, kt},
                                 .scope = {.krn = krn,
                                           .kt = kt,
                                           .dkga = dkga,
                                           .base_date = base_date,
                                           .ken = ken,
                                           .ea_mask = dkga == 4 ? 0x880 : 0x80}};
    (void)snprintf(key->scope.sgc, sizeof key->scope.sgc, "%s", sgc);
    (void)snprintf(key->label, sizeof key->label, "vending/%s/%u/%u", sgc, krn, kt);
    return key;
}

void fake_keys_officer(const char *name)
{
    struct hsm_officer *officer = &fake_keys.catalogue.officers[fake_keys.catalogue.officer_count++];
    (void)snprintf(officer->name, sizeof officer->name, "%s", name);
}

mv_status hsmd_client_new(const char *socket_path, unsigned timeout_ms, struct hsmd_client **client)
{
    (void)socket_path;
    (void)timeout_ms;
    *client = calloc(1, sizeof **client);
    return *client == NULL ? mv_fail(MV_OUT_OF_MEMORY, NULL) : mv_ok();
}

void hsmd_client_free(struct hsmd_client *client)
{
    free(client);
}

static const struct hsm_key_info *find(const struct hsmd_meter *meter)
{
    for (size_t i = 0; i < fake_keys.catalogue.key_count; i++) {
        const struct hsm_key_info *key = &fake_keys.catalogue.keys[i];
        if (strcmp(key->scope.sgc, meter->sgc) == 0 && key->scope.krn == meter->krn && key->scope.kt == meter->kt)
            return key;
    }
    return NULL;
}

static uint32_t new_slot(void)
{
    fake_keys.slots_out++;
    return next_slot++;
}

static void prepare_one(const struct hsmd_meter *meter, struct hsmd_prepared *prepared)
{
    const struct hsm_key_info *key = find(meter);
    *prepared = (struct hsmd_prepared){.status = mv_ok()};
    if (key == NULL) {
        prepared->status = mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
    } else if (strcmp(meter->pan, fake_keys.refused_pan) == 0) {
        prepared->status = mv_fail(MV_VENDING_KEY_MISMATCH, NULL);
    } else {
        memcpy(prepared->vending_kcv, key->kcv, HSM_KCV_BYTES);
        prepared->slot = new_slot();
    }
}

mv_status hsmd_prepare(struct hsmd_client *client, const struct hsmd_meter *meters, size_t count,
                       struct hsmd_prepared *prepared)
{
    (void)client;
    mv_status status = mv_ok();
    fake_keys_lock();
    fake_keys.prepare_calls++;
    if (fake_keys.on_prepare != NULL)
        fake_keys.on_prepare(fake_keys.self);
    if (fake_keys.prepare_failures > 0) {
        fake_keys.prepare_failures--;
        status = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "fake");
    } else {
        for (size_t i = 0; i < count; i++)
            prepare_one(&meters[i], &prepared[i]);
    }
    fake_keys_unlock();
    return status;
}

/* ---- key changes: the real sections of a key that only says whose it is, not encrypted ---- */
static uint32_t number_of(const char *digits)
{
    uint32_t number = 0;
    for (; *digits != '\0'; digits++)
        number = 10 * number + (uint32_t)(*digits - '0');
    return number;
}

static void make_sections(const struct hsmd_key_change *asked, struct hsmd_key_change_set *set)
{
    const struct hsmd_meter *to = &asked->to;
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    struct mv_sts_key_change change = {.key = {.ea = to->ea, .bytes = {0xC0, to->krn, to->ti, to->kt, to->ken}},
                                       .krn = to->krn,
                                       .kt = to->kt,
                                       .ti = to->ti,
                                       .ken = to->ken,
                                       .sgc = number_of(to->sgc),
                                       .with_sgc = asked->with_sgc,
                                       .rollover = to->base_date > asked->from.base_date};
    unsigned count = 0;
    if (mv_sts_key_change_pack(&change, blocks, &count) != MV_DONE) {
        set->status = mv_fail(MV_INVALID_FIELD, "to");
        return;
    }
    set->count = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        mv_sts_digits_from_block(2, mv_sts_block_pack(&blocks[i]), set->tokens[i].digits);
        memcpy(set->tokens[i].tag, set->tokens[i].digits, HSMD_TOKEN_TAG);
    }
}

static void change_one(const struct hsmd_key_change *asked, bool approved, struct hsmd_key_change_set *set)
{
    *set = (struct hsmd_key_change_set){.status = mv_ok(), .slot = HSMD_SLOT_NONE};
    const struct hsm_key_info *to = find(&asked->to);
    const struct hsm_key_info *from = find(&asked->from);
    if (to == NULL || from == NULL)
        set->status = mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
    else if (strcmp(asked->from.sgc, asked->to.sgc) != 0 && !approved)
        set->status = mv_fail(MV_APPROVAL_MISSING, NULL);
    else if (strcmp(asked->from.pan, fake_keys.refused_pan) == 0)
        set->status = mv_fail(MV_KEY_CHANGE_NOT_ALLOWED, NULL);
    else
        make_sections(asked, set);
    if (!set->status.ok)
        return;
    memcpy(set->from_kcv, from->kcv, sizeof set->from_kcv);
    memcpy(set->to_kcv, to->kcv, sizeof set->to_kcv);
    if (asked->want_slot)
        set->slot = new_slot();
}

mv_status hsmd_key_change(struct hsmd_client *client, const struct hsmd_approval *approvals, size_t approval_count,
                          const struct hsmd_key_change *changes, size_t count, struct hsmd_key_change_set *sets)
{
    char officer[HSM_OFFICER_SIZE];
    for (size_t i = 0; i < approval_count; i++)
        MV_TRY(hsmd_check_approval(client, &approvals[i], officer));
    mv_status status = mv_ok();
    fake_keys_lock();
    fake_keys.change_calls++;
    if (fake_keys.prepare_failures > 0) {
        fake_keys.prepare_failures--;
        status = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "fake");
    } else {
        for (size_t i = 0; i < count; i++)
            change_one(&changes[i], approval_count > 0, &sets[i]);
    }
    fake_keys_unlock();
    return status;
}

static void encrypt_one(const struct hsmd_block *block, struct hsmd_token *token)
{
    *token = (struct hsmd_token){.status = mv_ok()};
    if (block->slot == HSMD_SLOT_NONE) {
        mv_sts_digits_from_block(block->token_class, block->clear, token->digits);
        memcpy(token->tag, token->digits, HSMD_TOKEN_TAG);
        return;
    }
    fake_keys.slots_out--;
    if (fake_keys.lost_slots > 0) {
        fake_keys.lost_slots--;
        token->status = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "slot");
    } else if (fake_keys.refused_subclass == (int)(block->clear >> 60)) {
        token->status = mv_fail(MV_INVALID_FIELD, "clear block");
    } else {
        mv_sts_digits_from_block(block->token_class, block->clear, token->digits);
        memcpy(token->tag, token->digits, HSMD_TOKEN_TAG);
    }
}

mv_status hsmd_encrypt(struct hsmd_client *client, const struct hsmd_block *blocks, size_t count,
                       struct hsmd_token *tokens)
{
    (void)client;
    mv_status status = mv_ok();
    fake_keys_lock();
    fake_keys.encrypt_calls++;
    if (fake_keys.on_encrypt != NULL)
        fake_keys.on_encrypt(fake_keys.self);
    if (fake_keys.encrypt_failures > 0) {
        fake_keys.encrypt_failures--;
        status = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "fake");
    } else {
        for (size_t i = 0; i < count; i++)
            encrypt_one(&blocks[i], &tokens[i]);
    }
    fake_keys_unlock();
    return status;
}

void hsmd_release(struct hsmd_client *client, const uint32_t *slots, size_t count)
{
    (void)client;
    (void)slots;
    fake_keys_lock();
    fake_keys.release_calls++;
    fake_keys.slots_out -= (int)count;
    fake_keys_unlock();
}

mv_status hsmd_random(struct hsmd_client *client, void *data, size_t size)
{
    (void)client;
    memset(data, 4, size);
    return mv_ok();
}

mv_status hsmd_catalogue(struct hsmd_client *client, struct hsmd_catalogue *catalogue)
{
    (void)client;
    fake_keys_lock();
    *catalogue = fake_keys.catalogue;
    fake_keys_unlock();
    return mv_ok();
}

mv_status hsmd_health(struct hsmd_client *client)
{
    (void)client;
    fake_keys_lock();
    mv_status health = fake_keys.health;
    fake_keys_unlock();
    return health;
}
