#include <stdio.h>

#include "ceremony/ceremony.h"
#include "hex.h"
#include "remark.h"
#include "terminal.h"
#include "words_spoken.h"

void ceremony_record(struct ceremony *ceremony, const char *event, json_t *line)
{
    if (ceremony->step != NULL && line != NULL)
        (void)json_object_set_new(line, "step", json_string(ceremony->step->name));
    if (!ceremony->recording.ok) {
        json_decref(line);
        return;
    }
    ceremony->recording = transcript_add(&ceremony->transcript, event, line);
}

json_t *ceremony_reason(mv_status status)
{
    const struct mv_reason_info *info = mv_reason_info((enum mv_reason)status.reason);
    json_t *line = json_pack("{s:s}", "reason", info->name);
    if (status.where != NULL)
        (void)json_object_set_new(line, "where", json_string(status.where));
    if (status.detail != 0)
        (void)json_object_set_new(line, "code", json_integer((json_int_t)status.detail));
    const char *about = remark_on(status);
    if (about != NULL) /* not UTF-8: a file name that the transcript cannot hold */
        (void)json_object_set_new(line, "about", json_string(about));
    return line;
}

void ceremony_fingerprint(const char *what, const uint8_t *bytes, size_t size)
{
    char hex[2 * WORDS_SPOKEN_BYTES + 1];
    char text[WORDS_SPOKEN_TEXT];
    hex_encode(bytes, size, hex);
    terminal_say("%s: %s\n", what, hex);
    for (size_t i = 0; i < size; i += CEREMONY_SPOKEN)
        terminal_say("    %s\n",
                     words_spoken(bytes + i, size - i < CEREMONY_SPOKEN ? size - i : CEREMONY_SPOKEN, text));
}
