/* A card that answers a reader, and how it misbehaves. */
#ifndef MV_VCARD_SERVE_H
#define MV_VCARD_SERVE_H

#include "vcard.h"

/* APDUs are counted from 1 over all of the program's life; 0: never. */
struct manners {
    unsigned long cut;       /* is gone before this one */
    unsigned long cut_after; /* is gone when it has handled this one; the answer is lost */
    unsigned slow_ms;        /* before each answer */
    unsigned long noise;     /* not 0: seed; one bit of one answer in NOISE_OF is another */
};
enum { NOISE_OF = 16 };

enum served {
    SERVED_READER_LEFT, /* the reader closed */
    SERVED_CARD_LEFT,   /* the card was pulled out: cut */
    SERVED_FAILED,      /* the card's file cannot be written */
};
enum served serve(struct vcard *card, int fd, struct manners *manners);

#endif
