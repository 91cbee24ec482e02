#include "officer_sign.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "remark.h"
#include "terminal.h"
#include "wiped_heap.h"

enum { KEY_FILE = 8192 };

static int ask_passphrase(char *buffer, int size, int writing, void *context)
{
    const char *path = context;
    (void)writing;
    terminal_say("%s is locked.\n", path);
    mv_status status = terminal_hidden("Its passphrase (not shown): ", buffer, (size_t)size);
    return status.ok ? (int)strlen(buffer) : -1;
}

static mv_status sign(EVP_PKEY *key, struct approval *approval)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = sizeof approval->signature;
    bool good = context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(context, approval->signature, &size, (const uint8_t *)approval->text,
                               strlen(approval->text)) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    approval->signature_size = good ? size : 0;
    return good ? mv_ok() : mv_fail(MV_INVALID_FIELD, "key: cannot sign");
}

static mv_status sign_with(const char *pem, const char *path, struct approval *approval)
{
    BIO *from = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = from == NULL ? NULL : PEM_read_bio_PrivateKey(from, NULL, ask_passphrase, (void *)(uintptr_t)path);
    BIO_free(from);
    ERR_clear_error();
    if (key == NULL)
        return remark_file(mv_fail(MV_INVALID_FIELD, "key: no PEM key that can be opened"), path);
    mv_status status = hsm_officer_key_accepted(key) ? sign(key, approval)
                                                     : mv_fail(MV_INVALID_FIELD, "key: is not on P-256 or P-384");
    EVP_PKEY_free(key);
    return status;
}

mv_status officer_sign(const char *key_path, struct approval *approval)
{
    wiped_heap_lock();
    char *pem = mv_secret_alloc(KEY_FILE);
    if (pem == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "key");
    mv_status status = remark_file(mv_secret_read_file(key_path, pem, KEY_FILE), key_path);
    if (status.ok)
        status = sign_with(pem, key_path, approval);
    mv_secret_free(pem, KEY_FILE);
    return status;
}

mv_status officer_take_signature(const char *path, struct approval *approval)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return remark_file(mv_fail_code(MV_FILE_FAILED, "signature", (unsigned)errno), path);
    size_t size = fread(approval->signature, 1, sizeof approval->signature, file);
    bool whole = ferror(file) == 0 && fgetc(file) == EOF;
    (void)fclose(file);
    approval->signature_size = size;
    return whole && size > 0 ? mv_ok() : remark_file(mv_fail(MV_APPROVAL_INVALID, "signature"), path);
}
