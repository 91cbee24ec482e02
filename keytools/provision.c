#include "provision.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "files.h"
#include "hex.h"

enum { PROVISION_TEXT = 2048 };

struct text {
    char bytes[PROVISION_TEXT];
    size_t used;
    bool failed;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *text, const char *format, ...)
{
    va_list arguments;
    size_t left = sizeof text->bytes - text->used;
    va_start(arguments, format);
    int length = vsnprintf(text->bytes + text->used, left, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= left)
        text->failed = true;
    else
        text->used += (size_t)length;
}

static void add_hex(struct text *text, const char *name, const uint8_t *bytes, size_t size)
{
    char hex[2 * HSM_RECORD_KEYS_WRAPPED + 1];
    hex_encode(bytes, size, hex);
    add(text, "%s %s\n", name, hex);
}

/* The fill of the meter's token memory: the minute before this one, so that a token sold right now is accepted. */
static mv_status fill_identifier(const struct meter_data *data, uint32_t *fill)
{
    uint64_t now = 0;
    uint32_t tid = 0;
    if (mv_sts_minutes((int64_t)time(NULL), &now) != MV_DONE)
        return mv_fail(MV_TID_OUT_OF_RANGE, "clock");
    uint64_t base = 0;
    if (mv_sts_base_minutes(data->meter.base_date, &base) != MV_DONE)
        return mv_fail(MV_INVALID_FIELD, "base-date");
    if (now <= base)
        return mv_fail(MV_BEFORE_BASE_DATE, "base-date");
    if (mv_sts_tid(data->meter.base_date, now, &tid) != MV_DONE)
        return mv_fail(MV_TID_OUT_OF_RANGE, "base-date");
    if (mv_sts_key_expired(tid, data->expiry))
        return mv_fail(MV_KEY_EXPIRED, "ken");
    *fill = tid - 1;
    return mv_ok();
}

static mv_status check_scope(const struct meter_data *data, const struct hsm_catalogue *catalogue, uint8_t *dkga)
{
    const struct mv_dkga_input *meter = &data->meter;
    if (mv_pan_check(meter->pan) != MV_DONE)
        return mv_fail(MV_CHECK_DIGIT, "pan");
    const struct hsm_key_entry *vending = hsm_catalogue_vending(catalogue, meter->sgc, meter->krn, meter->kt);
    if (vending == NULL)
        return mv_fail(MV_VENDING_KEY_UNKNOWN, "sgc, krn, kt");
    if (data->expiry > vending->info.scope.ken)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "ken");
    *dkga = vending->info.scope.dkga;
    return mv_ok();
}

static void add_meter(struct text *text, const struct meter_data *data, uint8_t dkga, uint32_t fill)
{
    const struct mv_dkga_input *meter = &data->meter;
    add(text,
        "metervault-provision 2\nmeter_pan %s\ntoken_carrier %02u\nencryption_algorithm %u\n"
        "decoder_key_generation %u\nkey_type %u\nsupply_group_code %s\nkey_revision_number %u\ntariff_index %u\n"
        "key_expiry_number %u\nbase_date %u\ntid_fill %06X\n",
        meter->pan, data->token_carrier, meter->ea, dkga, meter->kt, meter->sgc, meter->krn, meter->ti, data->expiry,
        meter->base_date, fill);
    if (data->firmware[0] != '\0')
        add(text, "firmware %s\n", data->firmware);
}

static void add_records(struct text *text, const struct hsm_record_export *records,
                        const uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED], const struct provision_kcvs *kcvs)
{
    add_hex(text, "record_domain", records->owner.domain, sizeof records->owner.domain);
    add(text, "record_epoch %u\nrecord_mac_version %u\nrecord_enc_version %u\n", records->owner.epoch,
        records->mac_version, records->enc_version);
    add_hex(text, "wrapped_record_keys", wrapped, HSM_RECORD_KEYS_WRAPPED);
    add_hex(text, "record_kcvs", kcvs->records[0], sizeof kcvs->records);
}

static void add_cards(struct text *text, const struct hsm_card_export *cards,
                      const uint8_t wrapped[HSM_CARD_KEYS_WRAPPED], const struct provision_kcvs *kcvs)
{
    add(text, "card_key_version %u\ncard_area_version %u\n", cards->meter_version, cards->area_version);
    add_hex(text, "wrapped_card_keys", wrapped, HSM_CARD_KEYS_WRAPPED);
    add_hex(text, "card_kcvs", kcvs->cards[0], sizeof kcvs->cards);
}

mv_status provision_write(struct session *session, const struct meter_data *data, const char *factory_label,
                          const char *path, struct provision_kcvs *kcvs)
{
    uint8_t wrapped[HSM_PROVISION_BYTES];
    uint8_t records[HSM_RECORD_KEYS_WRAPPED];
    uint8_t cards[HSM_CARD_KEYS_WRAPPED];
    struct text text = {.used = 0};
    uint32_t fill = 0;
    uint8_t dkga = 0;
    MV_TRY(fill_identifier(data, &fill));
    MV_TRY(check_scope(data, session->catalogue, &dkga));
    MV_TRY(hsm_export_meter(session->hsm, session->catalogue, &data->meter, factory_label, wrapped, kcvs->decoder_key));
    add_meter(&text, data, dkga, fill);
    add_hex(&text, "wrapped_key", wrapped, sizeof wrapped);
    add_hex(&text, "key_kcv", kcvs->decoder_key, sizeof kcvs->decoder_key);
    if (data->with_records) {
        MV_TRY(hsm_export_records(session->hsm, session->catalogue, &data->records, factory_label, records,
                                  kcvs->records));
        add_records(&text, &data->records, records, kcvs);
    }
    if (data->with_cards) {
        MV_TRY(hsm_export_cards(session->hsm, session->catalogue, &data->cards, factory_label, cards, kcvs->cards));
        add_cards(&text, &data->cards, cards, kcvs);
    }
    if (text.failed)
        return mv_fail(MV_INTERNAL_ERROR, "provision file");
    return file_create(path, text.bytes, text.used, "provision file");
}
