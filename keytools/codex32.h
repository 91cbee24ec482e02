/* codex32 strings (BIP-93, short form): a secret of 16, 20 or 32 bytes as one string, or as shares of which any k
 * rebuild it and fewer say nothing. A checksum of 13 characters finds any 8 wrong ones.
 *
 * "ms1" | threshold 2..9, or 0 for an unshared secret | identifier, 4 | share index | payload | checksum, 13
 *
 * Runs in the same time whatever the secret is; only codex32_correct does not, which works on what was mistyped. */
#ifndef KEYTOOLS_CODEX32_H
#define KEYTOOLS_CODEX32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    CODEX32_SECRET_MAX = 32,
    CODEX32_IDENTIFIER = 4,
    CODEX32_CHECKSUM = 13,
    CODEX32_HEADER = 6,  /* threshold, identifier, index */
    CODEX32_MOST = 71,   /* characters after "ms1", of a secret of 32 bytes */
    CODEX32_TEXT = 75,   /* the longest string with its terminator */
    CODEX32_TYPED = 128, /* as typed, with blanks, with terminator */
    CODEX32_LEAST_K = 2,
    CODEX32_MOST_K = 9,
    CODEX32_MOST_SHARES = 31, /* every index but that of the secret */
    CODEX32_CORRECTED = 8,    /* characters at most in a correction */
};

enum codex32_fault {
    CODEX32_FINE = 0,
    CODEX32_BAD_LENGTH,
    CODEX32_BAD_PREFIX,
    CODEX32_MIXED_CASE,
    CODEX32_BAD_CHARACTER,
    CODEX32_UNREADABLE, /* '?' stands for a character that cannot be read */
    CODEX32_BAD_CHECKSUM,
    CODEX32_BAD_THRESHOLD,
    CODEX32_BAD_INDEX, /* threshold 0 goes with index s only */
    CODEX32_TOO_FEW,
    CODEX32_TOO_MANY,
    CODEX32_OTHER_LENGTH, /* of another set: length, threshold or identifier */
    CODEX32_OTHER_THRESHOLD,
    CODEX32_OTHER_IDENTIFIER,
    CODEX32_SAME_INDEX,
    CODEX32_NOT_A_SHARE, /* an unshared secret, or the secret itself, among shares */
};

/* What is wrong, for people; static. */
const char *codex32_fault_text(enum codex32_fault fault);

/* One string as its symbols 0..31, without "ms1". Secret memory. */
struct codex32 {
    size_t size;  /* of the secret, bytes */
    size_t count; /* of symbols */
    bool upper;   /* how it was written */
    uint8_t symbols[CODEX32_MOST];
};

/* Blanks are skipped. *at (when not NULL) is the character at fault, counted from 1 without blanks; 0 if it is none in
 * particular. `string` is filled as far as possible when the fault is UNREADABLE (0 stands there) or BAD_CHECKSUM. */
enum codex32_fault codex32_parse(const char *text, struct codex32 *string, size_t *at);
/* The characters of `string`, in its case. */
void codex32_text(const struct codex32 *string, char text[CODEX32_TEXT]);

unsigned codex32_threshold(const struct codex32 *string);
/* Lower case. */
char codex32_index(const struct codex32 *string);
void codex32_identifier(const struct codex32 *string, char identifier[CODEX32_IDENTIFIER + 1]);

/* Whether secrets of this many bytes can be written. */
bool codex32_size_ok(size_t size);
/* A string that carries `secret` (string->size bytes) with threshold 0 or 2..9 and index s. INVALID_FIELD names what is
 * out of range; identifiers are 4 characters of the alphabet, lower case. */
MV_MUST_USE mv_status codex32_encode(unsigned threshold, const char *identifier, const uint8_t *secret, size_t size,
                                     struct codex32 *string);
/* The payload of any string: size bytes; its padding bits are dropped. Of a secret that is the secret. */
void codex32_payload(const struct codex32 *string, uint8_t *bytes);

/* Where random bytes come from; a token's generator. */
struct codex32_random {
    mv_status (*fill)(void *context, void *bytes, size_t size);
    void *context;
};
/* `count` shares of `secret` (k <= count <= 31) with indices a c d e ... `shares` is secret memory of count strings. */
MV_MUST_USE mv_status codex32_split(const uint8_t *secret, size_t size, unsigned k, size_t count,
                                    const char *identifier, const struct codex32_random *random,
                                    struct codex32 *shares);
/* The string of another index (lower case; 's' is the secret) of the set that exactly k shares determine. *at is the
 * share at fault, from 0. */
enum codex32_fault codex32_derive(const struct codex32 *shares, size_t count, char index, struct codex32 *derived,
                                  size_t *at);

/* A guess at what was meant by a string of the right length: up to 4 wrong characters, or 8 unreadable ones ('?'), or a
 * mix (twice the wrong and the unreadable ones are at most 8). */
struct codex32_correction {
    struct codex32 string;
    size_t count;                     /* of characters that differ from what was typed */
    size_t places[CODEX32_CORRECTED]; /* counted from 1, "ms1" included */
    char was[CODEX32_CORRECTED], is[CODEX32_CORRECTED];
};
/* Never for silent use: a person compares it with the paper. False when there is none. Secret memory. */
bool codex32_correct(const char *typed, struct codex32_correction *correction);

#endif
