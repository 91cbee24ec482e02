/* Secure messaging: a command and its answer in the middle of a published session, with the token's cipher and in
 * software; and the card's view of them. */
#include <string.h>

#include "card_cipher.h"
#include "kinds.h"
#include "metervault/card_side.h"

enum { KEY = 16, HEADER = 8, DATA = 160, WIRE = 200, APDU_DATA = 5 };

struct message {
    uint8_t enc[KEY], mac[KEY], ti[4];
    uint8_t ins, header[HEADER], data[DATA], resp[WIRE];
    size_t header_size, data_size, resp_size;
    uint64_t counter;
    uint8_t mode;
};

static bool exactly(const struct vector *vector, const char *name, uint8_t *bytes, size_t size)
{
    size_t got = 0;
    return vector_bytes(vector, name, bytes, size, &got) && got == size;
}

static bool read_session(const struct vector *vector, struct message *message)
{
    return exactly(vector, "k_ses_auth_mac", message->mac, KEY) && exactly(vector, "ti", message->ti, 4) &&
           vector_number(vector, "cmd_ctr", UINT16_MAX, &message->counter) &&
           exactly(vector, "ins", &message->ins, 1) &&
           vector_bytes(vector, "cmd_header", message->header, HEADER, &message->header_size);
}

static enum mv_card_next send(struct mv_card_session *session, const struct message *message)
{
    const struct mv_card_command command = {.ins = message->ins,
                                            .mode = message->mode,
                                            .header = message->header,
                                            .header_size = (uint8_t)message->header_size,
                                            .data = message->data,
                                            .data_size = (uint16_t)message->data_size};
    return mv_card_command(session, &command);
}

/* In the middle of a session; the answer's keys must do for it. */
static void run_reader(struct facts *facts, const struct message *message, struct card_cipher *cipher)
{
    struct mv_card_session session;
    uint8_t buffer[DATA + MV_CARD_BUFFER_MORE];
    mv_card_start(&session, &cipher->cipher, buffer, sizeof buffer);
    session.authenticated = true;
    session.counter = (uint16_t)message->counter;
    memcpy(session.ti, message->ti, sizeof session.ti);
    enum mv_card_next next = send(&session, message);
    if (next != MV_CARD_SEND) {
        facts_trouble(facts, "no command: %s", mv_card_error_text(session.error));
        return;
    }
    facts_bytes(facts, "capdu", session.apdu, session.apdu_size);
    if (message->mode == MV_CARD_SECRET) {
        size_t mac_at = (size_t)session.apdu_size - 1 - MV_CARD_MAC_BYTES;
        facts_bytes(facts, "iv_cmd", cipher->done[0].data, KEY);
        facts_bytes(facts, "enc_data", cipher->done[1].data, cipher->done[1].size);
        facts_bytes(facts, "cmac", cipher->mac, KEY);
        facts_bytes(facts, "mact", session.apdu + mac_at, MV_CARD_MAC_BYTES);
    }
    next = mv_card_step(&session, message->resp, (uint16_t)message->resp_size);
    if (next != MV_CARD_DONE)
        facts_trouble(facts, "the answer is refused: %s", mv_card_error_text(session.error));
    else if (message->mode == MV_CARD_MAC)
        facts_bytes(facts, "resp_mact", session.data + session.size, MV_CARD_MAC_BYTES);
}

static void run_both(struct facts *facts, const struct message *message, struct hsm *hsm)
{
    struct card_cipher cipher;
    static struct facts in_software;
    const uint8_t *enc = message->mode == MV_CARD_SECRET ? message->enc : NULL;
    memset(&in_software, 0, sizeof in_software);
    if (hsm == NULL || !card_cipher_open(&cipher, hsm, NULL, enc, message->mac, NULL)) {
        facts_trouble(facts, "the token does not take the keys");
        return;
    }
    run_reader(facts, message, &cipher);
    card_cipher_close(&cipher);
    (void)card_cipher_open(&cipher, NULL, NULL, enc, message->mac, NULL);
    run_reader(&in_software, message, &cipher);
    card_cipher_close(&cipher);
    facts_same(facts, &in_software, "the cipher in software");
}

