#include "custodians.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "hex.h"
#include "key_entry.h"
#include "terminal.h"
#include "witness.h"
#include "words.h"

enum { TRIES = 5, ANSWER = 32 };

/* Reads one component and adds it. */
static mv_status type_one(struct components *components, size_t number, size_t count)
{
    char prompt[160];
    (void)snprintf(prompt, sizeof prompt, "Custodian %zu of %zu, %zu hex digits (not shown): ", number, count,
                   2 * components->size);
    char *text = mv_secret_alloc(COMPONENT_TEXT);
    if (text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = terminal_hidden(prompt, text, COMPONENT_TEXT);
    if (status.ok)
        status = components_add_text(components, text);
    mv_secret_free(text, COMPONENT_TEXT);
    return status;
}

/* The custodian compares the KCV with the own paper; a component that is not confirmed is taken back. */
static mv_status confirm_one(const struct hsm_key_request *request, struct components *components, bool *confirmed)
{
    size_t index = components->count - 1;
    enum hsm_kcv_method method;
    uint8_t kcv[HSM_KCV_BYTES];
    char hex[WORDS_KCV];
    char answer[ANSWER];
    MV_TRY(key_entry_component_kcv(request, components, index, &method, kcv));
    terminal_say("KCV of this component: %s, %s\n", words_kcv(kcv, hex), words_kcv_method(method));
    MV_TRY(terminal_line("Is it the one on your paper? [yes/no] ", answer, sizeof answer));
    *confirmed = strcmp(answer, "yes") == 0 || strcmp(answer, "y") == 0;
    if (!*confirmed) {
        witness_tell("wrong-entry", "component", "its KCV is not the one on the custodian's paper");
        mv_secret_wipe(components->bytes[index], sizeof components->bytes[index]);
        components->count--;
    }
    return mv_ok();
}

mv_status custodians_type(const struct hsm_key_request *request, size_t count, struct components *components)
{
    mv_status last = mv_fail(MV_INVALID_FIELD, "component: not confirmed");
    size_t tries = 0;
    while (components->count < count) {
        if (tries++ == TRIES * count)
            return last;
        bool confirmed = false;
        mv_status status = type_one(components, components->count + 1, count);
        if (status.ok)
            status = confirm_one(request, components, &confirmed);
        if (status.ok)
            continue;
        if (status.reason != MV_INVALID_FIELD)
            return status;
        last = status;
        witness_tell("wrong-entry", "component", status.where);
        terminal_say("Not taken (%s). Type it again.\n", status.where);
    }
    return mv_ok();
}

mv_status custodians_confirm(const uint8_t kcv[HSM_KCV_BYTES], enum hsm_kcv_method method)
{
    char hex[WORDS_KCV];
    char answer[ANSWER];
    uint8_t typed[HSM_KCV_BYTES];
    terminal_say("KCV of the combined key: %s, %s\n", words_kcv(kcv, hex), words_kcv_method(method));
    MV_TRY(terminal_line("Type the KCV from the key's paper to import it: ", answer, sizeof answer));
    if (!hex_decode(answer, typed, sizeof typed) || memcmp(typed, kcv, sizeof typed) != 0) {
        witness_tell("wrong-entry", "KCV of the combined key", "not the one that was entered");
        return mv_fail(MV_KCV_MISMATCH, "combined key");
    }
    return mv_ok();
}

static mv_status show_one(const struct components *components, size_t index, char *text)
{
    char prompt[160];
    char answer[ANSWER];
    (void)snprintf(prompt, sizeof prompt, "Custodian %zu of %zu: alone at the screen? Press Enter to see your part. ",
                   index + 1, components->count);
    MV_TRY(terminal_line(prompt, answer, sizeof answer));
    hex_encode(components->bytes[index], components->size, text);
    return terminal_secret_screen(text, "Write it down, keep it sealed. Press Enter to wipe it. ");
}

mv_status custodians_show(const struct components *components)
{
    char *text = mv_secret_alloc(COMPONENT_TEXT);
    if (text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = mv_ok();
    for (size_t i = 0; status.ok && i < components->count; i++)
        status = show_one(components, i, text);
    mv_secret_free(text, COMPONENT_TEXT);
    return status;
}
