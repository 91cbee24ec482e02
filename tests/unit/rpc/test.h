/* cmocka, with what it wants before it. */
#ifndef RPC_TEST_TEST_H
#define RPC_TEST_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// after the standard headers, as cmocka asks
#include <cmocka.h>

#endif
