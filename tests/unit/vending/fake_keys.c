#include "fake_keys.h"

#include "fake_records.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/approval.h"
#include "hsm/change.h"
#include "hsm/states.h"
#include "metervault/sts.h"
#include "metervault/sts_key_change.h"
#include "metervault/sts_manage.h"
#include "world.h"

struct hsmd_client {
    int unused;
};

enum { SLOTS = 1024, KT_DDTK = 1 };

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
    fake_records_reset();
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

/* What a slot remembers of its key; far fewer are out at a time. */
static struct {
    uint8_t ken, kt;
} kept[SLOTS];

static uint32_t new_slot(uint8_t ken, uint8_t kt)
{
    kept[next_slot % SLOTS].ken = ken;
    kept[next_slot % SLOTS].kt = kt;
    fake_keys.slots_out++;
    return next_slot++;
}

/* The vending key, if it may be used for this. */
static mv_status derive(const struct hsmd_meter *meter, enum hsm_purpose purpose, const struct hsm_key_info **found)
{
    for (size_t i = 0; i < fake_keys.catalogue.key_count; i++) {
        const struct hsm_key_info *key = &fake_keys.catalogue.keys[i];
        if (strcmp(key->scope.sgc, meter->sgc) != 0 || key->scope.krn != meter->krn || key->scope.kt != meter->kt)
            continue;
        *found = key;
        MV_TRY(hsm_key_fits(key, purpose, meter->base_date, meter->ea));
        MV_TRY(hsm_key_current(key, purpose, world_now_s()));
        return key->scope.dkga == meter->dkga ? mv_ok() : mv_fail(MV_VENDING_KEY_MISMATCH, "dkga");
    }
    return mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
}

static mv_status prepare_one(const struct hsmd_meter *meter, struct hsmd_prepared *prepared)
{
    const struct hsm_key_info *key = NULL;
    MV_TRY(derive(meter, HSM_TO_ISSUE, &key));
    if (strcmp(meter->pan, fake_keys.refused_pan) == 0)
        return mv_fail(MV_VENDING_KEY_MISMATCH, NULL);
    memcpy(prepared->vending_kcv, key->kcv, HSM_KCV_BYTES);
    prepared->slot = new_slot(meter->ken < key->scope.ken ? meter->ken : key->scope.ken, meter->kt);
    return mv_ok();
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
            prepared[i].status = prepare_one(&meters[i], &prepared[i]);
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

static mv_status make_sections(const struct hsmd_key_change *asked, struct hsmd_key_change_set *set)
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
    if (mv_sts_key_change_pack(&change, blocks, &count) != MV_DONE)
        return mv_fail(MV_INVALID_FIELD, "to");
    set->count = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        mv_sts_digits_from_block(2, mv_sts_block_pack(&blocks[i]), set->tokens[i].digits);
        memcpy(set->tokens[i].tag, set->tokens[i].digits, HSMD_TOKEN_TAG);
    }
    return mv_ok();
}

static struct hsm_decoder_key key_of(const struct hsmd_meter *meter)
{
    struct hsm_decoder_key key = {.krn = meter->krn,
                                  .ti = meter->ti,
                                  .kt = meter->kt,
                                  .ken = meter->ken,
                                  .ea = meter->ea,
                                  .dkga = meter->dkga,
                                  .base_date = meter->base_date};
    memcpy(key.sgc, meter->sgc, sizeof key.sgc);
    return key;
}

static mv_status check_expiry(const struct hsmd_meter *to, uint8_t vending_ken)
{
    uint64_t now = 0;
    uint64_t base = 0;
    bool known = mv_sts_minutes(world_now_s(), &now) == MV_DONE && mv_sts_base_minutes(to->base_date, &base) == MV_DONE;
    if (!known || to->ken > vending_ken)
        return mv_fail(MV_KEY_CHANGE_NOT_ALLOWED, "to.ken");
    bool expired = now > base && (now - base > MV_TID_MAX || mv_sts_key_expired((uint32_t)(now - base), to->ken));
    return expired ? mv_fail(MV_KEY_CHANGE_NOT_ALLOWED, "to.ken") : mv_ok();
}

static mv_status check_approvals(const struct hsmd_key_change *asked, const struct mv_approval *approvals, size_t count)
{
    const struct hsmd_meter *from = &asked->from;
    if (strcmp(from->sgc, asked->to.sgc) == 0)
        return mv_ok();
    for (size_t i = 0; i < count; i++)
        if (mv_approval_covers(&approvals[i], from->pan, from->sgc, asked->to.sgc, world_now_s()))
            return mv_ok();
    return mv_fail(MV_APPROVAL_MISSING, NULL);
}

