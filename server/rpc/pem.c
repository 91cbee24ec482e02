#include "rpc/pem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"

enum { LARGEST = 1024 * 1024 };

static const char *const titles[RPC_PEM_FILES] = {"certificate_file", "key_file", "client_ca_file"};

mv_status rpc_pem_look(const struct rpc_pem_paths *paths, struct rpc_pem_look *look)
{
    memset(look, 0, sizeof *look);
    for (unsigned i = 0; i < RPC_PEM_FILES; i++) {
        struct stat info;
        if (stat(paths->path[i], &info) != 0)
            return mv_fail_code(MV_FILE_FAILED, titles[i], (unsigned)errno);
        look->file[i].device = info.st_dev;
        look->file[i].inode = info.st_ino;
        look->file[i].size = info.st_size;
        look->file[i].modified = info.st_mtim;
    }
    return mv_ok();
}

static mv_status fill(int fd, const char *title, char **text, size_t *allocated)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return mv_fail_code(MV_FILE_FAILED, title, (unsigned)errno);
    if (!S_ISREG(info.st_mode) || info.st_size <= 0 || info.st_size > LARGEST)
        return mv_fail(MV_CONFIG_INVALID, title);
    size_t size = (size_t)info.st_size;
    *text = mv_secret_alloc(size + 1);
    if (*text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, title);
    *allocated = size + 1;
    for (size_t used = 0; used < size;) {
        ssize_t got = read(fd, *text + used, size - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return mv_fail_code(MV_FILE_FAILED, title, got < 0 ? (unsigned)errno : 0);
        used += (size_t)got;
    }
    return mv_ok();
}

static mv_status read_file(const char *path, const char *title, char **text, size_t *allocated)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return mv_fail_code(MV_FILE_FAILED, title, (unsigned)errno);
    mv_status status = fill(fd, title, text, allocated);
    (void)close(fd);
    return status;
}

/* Instead of a question on the terminal: a key under a passphrase is simply refused. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

static mv_status check_pair(X509 *certificate, EVP_PKEY *key)
{
    if (key == NULL)
        return mv_fail(MV_CONFIG_INVALID, "key_file: no unencrypted PEM key");
    if (certificate == NULL)
        return mv_fail(MV_CONFIG_INVALID, "certificate_file: no PEM certificate");
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC)
        return mv_fail(MV_TLS_KEY_NOT_EC, "key_file");
    EVP_PKEY *certified = X509_get0_pubkey(certificate);
    if (certified == NULL || EVP_PKEY_get_base_id(certified) != EVP_PKEY_EC)
        return mv_fail(MV_TLS_KEY_NOT_EC, "certificate_file");
    if (X509_check_private_key(certificate, key) != 1)
        return mv_fail(MV_CONFIG_INVALID, "key_file: does not fit the certificate");
    return mv_ok();
}

static X509 *first_certificate(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    X509 *certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    return certificate;
}

static mv_status check_ca(const char *text)
{
    X509 *ca = first_certificate(text);
    if (ca == NULL)
        return mv_fail(MV_CONFIG_INVALID, "client_ca_file: no PEM certificate");
    X509_free(ca);
    return mv_ok();
}

static mv_status check(const struct rpc_pem *pem)
{
    BIO *bio = BIO_new_mem_buf(pem->text[RPC_PEM_KEY], -1);
    EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    X509 *certificate = first_certificate(pem->text[RPC_PEM_CERTIFICATE]);
    mv_status status = check_pair(certificate, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return status.ok ? check_ca(pem->text[RPC_PEM_CA]) : status;
}

mv_status rpc_pem_read(const struct rpc_pem_paths *paths, struct rpc_pem *pem)
{
    memset(pem, 0, sizeof *pem);
    mv_status status = mv_ok();
    for (unsigned i = 0; status.ok && i < RPC_PEM_FILES; i++)
        status = read_file(paths->path[i], titles[i], &pem->text[i], &pem->size[i]);
    if (status.ok)
        status = check(pem);
    if (!status.ok)
        rpc_pem_wipe(pem);
    return status;
}

void rpc_pem_wipe(struct rpc_pem *pem)
{
    for (unsigned i = 0; i < RPC_PEM_FILES; i++)
        if (pem->text[i] != NULL)
            mv_secret_free(pem->text[i], pem->size[i]);
    memset(pem, 0, sizeof *pem);
}
