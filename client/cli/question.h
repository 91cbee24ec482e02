/* Questions on the terminal. */
#ifndef METERVAULT_CLI_QUESTION_H
#define METERVAULT_CLI_QUESTION_H

#include <stdbool.h>

enum { QUESTION_ANSWER = 128, QUESTION_WHY = 200 };

/* False after it wrote into `why` what is wrong with the answer. */
typedef bool question_fn(void *self, const char *answer, char why[QUESTION_WHY]);
/* Asks until the answer is one: without blanks around it, and not longer than there is room. False when nobody answers
 * (the end of the input: Ctrl-D). */
bool question_ask(const char *question, char answer[QUESTION_ANSWER], question_fn *takes, void *self);

#endif
