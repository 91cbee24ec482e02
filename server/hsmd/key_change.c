/* Key change sets. The rules stand here and not only in the server, so that a server that was taken over can neither
 * carry meters off to another supply group nor bring them back to a key they left. Both decoder keys live in secret
 * memory and for one item. */
#include <string.h>

#include "base/secret.h"
#include "hsm/change.h"
#include "hsmd/decoder.h"
#include "hsmd/officer.h"
#include "metervault/sts_key_change.h"

_Static_assert((int)HSMD_KEY_SECTIONS == (int)MV_KEY_SECTIONS, "a set has as many tokens as the codec says");

enum { WITH_SGC = 1, WANT_SLOT = 2 };

/* Secret memory. */
struct work {
    struct mv_decoder_key from;
    struct mv_sts_key_change change;
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    struct hsmd_slot_key slot;
};

struct batch {
    struct hsmd_decoder decoder;
    struct work *work;
    uint32_t owner;
    struct mv_approval approvals[HSMD_APPROVALS];
    size_t approval_count;
};

static mv_status refuse(const char *where)
{
    return mv_fail(MV_KEY_CHANGE_NOT_ALLOWED, where);
}

static void key_of(const struct hsmd_meter *meter, struct hsm_decoder_key *key)
{
    *key = (struct hsm_decoder_key){.krn = meter->krn,
                                    .ti = meter->ti,
                                    .kt = meter->kt,
                                    .ken = meter->ken,
                                    .ea = meter->ea,
                                    .dkga = meter->dkga,
                                    .base_date = meter->base_date};
    memcpy(key->sgc, meter->sgc, sizeof key->sgc);
}

static mv_status check_rules(const struct hsmd_meter *from, const struct hsmd_meter *to)
{
    struct hsm_decoder_key before;
    struct hsm_decoder_key after;
    key_of(from, &before);
    key_of(to, &after);
    return strcmp(from->pan, to->pan) == 0 ? hsm_change_allowed(&before, &after) : refuse("to.pan");
}

static mv_status check_approval(const struct batch *batch, const struct hsmd_meter *from, const struct hsmd_meter *to)
{
    if (strcmp(from->sgc, to->sgc) == 0)
        return mv_ok();
    for (size_t i = 0; i < batch->approval_count; i++)
        if (mv_approval_covers(&batch->approvals[i], from->pan, from->sgc, to->sgc, batch->decoder.now_unix_s))
            return mv_ok();
    return mv_fail(MV_APPROVAL_MISSING, NULL);
}

/* A key whose tokens would be refused from now on strands the meter. Before its base date no key has expired. */
static mv_status check_expiry(const struct hsmd_meter *to, uint8_t vending_ken, int64_t now_unix_s)
{
    uint64_t now = 0;
    uint64_t base = 0;
    if (to->ken > vending_ken)
        return refuse("to.ken: beyond the vending key's");
    if (mv_sts_minutes(now_unix_s, &now) != MV_DONE || mv_sts_base_minutes(to->base_date, &base) != MV_DONE)
        return mv_fail(MV_INTERNAL_ERROR, "clock");
    if (now <= base)
        return mv_ok();
    bool expired = now - base > MV_TID_MAX || mv_sts_key_expired((uint32_t)(now - base), to->ken);
    return expired ? refuse("to.ken: expired") : mv_ok();
}

static uint32_t number_of(const char *digits)
{
    uint32_t number = 0;
    for (; *digits != '\0'; digits++)
        number = 10 * number + (uint32_t)(*digits - '0');
    return number;
}

static mv_status encrypt_sections(struct batch *batch, const struct hsmd_key_change *asked,
                                  struct hsmd_key_change_set *set)
{
    unsigned count = 0;
    struct work *work = batch->work;
    const struct hsmd_meter *to = &asked->to;
    work->change.krn = to->krn;
    work->change.kt = to->kt;
    work->change.ti = to->ti;
    work->change.ken = to->ken;
    work->change.sgc = number_of(to->sgc);
    work->change.with_sgc = asked->with_sgc;
    work->change.rollover = to->base_date > asked->from.base_date;
    if (mv_sts_key_change_pack(&work->change, work->blocks, &count) != MV_DONE || count > HSMD_KEY_SECTIONS)
        return mv_fail(MV_INVALID_FIELD, "to");
    for (unsigned i = 0; i < count; i++) {
        uint64_t cipher = mv_sts_encrypt(&work->from, &mv_sta_public, mv_sts_block_pack(&work->blocks[i]));
        mv_sts_digits_from_block(work->blocks[i].token_class, cipher, set->tokens[i].digits);
        MV_TRY(hsmd_token_tag(batch->decoder.service, set->tokens[i].digits, set->tokens[i].tag));
    }
    set->count = (uint8_t)count;
    return mv_ok();
}

static mv_status keep_slot(struct batch *batch, const struct hsmd_meter *to, uint32_t *slot)
{
    struct work *work = batch->work;
    work->slot = (struct hsmd_slot_key){.key = work->change.key, .ken = to->ken, .kt = to->kt};
    return hsmd_slots_put(batch->decoder.service->slots, batch->owner, &work->slot, batch->decoder.now_ms, slot);
}

