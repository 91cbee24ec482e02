#include "serve.h"

#include <time.h>

#include "link.h"
#include "tell.h"

static const uint8_t atr[] = {0x3B, 0x81, 0x80, 0x01, 0x80, 0x80};

static void pause_ms(unsigned ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L};
    if (ms > 0)
        (void)nanosleep(&time, NULL);
}

/* xorshift64: the same seed spoils the same bits. */
static unsigned long next_noise(unsigned long *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void spoil(unsigned long *state, uint8_t *answer, uint16_t size)
{
    if (*state == 0 || next_noise(state) % NOISE_OF != 0)
        return;
    unsigned long bit = next_noise(state) % (size * 8UL);
    answer[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

/* Returns true when the payload was one of vpcd's own. */
static bool control(struct vcard *card, int fd, const uint8_t *payload, size_t size)
{
    if (size != 1)
        return false;
    switch (payload[0]) {
    case LINK_POWER_OFF:
    case LINK_POWER_ON:
    case LINK_RESET:
        vcard_reset(card);
        return true;
    case LINK_ATR:
        (void)link_send(fd, atr, sizeof atr); /* the next receive shows whether the reader is still there */
        return true;
    default:
        return false;
    }
}

static bool due(unsigned long *count)
{
    return *count > 0 && --*count == 0;
}

enum served serve(struct vcard *card, int fd, struct manners *manners)
{
    static uint8_t payload[LINK_PAYLOAD_MAX];
    uint8_t answer[VCARD_RAPDU];
    vcard_reset(card);
    for (;;) {
        size_t size = link_receive(fd, payload);
        if (size == 0)
            return SERVED_READER_LEFT;
        if (control(card, fd, payload, size))
            continue;
        if (due(&manners->cut))
            return SERVED_CARD_LEFT;
        tell_wire('>', payload, size);
        uint16_t answer_size = vcard_apdu(card, payload, size, answer);
        if (answer_size == 0)
            return SERVED_FAILED;
        if (due(&manners->cut_after))
            return SERVED_CARD_LEFT;
        pause_ms(manners->slow_ms);
        hold();
        spoil(&manners->noise, answer, answer_size);
        tell_wire('<', answer, answer_size);
        if (!link_send(fd, answer, answer_size))
            return SERVED_READER_LEFT;
    }
}
