/* Three passes: the reader's side with the token's cipher and in software, and the card's side. */
#include <string.h>

#include "card_cipher.h"
#include "kinds.h"
#include "metervault/card_side.h"

enum { BLOCK = 16, ANSWER_MOST = 40, APDU_DATA = 5 };

struct pass_input {
    uint8_t key[BLOCK], rnd_a[BLOCK];
    uint8_t cmd1[16], resp1[BLOCK + 2], resp2[2 * BLOCK + 2];
    size_t cmd1_size, resp1_size, resp2_size;
    uint64_t key_no;
    bool first;
};

static bool read_input(const struct vector *vector, struct pass_input *input)
{
    size_t size = 0;
    size_t rnd_size = 0;
    input->first = strcmp(vector->kind, "ev2_auth_first") == 0;
    return vector_bytes(vector, "key", input->key, BLOCK, &size) && size == BLOCK &&
           vector_bytes(vector, "rnd_a", input->rnd_a, BLOCK, &rnd_size) && rnd_size == BLOCK &&
           vector_number(vector, "key_no", 13, &input->key_no) &&
           vector_bytes(vector, "cmd1", input->cmd1, sizeof input->cmd1, &input->cmd1_size) &&
           vector_bytes(vector, "resp1", input->resp1, sizeof input->resp1, &input->resp1_size) &&
           vector_bytes(vector, "resp2", input->resp2, sizeof input->resp2, &input->resp2_size);
}

/* NonFirst is within a transaction whose identifier stands among the expected values: it must stay. */
static void run_reader(struct facts *facts, const struct vector *vector, const struct pass_input *input,
                       struct card_cipher *cipher)
{
    struct mv_card_session session;
    uint8_t buffer[64];
    uint8_t ti[4] = {0};
    mv_card_start(&session, &cipher->cipher, buffer, sizeof buffer);
    session.authenticated = !input->first;
    if (!input->first && expected_bytes(vector, "ti", ti, sizeof ti))
        memcpy(session.ti, ti, sizeof ti);
    enum mv_card_next next = mv_card_authenticate(&session, (uint8_t)input->key_no, input->first);
    if (session.apdu_size != input->cmd1_size || memcmp(session.apdu, input->cmd1, input->cmd1_size) != 0)
        facts_trouble(facts, "cmd1 is another");
    if (next == MV_CARD_SEND)
        next = mv_card_step(&session, input->resp1, (uint16_t)input->resp1_size);
    facts_bytes(facts, "cmd2", session.apdu, session.apdu_size);
    if (next == MV_CARD_SEND)
        next = mv_card_step(&session, input->resp2, (uint16_t)input->resp2_size);
    if (next != MV_CARD_DONE || cipher->done_count < 3) {
        facts_trouble(facts, "not authenticated: %s", mv_card_error_text(session.error));
        return;
    }
    facts_bytes(facts, "rnd_b", cipher->done[0].data, BLOCK);
    facts_bytes(facts, "ti", session.ti, sizeof session.ti);
    facts_bytes(facts, "sv1", cipher->sv1, sizeof cipher->sv1);
    facts_bytes(facts, "sv2", cipher->sv2, sizeof cipher->sv2);
    if (input->first) {
        facts_bytes(facts, "pdcap2", cipher->done[2].data + 20, 6);
        facts_bytes(facts, "pcdcap2", cipher->done[2].data + 26, 6);
    }
    card_cipher_enc_fact(facts, vector, cipher, "k_ses_auth_enc");
    card_cipher_mac_fact(facts, vector, cipher, "k_ses_auth_mac");
}

