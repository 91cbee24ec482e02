#include "meter_input.h"

#include <string.h>

static bool digits(const struct vector *vector, const char *name, size_t length, char *to)
{
    char text[VECTOR_TEXT];
    if (!vector_text(vector, name, text) || strlen(text) != length || strspn(text, "0123456789") != length)
        return false;
    memcpy(to, text, length + 1);
    return true;
}

static bool small(const struct vector *vector, const char *name, uint64_t most, uint8_t *to)
{
    uint64_t value = 0;
    if (!vector_number(vector, name, most, &value))
        return false;
    *to = (uint8_t)value;
    return true;
}

static const char *read_meter(const struct vector *vector, struct hsmd_meter *meter)
{
    uint64_t base = 0;
    if (!digits(vector, "meter_pan", 18, meter->pan))
        return "meter_pan";
    if (!digits(vector, "sgc", 6, meter->sgc))
        return "sgc";
    if (!small(vector, "krn", 9, &meter->krn))
        return "krn";
    if (!small(vector, "kt", 3, &meter->kt))
        return "kt";
    if (!small(vector, "ti", 99, &meter->ti))
        return "ti";
    if (!small(vector, "ea", 15, &meter->ea))
        return "ea";
    if (!small(vector, "dkga", 15, &meter->dkga))
        return "dkga";
    if (!vector_number(vector, "base_date", 9999, &base))
        return "base_date";
    meter->base_date = (uint16_t)base;
    meter->ken = 255;
    if (vector_has(vector, "ken") && !small(vector, "ken", 255, &meter->ken))
        return "ken";
    return NULL;
}

const char *meter_input_read(const struct vector *vector, struct meter_input *input)
{
    memset(input, 0, sizeof *input);
    if (!vector_bytes(vector, "vending_key_hex", input->vending_key, sizeof input->vending_key,
                      &input->vending_key_size))
        return "vending_key_hex";
    return read_meter(vector, &input->meter);
}

const char *meter_input_read_pair(const struct vector *vector, struct meter_input *from, struct meter_input *to)
{
    struct vector half = *vector;
    half.inputs = json_object_get(vector->inputs, "old");
    const char *wrong = meter_input_read(&half, from);
    half.inputs = json_object_get(vector->inputs, "new");
    return wrong != NULL ? wrong : meter_input_read(&half, to);
}

struct mv_dkga_input meter_input_dkga(const struct meter_input *input)
{
    const struct hsmd_meter *meter = &input->meter;
    struct mv_dkga_input dkga = {
        .krn = meter->krn, .ti = meter->ti, .kt = meter->kt, .ea = meter->ea, .base_date = meter->base_date};
    memcpy(dkga.pan, meter->pan, sizeof dkga.pan);
    memcpy(dkga.sgc, meter->sgc, sizeof dkga.sgc);
    return dkga;
}

bool meter_input_decoder_key(const struct vector *vector, const char *name, uint8_t ea, struct mv_decoder_key *key)
{
    size_t length = 0;
    *key = (struct mv_decoder_key){.ea = ea};
    if (ea != MV_EA_STA && ea != MV_EA_MISTY1)
        return false;
    return vector_bytes(vector, name, key->bytes, sizeof key->bytes, &length) && length == (ea == MV_EA_STA ? 8U : 16U);
}
