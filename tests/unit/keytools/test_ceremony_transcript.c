/* Transcripts: what was written verifies, and nothing that was changed does; the bad line is named. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ceremony/page.h"
#include "ceremony/transcript.h"
#include "ceremony/whole_file.h"
#include "hex.h"
#include "words_spoken.h"

enum { LINES = 7 }; /* of a finished one */

static EVP_PKEY *new_key(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    assert_non_null(key);
    return key;
}

static void sign(EVP_PKEY *key, const uint8_t head[32], char signature_hex[145], char public_hex[183])
{
    uint8_t signature[80];
    size_t size = sizeof signature;
    uint8_t *der = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    assert_int_equal(EVP_PKEY_sign(context, signature, &size, head, 32), 1);
    EVP_PKEY_CTX_free(context);
    assert_int_equal(i2d_PUBKEY(key, &der), HSM_SIGN_PUBLIC);
    hex_encode(signature, size, signature_hex);
    hex_encode(der, HSM_SIGN_PUBLIC, public_hex);
    OPENSSL_free(der);
}

static void add(struct transcript *transcript, const char *event, json_t *line)
{
    assert_true(transcript_add(transcript, event, line).ok);
}

static void add_signature(struct transcript *transcript, EVP_PKEY *key)
{
    char signature[145];
    char public[183];
    sign(key, transcript->head, signature, public);
    add(transcript, "signature",
        json_pack("{s:i, s:s, s:s}", "version", 3, "public_key", public, "signature", signature));
}

/* `lines` of a transcript; the text is the caller's. */
static char *written(size_t lines, bool is_signed, size_t *size)
{
    char path[] = "/tmp/mv-transcript-XXXXXX";
    char *text = NULL;
    struct transcript transcript;
    assert_non_null(mkdtemp(path));
    char file[64];
    (void)snprintf(file, sizeof file, "%s/t", path);
    assert_true(transcript_open(file, &transcript).ok);
    assert_false(transcript_open(file, &(struct transcript){.fd = -1}).ok);
    EVP_PKEY *key = new_key();
    add(&transcript, "ceremony", json_pack("{s:s}", "title", "Ünïcode"));
    for (size_t i = 2; i < LINES - 1 && i <= lines; i++)
        add(&transcript, i == 2 ? "person" : "confirmed", json_pack("{s:s, s:s}", "role", "ann", "name", "Ann Ong"));
    if (lines >= LINES - 1)
        add(&transcript, "closed", json_pack("{s:s, s:b}", "result", "completed", "signed", (int)is_signed));
    if (lines >= LINES)
        add_signature(&transcript, key);
    transcript_close(&transcript);
    EVP_PKEY_free(key);
    assert_true(whole_file_read(file, TRANSCRIPT_MOST_BYTES, &text, size).ok);
    (void)unlink(file);
    (void)rmdir(path);
    return text;
}

