#include "base/qr.h"

#include <string.h>

enum { BLOCKS = 2, BLOCK = 32, CHECK = 18, DATA = BLOCKS * BLOCK, ALL = BLOCKS * (BLOCK + CHECK), ALIGNMENT = 26 };
enum { DATA_BITS = DATA * 8, ALL_BITS = ALL * 8 };

/* ---- data ---- */
struct bits {
    uint8_t *bytes;
    size_t used;
};

static void put(struct bits *to, unsigned value, unsigned count)
{
    while (count-- > 0) {
        if ((value >> count & 1U) != 0)
            to->bytes[to->used / 8] |= (uint8_t)(0x80U >> to->used % 8);
        to->used++;
    }
}

static bool encode(const char *text, uint8_t data[DATA])
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    struct bits bits = {.bytes = data};
    size_t length = strlen(text);
    if (length > QR_MOST)
        return false;
    put(&bits, 2, 4); /* alphanumeric */
    put(&bits, (unsigned)length, 9);
    for (size_t i = 0; i < length; i += 2) {
        const char *first = strchr(alphabet, text[i]);
        const char *second = i + 1 < length ? strchr(alphabet, text[i + 1]) : alphabet;
        if (first == NULL || second == NULL)
            return false;
        unsigned high = (unsigned)(first - alphabet);
        if (i + 1 < length)
            put(&bits, high * 45 + (unsigned)(second - alphabet), 11);
        else
            put(&bits, high, 6);
    }
    put(&bits, 0, DATA_BITS - bits.used < 4 ? (unsigned)(DATA_BITS - bits.used) : 4);
    for (size_t i = (bits.used + 7) / 8, pad = 0; i < DATA; i++, pad++)
        data[i] = pad % 2 == 0 ? 0xEC : 0x11;
    return true;
}

/* ---- Reed-Solomon over GF(256), x^8+x^4+x^3+x^2+1 ---- */
static uint8_t multiply(uint8_t a, uint8_t b)
{
    unsigned product = 0;
    for (int i = 7; i >= 0; i--) {
        product = product << 1 ^ (product >> 7) * 0x11DU;
        product ^= (b >> i & 1U) * a;
    }
    return (uint8_t)product;
}

/* Coefficients of (x-1)(x-2)...(x-2^17) below the first, highest power first. */
static void generator(uint8_t polynomial[CHECK])
{
    uint8_t root = 1;
    memset(polynomial, 0, CHECK);
    polynomial[CHECK - 1] = 1;
    for (int i = 0; i < CHECK; i++) {
        for (int j = 0; j < CHECK; j++) {
            polynomial[j] = multiply(polynomial[j], root);
            if (j + 1 < CHECK)
                polynomial[j] ^= polynomial[j + 1];
        }
        root = multiply(root, 2);
    }
}

static void check_symbols(const uint8_t data[BLOCK], uint8_t check[CHECK])
{
    uint8_t polynomial[CHECK];
    _Static_assert(sizeof((struct qr *)0)->data == DATA && sizeof((struct qr *)0)->codewords == ALL, "of this version");
    generator(polynomial);
    memset(check, 0, CHECK);
    for (int i = 0; i < BLOCK; i++) {
        uint8_t factor = data[i] ^ check[0];
        memmove(check, check + 1, CHECK - 1);
        check[CHECK - 1] = 0;
        for (int j = 0; j < CHECK; j++)
            check[j] ^= multiply(polynomial[j], factor);
    }
}

/* The blocks' symbols in turn, data first. */
static void interleave(struct qr *qr)
{
    for (size_t b = 0; b < BLOCKS; b++) {
        check_symbols(qr->data + b * BLOCK, qr->check);
        for (size_t i = 0; i < BLOCK; i++)
            qr->codewords[BLOCKS * i + b] = qr->data[b * BLOCK + i];
        for (size_t i = 0; i < CHECK; i++)
            qr->codewords[DATA + BLOCKS * i + b] = qr->check[i];
    }
}

/* ---- modules ---- */
static void fix(struct qr *qr, int row, int column, bool dark)
{
    if (row < 0 || column < 0 || row >= QR_SIDE || column >= QR_SIDE)
        return;
    qr->modules[row][column] = dark;
    qr->fixed[row][column] = 1;
}

