/* A QR code (ISO/IEC 18004) of version 4, level M: 33 by 33 modules, up to 90 characters of 0-9 A-Z and some signs; a
 * share has 74. Our own, because what libraries allocate is neither locked nor wiped. */
#ifndef MV_BASE_QR_H
#define MV_BASE_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    QR_SIDE = 33,
    QR_MOST = 90,
    QR_QUIET = 4,
    /* as terminal lines of half blocks, three bytes each, colours and newlines besides */
    QR_TEXT = ((QR_SIDE + 2 * QR_QUIET) * 3 + 16) * ((QR_SIDE + 2 * QR_QUIET + 1) / 2) + 1,
};

/* Working memory: secret where the text is. */
struct qr {
    uint8_t data[64];
    uint8_t check[18];
    uint8_t codewords[100];            /* of both, as they are placed */
    uint8_t modules[QR_SIDE][QR_SIDE]; /* 1: dark */
    uint8_t fixed[QR_SIDE][QR_SIDE];   /* 1: holds no data */
};

/* False when the text is too long or has another character. */
bool qr_make(const char *text, struct qr *qr);
/* Terminated. For a terminal white on black whatever its colours are; for paper as ink, without colours. */
void qr_text(const struct qr *qr, bool paper, char text[QR_TEXT]);

#endif