/* The card opens the published command to the same data, and protects its answer as the published card did. */
static void run_card(struct facts *facts, const struct vector *vector, const struct message *message,
                     const uint8_t *answer, size_t answer_size)
{
    struct card_cipher cipher;
    struct mv_card_side side = {.cipher = &cipher.cipher, .authenticated = true, .counter = (uint16_t)message->counter};
    uint8_t bytes[WIRE];
    const char *text = json_string_value(json_object_get(vector->expected, "capdu"));
    size_t capdu_size = text != NULL ? strlen(text) / 2 : 0;
    if (capdu_size < APDU_DATA + 2 || capdu_size > sizeof bytes ||
        !expected_bytes(vector, "capdu", bytes, capdu_size)) {
        facts_trouble(facts, "capdu is not of its form");
        return;
    }
    (void)card_cipher_open(&cipher, NULL, NULL, message->enc, message->mac, NULL);
    memcpy(side.ti, message->ti, sizeof side.ti);
    uint16_t size = (uint16_t)(capdu_size - APDU_DATA - 1);
    memmove(bytes, bytes + APDU_DATA, size);
    enum mv_card_error error = mv_card_side_open(&side, message->ins, (enum mv_card_mode)message->mode,
                                                 (uint8_t)message->header_size, bytes, &size);
    if (error != MV_CARD_NO_ERROR || size != message->header_size + message->data_size ||
        memcmp(bytes + message->header_size, message->data, message->data_size) != 0)
        facts_trouble(facts, "the card reads another command");
    memcpy(bytes, answer, answer_size);
    size = (uint16_t)answer_size;
    error = mv_card_side_close(&side, (enum mv_card_mode)message->mode, bytes, &size);
    if (error != MV_CARD_NO_ERROR || size + 2U != message->resp_size || memcmp(bytes, message->resp, size) != 0)
        facts_trouble(facts, "the card's answer is another");
    card_cipher_close(&cipher);
}

void kind_ev2_full(struct facts *facts, const struct vector *vector, const char *directory)
{
    struct message message = {.mode = MV_CARD_SECRET};
    facts->all = true;
    if (!read_session(vector, &message) || !exactly(vector, "k_ses_auth_enc", message.enc, KEY) ||
        !vector_bytes(vector, "cmd_data", message.data, DATA, &message.data_size) ||
        !vector_bytes(vector, "resp", message.resp, WIRE, &message.resp_size)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    run_both(facts, &message, card_token(facts, directory));
    run_card(facts, vector, &message, message.header, 0);
}

/* The answer's MAC is among the expected values. */
void kind_ev2_mac(struct facts *facts, const struct vector *vector, const char *directory)
{
    struct message message = {.mode = MV_CARD_MAC};
    uint8_t answer[DATA];
    size_t size = 0;
    facts->all = true;
    if (!read_session(vector, &message) || !vector_bytes(vector, "resp_data", answer, DATA, &size) ||
        !expected_bytes(vector, "resp_mact", message.resp + size, MV_CARD_MAC_BYTES)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    memcpy(message.resp, answer, size);
    message.resp_size = size + MV_CARD_MAC_BYTES + 2;
    message.resp[message.resp_size - 2] = 0x91;
    message.resp[message.resp_size - 1] = 0x00;
    run_both(facts, &message, card_token(facts, directory));
    run_card(facts, vector, &message, answer, size);
}

/* A command without MAC is counted like any other. */
void kind_ev2_plain(struct facts *facts, const struct vector *vector)
{
    struct message message = {.mode = MV_CARD_PLAIN, .header_size = 7};
    uint8_t capdu[WIRE];
    uint8_t buffer[DATA + MV_CARD_BUFFER_MORE];
    size_t size = 0;
    struct mv_card_session session;
    struct card_cipher cipher;
    facts->all = true;
    if (!vector_bytes(vector, "capdu", capdu, sizeof capdu, &size) || size < APDU_DATA + 7 + 1 ||
        !exactly(vector, "ti", message.ti, 4) ||
        !vector_number(vector, "cmd_ctr_before", UINT16_MAX, &message.counter) ||
        !vector_bytes(vector, "resp", message.resp, WIRE, &message.resp_size)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    message.ins = capdu[1];
    memcpy(message.header, capdu + APDU_DATA, message.header_size);
    message.data_size = size - APDU_DATA - message.header_size - 1;
    memcpy(message.data, capdu + APDU_DATA + message.header_size, message.data_size);
    (void)card_cipher_open(&cipher, NULL, NULL, NULL, NULL, NULL);
    mv_card_start(&session, &cipher.cipher, buffer, sizeof buffer);
    session.authenticated = true;
    session.counter = (uint16_t)message.counter;
    if (send(&session, &message) != MV_CARD_SEND || session.apdu_size != size ||
        memcmp(session.apdu, capdu, size) != 0 ||
        mv_card_step(&session, message.resp, (uint16_t)message.resp_size) != MV_CARD_DONE)
        facts_trouble(facts, "the command is another, or its answer is refused");
    facts_number(facts, "cmd_ctr_after", session.counter);
    card_cipher_close(&cipher);
}
