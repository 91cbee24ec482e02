/* Scripts and transcripts of ceremonies from anywhere: a script is taken within its bounds and every fault has a line;
 * a transcript never reads past its end. Input: first byte even for a script, odd for a transcript. */
#include <stdlib.h>
#include <string.h>

#include "ceremony/act_files.h"
#include "ceremony/page.h"
#include "ceremony/script_check.h"
#include "ceremony/transcript.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void say(void *context, unsigned line, const char *what)
{
    size_t *faults = context;
    require(line > 0 && strlen(what) < SCRIPT_WHAT);
    (*faults)++;
}

static void try_script(const char *text, size_t size)
{
    struct script *script = NULL;
    struct script_fault fault;
    size_t faults = 0;
    const struct script_world world = {.context = &faults, .say = say};
    if (script_parse(text, size, &script, &fault)) {
        require(script->role_count <= SCRIPT_MOST_ROLES && script->step_count <= SCRIPT_MOST_STEPS);
        require(script_check(script, &world) == faults);
        for (size_t i = 0; i < script->step_count; i++)
            json_decref(script_act_words(&script->steps[i]));
    } else {
        require(fault.line > 0 && memchr(fault.what, '\0', sizeof fault.what) != NULL);
    }
    script_free(script);
}

static void try_transcript(const char *text, size_t size)
{
    struct transcript_report report;
    char *page = NULL;
    transcript_verify(text, size, &report, NULL, NULL);
    require((report.state == TRANSCRIPT_BAD) == (report.bad_line > 0));
    require(page_make(text, size, &page).ok == (report.state != TRANSCRIPT_BAD));
    free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    /* a copy of its own, so that one byte past it is seen */
    char *text = malloc(size > 1 ? size - 1 : 1);
    if (text == NULL)
        return 0;
    memcpy(text, data + 1, size - 1);
    if (data[0] % 2 == 0)
        try_script(text, size - 1);
    else
        try_transcript(text, size - 1);
    free(text);
    return 0;
}
