#include "shell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

enum { DIGITS = 20, KEY_TYPES = 4 };

static const char *const key_types[KEY_TYPES] = {"DITK (manufacturer)", "DDTK (default)", "DUTK (unique)",
                                                 "DCTK (common)"};

static enum exit_code exit_for(enum mv_result result)
{
    if (result == MV_ACCEPT || result == MV_DONE)
        return EXIT_DONE;
    return result == MV_STORAGE_ERROR || result == MV_NOT_PROVISIONED ? EXIT_NOT_READY : EXIT_REFUSED;
}

static enum exit_code refuse(const struct shell *shell, enum mv_result result)
{
    if (shell->json)
        printf("{\"result\": \"%s\", \"reason\": \"%s\"}\n", words_name(result), words_explain(result));
    else
        printf("refused: %s - %s\n", words_name(result), words_explain(result));
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
    char credited[WORDS_QUANTITY];
    char balance[WORDS_QUANTITY];
    struct mv_meter_answer answer;
    strip(digits, stripped);
    enum mv_result result = mv_meter_enter(shell->meter, stripped, &answer);
    if (result != MV_ACCEPT)
        return refuse(shell, result);
    const char *unit = words_unit(answer.service);
    words_quantity(answer.service, answer.credited, credited);
    words_quantity(answer.service, answer.balance, balance);
    if (shell->json)
        printf("{\"result\": \"ACCEPT\", \"service\": \"%s\", \"credited\": \"%s\", \"balance\": \"%s\", "
               "\"unit\": \"%s\"}\n",
               words_service(answer.service), credited, balance, unit);
    else
        printf("accepted: %s %s, balance %s %s\n", credited, unit, balance, unit);
    return EXIT_DONE;
}

static void show_text(const struct mv_meter_state *state)
{
    const struct mv_meter_identity *id = &state->identity;
    char balance[WORDS_QUANTITY];
    printf("meter          %.18s\n", id->pan);
    printf("algorithm      EA%02u\n", id->key.ea);
    printf("key            %s\n", id->key_type < KEY_TYPES ? key_types[id->key_type] : "?");
    printf("supply group   %06" PRIu32 ", key revision %u, expiry number %u\n", id->supply_group, id->key_revision,
           id->key_expiry);
    printf("tariff index   %02u\n", id->tariff_index);
    for (unsigned i = 0; i < MV_SERVICES; i++) {
        if ((id->measures >> i & 1U) == 0)
            continue;
        words_quantity((enum mv_service)i, state->credit[i], balance);
        printf("%-14s balance %s %s\n", words_service((enum mv_service)i), balance, words_unit((enum mv_service)i));
    }
}

static void show_json(const struct mv_meter_state *state)
{
    const struct mv_meter_identity *id = &state->identity;
    char balance[WORDS_QUANTITY];
    const char *comma = "";
    printf("{\"meter_pan\": \"%.18s\", \"encryption_algorithm\": %u, \"key_type\": %u, ", id->pan, id->key.ea,
           id->key_type);
    printf("\"supply_group_code\": \"%06" PRIu32 "\", \"key_revision_number\": %u, ", id->supply_group,
           id->key_revision);
    printf("\"key_expiry_number\": %u, \"tariff_index\": \"%02u\", \"balances\": [", id->key_expiry, id->tariff_index);
    for (unsigned i = 0; i < MV_SERVICES; i++) {
        if ((id->measures >> i & 1U) == 0)
            continue;
        words_quantity((enum mv_service)i, state->credit[i], balance);
        printf("%s{\"service\": \"%s\", \"balance\": \"%s\", \"unit\": \"%s\"}", comma,
               words_service((enum mv_service)i), balance, words_unit((enum mv_service)i));
        comma = ", ";
    }
    printf("]}\n");
}

enum exit_code shell_show(struct shell *shell)
{
    if (!shell->meter->loaded)
        return refuse(shell, MV_NOT_PROVISIONED);
    if (shell->json)
        show_json(&shell->meter->state);
    else
        show_text(&shell->meter->state);
    return EXIT_DONE;
}

static enum exit_code help(void)
{
    printf("enter DIGITS   key in a token\nshow           who the meter is and its balances\nquit           leave\n");
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
    if (*line == '\0' || *line == '#')
        return EXIT_DONE;
    if (digits != NULL)
        return enter(shell, digits);
    if (strcmp(line, "show") == 0)
        return shell_show(shell);
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
