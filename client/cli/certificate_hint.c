/* A server that refuses a certificate only closes the connection: the dates tell the person why. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "cli.h"

static void print_date(const char *path, const char *what, const ASN1_TIME *time)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) == 1)
        (void)fprintf(stderr, "The certificate in %s %s %04d-%02d-%02d %02d:%02d UTC.\n", path, what,
                      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min);
}

void cli_certificate_hint(const char *path)
{
    BIO *file = path != NULL ? BIO_new_file(path, "r") : NULL;
    X509 *certificate = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
    if (certificate != NULL && X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
        print_date(path, "expired on", X509_get0_notAfter(certificate));
    if (certificate != NULL && X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
        print_date(path, "is not valid before", X509_get0_notBefore(certificate));
    X509_free(certificate);
    BIO_free(file);
    ERR_clear_error();
}
