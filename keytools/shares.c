/* A set of shares in memory and in files. */
#include "shares.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "files.h"
#include "remark.h"
#include "token_random.h"

struct shares *shares_new(void)
{
    return mv_secret_alloc(sizeof(struct shares));
}

void shares_free(struct shares *shares)
{
    mv_secret_free(shares, sizeof *shares);
}

enum codex32_fault shares_add(struct shares *shares, const char *text, size_t *at)
{
    struct codex32 *next = &shares->items[shares->count];
    struct codex32 *derived = mv_secret_alloc(sizeof *derived);
    if (shares->count == CODEX32_MOST_K || derived == NULL) {
        mv_secret_free(derived, sizeof *derived);
        return CODEX32_TOO_MANY;
    }
    enum codex32_fault fault = codex32_parse(text, next, at);
    /* too few is what a set is until it is complete */
    if (fault == CODEX32_FINE)
        fault = codex32_derive(shares->items, shares->count + 1, 's', derived, NULL);
    if (fault == CODEX32_TOO_FEW)
        fault = CODEX32_FINE;
    if (fault == CODEX32_FINE)
        shares->count++;
    else
        mv_secret_wipe(next, sizeof *next);
    mv_secret_free(derived, sizeof *derived);
    return fault;
}

size_t shares_missing(const struct shares *shares)
{
    return shares->count == 0 ? 1 : codex32_threshold(&shares->items[0]) - shares->count;
}

/* Places only: what stands there is part of a secret, and this may end in a log. */
static void print_places(const char *text)
{
    struct codex32_correction *correction = mv_secret_alloc(sizeof *correction);
    if (correction == NULL)
        return;
    if (codex32_correct(text, correction)) {
        (void)fprintf(stderr, "compare with the paper:");
        for (size_t i = 0; i < correction->count; i++)
            (void)fprintf(stderr, " character %zu", correction->places[i]);
        (void)fputc('\n', stderr);
    }
    mv_secret_free(correction, sizeof *correction);
}

static mv_status read_file(struct shares *shares, const char *path)
{
    size_t at = 0;
    char *text = mv_secret_alloc(CODEX32_TYPED);
    if (text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "share");
    mv_status status = remark_file(mv_secret_read_file(path, text, CODEX32_TYPED), path);
    if (status.ok) {
        enum codex32_fault fault = shares_add(shares, text, &at);
        if (fault != CODEX32_FINE) {
            (void)fprintf(stderr, "%s: %s", path, codex32_fault_text(fault));
            (void)fprintf(stderr, at > 0 ? ", character %zu\n" : "\n", at);
            print_places(text);
            status = mv_fail(MV_SHARE_REFUSED, codex32_fault_text(fault));
        }
    }
    mv_secret_free(text, CODEX32_TYPED);
    return status;
}

mv_status shares_read_files(struct shares *shares, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        MV_TRY(read_file(shares, paths[i]));
    return mv_ok();
}

mv_status shares_combine(const struct shares *shares, uint8_t *secret, size_t size)
{
    size_t at = 0;
    struct codex32 *derived = mv_secret_alloc(sizeof *derived);
    if (derived == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "share");
    enum codex32_fault fault = codex32_derive(shares->items, shares->count, 's', derived, &at);
    if (fault == CODEX32_FINE && derived->size != size)
        fault = CODEX32_BAD_LENGTH;
    if (fault == CODEX32_FINE)
        codex32_payload(derived, secret);
    mv_secret_free(derived, sizeof *derived);
    return fault == CODEX32_FINE ? mv_ok() : mv_fail(MV_SHARE_REFUSED, codex32_fault_text(fault));
}

/* Four letters of the alphabet that name a set. */
static mv_status choose_identifier(struct hsm *hsm, char identifier[CODEX32_IDENTIFIER + 1])
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    uint8_t bytes[CODEX32_IDENTIFIER];
    MV_TRY(hsm_random(hsm, bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++)
        identifier[i] = alphabet[bytes[i] & 31U];
    identifier[CODEX32_IDENTIFIER] = '\0';
    return mv_ok();
}

mv_status shares_split(struct hsm *hsm, const uint8_t *secret, size_t size, unsigned k, size_t count,
                       struct shares *shares)
{
    const struct codex32_random random = {token_random, hsm};
    char identifier[CODEX32_IDENTIFIER + 1];
    MV_TRY(choose_identifier(hsm, identifier));
    MV_TRY(codex32_split(secret, size, k, count, identifier, &random, shares->items));
    shares->count = count;
    for (size_t i = 0; i < count; i++)
        shares->items[i].upper = true; /* easier to write and to read than lower case */
    return mv_ok();
}

static mv_status write_file(const struct codex32 *share, const char *path)
{
    char *text = mv_secret_alloc(CODEX32_TEXT + 1);
    if (text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "share");
    codex32_text(share, text);
    size_t length = strlen(text);
    text[length] = '\n';
    mv_status status = file_create(path, text, length + 1, "share file");
    mv_secret_free(text, CODEX32_TEXT + 1);
    return status;
}

static void remove_files(const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)unlink(paths[i]);
}

mv_status shares_write_files(const struct shares *shares, const char *const *paths)
{
    for (size_t i = 0; i < shares->count; i++) {
        mv_status status = write_file(&shares->items[i], paths[i]);
        if (status.ok)
            continue;
        remove_files(paths, i);
        return status;
    }
    return mv_ok();
}
