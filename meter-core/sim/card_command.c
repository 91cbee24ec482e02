#include "card_command.h"

#include <inttypes.h>
#include <string.h>

#include "metervault/codes.h"

static void print_outcome(const struct mv_card_outcome *outcome, bool json)
{
    printf(json ? "{\"card\": \"%s\", \"outcome\": \"%s\", \"taken\": %u, \"credited\": %" PRId64
                  ", \"remaining\": %" PRId64 ", \"returned\": %s}\n"
                : "card: %s, %s, records taken %u, credited %" PRId64 ", remaining %" PRId64 ", return written: %s\n",
           card_slot_kind(outcome->kind), mv_code_name(outcome->result), outcome->taken, outcome->credited,
           outcome->remaining, outcome->returned ? "true" : "false");
}

static enum exit_code insert(struct shell *shell, const char *path)
{
    struct card_slot *slot = &shell->board->card;
    const char *fault = card_slot_insert(slot, shell->p, path);
    if (fault != NULL) {
        fprintf(stderr, "metersim: %s: %s\n", path, fault);
        return EXIT_NOT_READY;
    }
    print_outcome(&slot->outcome, shell->json);
    return shell_exit(shell, slot->outcome.result);
}

enum exit_code card_command(struct shell *shell, const char *rest)
{
    static const char word[] = "insert ";
    size_t length = sizeof word - 1;
    if (strncmp(rest, word, length) == 0 && rest[length] != '\0')
        return insert(shell, rest + length);
    if (strcmp(rest, "remove") == 0) {
        card_slot_remove(&shell->board->card);
        return EXIT_DONE;
    }
    fprintf(stderr, "metersim: card needs insert SOCKET, or remove\n");
    return EXIT_USAGE;
}
