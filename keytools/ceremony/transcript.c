#include "ceremony/transcript.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "files.h"
#include "hex.h"
#include "remark.h"
#include "words.h"

static const char DOMAIN[] = "metervault transcript 1\n";

mv_status transcript_hash(const uint8_t before[TRANSCRIPT_HASH], const char *json, size_t size,
                          uint8_t hash[TRANSCRIPT_HASH])
{
    enum { FIXED = sizeof DOMAIN - 1 + TRANSCRIPT_HASH };
    uint8_t data[FIXED + TRANSCRIPT_MOST_LINE];
    if (size > TRANSCRIPT_MOST_LINE)
        return mv_fail(MV_INVALID_FIELD, "transcript: a line is too long");
    memcpy(data, DOMAIN, sizeof DOMAIN - 1);
    memcpy(data + sizeof DOMAIN - 1, before, TRANSCRIPT_HASH);
    memcpy(data + FIXED, json, size);
    return mv_sha256(data, FIXED + size, hash);
}

mv_status transcript_open(const char *path, struct transcript *transcript)
{
    *transcript = (struct transcript){.fd = -1};
    /* made by the one function that flushes a file's name, then opened to be added to */
    MV_TRY(file_create(path, "", 0, "transcript"));
    transcript->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    return transcript->fd >= 0 ? mv_ok()
                               : remark_file(mv_fail_code(MV_FILE_FAILED, "transcript", (unsigned)errno), path);
}

void transcript_close(struct transcript *transcript)
{
    if (transcript->fd >= 0)
        (void)close(transcript->fd);
    transcript->fd = -1;
}

static mv_status append(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, data, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return mv_fail_code(MV_FILE_FAILED, "transcript", (unsigned)errno);
        data += done;
        size -= (size_t)done;
    }
    return fsync(fd) == 0 ? mv_ok() : mv_fail_code(MV_FILE_FAILED, "transcript", (unsigned)errno);
}

static mv_status write_line(struct transcript *transcript, const char *json)
{
    char text[TRANSCRIPT_HEX + TRANSCRIPT_MOST_LINE + 2];
    char hex[TRANSCRIPT_HEX];
    uint8_t head[TRANSCRIPT_HASH];
    MV_TRY(transcript_hash(transcript->head, json, strlen(json), head));
    hex_encode(head, sizeof head, hex);
    int length = snprintf(text, sizeof text, "%s %s\n", hex, json);
    MV_TRY(append(transcript->fd, text, (size_t)length));
    memcpy(transcript->head, head, sizeof head);
    transcript->lines++;
    return mv_ok();
}

mv_status transcript_add(struct transcript *transcript, const char *event, json_t *line)
{
    char now[WORDS_TIME];
    json_t *whole = json_pack("{s:I, s:s, s:s}", "n", (json_int_t)transcript->lines + 1, "time",
                              words_time((int64_t)time(NULL), now), "event", event);
    int failed = whole == NULL || line == NULL || json_object_update(whole, line) != 0;
    char *text = failed ? NULL : json_dumps(whole, JSON_COMPACT);
    json_decref(line);
    json_decref(whole);
    mv_status status =
        text == NULL ? mv_fail(MV_INTERNAL_ERROR, "transcript: a line cannot be made") : write_line(transcript, text);
    free(text);
    return status;
}
