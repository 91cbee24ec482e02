/* The reader's three passes: AuthenticateEV2First and NonFirst. Every message has IV 0. */
#include <string.h>

#include "../crypto/wipe.h"
#include "../meter/same.h"
#include "messaging.h"
#include "session.h"

enum { BLOCK = MV_CARD_BLOCK, TI = 4, LENGTH_OF_CAPABILITIES = 0 };

static const uint8_t zero_iv[BLOCK] = {0};

static bool cbc(struct mv_card_session *session, bool encrypt, uint8_t *data, uint16_t size)
{
    return session->cipher->cbc(session->cipher->context, MV_CARD_KEY_CARD, encrypt, zero_iv, data, size);
}

enum mv_card_next mv_card_authenticate(struct mv_card_session *session, uint8_t key_no, bool first)
{
    const uint8_t header[2] = {key_no, LENGTH_OF_CAPABILITIES};
    if (session->state != MV_CARD_IDLE || (!first && !session->authenticated))
        return mv_card_fail(session, MV_CARD_STATE);
    session->authenticated = false;
    session->key_no = key_no;
    session->ins = first ? MV_CARD_INS_FIRST : MV_CARD_INS_NON_FIRST;
    session->state = MV_CARD_PASS_2;
    return mv_card_send(session, session->ins, header, first ? 2 : 1);
}

/* To the card's challenge: ours, and what we make of its. */
static enum mv_card_next answer_challenge(struct mv_card_session *session, const uint8_t challenge[BLOCK])
{
    uint8_t *both = session->apdu + MV_CARD_APDU_DATA;
    memcpy(session->rnd_b, challenge, BLOCK);
    if (!cbc(session, false, session->rnd_b, BLOCK) ||
        !session->cipher->random(session->cipher->context, session->rnd_a, BLOCK))
        return mv_card_fail(session, MV_CARD_CIPHER);
    memcpy(both, session->rnd_a, BLOCK);
    mv_card_rotate(session->rnd_b, both + BLOCK);
    if (!cbc(session, true, both, 2 * BLOCK))
        return mv_card_fail(session, MV_CARD_CIPHER);
    session->state = MV_CARD_PASS_3;
    return mv_card_send(session, MV_CARD_INS_MORE, both, 2 * BLOCK);
}

/* `answer` is decrypted: [TI] | RndA' | [capabilities of both, which nothing here depends on]. */
static enum mv_card_next conclude(struct mv_card_session *session, const uint8_t *answer)
{
    uint8_t expected[BLOCK];
    bool first = session->ins == MV_CARD_INS_FIRST;
    mv_card_rotate(session->rnd_a, expected);
    bool genuine = mv_same(answer + (first ? TI : 0), expected, BLOCK);
    mv_wipe(expected, sizeof expected);
    if (!genuine)
        return mv_card_fail(session, MV_CARD_FALSE);
    if (!mv_card_session_keys(session->cipher, session->rnd_a, session->rnd_b))
        return mv_card_fail(session, MV_CARD_CIPHER);
    if (first) {
        memcpy(session->ti, answer, TI);
        session->counter = 0;
    }
    session->authenticated = true;
    mv_wipe(session->rnd_a, BLOCK);
    mv_wipe(session->rnd_b, BLOCK);
    return mv_card_finish(session, 0);
}

enum mv_card_next mv_card_pass(struct mv_card_session *session, const uint8_t *data, uint16_t size, uint8_t status)
{
    uint8_t answer[2 * BLOCK];
    if (session->state == MV_CARD_PASS_2) {
        if (status != MV_CARD_STATUS_MORE || size != BLOCK)
            return mv_card_fail(session, MV_CARD_FORMAT);
        return answer_challenge(session, data);
    }
    uint16_t due = session->ins == MV_CARD_INS_FIRST ? 2 * BLOCK : BLOCK;
    if (status != MV_CARD_STATUS_OK || size != due)
        return mv_card_fail(session, MV_CARD_FORMAT);
    memcpy(answer, data, size);
    enum mv_card_next next =
        cbc(session, false, answer, size) ? conclude(session, answer) : mv_card_fail(session, MV_CARD_CIPHER);
    mv_wipe(answer, sizeof answer);
    return next;
}
