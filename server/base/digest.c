#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>

static EVP_MD *sha256; /* lives as long as the process */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

mv_status mv_sha256(const void *data, size_t size, uint8_t digest[MV_SHA256])
{
    (void)pthread_once(&once, fetch);
    if (sha256 == NULL || EVP_Digest(data, size, digest, NULL, sha256, NULL) != 1)
        return mv_fail(MV_INTERNAL_ERROR, "SHA-256");
    return mv_ok();
}
