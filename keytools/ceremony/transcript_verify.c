/* Reads a transcript years later: the chain, the order of events, the signature. The first line that is wrong is named
 * and nothing after it is believed. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "ceremony/transcript.h"
#include "hex.h"

struct walk {
    struct transcript_report *report;
    transcript_reader *reader;
    void *context;
    char event[TRANSCRIPT_EVENT];                     /* of the last line */
    char signers[TRANSCRIPT_SIGNERS][TRANSCRIPT_HEX]; /* fingerprints of keys that may sign */
    size_t signer_count;
    bool signature_due;              /* the closing line says that there is a signature */
    uint8_t closed[TRANSCRIPT_HASH]; /* head that is signed */
};

static bool bad(struct walk *walk, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool bad(struct walk *walk, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(walk->report->why, sizeof walk->report->why, format, arguments);
    va_end(arguments);
    walk->report->state = TRANSCRIPT_BAD;
    walk->report->bad_line = walk->report->lines + 1;
    return false;
}

mv_status transcript_fingerprint(const uint8_t der[HSM_SIGN_PUBLIC], uint8_t fingerprint[TRANSCRIPT_HASH])
{
    return mv_sha256(der, HSM_SIGN_PUBLIC, fingerprint);
}

static const char *text_of(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));
    return text != NULL ? text : "";
}

static bool hex_of(const json_t *line, const char *name, uint8_t *bytes, size_t size)
{
    const char *text = text_of(line, name);
    return strlen(text) == 2 * size && hex_decode(text, bytes, size);
}

/* The key that the token had at first, and those that it was given in the ceremony. */
static void keep_signer(struct walk *walk, const json_t *line)
{
    const char *event = text_of(line, "event");
    const char *signer = text_of(line, "signer");
    bool names = strcmp(event, "ceremony") == 0 || strcmp(event, "key") == 0;
    if (names && strlen(signer) == TRANSCRIPT_HEX - 1 && walk->signer_count < TRANSCRIPT_SIGNERS)
        memcpy(walk->signers[walk->signer_count++], signer, TRANSCRIPT_HEX);
}

static bool is_named(const struct walk *walk, const uint8_t der[HSM_SIGN_PUBLIC])
{
    uint8_t fingerprint[TRANSCRIPT_HASH];
    char hex[TRANSCRIPT_HEX];
    if (!transcript_fingerprint(der, fingerprint).ok)
        return false;
    hex_encode(fingerprint, sizeof fingerprint, hex);
    for (size_t i = 0; i < walk->signer_count; i++)
        if (strcmp(walk->signers[i], hex) == 0)
            return true;
    return walk->signer_count == 0;
}

static bool check_signature(struct walk *walk, const json_t *line)
{
    uint8_t signature[HSM_SIGNATURE_MOST];
    struct transcript_report *report = walk->report;
    size_t size = strlen(text_of(line, "signature")) / 2;
    json_int_t version = json_integer_value(json_object_get(line, "version"));
    if (size > sizeof signature || !hex_of(line, "signature", signature, size) ||
        !hex_of(line, "public_key", report->signer, sizeof report->signer) || version < 1 || version > UINT32_MAX)
        return bad(walk, "the signature is not in order");
    report->version = (uint32_t)version;
    if (!hsm_sign_check(report->signer, walk->closed, signature, size))
        return bad(walk, "wrong signature: not that of the embedded key over the lines before");
    if (!is_named(walk, report->signer))
        return bad(walk, "signed by another key than the first line, or a key's line after it, names");
    report->state = TRANSCRIPT_SIGNED;
    return true;
}

static void take_close(struct walk *walk, const json_t *line)
{
    struct transcript_report *report = walk->report;
    (void)snprintf(report->result, sizeof report->result, "%s", text_of(line, "result"));
    walk->signature_due = json_is_true(json_object_get(line, "signed"));
    report->state = walk->signature_due ? TRANSCRIPT_UNFINISHED : TRANSCRIPT_UNSIGNED;
    memcpy(walk->closed, report->head, sizeof walk->closed);
}

/* Which event may stand where. */
static bool check_order(struct walk *walk, const char *event)
{
    bool first = walk->report->lines == 0;
    if (first != (strcmp(event, "ceremony") == 0))
        return bad(walk, first ? "a transcript begins with the event ceremony" : "a second beginning");
    bool closed = walk->report->result[0] != '\0';
    bool signature = strcmp(event, "signature") == 0;
    if (closed && (!signature || !walk->signature_due || strcmp(walk->event, "closed") != 0))
        return bad(walk, "stands after the end");
    if (!closed && signature)
        return bad(walk, "a signature before the end");
    return true;
}

