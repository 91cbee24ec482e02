#include "hsmd/service.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "base/secret.h"
#include "hsm/info_wire.h"
#include "hsm/record_key.h"
#include "hsmd/card_sessions.h"
#include "hsmd/channel.h"

enum { SELF_TEST_EVERY_MS = 10000, TICK_EVERY_MS = 500 };

static mv_status key_tag_mac(struct hsmd_service *service)
{
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    service->tag_mac = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    if (service->tag_mac == NULL ||
        EVP_MAC_init(service->tag_mac, service->keyring.tag_key, HSM_MAC_BYTES, parameters) != 1)
        return mv_fail(MV_INTERNAL_ERROR, "token tag");
    return mv_ok();
}

mv_status hsmd_service_start(struct hsmd_service *service, const struct hsm_config *config)
{
    *service = (struct hsmd_service){.factory_cards = config->factory_cards};
    MV_TRY(hsmd_slots_new(&service->slots));
    MV_TRY(hsm_children_new(&service->children));
    service->cards = calloc(1, sizeof *service->cards);
    if (service->cards == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    MV_TRY(hsm_open(config, &service->hsm));
    MV_TRY(hsm_login_from_config(service->hsm));
    MV_TRY(hsm_self_test(service->hsm));
    service->self_tested_ms = hsmd_now_ms();
    MV_TRY(hsmd_keyring_init(&service->keyring, service->hsm));
    return key_tag_mac(service);
}

void hsmd_service_stop(struct hsmd_service *service)
{
    EVP_MAC_CTX_free(service->tag_mac);
    hsmd_slots_free(service->slots);
    if (service->cards != NULL)
        hsmd_cards_end_all(service->cards, service->hsm, service->keyring.sessions);
    free(service->cards);
    hsm_children_free(service->children); /* the objects go with the session */
    hsmd_keyring_wipe(&service->keyring);
    hsm_close(service->hsm);
    *service = (struct hsmd_service){.hsm = NULL};
}

static bool serve_random(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply)
{
    uint8_t data[HSMD_RANDOM_MAX];
    size_t size = mv_get_u16(request);
    if (!mv_reader_done(request) || size > sizeof data)
        return false;
    mv_status status = hsm_random(service->hsm, data, size);
    if (hsm_broken(status)) {
        status = hsmd_keyring_reopen(&service->keyring);
        if (status.ok)
            status = hsm_random(service->hsm, data, size);
    }
    hsmd_put_status(reply, status);
    if (status.ok)
        mv_put_bytes(reply, data, size);
    mv_secret_wipe(data, sizeof data);
    return true;
}

static bool serve_catalogue(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply)
{
    if (!mv_reader_done(request))
        return false;
    mv_status status = hsmd_keyring_refresh(&service->keyring, hsmd_now_ms(), true);
    hsmd_put_status(reply, status);
    if (!status.ok)
        return true;
    const struct hsm_catalogue *catalogue = service->keyring.catalogue;
    mv_put_u64(reply, catalogue->generation);
    mv_put_u16(reply, (uint16_t)catalogue->key_count);
    mv_put_u16(reply, (uint16_t)catalogue->officer_count);
    for (size_t i = 0; i < catalogue->key_count; i++) {
        hsm_info_put(reply, &catalogue->keys[i].info);
        mv_put_u64(reply, catalogue->keys[i].info.generation);
    }
    for (size_t i = 0; i < catalogue->officer_count; i++) {
        const struct hsm_officer *officer = &catalogue->officers[i];
        mv_put_text(reply, officer->name);
        mv_put_bytes(reply, officer->certificate_sha256, sizeof officer->certificate_sha256);
        mv_put_u64(reply, officer->generation);
    }
    return true;
}

static mv_status test_again(struct hsmd_service *service, int64_t now_ms)
{
    if (now_ms - service->self_tested_ms < SELF_TEST_EVERY_MS)
        return mv_ok();
    MV_TRY(hsm_self_test(service->hsm));
    service->self_tested_ms = now_ms;
    return mv_ok();
}

static bool serve_health(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply)
{
    if (!mv_reader_done(request))
        return false;
    int64_t now_ms = hsmd_now_ms();
    mv_status status = hsmd_keyring_refresh(&service->keyring, now_ms, true);
    if (status.ok)
        status = test_again(service, now_ms);
    hsmd_put_status(reply, status);
    return true;
}

bool hsmd_service_call(struct hsmd_service *service, uint32_t owner, uint8_t op, struct mv_reader *request,
                       struct mv_writer *reply)
{
    switch (op) {
    case HSMD_OP_PREPARE:
        return hsmd_serve_prepare(service, owner, request, reply);
    case HSMD_OP_ENCRYPT:
        return hsmd_serve_encrypt(service, owner, request, reply);
    case HSMD_OP_RELEASE:
        return hsmd_serve_release(service, owner, request);
    case HSMD_OP_RANDOM:
        return serve_random(service, request, reply);
    case HSMD_OP_CATALOGUE:
        return serve_catalogue(service, request, reply);
    case HSMD_OP_HEALTH:
        return serve_health(service, request, reply);
    case HSMD_OP_KEY_CHANGE:
        return hsmd_serve_key_change(service, owner, request, reply);
    case HSMD_OP_CHECK_APPROVAL:
        return hsmd_serve_check_approval(service, request, reply);
    case HSMD_OP_OPEN_TOKEN:
        return hsmd_serve_open_token(service, request, reply);
    case HSMD_OP_SEAL_RECORDS:
        return hsmd_serve_seal_records(service, request, reply);
    case HSMD_OP_CHECK_RETURNS:
        return hsmd_serve_check_returns(service, request, reply);
    case HSMD_OP_KEY_UPDATE:
        return hsmd_serve_key_update(service, request, reply);
    case HSMD_OP_CARD_OPEN:
        return hsmd_serve_card_open(service, owner, request, reply);
    case HSMD_OP_CARD_COMMAND:
        return hsmd_serve_card_command(service, owner, request, reply);
    case HSMD_OP_CARD_CHANGE_KEY:
        return hsmd_serve_card_change_key(service, owner, request, reply);
    case HSMD_OP_CARD_STEP:
        return hsmd_serve_card_step(service, owner, request, reply);
    case HSMD_OP_CARD_CLOSE:
        return hsmd_serve_card_close(service, owner, request);
    case HSMD_OP_PBOC_OPEN:
        return hsmd_serve_pboc_open(service, owner, request, reply);
    case HSMD_OP_PBOC_UPDATE:
        return hsmd_serve_pboc_update(service, owner, request, reply);
    default:
        return false;
    }
}

void hsmd_service_forget(struct hsmd_service *service, uint32_t owner)
{
    hsmd_slots_drop_owner(service->slots, owner);
    hsmd_cards_end_owner(service->cards, service->hsm, owner, service->keyring.sessions);
}

void hsmd_service_tick(struct hsmd_service *service)
{
    int64_t now_ms = hsmd_now_ms();
    /* it is called after every request */
    if (now_ms - service->ticked_ms < TICK_EVERY_MS)
        return;
    service->ticked_ms = now_ms;
    hsmd_slots_expire(service->slots, now_ms);
    hsmd_cards_expire(service->cards, service->hsm, now_ms, service->keyring.sessions);
}
