/* The calls of client.h: encode, one round trip, decode. */
#include "hsmd/client.h"

#include <stdlib.h>
#include <string.h>

#include "hsm/info_wire.h"
#include "hsmd/client_call.h"

enum { BUFFER = HSMD_FRAME_HEAD + HSMD_FRAME_MAX, SLOT_BITS = 24 };

mv_status hsmd_client_new(const char *socket_path, unsigned timeout_ms, struct hsmd_client **client)
{
    *client = calloc(1, sizeof **client);
    if (*client == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    (*client)->timeout_ms = timeout_ms;
    (*client)->channel.fd = -1;
    (*client)->path = strdup(socket_path);
    (*client)->out = malloc(BUFFER);
    (*client)->channel.in = malloc(BUFFER);
    (*client)->channel.path = (*client)->path;
    if ((*client)->path != NULL && (*client)->out != NULL && (*client)->channel.in != NULL)
        return mv_ok();
    hsmd_client_free(*client);
    *client = NULL;
    return mv_fail(MV_OUT_OF_MEMORY, NULL);
}

void hsmd_client_free(struct hsmd_client *client)
{
    if (client == NULL)
        return;
    hsmd_channel_close(&client->channel);
    free(client->path);
    free(client->out);
    free(client->channel.in);
    free(client);
}

static mv_status round_trip(struct hsmd_client *client, uint8_t op, size_t size, int64_t deadline,
                            struct mv_reader *body)
{
    MV_TRY(hsmd_channel_open(&client->channel, deadline));
    MV_TRY(hsmd_channel_send(&client->channel, client->out, size, deadline));
    return hsmd_channel_receive(&client->channel, op, deadline, body);
}

mv_status hsmd_call(struct hsmd_client *client, uint8_t op, struct mv_writer *request, bool repeatable,
                    struct mv_reader *body)
{
    int64_t deadline = hsmd_now_ms() + client->timeout_ms;
    hsmd_frame_end(request);
    if (!mv_writer_ok(request))
        return mv_fail(MV_INVALID_FIELD, "request to the key process");
    mv_status status = round_trip(client, op, request->used, deadline, body);
    bool broke = !status.ok && client->channel.fd < 0;
    if (broke && repeatable && hsmd_now_ms() < deadline)
        return round_trip(client, op, request->used, deadline, body);
    return status;
}

struct mv_writer hsmd_call_begin(struct hsmd_client *client, enum hsmd_op op)
{
    return hsmd_frame_begin(client->out, BUFFER, (uint8_t)op);
}

void hsmd_call_tell(struct hsmd_client *client, struct mv_writer *request)
{
    hsmd_frame_end(request);
    if (client->channel.fd < 0)
        return;
    int64_t deadline = hsmd_now_ms() + client->timeout_ms;
    mv_status sent = hsmd_channel_send(&client->channel, client->out, request->used, deadline);
    /* what it would have given back went with a connection that is broken */
    (void)sent;
}

mv_status hsmd_call_finish(struct hsmd_client *client, const struct mv_reader *body)
{
    if (mv_reader_done(body))
        return mv_ok();
    hsmd_channel_close(&client->channel);
    return mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "key process: wrong answer");
}

uint32_t hsmd_slot_outward(const struct hsmd_client *client, uint32_t inner)
{
    uint32_t number = inner & HSMD_SLOT_NONE;
    return number == HSMD_SLOT_NONE ? HSMD_SLOT_NONE : (uint32_t)client->channel.serial << SLOT_BITS | number;
}

uint32_t hsmd_slot_inward(const struct hsmd_client *client, uint32_t outer)
{
    bool current = client->channel.fd >= 0 && outer >> SLOT_BITS == client->channel.serial;
    return current ? outer & HSMD_SLOT_NONE : HSMD_SLOT_NONE;
}

mv_status hsmd_prepare(struct hsmd_client *client, const struct hsmd_meter *meters, size_t count,
                       struct hsmd_prepared *prepared)
{
    struct mv_reader body;
    if (count == 0 || count > HSMD_BATCH)
        return mv_fail(MV_REQUEST_TOO_LARGE, "meters");
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_PREPARE);
    mv_put_u16(&request, (uint16_t)count);
    for (size_t i = 0; i < count; i++)
        hsmd_put_meter(&request, &meters[i]);
    MV_TRY(hsmd_call(client, HSMD_OP_PREPARE, &request, true, &body));
    for (size_t i = 0; i < count; i++) {
        prepared[i] = (struct hsmd_prepared){.status = hsmd_get_status(&body)};
        if (!prepared[i].status.ok)
            continue;
        prepared[i].slot = hsmd_slot_outward(client, mv_get_u32(&body));
        mv_get_bytes(&body, prepared[i].vending_kcv, HSM_KCV_BYTES);
    }
    return hsmd_call_finish(client, &body);
}

