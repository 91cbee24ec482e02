/* The operations of the key process on decoded frames; no sockets here. */
#ifndef MV_HSMD_SERVICE_H
#define MV_HSMD_SERVICE_H

#include <openssl/evp.h>

#include "base/wire.h"
#include "hsmd/keyring.h"
#include "hsmd/proto.h"
#include "hsmd/slots.h"

struct hsmd_service {
    struct hsm *hsm;
    struct hsmd_keyring keyring;
    struct hsmd_slots *slots;
    EVP_MAC_CTX *tag_mac; /* keyed with keyring.tag_key */
    int64_t self_tested_ms;
    struct hsm_children *children; /* keys of meters, derived in the token */
    unsigned children_session;     /* of which keyring.sessions they are */
    uint64_t children_generation;  /* of which catalogue */
    struct hsmd_cards *cards;      /* card_sessions.h */
    bool factory_cards;            /* of the configuration */
    int64_t ticked_ms;
};

enum { HSMD_START_FACTOR = 6 }; /* a start that takes so many call timeouts hangs */
/* The start sequence: module, token, login, self-test, catalogue. Stop it even after a failure. */
MV_MUST_USE mv_status hsmd_service_start(struct hsmd_service *service, const struct hsm_config *config);
void hsmd_service_stop(struct hsmd_service *service);

/* Answers one request of the connection `owner` (never 0): the rest of `request` is its body, `reply` takes status and
 * body of the answer. False when the request is malformed: the connection must end. */
bool hsmd_service_call(struct hsmd_service *service, uint32_t owner, uint8_t op, struct mv_reader *request,
                       struct mv_writer *reply);
/* The connection has ended. */
void hsmd_service_forget(struct hsmd_service *service, uint32_t owner);
/* At least once a second, also without requests: slots and card sessions expire. */
void hsmd_service_tick(struct hsmd_service *service);

/* ---- prepare.c, encrypt.c, key_change.c, open_token.c, records.c, key_update.c, cards.c, pboc.c ---- */
bool hsmd_serve_prepare(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                        struct mv_writer *reply);
bool hsmd_serve_encrypt(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                        struct mv_writer *reply);
bool hsmd_serve_release(struct hsmd_service *service, uint32_t owner, struct mv_reader *request);
bool hsmd_serve_key_change(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                           struct mv_writer *reply);
bool hsmd_serve_check_approval(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply);
bool hsmd_serve_open_token(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply);
bool hsmd_serve_seal_records(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply);
bool hsmd_serve_check_returns(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply);
bool hsmd_serve_key_update(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply);
bool hsmd_serve_card_open(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                          struct mv_writer *reply);
bool hsmd_serve_card_command(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                             struct mv_writer *reply);
bool hsmd_serve_card_change_key(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                                struct mv_writer *reply);
bool hsmd_serve_card_step(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                          struct mv_writer *reply);
bool hsmd_serve_pboc_open(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                          struct mv_writer *reply);
bool hsmd_serve_pboc_update(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                            struct mv_writer *reply);
bool hsmd_serve_card_close(struct hsmd_service *service, uint32_t owner, struct mv_reader *request);
/* The keyed hash of 20 digits. */
MV_MUST_USE mv_status hsmd_token_tag(struct hsmd_service *service, const char *digits, uint8_t tag[HSMD_TOKEN_TAG]);

#endif