/* The card with the published RndB and TI answers as the published card did. */
static void run_card(struct facts *facts, const struct vector *vector, const struct pass_input *input)
{
    struct card_cipher cipher;
    struct mv_card_side side = {.cipher = &cipher.cipher, .authenticated = !input->first};
    uint8_t random[BLOCK + 4] = {0};
    uint8_t cmd2[APDU_DATA + 2 * BLOCK + 1];
    uint8_t out[2 * BLOCK];
    uint8_t size = 0;
    if (!expected_bytes(vector, "rnd_b", random, BLOCK) || !expected_bytes(vector, "ti", random + BLOCK, 4) ||
        !expected_bytes(vector, "cmd2", cmd2, sizeof cmd2)) {
        facts_trouble(facts, "rnd_b, ti or cmd2 are not of their form");
        return;
    }
    (void)card_cipher_open(&cipher, NULL, input->key, NULL, NULL, random);
    if (mv_card_side_challenge(&side, (uint8_t)input->key_no, input->first, out) != MV_CARD_NO_ERROR ||
        memcmp(out, input->resp1, BLOCK) != 0)
        facts_trouble(facts, "the card's challenge is another");
    if (mv_card_side_answer(&side, cmd2 + APDU_DATA, out, &size) != MV_CARD_NO_ERROR ||
        size + 2U != input->resp2_size || memcmp(out, input->resp2, size) != 0)
        facts_trouble(facts, "the card's answer is another");
    card_cipher_close(&cipher);
}

void kind_ev2_auth(struct facts *facts, const struct vector *vector, const char *directory)
{
    struct pass_input input;
    struct card_cipher cipher;
    static struct facts in_software;
    memset(&in_software, 0, sizeof in_software);
    facts->all = true;
    struct hsm *hsm = card_token(facts, directory);
    if (!read_input(vector, &input)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    if (hsm == NULL || !card_cipher_open(&cipher, hsm, input.key, NULL, NULL, input.rnd_a)) {
        facts_trouble(facts, "the token does not take the key");
        return;
    }
    run_reader(facts, vector, &input, &cipher);
    card_cipher_close(&cipher);
    (void)card_cipher_open(&cipher, NULL, input.key, NULL, NULL, input.rnd_a);
    run_reader(&in_software, vector, &input, &cipher);
    card_cipher_close(&cipher);
    facts_same(facts, &in_software, "the cipher in software");
    run_card(facts, vector, &input);
}

/* The same passes of a card without transactions or session keys: those of NonFirst. */
void kind_ul_three_pass(struct facts *facts, const struct vector *vector)
{
    uint8_t key[BLOCK];
    uint8_t rnd_a[BLOCK];
    uint8_t challenge[BLOCK + 2] = {[BLOCK] = 0x91, 0xAF};
    uint8_t resp[BLOCK + 2] = {[BLOCK] = 0x91, 0x00};
    uint8_t buffer[64];
    size_t sizes[3] = {0};
    struct card_cipher cipher;
    struct mv_card_session session;
    facts->all = true;
    if (!vector_bytes(vector, "key", key, BLOCK, &sizes[0]) ||
        !vector_bytes(vector, "rnd_a", rnd_a, BLOCK, &sizes[1]) ||
        !vector_bytes(vector, "ek_rnd_b", challenge, BLOCK, &sizes[2]) || sizes[0] + sizes[1] + sizes[2] != 48 ||
        !expected_bytes(vector, "resp", resp, BLOCK)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    (void)card_cipher_open(&cipher, NULL, key, NULL, NULL, rnd_a);
    mv_card_start(&session, &cipher.cipher, buffer, sizeof buffer);
    session.authenticated = true;
    enum mv_card_next next = mv_card_authenticate(&session, 0, false);
    if (next == MV_CARD_SEND)
        next = mv_card_step(&session, challenge, sizeof challenge);
    facts_bytes(facts, "cmd_af", session.apdu + APDU_DATA, (size_t)2 * BLOCK);
    if (next == MV_CARD_SEND)
        next = mv_card_step(&session, resp, sizeof resp);
    if (next == MV_CARD_DONE)
        facts_bytes(facts, "resp", resp, BLOCK);
    else
        facts_text(facts, "resp", mv_card_error_text(session.error));
    card_cipher_close(&cipher);
}
