#include <string.h>

#include "kinds.h"
#include "reference.h"

enum { PROBES = 4 };

/* Class 2, because a DDTK encrypts no credit, and early token identifiers, because a key may expire soon. The decoder
 * key never leaves the key process, so it is recognised by what it encrypts. */
static const struct mv_sts_block probes[PROBES] = {
    {.token_class = 2, .subclass = 0, .content = 0x50000010000},
    {.token_class = 2, .subclass = 1, .content = 0xA00FFFEFFFF},
    {.token_class = 2, .subclass = 5, .content = 0xF0012340000},
    {.token_class = 2, .subclass = 6, .content = 0x000A5A55A5A},
};

static mv_status encrypt_probes(struct hsmd_client *client, const struct hsmd_meter *meter,
                                struct hsmd_token tokens[PROBES])
{
    struct hsmd_meter meters[PROBES];
    struct hsmd_prepared prepared[PROBES];
    struct hsmd_block blocks[PROBES];
    memset(prepared, 0, sizeof prepared);
    for (size_t i = 0; i < PROBES; i++)
        meters[i] = *meter;
    MV_TRY(hsmd_prepare(client, meters, PROBES, prepared));
    for (size_t i = 0; i < PROBES; i++) {
        MV_TRY(prepared[i].status);
        blocks[i] = (struct hsmd_block){
            .slot = prepared[i].slot, .token_class = probes[i].token_class, .clear = mv_sts_block_pack(&probes[i])};
    }
    MV_TRY(hsmd_encrypt(client, blocks, PROBES, tokens));
    for (size_t i = 0; i < PROBES; i++)
        MV_TRY(tokens[i].status);
    return mv_ok();
}

static bool same_cipher(const struct hsmd_token *token, const struct mv_sts_block *probe,
                        const struct mv_decoder_key *key)
{
    uint8_t token_class = 0;
    uint64_t cipher = 0;
    return mv_sts_digits_to_block(token->digits, &token_class, &cipher) == MV_DONE &&
           token_class == probe->token_class && cipher == mv_sts_encrypt(key, &mv_sta_public, mv_sts_block_pack(probe));
}

/* What the codec puts into the derivation, and what the derivation gives outside the token. */
static void report_reference(struct facts *facts, uint8_t dkga, const struct reference_dkga *reference)
{
    if (dkga == 4) {
        facts_bytes(facts, "kdf_input_hex", reference->message, sizeof reference->message);
        facts_bytes(facts, "hmac_sha256_hex", reference->hmac, sizeof reference->hmac);
        return;
    }
    facts_hex(facts, "pan_block_hex", reference->pan_block, 16);
    facts_hex(facts, "control_block_hex", reference->control_block, 16);
    facts_hex(facts, "xor_hex", reference->pan_block ^ reference->control_block, 16);
    facts_hex(facts, "des_hex", reference->des, 16);
}

void kind_dkga(struct facts *facts, const struct vector *vector, struct house *house)
{
    struct meter_input input;
    struct reference_dkga reference;
    struct hsmd_token tokens[PROBES];
    const char *wrong = meter_input_read(vector, &input);
    if (wrong != NULL) {
        facts_trouble(facts, "input %s is missing or not of its form", wrong);
        return;
    }
    memset(tokens, 0, sizeof tokens);
    mv_status status = encrypt_probes(house->client, &input.meter, tokens);
    if (!status.ok) {
        facts_refusal(facts, (enum mv_reason)status.reason);
        return;
    }
    const struct mv_dkga_input dkga = meter_input_dkga(&input);
    if (!reference_dkga(&dkga, input.meter.dkga, input.vending_key, input.vending_key_size, &reference)) {
        facts_trouble(facts, "the vending key does not fit its DKGA");
        return;
    }
    report_reference(facts, input.meter.dkga, &reference);
    facts_bytes(facts, "decoder_key_hex", reference.key.bytes, input.meter.ea == MV_EA_STA ? 8 : 16);
    for (size_t i = 0; i < PROBES; i++)
        if (!same_cipher(&tokens[i], &probes[i], &reference.key))
            facts_trouble(facts, "block %zu from the key process is not encrypted under the reference key", i);
}

static void pan_block(struct facts *facts, const struct vector *vector)
{
    char iin[VECTOR_TEXT];
    char iain[VECTOR_TEXT];
    uint64_t kt = 2;
    uint64_t block = 0;
    if (!vector_text(vector, "iin", iin) || !vector_text(vector, "iain_drn", iain) || strlen(iin) < 4 ||
        strlen(iain) < 11 || (vector_has(vector, "kt") && !vector_number(vector, "kt", 3, &kt)) ||
        mv_dkga02_pan_block(iin, iain, (uint8_t)kt, &block) != MV_DONE)
        facts_trouble(facts, "iin, iain_drn and kt make no PAN block");
    else
        facts_hex(facts, "pan_block_hex", block, 16);
}

static void control_block(struct facts *facts, const struct vector *vector)
{
    char sgc[VECTOR_TEXT];
    uint64_t kt = 0;
    uint64_t ti = 0;
    uint64_t krn = 0;
    uint64_t block = 0;
    if (!vector_text(vector, "sgc", sgc) || strlen(sgc) != 6 || !vector_number(vector, "kt", 3, &kt) ||
        !vector_number(vector, "ti", 99, &ti) || !vector_number(vector, "krn", 9, &krn) ||
        mv_dkga02_control_block(sgc, (uint8_t)ti, (uint8_t)krn, (uint8_t)kt, &block) != MV_DONE)
        facts_trouble(facts, "sgc, ti, krn and kt make no control block");
    else
        facts_hex(facts, "control_block_hex", block, 16);
}

void kind_dkga_parts(struct facts *facts, const struct vector *vector)
{
    bool any = false;
    if (vector_has(vector, "iin")) {
        pan_block(facts, vector);
        any = true;
    }
    if (vector_has(vector, "sgc")) {
        control_block(facts, vector);
        any = true;
    }
    if (!any)
        facts_trouble(facts, "neither a PAN nor a supply group is given");
}
