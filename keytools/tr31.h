/* TR-31 / ANSI X9.143 key blocks of version D: a key with its attributes, encrypted and MACed under an AES key block
 * protection key (KBPK). Both sides see the key in clear, because the MAC covers it: only under dual control. */
#ifndef KEYTOOLS_TR31_H
#define KEYTOOLS_TR31_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    TR31_KEY_MAX = 64,
    TR31_TEXT = 1025, /* the longest block that is read, with its terminator */
    TR31_KCV = 5,
};

/* Each character as in the block's header. */
struct tr31_attributes {
    char usage[3];
    char algorithm;
    char mode;
    char version[3];
    char exportability; /* E, N or S */
};

enum tr31_kcv_method { TR31_KCV_LEGACY = 0 /* the cipher over zeros */, TR31_KCV_CMAC = 1 };
struct tr31_kcv {
    enum tr31_kcv_method method;
    size_t size; /* 0: there is none */
    uint8_t bytes[TR31_KCV];
};

/* Secret memory. */
struct tr31_key {
    struct tr31_attributes attributes;
    bool received; /* by tr31_open: what its sender marked N is not sealed again */
    size_t size;   /* bytes */
    uint8_t bytes[TR31_KEY_MAX];
};

/* What a block says of itself before it is opened; nothing in it is proven yet. */
struct tr31_block {
    struct tr31_attributes attributes;
    struct tr31_kcv kc, kp; /* of the key in it, and of the KBPK */
    bool sha256;            /* it says that its HMAC key is for SHA-256 (HM) */
    size_t header;          /* characters before the payload */
    size_t payload;         /* bytes, encrypted */
};
/* KEY_BLOCK_REFUSED names what is not of its form. */
MV_MUST_USE mv_status tr31_parse(const char *text, struct tr31_block *block);

/* Decrypts, compares the MAC in constant time, then reads the key. KEY_BLOCK_REFUSED when form, KBPK (KP), MAC, length
 * or KCV (KC) is wrong; nothing is left in `key` then. `kbpk` has 16, 24 or 32 bytes. */
MV_MUST_USE mv_status tr31_open(const char *text, const uint8_t *kbpk, size_t kbpk_size, struct tr31_key *key);

struct tr31_random {
    mv_status (*fill)(void *context, void *bytes, size_t size);
    void *context;
};
/* The block of a key, with KP and, for AES keys, KC. KEY_BLOCK_REFUSED for a received key that is not exportable,
 * INVALID_FIELD for attributes or lengths that no block has. */
MV_MUST_USE mv_status tr31_seal(const struct tr31_key *key, const uint8_t *kbpk, size_t kbpk_size,
                                const struct tr31_random *random, char text[TR31_TEXT]);

#endif
