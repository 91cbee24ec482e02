/* One step of a card session from any of its states, with an answer of every size that lies at the very end of its
 * memory, and each way to begin: what lies in the buffer, the APDU and the numbers of the session are any, within what
 * src/card/session.c keeps. Every cipher answers anything. Every session is made of proven steps. */
#include "../../meter-core/src/card/session.h"
#include <stddef.h>

#include "arbitrary.h"
#include "metervault/card_layout.h"

enum { CAPACITY = 168, ANSWER = 260 };

static bool any_random(void *context, uint8_t *data, uint16_t size)
{
    (void)context;
    Frama_C_make_unknown((char *)data, size);
    return arbitrary_bool();
}

static bool any_cbc(void *context, enum mv_card_key key, bool encrypt, const uint8_t iv[16], uint8_t *data,
                    uint16_t size)
{
    (void)context;
    (void)key;
    (void)encrypt;
    (void)iv;
    Frama_C_make_unknown((char *)data, size);
    return arbitrary_bool();
}

static bool any_derive(void *context, const uint8_t sv1[32], const uint8_t sv2[32])
{
    (void)context;
    (void)sv1;
    (void)sv2;
    return arbitrary_bool();
}

static bool any_mac(void *context, const struct mv_card_part *parts, uint8_t count, uint8_t mac[16])
{
    (void)context;
    (void)parts;
    (void)count;
    Frama_C_make_unknown((char *)mac, 16);
    return arbitrary_bool();
}

static uint8_t buffer[CAPACITY];
static struct mv_card_session session;
static const struct mv_card_cipher cipher = {NULL, any_random, any_cbc, any_derive, any_mac};

/* What holds between two calls: nothing more went out than there is, and all of it fits. */
static void any_session(enum mv_card_state state)
{
    ARBITRARY(session);
    ARBITRARY(buffer);
    session.cipher = &cipher;
    session.buffer = buffer;
    session.capacity = CAPACITY;
    session.state = state;
    session.authenticated = arbitrary_bool();
    session.bare = arbitrary_bool();
    session.used = (uint16_t)Frama_C_interval(0, CAPACITY);
    session.sent = 0;
}

static void take(const uint8_t *answer, uint16_t size)
{
    any_session(MV_CARD_SENDING);
    (void)mv_card_step(&session, answer, size);
    any_session(MV_CARD_FETCHING);
    (void)mv_card_step(&session, answer, size);
    any_session(MV_CARD_PASS_2);
    (void)mv_card_step(&session, answer, size);
    any_session(MV_CARD_PASS_3);
    (void)mv_card_step(&session, answer, size);
    /*@ assert fits: session.used <= 168; */
}

static void begin(void)
{
    uint8_t bytes[CAPACITY];
    ARBITRARY(bytes);
    struct mv_card_command command = {.ins = arbitrary_u8(0, UINT8_MAX),
                                      .mode = arbitrary_u8(0, UINT8_MAX),
                                      .header = bytes,
                                      .header_size = arbitrary_u8(0, MV_CARD_HEADER_MAX + 1),
                                      .data = bytes,
                                      .data_size = arbitrary_u8(0, CAPACITY)};
    any_session(MV_CARD_IDLE);
    (void)mv_card_command(&session, &command);
    /*@ assert apdu_fits: session.apdu_size <= 246; */
    any_session(MV_CARD_IDLE);
    (void)mv_card_authenticate(&session, arbitrary_u8(0, UINT8_MAX), arbitrary_bool());
    any_session(MV_CARD_IDLE);
    (void)mv_card_change_key(&session, arbitrary_u8(0, UINT8_MAX), bytes, arbitrary_u8(0, MV_CARD_KEY_DATA_MAX));
}

static void read_layout(void)
{
    uint8_t bytes[MV_CARD_HEAD_BYTES];
    struct mv_card_head head;
    struct mv_card_entry entry;
    ARBITRARY(bytes);
    (void)mv_card_head_read(bytes, &head);
    (void)mv_card_entry_read(bytes, &entry);
}

void prove_card(void)
{
    uint8_t answer[ANSWER];
    ARBITRARY(answer);
    read_layout();
    begin();
    //@ loop unroll 261;
    for (uint32_t size = 0; size <= ANSWER; size++)
        take(answer + (ANSWER - size), (uint16_t)size);
}
