/* A ceremony's script: who is there and what they do, step by step. README.md describes the language. Plain text, read
 * whole before anything is done; every fault has its line. */
#ifndef KEYTOOLS_CEREMONY_SCRIPT_H
#define KEYTOOLS_CEREMONY_SCRIPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "hsm/catalogue.h"

enum {
    SCRIPT_MOST_BYTES = 65536,
    SCRIPT_MOST_ROLES = 16,
    SCRIPT_MOST_STEPS = 100,
    SCRIPT_MOST_READ = 12,
    SCRIPT_MOST_WORDS = 64, /* of an act, its name included */
    SCRIPT_MOST_ACT = 2048, /* bytes; as a JSON array it fits a line of the transcript */
    SCRIPT_MOST_EXPECTED = 8,
    SCRIPT_NAME_SIZE = 33, /* of a role or step, with terminator */
    SCRIPT_WHAT = 200,
    SCRIPT_NOBODY = SCRIPT_MOST_ROLES,
};

enum script_kind { SCRIPT_OFFICER = 1, SCRIPT_CUSTODIAN, SCRIPT_WITNESS, SCRIPT_ADMINISTRATOR };

struct script_role {
    unsigned line;
    const char *name;
    enum script_kind kind; /* 0: not said */
    const char *officer;   /* name in the catalogue; NULL: none */
    const char *certificate;
    const char *person; /* full name that must be typed; NULL: whoever comes */
    const char *also;   /* role that the same person may have; NULL: a person of its own */
};

enum script_kcv { SCRIPT_KCV_ANY = 1, SCRIPT_KCV_PAPER, SCRIPT_KCV_GIVEN };

struct script_expected {
    unsigned line;
    const char *label;
    enum script_kcv how;
    uint8_t kcv[HSM_KCV_BYTES]; /* GIVEN */
    const char *state;          /* instead of a KCV: a word of words_state; NULL: none */
};

struct script_step {
    unsigned line;
    const char *name;
    const char *read[SCRIPT_MOST_READ];
    size_t read_count;
    size_t by[SCRIPT_MOST_ROLES]; /* indices of roles */
    size_t by_count;
    unsigned act_line;
    const char *words[SCRIPT_MOST_WORDS]; /* of the act; NULL-terminated */
    size_t word_count;
    struct script_expected expected[SCRIPT_MOST_EXPECTED];
    size_t expected_count;
    const char *note; /* what is asked and written into the transcript; NULL: nothing */
    unsigned quorum;  /* officers that the step needs among `by`; 0: not said */
};

struct script {
    char *text; /* owned; all the texts above lie in it */
    const char *title;
    unsigned format;
    bool new_token; /* the token is made in the ceremony: none is opened before */
    struct script_role roles[SCRIPT_MOST_ROLES];
    size_t role_count;
    struct script_step steps[SCRIPT_MOST_STEPS];
    size_t step_count;
    uint8_t digest[32]; /* SHA-256 of the file */
};

struct script_fault {
    unsigned line; /* 0: none */
    char what[SCRIPT_WHAT];
};

/* False with the first fault. The script is about 200 kB; free it with script_free in either case. */
bool script_parse(const char *text, size_t size, struct script **script, struct script_fault *fault);
/* FILE_FAILED when it cannot be read; SCRIPT_REFUSED with the fault filled in. */
MV_MUST_USE mv_status script_load(const char *path, struct script **script, struct script_fault *fault);
void script_free(struct script *script);

/* The act's words, each by itself, so that no blank or quote in one looks like the next: a new array. */
json_t *script_act_words(const struct script_step *step);
const char *script_kind_text(enum script_kind kind);

/* Fills the fault unless it has one already; returns false. */
bool script_complain(struct script_fault *fault, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
