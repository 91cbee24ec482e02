#include "approval_file.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "once.h"
#include "remark.h"

#define SIGNATURE_NAME "METERVAULT ACT SIGNATURE"
#define BEGIN          "-----BEGIN "

enum { FILE_MOST = MV_ACT_TEXT + 2 * APPROVAL_CERTIFICATE + 2 * APPROVAL_SIGNATURE };

static mv_status invalid(const char *where, const char *path)
{
    return remark_file(mv_fail(MV_APPROVAL_INVALID, where), path);
}

/* Terminated; a file with a NUL in it is cut there and then not of the form. */
static mv_status read_file(const char *path, char *text, size_t size)
{
    const char *data = NULL;
    size_t used = 0;
    MV_TRY(once_read(path, "approval", &data, &used));
    if (used >= size)
        return invalid("approval: too long", path);
    memcpy(text, data, used + 1);
    return mv_ok();
}

mv_status approval_read_text(const char *path, char text[MV_ACT_TEXT])
{
    return read_file(path, text, MV_ACT_TEXT);
}

static bool take_block(BIO *from, const char *expected, uint8_t *data, size_t size, size_t *used)
{
    char *name = NULL;
    char *header = NULL;
    unsigned char *bytes = NULL;
    long length = 0;
    bool good = PEM_read_bio(from, &name, &header, &bytes, &length) == 1 && strcmp(name, expected) == 0 && length > 0 &&
                (size_t)length <= size;
    if (good) {
        memcpy(data, bytes, (size_t)length);
        *used = (size_t)length;
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(bytes);
    ERR_clear_error();
    return good;
}

static bool read_blocks(const char *text, struct approval *approval)
{
    BIO *from = BIO_new_mem_buf(text, -1);
    bool good =
        from != NULL &&
        take_block(from, PEM_STRING_X509, approval->certificate, sizeof approval->certificate,
                   &approval->certificate_size) &&
        take_block(from, SIGNATURE_NAME, approval->signature, sizeof approval->signature, &approval->signature_size);
    BIO_free(from);
    return good;
}

mv_status approval_read(const char *path, struct approval *approval)
{
    char text[FILE_MOST];
    memset(approval, 0, sizeof *approval);
    MV_TRY(read_file(path, text, sizeof text));
    const char *blocks = strstr(text, BEGIN);
    if (blocks == NULL || (size_t)(blocks - text) >= sizeof approval->text)
        return invalid("approval: not a signed act", path);
    memcpy(approval->text, text, (size_t)(blocks - text));
    return read_blocks(blocks, approval) ? mv_ok() : invalid("approval: certificate and signature", path);
}

mv_status approval_write(const char *path, const struct approval *approval)
{
    BIO *to = BIO_new(BIO_s_mem());
    char *data = NULL;
    bool good = to != NULL && BIO_puts(to, approval->text) > 0 &&
                PEM_write_bio(to, PEM_STRING_X509, "", approval->certificate, (long)approval->certificate_size) > 0 &&
                PEM_write_bio(to, SIGNATURE_NAME, "", approval->signature, (long)approval->signature_size) > 0;
    long size = good ? BIO_get_mem_data(to, &data) : 0;
    mv_status status =
        size > 0 ? file_create(path, data, (size_t)size, "approval") : mv_fail(MV_OUT_OF_MEMORY, "approval");
    BIO_free(to);
    return status;
}

struct hsm_signed_text approval_signed(const struct approval *approval)
{
    return (struct hsm_signed_text){.text = approval->text,
                                    .certificate = approval->certificate,
                                    .certificate_size = approval->certificate_size,
                                    .signature = approval->signature,
                                    .signature_size = approval->signature_size};
}