static mv_status encrypt_all(struct hsmd_client *client, const struct hsmd_block *blocks, size_t count,
                             struct mv_reader *body)
{
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_ENCRYPT);
    mv_put_u16(&request, (uint16_t)count);
    for (size_t i = 0; i < count; i++) {
        /* a stale one names no slot, so it is refused by item, not by batch */
        mv_put_u32(&request, hsmd_slot_inward(client, blocks[i].slot));
        mv_put_u8(&request, blocks[i].token_class);
        mv_put_u64(&request, blocks[i].clear);
    }
    return hsmd_call(client, HSMD_OP_ENCRYPT, &request, false, body);
}

mv_status hsmd_encrypt(struct hsmd_client *client, const struct hsmd_block *blocks, size_t count,
                       struct hsmd_token *tokens)
{
    struct mv_reader body;
    if (count == 0 || count > HSMD_BATCH)
        return mv_fail(MV_REQUEST_TOO_LARGE, "blocks");
    MV_TRY(encrypt_all(client, blocks, count, &body));
    for (size_t i = 0; i < count; i++) {
        tokens[i] = (struct hsmd_token){.status = hsmd_get_status(&body)};
        if (!tokens[i].status.ok)
            continue;
        mv_get_bytes(&body, tokens[i].digits, sizeof tokens[i].digits - 1);
        mv_get_bytes(&body, tokens[i].tag, HSMD_TOKEN_TAG);
    }
    return hsmd_call_finish(client, &body);
}

void hsmd_release(struct hsmd_client *client, const uint32_t *slots, size_t count)
{
    if (client->channel.fd < 0 || count == 0 || count > HSMD_BATCH)
        return;
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_RELEASE);
    mv_put_u16(&request, (uint16_t)count);
    for (size_t i = 0; i < count; i++)
        mv_put_u32(&request, hsmd_slot_inward(client, slots[i]));
    hsmd_call_tell(client, &request);
}

mv_status hsmd_random(struct hsmd_client *client, void *data, size_t size)
{
    struct mv_reader body;
    if (size > HSMD_RANDOM_MAX)
        return mv_fail(MV_REQUEST_TOO_LARGE, "random");
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_RANDOM);
    mv_put_u16(&request, (uint16_t)size);
    MV_TRY(hsmd_call(client, HSMD_OP_RANDOM, &request, true, &body));
    mv_get_bytes(&body, data, size);
    return hsmd_call_finish(client, &body);
}

mv_status hsmd_catalogue(struct hsmd_client *client, struct hsmd_catalogue *catalogue)
{
    struct mv_reader body;
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_CATALOGUE);
    MV_TRY(hsmd_call(client, HSMD_OP_CATALOGUE, &request, true, &body));
    memset(catalogue, 0, sizeof *catalogue);
    catalogue->generation = mv_get_u64(&body);
    catalogue->key_count = mv_get_u16(&body);
    catalogue->officer_count = mv_get_u16(&body);
    if (catalogue->key_count > HSM_MAX_KEYS || catalogue->officer_count > HSM_MAX_OFFICERS)
        body.failed = true;
    for (size_t i = 0; i < catalogue->key_count && !body.failed; i++) {
        hsm_info_get(&body, &catalogue->keys[i]);
        catalogue->keys[i].generation = mv_get_u64(&body);
    }
    for (size_t i = 0; i < catalogue->officer_count && !body.failed; i++) {
        struct hsm_officer *officer = &catalogue->officers[i];
        mv_get_text(&body, officer->name, sizeof officer->name);
        mv_get_bytes(&body, officer->certificate_sha256, sizeof officer->certificate_sha256);
        officer->generation = mv_get_u64(&body);
    }
    return hsmd_call_finish(client, &body);
}

mv_status hsmd_health(struct hsmd_client *client)
{
    struct mv_reader body;
    struct mv_writer request = hsmd_call_begin(client, HSMD_OP_HEALTH);
    MV_TRY(hsmd_call(client, HSMD_OP_HEALTH, &request, true, &body));
    return hsmd_call_finish(client, &body);
}
