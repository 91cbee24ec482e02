/* What the fake key process (fake_keys.h) does for the desk. Its cipher is the identity: a token opens under a key when
 * its clear block has a right CRC and the key is one that is said to open it. An officer's certificate is "CERT NAME",
 * a signature the nonce line of the text, so that it fits one proposal only. */
#ifndef FAKE_DESK_H
#define FAKE_DESK_H

#include "fake_keys.h"

struct fake_desk {
    uint8_t opens_krn;   /* only keys of this revision open tokens; 0: all */
    mv_status failure;   /* what every call of the desk fails with; ok: none */
    int opened, checked; /* calls */
};
/* Under the lock of fake_keys. */
extern struct fake_desk fake_desk;
void fake_desk_reset(void);
/* Gives an officer of the catalogue a certificate. */
void fake_desk_certify(const char *name);
/* Both terminated; returns the length of the certificate, which is not sized to anything. */
size_t fake_desk_certificate(const char *name, char certificate[80]);
/* Of a proposal's text; 32 characters. */
const char *fake_desk_signature(const char *text);

#endif
