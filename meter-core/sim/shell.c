#include "shell.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "board_commands.h"

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

enum exit_code shell_exit(const struct shell *shell, enum mv_result result)
{
    enum exit_code code = exit_for(result);
    if (code != EXIT_DONE)
        answer_refusal(&shell->p->meter, result, shell->json);
    return code;
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
    enum mv_result result = mv_prepay_enter(shell->p, stripped, &answer);
    enum exit_code code = shell_exit(shell, result);
    if (code == EXIT_DONE)
        answer_print(shell->p, result, &answer, shell->json);
    return code;
}

enum exit_code shell_show(struct shell *shell)
{
    enum exit_code code = shell_exit(shell, mv_prepay_tick(shell->p));
    if (code == EXIT_DONE)
        answer_show(shell->p, shell->json);
    return code;
}

enum exit_code shell_wait(struct shell *shell, uint32_t seconds)
{
    shell->board->file.skipped_s += seconds;
    return shell_exit(shell, mv_prepay_tick(shell->p));
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

static enum exit_code help(void)
{
    printf("enter DIGITS   key in a token\n"
           "show           who the meter is, its balances and settings\n"
           "wait SECONDS   let time pass at once\n"
           "run SECONDS    let time pass second by second under the load\n"
           "load W [W W]   load behind the switch, of each phase\n"
           "pulses N [P]   pulses of the metering part, phase 0 to 2\n"
           "clock UNIX     set the board's clock; clock lost: it forgets\n"
           "key KEYS       press keys: digits, < deletes, E enters\n"
           "record HEX     hand in a native record\n"
           "return         take a native return\n"
           "card insert S  put in the card that listens on the UNIX socket S\n"
           "card remove    take it out\n"
           "screen         what the display shows\n"
           "registers, supply, events, state\n"
           "bypass on|off  the sealed switch that leaves control of supply\n"
           "switch KIND    the load switch is good, stuck or has no-feedback\n"
           "tamper         open the case\n"
           "hold           from now on time passes by wait and run alone\n"
           "press KEYS     of the panel: Up Down Left Right Enter Backspace Escape, else characters\n"
           "panel          what the panel looks like\n"
           "cut            lose power without a warning, and leave\n"
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

/* Splits the line into its first word and the rest. */
static bool other_command(struct shell *shell, const char *line, enum exit_code *code)
{
    char word[16];
    size_t length = strcspn(line, " ");
    if (length >= sizeof word)
        return false;
    memcpy(word, line, length);
    word[length] = '\0';
    return board_command(shell, word, line + length + strspn(line + length, " "), code);
}

enum exit_code shell_line(struct shell *shell, const char *line)
{
    enum exit_code code = EXIT_DONE;
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
        return shell_exit(shell, mv_prepay_tamper(shell->p));
    if (strcmp(line, "help") == 0)
        return help();
    if (strcmp(line, "quit") == 0) {
        shell->quit = true;
        return EXIT_DONE;
    }
    if (*line >= '0' && *line <= '9')
        return enter(shell, line);
    if (other_command(shell, line, &code))
        return code;
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
