#include "board_commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "card_command.h"
#include "hex.h"
#include "metervault/codes.h"
#include "metervault/prepay_record.h"
#include "panel_script.h"
#include "report.h"

static enum exit_code bad(const char *what)
{
    fprintf(stderr, "metersim: %s\n", what);
    return EXIT_USAGE;
}

/* Up to `most` decimal numbers with spaces between them; 0 for anything else. */
static unsigned numbers(const char *text, uint32_t *list, unsigned most)
{
    unsigned count = 0;
    while (*text != '\0') {
        char *end = NULL;
        if (count == most || *text < '0' || *text > '9')
            return 0;
        errno = 0;
        unsigned long long number = strtoull(text, &end, 10);
        if (errno != 0 || number > UINT32_MAX || (*end != ' ' && *end != '\0'))
            return 0;
        list[count++] = (uint32_t)number;
        text = end + strspn(end, " ");
    }
    return count;
}

/* ---- load and time ---- */

static enum exit_code load(struct shell *shell, const char *rest)
{
    uint32_t watts[MV_PHASES] = {0};
    if (numbers(rest, watts, MV_PHASES) == 0)
        return bad("load needs watts, for up to three phases");
    memcpy(shell->board->load_w, watts, sizeof watts);
    return EXIT_DONE;
}

static enum exit_code pulses(struct shell *shell, const char *rest)
{
    uint32_t list[2] = {0};
    if (numbers(rest, list, 2) == 0 || list[1] >= MV_PHASES)
        return bad("pulses needs their count, and perhaps a phase 0 to 2");
    mv_prepay_pulses(shell->p, (uint8_t)list[1], list[0]);
    return shell_exit(shell, mv_prepay_tick(shell->p));
}

static enum exit_code run(struct shell *shell, const char *rest)
{
    uint32_t seconds = 0;
    if (!shell_seconds(rest, &seconds))
        return bad("run needs seconds");
    if (shell->panel.p != NULL && !shell->panel.powered) { /* only the clock goes on */
        shell->board->file.skipped_s += seconds;
        return EXIT_DONE;
    }
    return shell_exit(shell, board_run(shell->board, shell->p, seconds));
}

static enum exit_code set_clock(struct shell *shell, const char *rest)
{
    uint32_t unix_s = 0;
    bool lost = strcmp(rest, "lost") == 0;
    if (!lost && numbers(rest, &unix_s, 1) == 0)
        return bad("clock needs Unix seconds, or the word lost");
    if (lost)
        shell->board->clock_lost = true;
    else
        (void)shell->p->port.clock_set(shell->board, unix_s);
    return shell_exit(shell, mv_prepay_tick(shell->p));
}

/* ---- keys and cards ---- */

static enum exit_code keys(struct shell *shell, const char *rest)
{
    enum mv_result result = MV_DONE;
    if (*rest == '\0' || rest[strspn(rest, "0123456789<E ")] != '\0')
        return bad("key needs digits, < to delete, E to enter");
    for (; *rest != '\0'; rest++) {
        if (*rest == ' ')
            continue;
        enum mv_key key = *rest == 'E' ? MV_KEY_ENTER : *rest == '<' ? MV_KEY_BACK : (enum mv_key)(*rest - '0');
        result = mv_prepay_key(shell->p, key);
    }
    return shell_exit(shell, result);
}

static enum exit_code record(struct shell *shell, const char *rest)
{
    uint8_t bytes[MV_RECORD_MAX];
    struct mv_record_answer answer;
    size_t size = strlen(rest) / 2;
    if (size > sizeof bytes || !hex_parse(rest, strlen(rest), bytes, size))
        return bad("record needs up to 255 bytes in hex");
    enum mv_result result = mv_prepay_record(shell->p, bytes, (uint32_t)size, &answer);
    if (result != MV_ACCEPT)
        return shell_exit(shell, result);
    printf(shell->json ? "{\"result\": \"ACCEPT\", \"kind\": %u, \"credited\": %" PRId64 ", \"remaining\": %" PRId64
                         ", \"return_due\": %s}\n"
                       : "accepted: record of kind %u, credited %" PRId64 ", remaining %" PRId64 ", return due: %s\n",
           answer.kind, answer.credited, answer.remaining, answer.return_due ? "true" : "false");
    return EXIT_DONE;
}

