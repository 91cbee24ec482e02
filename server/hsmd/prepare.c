/* Prepare: from a meter's data to a decoder key in a slot. */
#include "base/secret.h"
#include "hsmd/decoder.h"

static mv_status prepare(struct hsmd_decoder *decoder, uint32_t owner, const struct hsmd_meter *meter,
                         struct hsmd_slot_key *key, struct hsmd_prepared *prepared)
{
    struct hsm_key_info vending;
    MV_TRY(hsmd_decoder_derive(decoder, meter, HSM_TO_ISSUE, &key->key, &vending));
    key->kt = meter->kt;
    key->ken = meter->ken < vending.scope.ken ? meter->ken : vending.scope.ken;
    for (size_t i = 0; i < HSM_KCV_BYTES; i++)
        prepared->vending_kcv[i] = vending.kcv[i];
    return hsmd_slots_put(decoder->service->slots, owner, key, decoder->now_ms, &prepared->slot);
}

static void prepare_all(struct hsmd_decoder *decoder, uint32_t owner, size_t count, struct mv_reader *request,
                        struct mv_writer *reply, struct hsmd_slot_key *key)
{
    for (size_t i = 0; i < count; i++) {
        struct hsmd_meter meter;
        struct hsmd_prepared prepared;
        hsmd_get_meter(request, &meter);
        prepared.status = prepare(decoder, owner, &meter, key, &prepared);
        hsmd_put_status(reply, prepared.status);
        if (!prepared.status.ok)
            continue;
        mv_put_u32(reply, prepared.slot);
        mv_put_bytes(reply, prepared.vending_kcv, HSM_KCV_BYTES);
    }
}

bool hsmd_serve_prepare(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                        struct mv_writer *reply)
{
    size_t count = mv_get_u16(request);
    if (request->failed || count == 0 || count > HSMD_BATCH ||
        request->size - request->used != count * HSMD_METER_BYTES)
        return false;
    struct hsmd_decoder decoder;
    mv_status ready = hsmd_decoder_begin(&decoder, service);
    struct hsmd_slot_key *key = ready.ok ? mv_secret_alloc(sizeof *key) : NULL;
    if (ready.ok && key == NULL)
        ready = mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    hsmd_put_status(reply, ready);
    if (ready.ok)
        prepare_all(&decoder, owner, count, request, reply, key);
    mv_secret_free(key, sizeof *key);
    hsmd_decoder_end(&decoder);
    return !ready.ok || mv_reader_done(request);
}
