/* Certificates of a test, made on the spot in a directory of its own. Everything aborts on failure. */
#ifndef RPC_TEST_PKI_H
#define RPC_TEST_PKI_H

#include <stdbool.h>

enum { PKI_PATH = 256 };

struct pki {
    char directory[64];
};

struct pki_leaf {
    const char *name;   /* NAME.pem, NAME.key */
    const char *issuer; /* name of a CA */
    const char *san;    /* as in openssl's subjectAltName; NULL: none */
    bool rsa;           /* instead of EC P-256 */
    bool expired;
};

void pki_open(struct pki *pki);
/* Removes it all. */
void pki_close(struct pki *pki);
void pki_make_ca(const struct pki *pki, const char *name);
void pki_make_leaf(const struct pki *pki, const struct pki_leaf *leaf);
/* "urn:metervault:principal:NAME" by EC from the CA "ca". */
void pki_make_principal(const struct pki *pki, const char *name);
/* DIRECTORY/NAME.ENDING; `path` has PKI_PATH bytes. Returns it. */
const char *pki_path(const struct pki *pki, const char *name, const char *ending, char *path);

#endif
