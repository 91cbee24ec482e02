/* Internal: reads certificate and key files; the text is wiped when it is let go, since it may be a private key. */
#ifndef MV_CLIENT_PEM_H
#define MV_CLIENT_PEM_H

#include "metervault.h"

struct mv_pem {
    char *text; /* terminated */
    size_t size;
};

/* `setting` names the file in errors. CONFIG_INVALID without a path or for what is no PEM file, FILE_FAILED. */
bool mv_pem_read(const char *setting, const char *path, struct mv_pem *pem, struct mv_client_error *error);
/* The first certificate of the one belongs to the private key of the other. */
bool mv_pem_match(const struct mv_pem *certificate, const struct mv_pem *key);
void mv_pem_wipe(struct mv_pem *pem);

#endif