static bool check_json(struct walk *walk, const json_t *line)
{
    struct transcript_report *report = walk->report;
    json_int_t number = json_integer_value(json_object_get(line, "n"));
    const char *event = text_of(line, "event");
    if (number != (json_int_t)report->lines + 1)
        return bad(walk, "line %zu is missing or out of order: this one is number %lld", report->lines + 1,
                   (long long)number);
    return check_order(walk, event);
}

static bool take_json(struct walk *walk, const json_t *line)
{
    struct transcript_report *report = walk->report;
    const char *event = text_of(line, "event");
    if (strcmp(event, "signature") == 0 && !check_signature(walk, line))
        return false;
    if (report->lines == 0)
        (void)snprintf(report->after, sizeof report->after, "%s", text_of(line, "after"));
    keep_signer(walk, line);
    if (strcmp(event, "closed") == 0)
        take_close(walk, line);
    if (strcmp(event, "closed") == 0 && report->result[0] == '\0')
        return bad(walk, "the end has no result");
    (void)snprintf(walk->event, sizeof walk->event, "%s", event);
    report->lines++;
    if (walk->reader != NULL)
        walk->reader(walk->context, report->lines, line);
    return true;
}

/* `hash` is what the line says, of which the chain decides whether it is right. */
static bool check_line(struct walk *walk, const char *json, size_t size, const uint8_t hash[TRANSCRIPT_HASH])
{
    uint8_t computed[TRANSCRIPT_HASH];
    json_error_t error;
    json_t *line = json_loadb(json, size, JSON_REJECT_DUPLICATES, &error);
    bool chained =
        transcript_hash(walk->report->head, json, size, computed).ok && memcmp(computed, hash, sizeof computed) == 0;
    bool good = json_is_object(line) || bad(walk, "changed: it is no JSON object");
    /* a line that was left out breaks the chain too, and its number says more */
    good = good && check_json(walk, line);
    good =
        good && (chained || bad(walk, "changed: its hash does not fit, or the line before was changed with its hash"));
    if (good)
        memcpy(walk->report->head, hash, TRANSCRIPT_HASH);
    good = good && take_json(walk, line);
    json_decref(line);
    return good;
}

static bool read_line(struct walk *walk, const char *line, size_t length)
{
    char hex[TRANSCRIPT_HEX];
    uint8_t hash[TRANSCRIPT_HASH];
    if (length <= TRANSCRIPT_HEX || line[TRANSCRIPT_HEX - 1] != ' ')
        return bad(walk, "is not a hash, a blank and the line's text");
    memcpy(hex, line, TRANSCRIPT_HEX - 1);
    hex[TRANSCRIPT_HEX - 1] = '\0';
    if (strspn(hex, "0123456789ABCDEF") != TRANSCRIPT_HEX - 1 || !hex_decode(hex, hash, sizeof hash))
        return bad(walk, "its hash is not 64 hex digits");
    return check_line(walk, line + TRANSCRIPT_HEX, length - TRANSCRIPT_HEX, hash);
}

static void read_all(struct walk *walk, const char *text, size_t size)
{
    struct transcript_report *report = walk->report;
    size_t at = 0;
    while (at < size) {
        const char *end = memchr(text + at, '\n', size - at);
        if (end == NULL) {
            (void)snprintf(report->why, sizeof report->why, "line %zu is cut off", report->lines + 1);
            /* whoever is cut off while writing leaves that; behind an end it was put there */
            if (report->result[0] != '\0')
                (void)bad(walk, "bytes that end no line");
            return;
        }
        if (!read_line(walk, text + at, (size_t)(end - (text + at))))
            return;
        at = (size_t)(end - text) + 1;
    }
    if (report->state == TRANSCRIPT_UNFINISHED)
        (void)snprintf(report->why, sizeof report->why, "%s",
                       report->result[0] != '\0' ? "the signature is missing" : "the end is missing");
}

void transcript_verify(const char *text, size_t size, struct transcript_report *report, transcript_reader *reader,
                       void *context)
{
    struct walk walk = {.report = report, .reader = reader, .context = context};
    memset(report, 0, sizeof *report);
    report->state = TRANSCRIPT_UNFINISHED;
    read_all(&walk, text, size);
}