static size_t line_of(const char *text, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

static void what_was_written_verifies(void **state)
{
    (void)state;
    size_t size = 0;
    struct transcript_report report;
    char *text = written(LINES, true, &size);
    transcript_verify(text, size, &report, NULL, NULL);
    assert_int_equal(report.state, TRANSCRIPT_SIGNED);
    assert_int_equal(report.lines, LINES);
    assert_int_equal(report.version, 3);
    assert_string_equal(report.result, "completed");
    free(text);
    text = written(LINES - 1, false, &size);
    transcript_verify(text, size, &report, NULL, NULL);
    assert_int_equal(report.state, TRANSCRIPT_UNSIGNED);
    free(text);
    for (size_t lines = 1; lines < LINES; lines++) {
        text = written(lines, true, &size);
        transcript_verify(text, size, &report, NULL, NULL);
        assert_int_equal(report.state, TRANSCRIPT_UNFINISHED);
        assert_int_equal(report.lines, lines);
        assert_non_null(strstr(report.why, lines == LINES - 1 ? "signature is missing" : "end is missing"));
        free(text);
    }
}

/* What the first line and the lines of keys say of the key that signs: a foreign one does not fit in afterwards. */
static void another_signer_needs_a_key_line(void **state)
{
    (void)state;
    static const struct {
        bool first, made; /* names the key that signs, not another one */
        enum transcript_state state;
    } cases[] = {{true, false, TRANSCRIPT_SIGNED}, {false, true, TRANSCRIPT_SIGNED}, {false, false, TRANSCRIPT_BAD}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char folder[] = "/tmp/mv-transcript-XXXXXX";
        char file[64];
        char names[2][TRANSCRIPT_HEX];
        uint8_t *der = NULL;
        uint8_t fingerprint[TRANSCRIPT_HASH];
        EVP_PKEY *key = new_key();
        assert_int_equal(i2d_PUBKEY(key, &der), HSM_SIGN_PUBLIC);
        assert_true(transcript_fingerprint(der, fingerprint).ok);
        OPENSSL_free(der);
        hex_encode(fingerprint, sizeof fingerprint, names[1]);
        fingerprint[0] ^= 1;
        hex_encode(fingerprint, sizeof fingerprint, names[0]);
        assert_non_null(mkdtemp(folder));
        (void)snprintf(file, sizeof file, "%s/t", folder);
        struct transcript transcript;
        assert_true(transcript_open(file, &transcript).ok);
        add(&transcript, "ceremony", json_pack("{s:s}", "signer", names[cases[i].first]));
        add(&transcript, "key", json_pack("{s:s}", "signer", names[cases[i].made]));
        add(&transcript, "note", json_pack("{s:s}", "signer", names[1]));
        add(&transcript, "closed", json_pack("{s:s, s:b}", "result", "completed", "signed", 1));
        add_signature(&transcript, key);
        transcript_close(&transcript);
        EVP_PKEY_free(key);
        char *text = NULL;
        size_t size = 0;
        struct transcript_report report;
        assert_true(whole_file_read(file, TRANSCRIPT_MOST_BYTES, &text, &size).ok);
        (void)unlink(file);
        (void)rmdir(folder);
        transcript_verify(text, size, &report, NULL, NULL);
        free(text);
        assert_int_equal(report.state, cases[i].state);
        assert_true(report.state != TRANSCRIPT_BAD || report.bad_line == 5);
    }
}

/* Every byte, every bit that turns it into another one of text. */
static void every_changed_byte_is_found(void **state)
{
    (void)state;
    size_t size = 0;
    struct transcript_report report;
    char *text = written(LINES, true, &size);
    for (size_t at = 0; at < size; at++) {
        const char was = text[at];
        for (int bit = 0; bit < 8; bit++) {
            text[at] = (char)(was ^ (1 << bit));
            transcript_verify(text, size, &report, NULL, NULL);
            size_t line = line_of(text, at);
            text[at] = was;
            if (at == size - 1) /* the last newline: cut off */
                assert_true(report.state == TRANSCRIPT_BAD || report.state == TRANSCRIPT_UNFINISHED);
            else if (report.state != TRANSCRIPT_BAD || report.bad_line != line)
                fail_msg("byte %zu, bit %d of line %zu: state %d, line %zu", at, bit, line, (int)report.state,
                         report.bad_line);
        }
    }
    free(text);
}

/* Without line i; with it twice; changed places with the next. */
static void missing_and_moved_lines_are_named(void **state)
{
    (void)state;
    size_t size = 0;
    struct transcript_report report;
    char *text = written(LINES, true, &size);
    char *starts[LINES + 1];
    starts[0] = text;
    for (size_t i = 1; i <= LINES; i++)
        starts[i] = strchr(starts[i - 1], '\n') + 1;
    char *changed = malloc(2 * size);
    assert_non_null(changed);
    for (size_t i = 0; i < LINES; i++) {
        size_t before = (size_t)(starts[i] - text);
        size_t length = (size_t)(starts[i + 1] - starts[i]);
        memcpy(changed, text, before);
        memcpy(changed + before, starts[i + 1], size - before - length);
        transcript_verify(changed, size - length, &report, NULL, NULL);
        assert_int_equal(report.state, i == LINES - 1 ? TRANSCRIPT_UNFINISHED : TRANSCRIPT_BAD);
        if (i < LINES - 1) {
            assert_int_equal(report.bad_line, i + 1);
            assert_non_null(strstr(report.why, "missing"));
        }
        memcpy(changed, text, before + length);
        memcpy(changed + before + length, starts[i], size - before);
        transcript_verify(changed, size + length, &report, NULL, NULL);
        assert_int_equal(report.state, TRANSCRIPT_BAD);
        assert_int_equal(report.bad_line, i + 2);
    }
    memcpy(changed, text, size);
    changed[size] = 'x';
    transcript_verify(changed, size + 1, &report, NULL, NULL);
    assert_int_equal(report.state, TRANSCRIPT_BAD);
    assert_int_equal(report.bad_line, LINES + 1);
    transcript_verify(text, size - 5, &report, NULL, NULL);
    assert_int_equal(report.state, TRANSCRIPT_BAD); /* closed already: nobody was cut off there */
    free(changed);
    free(text);
}

/* Whoever rewrites the whole chain has not the key: only the embedded one can be exchanged, which its words show. */
static void a_rewritten_chain_needs_the_key(void **state)
{
    (void)state;
    char path[] = "/tmp/mv-transcript-XXXXXX";
    char file[64];
    char signature[145];
    char public[183];
    struct transcript transcript;
    struct transcript_report report;
    char *text = NULL;
    size_t size = 0;
    assert_non_null(mkdtemp(path));
    (void)snprintf(file, sizeof file, "%s/t", path);
    EVP_PKEY *key = new_key();
    assert_true(transcript_open(file, &transcript).ok);
    add(&transcript, "ceremony", json_object());
    sign(key, transcript.head, signature, public); /* over another head than the last */
    add(&transcript, "closed", json_pack("{s:s, s:b}", "result", "completed", "signed", 1));
    add(&transcript, "signature",
        json_pack("{s:i, s:s, s:s}", "version", 1, "public_key", public, "signature", signature));
    transcript_close(&transcript);
    assert_true(whole_file_read(file, TRANSCRIPT_MOST_BYTES, &text, &size).ok);
    transcript_verify(text, size, &report, NULL, NULL);
    assert_int_equal(report.state, TRANSCRIPT_BAD);
    assert_int_equal(report.bad_line, 3);
    assert_non_null(strstr(report.why, "wrong signature"));
    free(text);
    (void)unlink(file);
    (void)rmdir(path);
    EVP_PKEY_free(key);
}

static void a_page_says_what_is_missing(void **state)
{
    (void)state;
    size_t size = 0;
    char *page = NULL;
    char *text = written(LINES, true, &size);
    assert_true(page_make(text, size, &page).ok);
    assert_non_null(strstr(page, "Ann Ong (ann)"));
    assert_null(strstr(page, "UNFINISHED"));
    free(page);
    text[size / 2] ^= 1;
    assert_int_equal(page_make(text, size, &page).reason, MV_TRANSCRIPT_REFUSED);
    assert_null(page);
    free(text);
    text = written(3, true, &size);
    assert_true(page_make(text, size, &page).ok);
    assert_non_null(strstr(page, "UNFINISHED"));
    free(page);
    free(text);
}

static void words_are_distinct_and_tell_places_apart(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 512; a++) {
        const char *word = words_spoken_one(a / 256, (uint8_t)a);
        assert_true(strlen(word) >= 3 && strlen(word) <= WORDS_SPOKEN_LONGEST);
        assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz"), strlen(word));
        for (unsigned b = a + 1; b < 512; b++)
            assert_string_not_equal(word, words_spoken_one(b / 256, (uint8_t)b));
    }
    char text[WORDS_SPOKEN_TEXT];
    uint8_t most[40];
    memset(most, 255, sizeof most);
    assert_string_equal(words_spoken((const uint8_t[]){0, 0, 1}, 3, text), "acid abacus adult");
    assert_string_equal(words_spoken(most, 0, text), "");
    assert_true(strlen(words_spoken(most, sizeof most, text)) < WORDS_SPOKEN_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_verifies),
        cmocka_unit_test(another_signer_needs_a_key_line),
        cmocka_unit_test(every_changed_byte_is_found),
        cmocka_unit_test(missing_and_moved_lines_are_named),
        cmocka_unit_test(a_rewritten_chain_needs_the_key),
        cmocka_unit_test(a_page_says_what_is_missing),
        cmocka_unit_test(words_are_distinct_and_tell_places_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
