/* Prepare: from a meter's data to a decoder key in a slot. The only operation with PKCS#11 work per item. */
#include <string.h>
#include <time.h>

#include "base/secret.h"
#include "hsmd/channel.h"
#include "hsmd/service.h"

/* What lives for one request: secret memory. */
struct work {
    struct hsmd_slot_key slot;
    uint8_t opened[HSM_DKGA02_BYTES]; /* the DKGA02 vending key that was used last */
};

struct batch {
    struct hsmd_service *service;
    struct work *work;
    int opened_index; /* of the key in work->opened; -1: none */
    int64_t now_ms;
    int64_t now_unix_s;
    bool looked; /* for a key that was unknown at first */
    bool reopened;
};

static mv_status check_fit(const struct hsm_key_info *key, const struct hsmd_meter *meter, int64_t now_unix_s)
{
    MV_TRY(hsm_key_fits(key, meter->base_date, meter->ea));
    if (now_unix_s < key->active_from_unix_s)
        return mv_fail(MV_VENDING_KEY_NOT_ACTIVE, "active_from");
    if (now_unix_s >= key->issued_until_unix_s)
        return mv_fail(MV_VENDING_KEY_NOT_ACTIVE, "issued_until");
    if (key->scope.dkga != meter->dkga)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "dkga");
    return mv_ok();
}

static mv_status find(struct batch *batch, const struct hsmd_meter *meter, int *index)
{
    struct hsmd_keyring *keyring = &batch->service->keyring;
    *index = hsmd_keyring_find(keyring, meter->sgc, meter->krn, meter->kt);
    if (*index < 0 && !batch->looked) {
        /* it may have been imported this second */
        batch->looked = true;
        batch->opened_index = -1;
        MV_TRY(hsmd_keyring_refresh(keyring, batch->now_ms, true));
        *index = hsmd_keyring_find(keyring, meter->sgc, meter->krn, meter->kt);
    }
    return *index < 0 ? mv_fail(MV_VENDING_KEY_UNKNOWN, NULL) : mv_ok();
}

static mv_status derive(struct batch *batch, int index, const struct hsmd_meter *meter)
{
    struct hsmd_keyring *keyring = &batch->service->keyring;
    struct work *work = batch->work;
    struct mv_dkga_input input = {
        .krn = meter->krn, .ti = meter->ti, .kt = meter->kt, .ea = meter->ea, .base_date = meter->base_date};
    memcpy(input.pan, meter->pan, sizeof input.pan);
    memcpy(input.sgc, meter->sgc, sizeof input.sgc);
    if (meter->dkga == 4)
        return hsm_derive_dkga04(keyring->hsm, keyring->handles[index], &input, &work->slot.key);
    if (batch->opened_index != index) {
        batch->opened_index = -1;
        MV_TRY(hsm_dkga02_open(keyring->hsm, keyring->dkga02_kek, &keyring->catalogue->keys[index], work->opened));
        batch->opened_index = index;
    }
    return hsm_derive_dkga02(work->opened, &input, &work->slot.key);
}

static mv_status prepare_once(struct batch *batch, const struct hsmd_meter *meter, int *index)
{
    MV_TRY(find(batch, meter, index));
    /* the look or the reopening for an earlier item may have found a reason to stop */
    MV_TRY(batch->service->keyring.state);
    MV_TRY(check_fit(&batch->service->keyring.catalogue->keys[*index].info, meter, batch->now_unix_s));
    return derive(batch, *index, meter);
}

static mv_status prepare(struct batch *batch, uint32_t owner, const struct hsmd_meter *meter, uint32_t *slot,
                         const uint8_t **kcv)
{
    int index = -1;
    struct hsmd_keyring *keyring = &batch->service->keyring;
    mv_status status = prepare_once(batch, meter, &index);
    if (hsm_broken(status) && !batch->reopened) {
        batch->reopened = true;
        batch->opened_index = -1;
        MV_TRY(hsmd_keyring_reopen(keyring));
        status = prepare_once(batch, meter, &index);
    }
    MV_TRY(status);
    const struct hsm_key_info *info = &keyring->catalogue->keys[index].info;
    *kcv = info->kcv;
    batch->work->slot.kt = meter->kt;
    batch->work->slot.ken = meter->ken < info->scope.ken ? meter->ken : info->scope.ken;
    return hsmd_slots_put(batch->service->slots, owner, &batch->work->slot, batch->now_ms, slot);
}

static void prepare_all(struct batch *batch, uint32_t owner, size_t count, struct mv_reader *request,
                        struct mv_writer *reply)
{
    for (size_t i = 0; i < count; i++) {
        struct hsmd_meter meter;
        uint32_t slot = HSMD_SLOT_NONE;
        const uint8_t *kcv = NULL;
        hsmd_get_meter(request, &meter);
        mv_status status = prepare(batch, owner, &meter, &slot, &kcv);
        hsmd_put_status(reply, status);
        if (!status.ok)
            continue;
        mv_put_u32(reply, slot);
        mv_put_bytes(reply, kcv, HSM_KCV_BYTES);
    }
}

bool hsmd_serve_prepare(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                        struct mv_writer *reply)
{
    enum { METER_BYTES = 32 };
    size_t count = mv_get_u16(request);
    if (request->failed || count == 0 || count > HSMD_BATCH || request->size - request->used != count * METER_BYTES)
        return false;
    struct batch batch = {.service = service, .opened_index = -1, .now_ms = hsmd_now_ms()};
    batch.now_unix_s = (int64_t)time(NULL);
    mv_status ready = hsmd_keyring_refresh(&service->keyring, batch.now_ms, false);
    batch.work = ready.ok ? mv_secret_alloc(sizeof *batch.work) : NULL;
    if (ready.ok && batch.work == NULL)
        ready = mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    hsmd_put_status(reply, ready);
    if (!ready.ok)
        return true;
    prepare_all(&batch, owner, count, request, reply);
    mv_secret_free(batch.work, sizeof *batch.work);
    return mv_reader_done(request);
}