static enum exit_code make_return(struct shell *shell)
{
    uint8_t bytes[MV_RECORD_MAX];
    uint32_t size = 0;
    enum mv_result result = mv_prepay_return(shell->p, bytes, &size);
    if (result != MV_DONE)
        return shell_exit(shell, result);
    printf("%s", shell->json ? "{\"return\": \"" : "");
    for (uint32_t i = 0; i < size; i++)
        printf("%02X", bytes[i]);
    printf("%s\n", shell->json ? "\"}" : "");
    return EXIT_DONE;
}

/* ---- emergencies and faults ---- */

static enum exit_code bypass(struct shell *shell, const char *rest)
{
    bool on = strcmp(rest, "on") == 0;
    if (!on && strcmp(rest, "off") != 0)
        return bad("bypass needs on or off");
    return shell_exit(shell, mv_prepay_bypass(shell->p, on));
}

static enum exit_code set_switch(struct shell *shell, const char *rest)
{
    static const char *const kinds[] = {
        [BOARD_SWITCH_GOOD] = "good", [BOARD_SWITCH_STUCK] = "stuck", [BOARD_SWITCH_NO_FEEDBACK] = "no-feedback"};
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(rest, kinds[i]) == 0) {
            shell->board->kind = (enum board_switch)i;
            return EXIT_DONE;
        }
    }
    return bad("switch needs good, stuck or no-feedback");
}

/* The mains goes without a warning: what is not in the memory is lost. */
static enum exit_code lose_power(struct shell *shell)
{
    shell->quit = true;
    shell->cut = true;
    return EXIT_DONE;
}

/* ---- the panel ---- */

static struct panel *panel_of(struct shell *shell)
{
    if (shell->panel.p == NULL)
        panel_start(&shell->panel, shell->p, shell->board);
    return &shell->panel;
}

static enum exit_code press(struct shell *shell, const char *rest)
{
    if (*rest == '\0')
        return bad("press needs keys");
    panel_script_press(panel_of(shell), rest);
    return EXIT_DONE;
}

/* ---- */

static bool report(struct shell *shell, const char *word)
{
    if (strcmp(word, "screen") == 0)
        report_screen(shell->p, shell->json);
    else if (strcmp(word, "registers") == 0)
        report_registers(shell->p, shell->json);
    else if (strcmp(word, "supply") == 0)
        report_supply(shell->p, shell->board, shell->json);
    else if (strcmp(word, "events") == 0)
        report_events(shell->p, shell->json);
    else if (strcmp(word, "state") == 0)
        report_state(shell->p, shell->json);
    else
        return false;
    return true;
}

bool board_command(struct shell *shell, const char *word, const char *rest, enum exit_code *code)
{
    static const struct {
        const char *word;
        enum exit_code (*run)(struct shell *shell, const char *rest);
    } commands[] = {{"load", load},   {"pulses", pulses},    {"run", run},       {"clock", set_clock},
                    {"key", keys},    {"record", record},    {"bypass", bypass}, {"switch", set_switch},
                    {"press", press}, {"card", card_command}};
    *code = EXIT_DONE;
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(word, commands[i].word) == 0) {
            *code = commands[i].run(shell, rest);
            return true;
        }
    }
    if (*rest != '\0')
        return false;
    if (strcmp(word, "return") == 0)
        *code = make_return(shell);
    else if (strcmp(word, "cut") == 0)
        *code = lose_power(shell);
    else if (strcmp(word, "hold") == 0)
        mv_nv_file_hold(&shell->board->file);
    else if (strcmp(word, "panel") == 0)
        panel_script_print(panel_of(shell));
    else
        return report(shell, word);
    return true;
}
