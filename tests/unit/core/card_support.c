#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/rand.h>

#include "card_support.h"

const uint8_t card_uid[MV_CARD_UID] = {0x04, 0x78, 0x2E, 0x21, 0x80, 0x1D, 0x80};
const uint8_t card_zero_key[16] = {0};

void card_slot_key(unsigned slot, uint8_t key[16])
{
    for (unsigned i = 0; i < 16; i++)
        key[i] = (uint8_t)(0x11 * (slot + 1) + 7 * i);
}

/* ---- a cipher that can fail ---- */

static bool lasts(struct card_fixture *f)
{
    return ++f->calls != f->fails_at;
}

static bool get_random(void *context, uint8_t *data, uint16_t size)
{
    return lasts(context) && RAND_bytes(data, size) == 1;
}

static struct mv_card_cipher inner(struct card_fixture *f)
{
    struct mv_card_cipher cipher;
    struct mv_card_soft unused;
    mv_card_soft_init(&unused, &cipher, get_random, f);
    cipher.context = &f->soft;
    return cipher;
}

static bool cbc(void *context, enum mv_card_key key, bool encrypt, const uint8_t iv[16], uint8_t *data, uint16_t size)
{
    struct card_fixture *f = context;
    return lasts(f) && inner(f).cbc(&f->soft, key, encrypt, iv, data, size);
}

static bool derive(void *context, const uint8_t sv1[32], const uint8_t sv2[32])
{
    struct card_fixture *f = context;
    return lasts(f) && inner(f).derive(&f->soft, sv1, sv2);
}

static bool mac(void *context, const struct mv_card_part *parts, uint8_t count, uint8_t out[16])
{
    struct card_fixture *f = context;
    return lasts(f) && inner(f).mac(&f->soft, parts, count, out);
}

/* ---- carrying ---- */

void card_setup(struct card_fixture *f)
{
    memset(f, 0, sizeof *f);
    vcard_init(&f->card, NULL, card_uid);
    mv_card_soft_init(&f->soft, &f->cipher, get_random, f);
    f->cipher = (struct mv_card_cipher){.context = f, .random = get_random, .cbc = cbc, .derive = derive, .mac = mac};
    mv_card_start(&f->session, &f->cipher, f->buffer, sizeof f->buffer);
}

void card_teardown(struct card_fixture *f)
{
    mv_card_end(&f->session);
    mv_card_soft_wipe(&f->soft);
    vcard_free(&f->card);
}

static void spoil(struct card_fixture *f)
{
    if (f->apdus != f->spoil_at)
        return;
    assert_in_range(f->spoil_bit, 0, f->answer_size * 8 - 1);
    f->answer[f->spoil_bit / 8] ^= (uint8_t)(1U << f->spoil_bit % 8);
}

enum mv_card_next card_run(struct card_fixture *f, enum mv_card_next next)
{
    while (next == MV_CARD_SEND) {
        assert_true(f->session.apdu_size <= MV_CARD_APDU_MAX);
        f->answer_size = vcard_apdu(&f->card, f->session.apdu, f->session.apdu_size, f->answer);
        if (f->apdus < CARD_SIZES)
            f->sizes[f->apdus] = f->answer_size;
        f->apdus++;
        spoil(f);
        next = mv_card_step(&f->session, f->answer, f->answer_size);
    }
    return next;
}

enum mv_card_next card_authenticate(struct card_fixture *f, uint8_t key_no, const uint8_t key[16], bool first)
{
    mv_card_soft_key(&f->soft, key);
    return card_run(f, mv_card_authenticate(&f->session, key_no, first));
}

enum mv_card_next card_command(struct card_fixture *f, uint8_t ins, enum mv_card_mode mode, const void *header,
                               uint8_t header_size, const void *data, uint16_t data_size)
{
    const struct mv_card_command command = {.ins = ins,
                                            .mode = (uint8_t)mode,
                                            .header = header,
                                            .header_size = header_size,
                                            .data = data,
                                            .data_size = data_size};
    return card_run(f, mv_card_command(&f->session, &command));
}

enum mv_card_next card_select(struct card_fixture *f)
{
    return card_command(f, MV_CARD_INS_SELECT, MV_CARD_PLAIN, MV_CARD_AID, 3, NULL, 0);
}

enum mv_card_next card_read(struct card_fixture *f, enum mv_card_mode mode, enum mv_card_file file, uint32_t offset,
                            uint32_t length)
{
    uint8_t header[MV_CARD_FILE_HEADER];
    mv_card_file_header(file, offset, length, header);
    return card_command(f, MV_CARD_INS_READ, mode, header, sizeof header, NULL, 0);
}

enum mv_card_next card_write(struct card_fixture *f, enum mv_card_mode mode, enum mv_card_file file, uint32_t offset,
                             const void *data, uint16_t size)
{
    uint8_t header[MV_CARD_FILE_HEADER];
    mv_card_file_header(file, offset, size, header);
    return card_command(f, MV_CARD_INS_WRITE, mode, header, sizeof header, data, size);
}

/* ---- a user card ---- */

static void change_key(struct card_fixture *f, uint8_t slot)
{
    uint8_t key[16];
    uint8_t plain[MV_CARD_KEY_DATA_MAX];
    card_slot_key(slot, key);
    uint8_t size = mv_card_key_data(key, slot == 0 ? NULL : card_zero_key, 1, plain);
    assert_int_equal(card_run(f, mv_card_change_key(&f->session, slot, plain, size)), MV_CARD_DONE);
}

void card_personalise(struct card_fixture *f)
{
    const uint8_t create[5] = {MV_CARD_AID[0], MV_CARD_AID[1], MV_CARD_AID[2], MV_CARD_KEY_SETTINGS, MV_CARD_KEY_TYPE};
    uint8_t header[MV_CARD_CREATE_BYTES];
    assert_int_equal(card_authenticate(f, 0, card_zero_key, true), MV_CARD_DONE);
    assert_int_equal(card_command(f, MV_CARD_INS_CREATE_APPLICATION, MV_CARD_MAC, create, sizeof create, NULL, 0),
                     MV_CARD_DONE);
    assert_int_equal(card_select(f), MV_CARD_DONE);
    assert_int_equal(card_authenticate(f, 0, card_zero_key, true), MV_CARD_DONE);
    for (int file = MV_CARD_FILE_HEAD; file <= MV_CARD_FILE_FROM_METER; file++) {
        mv_card_create_header(MV_CARD_USER, (enum mv_card_file)file, header);
        assert_int_equal(card_command(f, MV_CARD_INS_CREATE_BACKUP_FILE, MV_CARD_MAC, header, sizeof header, NULL, 0),
                         MV_CARD_DONE);
    }
    for (uint8_t slot = MV_CARD_KEYS; slot-- > 0;)
        change_key(f, slot);
    assert_false(f->session.authenticated);
}
