#include "base/teardown.h"

#include <openssl/crypto.h>

void mv_teardown_without_openssl(void)
{
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