static mv_status change_key(struct batch *batch, const struct hsmd_key_change *asked, struct hsmd_key_change_set *set)
{
    struct hsm_key_info vending;
    const struct hsmd_meter *from = &asked->from;
    const struct hsmd_meter *to = &asked->to;
    MV_TRY(check_rules(from, to));
    MV_TRY(check_approval(batch, from, to));
    /* a meter may take another index or expiry under a key that no longer takes new meters */
    bool stays = strcmp(from->sgc, to->sgc) == 0 && from->krn == to->krn && from->kt == to->kt;
    enum hsm_purpose purpose = stays ? HSM_TO_ISSUE : HSM_TO_ENTER;
    MV_TRY(hsmd_decoder_derive(&batch->decoder, to, purpose, &batch->work->change.key, &vending));
    memcpy(set->to_kcv, vending.kcv, sizeof set->to_kcv);
    MV_TRY(check_expiry(to, vending.scope.ken, batch->decoder.now_unix_s));
    MV_TRY(hsmd_decoder_derive(&batch->decoder, from, HSM_TO_LEAVE, &batch->work->from, &vending));
    memcpy(set->from_kcv, vending.kcv, sizeof set->from_kcv);
    MV_TRY(encrypt_sections(batch, asked, set));
    return asked->want_slot ? keep_slot(batch, to, &set->slot) : mv_ok();
}

static void put_set(struct mv_writer *reply, const struct hsmd_key_change_set *set)
{
    hsmd_put_status(reply, set->status);
    if (!set->status.ok)
        return;
    mv_put_u8(reply, set->count);
    for (size_t i = 0; i < set->count; i++) {
        mv_put_bytes(reply, set->tokens[i].digits, sizeof set->tokens[i].digits - 1);
        mv_put_bytes(reply, set->tokens[i].tag, sizeof set->tokens[i].tag);
    }
    mv_put_bytes(reply, set->from_kcv, sizeof set->from_kcv);
    mv_put_bytes(reply, set->to_kcv, sizeof set->to_kcv);
    mv_put_u32(reply, set->slot);
}

static bool change_all(struct batch *batch, size_t count, struct mv_reader *request, struct mv_writer *reply)
{
    for (size_t i = 0; i < count; i++) {
        struct hsmd_key_change asked;
        struct hsmd_key_change_set set = {.slot = HSMD_SLOT_NONE};
        hsmd_get_meter(request, &asked.from);
        hsmd_get_meter(request, &asked.to);
        uint8_t flags = mv_get_u8(request);
        if ((flags & ~(WITH_SGC | WANT_SLOT)) != 0)
            return false;
        asked.with_sgc = (flags & WITH_SGC) != 0;
        asked.want_slot = (flags & WANT_SLOT) != 0;
        set.status = change_key(batch, &asked, &set);
        mv_secret_wipe(batch->work, sizeof *batch->work);
        put_set(reply, &set);
    }
    return mv_reader_done(request);
}

/* All are read before one is refused, so that the frame is known to be sound. */
static bool read_approvals(struct batch *batch, struct mv_reader *request, mv_status *status)
{
    const char *officer = NULL;
    batch->approval_count = mv_get_u8(request);
    if (request->failed || batch->approval_count > HSMD_APPROVALS)
        return false;
    for (size_t i = 0; i < batch->approval_count; i++) {
        struct hsmd_signed word;
        hsmd_signed_get(request, &word);
        if (request->failed)
            return false;
        if (status->ok)
            *status = hsmd_officer_check(batch->decoder.service->keyring.catalogue, &word, batch->decoder.now_unix_s,
                                         &batch->approvals[i], &officer);
    }
    return true;
}

static bool serve(struct batch *batch, mv_status ready, struct mv_reader *request, struct mv_writer *reply)
{
    enum { CHANGE_BYTES = 2 * HSMD_METER_BYTES + 1 };
    if (!read_approvals(batch, request, &ready))
        return false;
    size_t count = mv_get_u16(request);
    if (request->failed || count == 0 || count > HSMD_BATCH || request->size - request->used != count * CHANGE_BYTES)
        return false;
    batch->work = ready.ok ? mv_secret_alloc(sizeof *batch->work) : NULL;
    if (ready.ok && batch->work == NULL)
        ready = mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    hsmd_put_status(reply, ready);
    bool good = !ready.ok || change_all(batch, count, request, reply);
    mv_secret_free(batch->work, sizeof *batch->work);
    return good;
}

bool hsmd_serve_key_change(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                           struct mv_writer *reply)
{
    struct batch batch = {.owner = owner};
    mv_status ready = hsmd_decoder_begin(&batch.decoder, service);
    bool good = serve(&batch, ready, request, reply);
    hsmd_decoder_end(&batch.decoder);
    return good;
}

bool hsmd_serve_check_approval(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply)
{
    struct hsmd_signed word;
    struct mv_approval approval;
    const char *officer = NULL;
    hsmd_signed_get(request, &word);
    if (!mv_reader_done(request))
        return false;
    struct hsmd_decoder decoder;
    mv_status status = hsmd_decoder_begin(&decoder, service);
    if (status.ok)
        status = hsmd_officer_check(service->keyring.catalogue, &word, decoder.now_unix_s, &approval, &officer);
    hsmd_decoder_end(&decoder);
    hsmd_put_status(reply, status);
    if (status.ok)
        mv_put_text(reply, officer);
    return true;
}
