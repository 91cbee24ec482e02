/* The server's certificate, key and client CA as PEM text, checked. */
#ifndef MV_RPC_PEM_H
#define MV_RPC_PEM_H

#include <stddef.h>
#include <sys/stat.h>

#include "base/status.h"

enum { RPC_PEM_CERTIFICATE, RPC_PEM_KEY, RPC_PEM_CA, RPC_PEM_FILES };

struct rpc_pem_paths {
    char *path[RPC_PEM_FILES];
};

/* Text of the three files, terminated; in memory that is wiped. */
struct rpc_pem {
    char *text[RPC_PEM_FILES];
    size_t size[RPC_PEM_FILES]; /* allocated */
};

/* What the files look like from outside: differs when one was written or replaced. */
struct rpc_pem_look {
    struct {
        dev_t device;
        ino_t inode;
        off_t size;
        struct timespec modified;
    } file[RPC_PEM_FILES];
};

MV_MUST_USE mv_status rpc_pem_look(const struct rpc_pem_paths *paths, struct rpc_pem_look *look);
/* Reads and checks: an EC key that fits the certificate, a certificate that is an EC one, at least one CA. */
MV_MUST_USE mv_status rpc_pem_read(const struct rpc_pem_paths *paths, struct rpc_pem *pem);
void rpc_pem_wipe(struct rpc_pem *pem);

#endif
