/* What the codec leaves on the stack after it had key sections in hand: no piece of the key. The code runs on a
 * stack of its own, which this test searches afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <cmocka.h>

#include "metervault/sts_key_change.h"

enum { STACK = 1 << 16, PIECE = 3 };

/* Off the stack. */
static struct {
    struct mv_sts_key_change change;
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    uint64_t clear[MV_KEY_SECTIONS];
    struct mv_sts_block unpacked;
    unsigned count;
} work;
static const uint8_t key[16] = {0xD1, 0x9E, 0xA3, 0xC7, 0xB5, 0x8F, 0xE9, 0x97,
                                0xAD, 0xF3, 0xC1, 0x8B, 0xDB, 0xA9, 0x95, 0xE7};

static bool good;

static void pack(void)
{
    good = mv_sts_key_change_pack(&work.change, work.blocks, &work.count) == MV_DONE;
    for (unsigned i = 0; i < work.count; i++)
        work.clear[i] = mv_sts_block_pack(&work.blocks[i]);
}

static void unpack(void)
{
    good = work.count > 0;
    for (unsigned i = 0; i < work.count; i++)
        good = good && mv_sts_block_unpack(2, work.clear[i], &work.unpacked) == MV_DONE &&
               !mv_sts_block_is_two_faced(2, work.clear[i]);
}

/* Shows that the search finds what it looks for. */
static void leak(void)
{
    uint8_t copy[sizeof key];
    memcpy(copy, key, sizeof key);
    __asm__ volatile("" : : "r"(copy) : "memory");
    good = true;
}

static void put_reversed(uint8_t *to, const uint8_t *from)
{
    for (size_t i = 0; i < PIECE; i++)
        to[i] = from[PIECE - 1 - i];
}

static size_t found(const uint8_t *stack)
{
    size_t count = 0;
    for (size_t at = 0; at + PIECE <= sizeof key; at++) {
        uint8_t reversed[PIECE];
        put_reversed(reversed, key + at);
        for (size_t i = 0; i + PIECE <= STACK; i++)
            count += memcmp(stack + i, key + at, PIECE) == 0 || memcmp(stack + i, reversed, PIECE) == 0;
    }
    return count;
}

static size_t left_by(void (*code)(void))
{
    static uint8_t stack[STACK];
    ucontext_t here;
    ucontext_t there;
    memset(stack, 0, sizeof stack);
    assert_int_equal(getcontext(&there), 0);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = sizeof stack;
    there.uc_link = &here;
    makecontext(&there, code, 0);
    good = false;
    assert_int_equal(swapcontext(&here, &there), 0);
    assert_true(good);
    return found(stack);
}

static void sections_leave_no_key(uint8_t ea)
{
    memset(&work, 0, sizeof work);
    work.change = (struct mv_sts_key_change){.krn = 1, .kt = 2, .ti = 1, .ken = 255, .with_sgc = true};
    work.change.key.ea = ea;
    memcpy(work.change.key.bytes, key, sizeof key);
    assert_int_equal(left_by(pack), 0);
    assert_int_equal(left_by(unpack), 0);
}

static void no_key_is_left(void **state)
{
    (void)state;
    assert_true(left_by(leak) > 0);
    sections_leave_no_key(MV_EA_STA);
    sections_leave_no_key(MV_EA_MISTY1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_key_is_left)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
