/* QR codes of shares: one whose modules a reader of another make has read, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/qr.h"

static struct qr qr;

/* A share of BIP-93; the rows were read back by zbar, the first module is the highest bit. */
static void known_modules(void **state)
{
    (void)state;
    static const uint64_t rows[QR_SIDE] = {0x1FCFE8E7F, 0x105977641, 0x174CCCF5D, 0x1749FFD5D, 0x175F5DD5D, 0x10413B341,
                                           0x1FD55557F, 0x000422E00, 0x15454CC12, 0x17A188EAA, 0x04E4554B4, 0x1D15DFEC3,
                                           0x16FE777B2, 0x162A7FFAB, 0x19D333B34, 0x10125D969, 0x13E633AD6, 0x1A02F531A,
                                           0x19F19BB75, 0x022F8013E, 0x02E080054, 0x05B12AA15, 0x11F50CC01, 0x0823E6616,
                                           0x12CD049F4, 0x001F2991E, 0x1FCAB475E, 0x1049CCD1C, 0x1751D57F3, 0x174377FB8,
                                           0x1757B7F2D, 0x104FD965B, 0x1FD3EAA3D};
    assert_true(qr_make("MS13CASHA320ZYXWVUTSRQPNMLKJHGFEDCA2A8D0ZEHN8A0T", &qr));
    for (size_t y = 0; y < QR_SIDE; y++)
        for (size_t x = 0; x < QR_SIDE; x++)
            assert_int_equal(qr.modules[y][x], rows[y] >> (QR_SIDE - 1 - x) & 1U);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    char text[QR_MOST + 2];
    memset(text, 'Z', sizeof text);
    text[QR_MOST + 1] = '\0';
    assert_false(qr_make(text, &qr));
    text[QR_MOST] = '\0';
    assert_true(qr_make(text, &qr));
    assert_false(qr_make("ms12", &qr));
    assert_false(qr_make("MS1\n", &qr));
}

static void text_fits_its_place(void **state)
{
    (void)state;
    static char text[QR_TEXT + 1];
    assert_true(qr_make("A", &qr));
    text[QR_TEXT] = 'x';
    qr_text(&qr, false, text);
    assert_int_equal(text[QR_TEXT], 'x');
    size_t lines = 0;
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, (QR_SIDE + 2 * QR_QUIET + 1) / 2);
}

/* The upper left corner of a code: a ring of ink, its dark modules printed where a terminal shows none. */
static void paper_has_ink_and_no_colours(void **state)
{
    (void)state;
    static char paper[QR_TEXT];
    static char terminal[QR_TEXT];
    assert_true(qr_make("A", &qr));
    qr_text(&qr, true, paper);
    qr_text(&qr, false, terminal);
    assert_null(strchr(paper, '\033'));
    assert_non_null(strchr(terminal, '\033'));
    const char *line = paper;
    for (int row = -QR_QUIET; row < 0; row += 2)
        line = strchr(line, '\n') + 1;
    line += strspn(line, " ");
    assert_int_equal(0, strncmp(line, "\xE2\x96\x88\xE2\x96\x80\xE2\x96\x80", 9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_modules),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(text_fits_its_place),
        cmocka_unit_test(paper_has_ink_and_no_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