static mv_status change_one(const struct hsmd_key_change *asked, const struct mv_approval *approvals,
                            size_t approval_count, struct hsmd_key_change_set *set)
{
    const struct hsmd_meter *from = &asked->from;
    const struct hsmd_meter *to = &asked->to;
    const struct hsm_decoder_key before = key_of(from);
    const struct hsm_decoder_key after = key_of(to);
    const struct hsm_key_info *old = NULL;
    const struct hsm_key_info *new = NULL;
    bool stays = strcmp(from->sgc, to->sgc) == 0 && from->krn == to->krn && from->kt == to->kt;
    if (strcmp(from->pan, fake_keys.refused_pan) == 0)
        return mv_fail(MV_KEY_CHANGE_NOT_ALLOWED, NULL);
    MV_TRY(hsm_change_allowed(&before, &after));
    MV_TRY(check_approvals(asked, approvals, approval_count));
    MV_TRY(derive(to, stays ? HSM_TO_ISSUE : HSM_TO_ENTER, &new));
    MV_TRY(check_expiry(to, new->scope.ken));
    MV_TRY(derive(from, HSM_TO_LEAVE, &old));
    MV_TRY(make_sections(asked, set));
    memcpy(set->from_kcv, old->kcv, sizeof set->from_kcv);
    memcpy(set->to_kcv, new->kcv, sizeof set->to_kcv);
    if (asked->want_slot)
        set->slot = new_slot(to->ken, to->kt);
    return mv_ok();
}

mv_status hsmd_key_change(struct hsmd_client *client, const struct hsmd_approval *approvals, size_t approval_count,
                          const struct hsmd_key_change *changes, size_t count, struct hsmd_key_change_set *sets)
{
    char officer[HSM_OFFICER_SIZE];
    struct mv_approval words[HSMD_APPROVALS];
    for (size_t i = 0; i < approval_count; i++) {
        MV_TRY(hsmd_check_approval(client, &approvals[i], officer));
        MV_TRY(mv_approval_read(approvals[i].text, &words[i]));
    }
    mv_status status = mv_ok();
    fake_keys_lock();
    fake_keys.change_calls++;
    if (fake_keys.prepare_failures > 0) {
        fake_keys.prepare_failures--;
        status = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "fake");
    } else {
        for (size_t i = 0; i < count; i++) {
            sets[i] = (struct hsmd_key_change_set){.slot = HSMD_SLOT_NONE};
            sets[i].status = change_one(&changes[i], words, approval_count, &sets[i]);
        }
    }
    fake_keys_unlock();
    return status;
}

static mv_status check_block(const struct hsmd_block *asked)
{
    struct mv_sts_block block;
    struct mv_sts_credit credit;
    struct mv_sts_manage manage;
    bool good = mv_sts_block_unpack(asked->token_class, asked->clear, &block) == MV_DONE &&
                (asked->token_class == 0 ? mv_sts_credit_unpack(&block, &credit) == MV_DONE
                                         : mv_sts_manage_unpack(&block, &manage) == MV_DONE);
    if (!good || fake_keys.refused_subclass == (int)(asked->clear >> 60))
        return mv_fail(MV_INVALID_FIELD, "clear block");
    if (mv_sts_block_is_two_faced(asked->token_class, asked->clear))
        return mv_fail(MV_TOKEN_AMBIGUOUS, NULL);
    if (mv_sts_key_expired((uint32_t)(block.content >> 16) & MV_TID_MAX, kept[asked->slot % SLOTS].ken))
        return mv_fail(MV_KEY_EXPIRED, NULL);
    bool default_key = asked->token_class == 0 && kept[asked->slot % SLOTS].kt == KT_DDTK;
    return default_key ? mv_fail(MV_KEY_TYPE_NOT_ALLOWED, "kt") : mv_ok();
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
        return;
    }
    token->status = check_block(block);
    if (!token->status.ok)
        return;
    mv_sts_digits_from_block(block->token_class, block->clear, token->digits);
    memcpy(token->tag, token->digits, HSMD_TOKEN_TAG);
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
    static uint8_t next = 4;
    fake_keys_lock();
    memset(data, next++, size);
    fake_keys_unlock();
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
