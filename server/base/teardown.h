/* How a process that uses gRPC ends. */
#ifndef MV_BASE_TEARDOWN_H
#define MV_BASE_TEARDOWN_H

/* OpenSSL must not clean up at exit: some of gRPC's threads live until the process is gone, and one that is opening a
 * connection just then would find OpenSSL's locks destroyed and crash. Works only before the process's first use of
 * OpenSSL, so it is the first thing in main. */
void mv_teardown_without_openssl(void);

#endif
