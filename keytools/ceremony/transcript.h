/* What happened in a ceremony, line by line: "HASH JSON\n". HASH is hex of SHA-256("metervault transcript 1\n" | the
 * hash of the line before, 32 zero bytes for the first | JSON). Each line is on the disk before the ceremony goes on,
 * so that a power cut leaves a prefix that verifies and says that it is unfinished. README.md lists the events. No
 * secret ever enters it. */
#ifndef KEYTOOLS_CEREMONY_TRANSCRIPT_H
#define KEYTOOLS_CEREMONY_TRANSCRIPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "hsm/sign.h"

enum {
    TRANSCRIPT_HASH = 32,
    TRANSCRIPT_HEX = 2 * TRANSCRIPT_HASH + 1,
    TRANSCRIPT_MOST_BYTES = 4 << 20,
    TRANSCRIPT_MOST_LINE = 16384,
    TRANSCRIPT_WHY = 160,
    TRANSCRIPT_EVENT = 32,
    TRANSCRIPT_SIGNERS = 16, /* that are looked at: the first line's and those of keys that were made or restored */
};

/* The chain's next hash. */
MV_MUST_USE mv_status transcript_hash(const uint8_t before[TRANSCRIPT_HASH], const char *json, size_t size,
                                      uint8_t hash[TRANSCRIPT_HASH]);

/* ---- writing ---- */
struct transcript {
    int fd;
    unsigned lines;
    uint8_t head[TRANSCRIPT_HASH];
};

/* A new file of mode 0600. FILE_FAILED. */
MV_MUST_USE mv_status transcript_open(const char *path, struct transcript *transcript);
/* Adds "n", "time" and "event" before the members of `line`, whose reference it takes, and flushes. Only what is on the
 * disk has happened: after a failure the ceremony must stop. */
MV_MUST_USE mv_status transcript_add(struct transcript *transcript, const char *event, json_t *line);
void transcript_close(struct transcript *transcript);

/* ---- verifying ---- */
enum transcript_state {
    TRANSCRIPT_SIGNED = 1,
    TRANSCRIPT_UNSIGNED,   /* closed, and says that there was no key to sign with */
    TRANSCRIPT_UNFINISHED, /* a good beginning without its end */
    TRANSCRIPT_BAD,
};

struct transcript_report {
    enum transcript_state state;
    size_t lines;                    /* good ones */
    size_t bad_line;                 /* of BAD, from 1 */
    char why[TRANSCRIPT_WHY];        /* of BAD and UNFINISHED */
    uint8_t head[TRANSCRIPT_HASH];   /* of the last good line */
    char result[TRANSCRIPT_EVENT];   /* "completed" or "aborted"; empty before the end */
    uint8_t signer[HSM_SIGN_PUBLIC]; /* of SIGNED */
    uint32_t version;                /* of its audit-sign */
    char after[TRANSCRIPT_HEX];      /* head of the transcript that it follows; empty: none */
};

/* Called with each good line in turn, the reference stays the caller's. */
typedef void transcript_reader(void *context, size_t number, const json_t *line);

/* Offline; takes any bytes. BAD too when another key signed than the first line and the lines of the keys name.
 * `reader` may be NULL. */
void transcript_verify(const char *text, size_t size, struct transcript_report *report, transcript_reader *reader,
                       void *context);
/* SHA-256 of the SubjectPublicKeyInfo: what a signing key is called by. */
MV_MUST_USE mv_status transcript_fingerprint(const uint8_t der[HSM_SIGN_PUBLIC], uint8_t fingerprint[TRANSCRIPT_HASH]);

#endif
