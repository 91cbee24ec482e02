#include "question.h"

#include <stdio.h>
#include <string.h>

/* Up to the end of the line. False at the end of the input; `*whole` false when the line had more than there is room.
 */
static bool read_line(char answer[QUESTION_ANSWER], bool *whole)
{
    if (fgets(answer, QUESTION_ANSWER, stdin) == NULL)
        return false;
    size_t length = strcspn(answer, "\n");
    *whole = answer[length] == '\n';
    for (int next = *whole ? '\n' : 0; next != '\n' && next != EOF;)
        next = fgetc(stdin);
    answer[length] = '\0';
    return true;
}

static void strip(char answer[QUESTION_ANSWER])
{
    size_t first = strspn(answer, " \t\r");
    size_t length = strlen(answer + first);
    memmove(answer, answer + first, length + 1);
    while (length > 0 && strchr(" \t\r", answer[length - 1]) != NULL)
        answer[--length] = '\0';
}

bool question_ask(const char *question, char answer[QUESTION_ANSWER], question_fn *takes, void *self)
{
    for (;;) {
        char why[QUESTION_WHY] = "that is too long";
        bool whole = false;
        (void)fprintf(stderr, "%s: ", question);
        if (!read_line(answer, &whole)) {
            (void)fputc('\n', stderr);
            return false;
        }
        strip(answer);
        if (whole && takes(self, answer, why))
            return true;
        (void)fprintf(stderr, "  %s\n", why);
    }
}
