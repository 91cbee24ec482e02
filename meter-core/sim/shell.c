#include "shell.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"

enum { DIGITS = 20 };

static enum exit_code exit_for(enum mv_result result)
{
    switch (result) {
    case MV_DONE:
    case MV_ACCEPT:
    case MV_KCT_1ST:
    case MV_KCT_2ND:
    case MV_KCT_3RD:
    case MV_KCT_4TH:
        return EXIT_DONE;
    case MV_STORAGE_ERROR:
    case MV_NOT_PROVISIONED:
    case MV_OTHER_FORMAT:
        return EXIT_NOT_READY;
    default:
        return EXIT_REFUSED;
    }
}

static enum exit_code refuse(const struct shell *shell, enum mv_result result)
{
    answer_refusal(shell->meter, result, shell->json);
    return exit_for(result);
}

/* More than 20 digits stay more than 20, so that the meter refuses them. */
static void strip(const char *entered, char digits[DIGITS + 2])
{
    size_t count = 0;
    for (; *entered != '\0' && count < DIGITS + 1; entered++) {
        if (*entered != ' ' && *entered != '-')
            digits[count++] = *entered;
    }
    digits[count] = '\0';
}

/* Digits may stand in groups with spaces or hyphens between them. */
static enum exit_code enter(struct shell *shell, const char *digits)
{
    char stripped[DIGITS + 2];
    struct mv_meter_answer answer;
    strip(digits, stripped);
    enum mv_result result = mv_meter_enter(shell->meter, stripped, &answer);
    if (exit_for(result) != EXIT_DONE)
        return refuse(shell, result);
    answer_print(shell->meter, result, &answer, shell->json);
    return EXIT_DONE;
}

enum exit_code shell_show(struct shell *shell)
{
    enum mv_result result = mv_meter_tick(shell->meter);
    if (result != MV_DONE)
        return refuse(shell, result);
    answer_show(shell->meter, shell->json);
    return EXIT_DONE;
}

enum exit_code shell_wait(struct shell *shell, uint32_t seconds)
{
    *shell->skipped_s += seconds;
    enum mv_result result = mv_meter_tick(shell->meter);
    return result == MV_DONE ? EXIT_DONE : refuse(shell, result);
}

bool shell_seconds(const char *text, uint32_t *seconds)
{
    *seconds = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        *seconds = *seconds * 10 + (uint32_t)(*text - '0');
        if (*seconds > SHELL_WAIT_MAX_S)
            return false;
    }
    return true;
}

static enum exit_code wait_command(struct shell *shell, const char *text)
{
    uint32_t seconds = 0;
    if (shell_seconds(text, &seconds))
        return shell_wait(shell, seconds);
    (void)fprintf(stderr, "metersim: wait needs seconds\n");
    return EXIT_USAGE;
}

static enum exit_code tamper(struct shell *shell)
{
    enum mv_result result = mv_meter_tamper(shell->meter);
    return result == MV_DONE ? EXIT_DONE : refuse(shell, result);
}

static enum exit_code help(void)
{
    printf("enter DIGITS   key in a token\n"
           "show           who the meter is, its balances and settings\n"
           "wait SECONDS   let time pass\n"
           "tamper         open the case\n"
           "quit           leave\n");
    return EXIT_DONE;
}

/* The text after `word` and its spaces, or NULL when the line starts otherwise. */
static const char *after_word(const char *line, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(line, word, length) != 0 || (line[length] != ' ' && line[length] != '\0'))
        return NULL;
    return line + length + strspn(line + length, " ");
}

enum exit_code shell_line(struct shell *shell, const char *line)
{
    line += strspn(line, " \t");
    const char *digits = after_word(line, "enter");
    const char *seconds = after_word(line, "wait");
    if (*line == '\0' || *line == '#')
        return EXIT_DONE;
    if (digits != NULL)
        return enter(shell, digits);
    if (seconds != NULL)
        return wait_command(shell, seconds);
    if (strcmp(line, "show") == 0)
        return shell_show(shell);
    if (strcmp(line, "tamper") == 0)
        return tamper(shell);
    if (strcmp(line, "help") == 0)
        return help();
    if (strcmp(line, "quit") == 0) {
        shell->quit = true;
        return EXIT_DONE;
    }
    if (*line >= '0' && *line <= '9')
        return enter(shell, line);
    fprintf(stderr, "metersim: unknown command; try help\n");
    return EXIT_USAGE;
}

enum exit_code shell_run(struct shell *shell, FILE *input, bool interactive)
{
    char *line = NULL;
    size_t size = 0;
    enum exit_code worst = EXIT_DONE;
    while (!shell->quit) {
        if (interactive) {
            printf("meter> ");
            (void)fflush(stdout);
        }
        if (getline(&line, &size, input) < 0)
            break;
        line[strcspn(line, "\r\n")] = '\0';
        enum exit_code code = shell_line(shell, line);
        worst = code > worst ? code : worst;
    }
    free(line);
    return worst;
}
