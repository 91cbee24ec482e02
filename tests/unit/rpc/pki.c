#include "pki.h"

#include <dirent.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DAY_S = 86400 };

static void must(bool ok)
{
    if (!ok)
        abort();
}

void pki_open(struct pki *pki)
{
    (void)snprintf(pki->directory, sizeof pki->directory, "/tmp/mv-rpc-pki-XXXXXX");
    must(mkdtemp(pki->directory) != NULL);
}

void pki_close(struct pki *pki)
{
    DIR *directory = opendir(pki->directory);
    must(directory != NULL);
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
    (void)closedir(directory);
    (void)rmdir(pki->directory);
}

const char *pki_path(const struct pki *pki, const char *name, const char *ending, char *path)
{
    must(snprintf(path, PKI_PATH, "%s/%s.%s", pki->directory, name, ending) < PKI_PATH);
    return path;
}

static FILE *open_file(const struct pki *pki, const char *name, const char *ending, const char *mode)
{
    char path[PKI_PATH];
    FILE *file = fopen(pki_path(pki, name, ending, path), mode);
    must(file != NULL);
    return file;
}

static void save(const struct pki *pki, const char *name, X509 *certificate, EVP_PKEY *key)
{
    FILE *file = open_file(pki, name, "pem", "we");
    must(PEM_write_X509(file, certificate) == 1);
    (void)fclose(file);
    file = open_file(pki, name, "key", "we");
    must(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1);
    (void)fclose(file);
}

static X509 *blank(const char *name, EVP_PKEY *key, bool expired)
{
    static long serial = 1;
    X509 *certificate = X509_new();
    must(certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1);
    must(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++) == 1);
    must(X509_gmtime_adj(X509_getm_notBefore(certificate), -10L * DAY_S) != NULL);
    must(X509_gmtime_adj(X509_getm_notAfter(certificate), (expired ? -1L : 10L) * DAY_S) != NULL);
    must(X509_set_pubkey(certificate, key) == 1);
    X509_NAME *subject = X509_get_subject_name(certificate);
    must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0) == 1);
    return certificate;
}

static void extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

void pki_make_ca(const struct pki *pki, const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    must(key != NULL);
    X509 *certificate = blank(name, key, false);
    must(X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1);
    extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    must(X509_sign(certificate, key, EVP_sha256()) > 0);
    save(pki, name, certificate, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

void pki_make_leaf(const struct pki *pki, const struct pki_leaf *leaf)
{
    FILE *file = open_file(pki, leaf->issuer, "pem", "re");
    X509 *issuer = PEM_read_X509(file, NULL, NULL, NULL);
    (void)fclose(file);
    file = open_file(pki, leaf->issuer, "key", "re");
    EVP_PKEY *issuer_key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    (void)fclose(file);
    EVP_PKEY *key = leaf->rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    must(issuer != NULL && issuer_key != NULL && key != NULL);
    X509 *certificate = blank(leaf->name, key, leaf->expired);
    must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
    if (leaf->san != NULL)
        extend(certificate, issuer, NID_subject_alt_name, leaf->san);
    must(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
    save(pki, leaf->name, certificate, key);
    X509_free(certificate);
    X509_free(issuer);
    EVP_PKEY_free(key);
    EVP_PKEY_free(issuer_key);
}

void pki_make_principal(const struct pki *pki, const char *name)
{
    char san[128];
    must(snprintf(san, sizeof san, "URI:urn:metervault:principal:%s", name) < (int)sizeof san);
    pki_make_leaf(pki, &(struct pki_leaf){.name = name, .issuer = "ca", .san = san});
}
