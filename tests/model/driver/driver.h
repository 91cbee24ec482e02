/* The driver of the model test: the domain on a real ledger with a real key process, and meters, moved by lines of text
 * from the oracle. One line in, one line out: "ok ...", "refused REASON where", or the program ends with a message. */
#ifndef MODEL_DRIVER_H
#define MODEL_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

enum { DRIVER_WORDS = 32, DRIVER_LINE = 4096 };

struct words {
    char *word[DRIVER_WORDS];
    size_t count, next;
};
/* The next word; ends the program when there is none. */
const char *take_word(struct words *words);
/* "-" is NULL. */
const char *take_optional(struct words *words);
int64_t take_number(struct words *words);

/* Ends the program: the test itself is broken. */
_Noreturn void give_up(const char *what, const char *about);
void must(mv_status status, const char *what);

/* Begins the answer; the caller may go on after "ok". */
void answer_refused(mv_status status);
/* "ok\n" or the refusal. */
void answer_status(mv_status status);

/* ---- clock: Unix seconds, and seconds since power-on, which no setting of the clock moves ---- */
void clock_open(const char *folder);
void clock_set(int64_t real_s, int64_t boot_s);
int64_t clock_boot_s(void);
const char *clock_path(void);

/* ---- commands, each in the file of its name ---- */
typedef void command_fn(struct words *words);
struct command {
    const char *name;
    command_fn *run;
};
extern const struct command house_commands[];  /* vending keys, key process */
extern const struct command server_commands[]; /* start and restart, people, meters, clock */
extern const struct command order_commands[];
extern const struct command desk_commands[]; /* keys assigned and confirmed, approvals, a look at a meter */
extern const struct command meter_commands[];

/* The folder with everything in it; the key process may be running. */
void house_open(void);
void house_close(void);
const char *house_folder(void);
const char *house_socket(void);

struct vend;
struct vend *server(void);
void server_stop(void);
void meters_close(void);

#endif
