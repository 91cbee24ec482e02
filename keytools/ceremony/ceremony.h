/* A ceremony that is being held: its people, its token, its transcript, its screen. */
#ifndef KEYTOOLS_CEREMONY_CEREMONY_H
#define KEYTOOLS_CEREMONY_CEREMONY_H

#include <signal.h>

#include "ceremony/script.h"
#include "ceremony/transcript.h"
#include "session.h"
#include "tool.h"

enum { CEREMONY_PERSON = 65, CEREMONY_INITIALS = 5, CEREMONY_LINE = 256, CEREMONY_SPOKEN = 8 };

struct ceremony_person {
    char name[CEREMONY_PERSON];
    char initials[CEREMONY_INITIALS];
};

struct ceremony {
    const struct tool *tool;
    const struct script *script;
    bool plain; /* no screen is cleared between steps */
    struct transcript transcript;
    mv_status recording; /* the first line that could not be written */
    struct ceremony_person people[SCRIPT_MOST_ROLES];
    struct session session;       /* of the token; hsm NULL: none is open */
    struct hsm_catalogue *before; /* the catalogue as the transcript knows it */
    bool token_made;              /* by an act of this ceremony */
    bool pin_refused;             /* nobody tries again: tokens lock */
    size_t steps_done;
    const struct script_step *step; /* the present one; NULL outside */
};

/* How a question or a step ended. */
enum ceremony_turn { CEREMONY_GO_ON = 1, CEREMONY_REPEAT, CEREMONY_ABORT };

/* ---- record.c: lines of the transcript; a failure is kept in `recording` ---- */
void ceremony_record(struct ceremony *ceremony, const char *event, json_t *line);
/* The name of a reason and what it is about. */
json_t *ceremony_reason(mv_status status);
/* Tells and records bytes as hex and words. */
void ceremony_fingerprint(const char *what, const uint8_t *bytes, size_t size);

/* ---- desk.c: the people at the terminal ---- */
/* Clears the screen and shows where the ceremony is. */
void ceremony_screen(const struct ceremony *ceremony, const char *heading);
/* Asks who is there. */
enum ceremony_turn ceremony_roll_call(struct ceremony *ceremony);
/* Initials of one role under what is on the screen. */
enum ceremony_turn ceremony_confirm(struct ceremony *ceremony, size_t role, const char *what);
/* Those of everybody in the step. */
enum ceremony_turn ceremony_confirm_all(struct ceremony *ceremony, const char *what);
/* After something failed: repeat or abort. */
enum ceremony_turn ceremony_choose(struct ceremony *ceremony);
/* A line for the transcript. */
enum ceremony_turn ceremony_note(struct ceremony *ceremony, const char *what);
/* Six hex digits from paper. */
enum ceremony_turn ceremony_paper_kcv(struct ceremony *ceremony, const char *label, const uint8_t kcv[HSM_KCV_BYTES]);

/* ---- token.c ---- */
/* Logs in where no token is open; TOKEN_NOT_FOUND and what session_open says. */
MV_MUST_USE mv_status ceremony_open(struct ceremony *ceremony);
void ceremony_close(struct ceremony *ceremony);
/* "signer": what a key that signs transcripts is called in them. */
void ceremony_add_signer(const struct hsm_key_info *info, json_t *line);
/* "policy" and "minimum_versions" (label of a key: what of its family is still taken): what an act must obey. */
void ceremony_add_rules(const struct hsm_catalogue *catalogue, json_t *line);
/* Reads the session's catalogue. TOKEN_ROLLED_BACK when it is older than the transcript knows it. */
MV_MUST_USE mv_status ceremony_read_catalogue(struct ceremony *ceremony);
/* Records what an act changed in the catalogue, and takes it for known. */
MV_MUST_USE mv_status ceremony_take_changes(struct ceremony *ceremony);

/* ---- step.c, run.c ---- */
/* Why nobody answers: the signal's name without SIG, or that the input ended. */
const char *ceremony_interruption(void);
enum ceremony_turn ceremony_step(struct ceremony *ceremony, const struct script_step *step);
/* A listener (witness.h) that writes into the transcript; `context` is the ceremony. */
void ceremony_listen(void *context, const char *event, const char *what, const char *detail);

/* ---- close.c ---- */
/* Closes and signs the transcript; opens a token that the ceremony has made. */
MV_MUST_USE mv_status ceremony_finish(struct ceremony *ceremony, bool completed);

struct ceremony_options {
    const char *script, *transcript, *after;
    bool plain;
};
/* Holds it; the exit code. */
int ceremony_run(const struct tool *tool, const struct ceremony_options *options);
/* judge.c: judges a script; tells each fault with its line. The number of faults. */
size_t ceremony_judge(const struct tool *tool, const char *path, const struct script *script);
/* verify.c: the subcommand; argv[0] is its name. */
int ceremony_verify(struct tool *tool, const char *path, int argc, char **argv);
/* Bytes of a SHA-256 on standard output, as hex and as words. */
void ceremony_print_spoken(const char *what, const uint8_t *bytes);

#endif