/* A square of rings around a centre: the finder's (radius 4, light outside) or the alignment's (2). */
static void rings(struct qr *qr, int row, int column, int radius)
{
    for (int dy = -radius; dy <= radius; dy++)
        for (int dx = -radius; dx <= radius; dx++) {
            int y = dy < 0 ? -dy : dy;
            int x = dx < 0 ? -dx : dx;
            int ring = y > x ? y : x;
            fix(qr, row + dy, column + dx, radius == 4 ? ring != 2 && ring != 4 : ring != 1);
        }
}

/* Level M (00) and mask 0 with their BCH check, twice. */
static void format(struct qr *qr)
{
    static const unsigned MASKED = 0x5412; /* check of five zero bits is zero; then the fixed mask */
    for (int i = 0; i < 15; i++) {
        bool dark = (MASKED >> i & 1U) != 0;
        fix(qr, i < 6 ? i : i < 8 ? i + 1 : QR_SIDE - 15 + i, 8, dark);
        fix(qr, 8, i < 8 ? QR_SIDE - 1 - i : i == 8 ? 7 : 14 - i, dark);
    }
    fix(qr, QR_SIDE - 8, 8, true);
}

static void patterns(struct qr *qr)
{
    for (int i = 0; i < QR_SIDE; i++) {
        fix(qr, 6, i, i % 2 == 0);
        fix(qr, i, 6, i % 2 == 0);
    }
    rings(qr, 3, 3, 4);
    rings(qr, 3, QR_SIDE - 4, 4);
    rings(qr, QR_SIDE - 4, 3, 4);
    rings(qr, ALIGNMENT, ALIGNMENT, 2);
    format(qr);
}

/* Column pairs from the right, up and down in turn, the timing column left out. Mask 0: (row + column) even. */
static void place(struct qr *qr)
{
    size_t bit = 0;
    bool up = true;
    for (int right = QR_SIDE - 1; right > 0; right -= 2, up = !up) {
        if (right == 6)
            right--;
        for (int i = 0; i < QR_SIDE; i++)
            for (int column = right; column > right - 2; column--) {
                int row = up ? QR_SIDE - 1 - i : i;
                if (qr->fixed[row][column] != 0)
                    continue;
                unsigned value = bit < ALL_BITS ? qr->codewords[bit / 8] >> (7 - bit % 8) & 1U : 0;
                qr->modules[row][column] = (uint8_t)(value ^ ((row + column) % 2 == 0 ? 1U : 0U));
                bit++;
            }
    }
}

bool qr_make(const char *text, struct qr *qr)
{
    memset(qr, 0, sizeof *qr);
    if (!encode(text, qr->data))
        return false;
    interleave(qr);
    patterns(qr);
    place(qr);
    return true;
}

static bool is_light(const struct qr *qr, int row, int column)
{
    bool inside = row >= 0 && column >= 0 && row < QR_SIDE && column < QR_SIDE;
    return !inside || qr->modules[row][column] == 0;
}

static size_t add(char *text, size_t used, const char *piece)
{
    while (*piece != '\0')
        text[used++] = *piece++;
    return used;
}

void qr_text(const struct qr *qr, bool paper, char text[QR_TEXT])
{
    static const char *const blocks[] = {" ", "\xE2\x96\x84", "\xE2\x96\x80", "\xE2\x96\x88"};
    size_t used = 0;
    for (int row = -QR_QUIET; row < QR_SIDE + QR_QUIET; row += 2) {
        used = add(text, used, paper ? "" : "\033[97;40m");
        for (int column = -QR_QUIET; column < QR_SIDE + QR_QUIET; column++) {
            int top = is_light(qr, row, column) != paper ? 2 : 0;
            int bottom = row + 1 < QR_SIDE + QR_QUIET && is_light(qr, row + 1, column) != paper ? 1 : 0;
            used = add(text, used, blocks[top + bottom]);
        }
        used = add(text, used, paper ? "\n" : "\033[0m\n");
    }
    text[used] = '\0';
}
