/* A token as an image and back: the key process makes the same published tokens from the restored token, byte for byte
 * and tag for tag; and what no restore takes. */
#include "../../support/status.h"

#include <stdlib.h>
#include <string.h>

#include "../hsm/process.h"
#include "../hsm/published.h"
#include "base/secret.h"
#include "hsm/image.h"
#include "hsm/info_wire.h"

static struct test_token token;
static struct hsm_image *image, *other;
static uint8_t *kek;

static mv_status collect(void *context, const struct hsm_backup *backup)
{
    struct hsm_image *to = context;
    if (!hsm_image_needs(&backup->info))
        return mv_ok();
    size_t at = to->key_count++;
    memcpy(to->keys[at].label, backup->info.label, sizeof to->keys[at].label);
    memcpy(to->keys[at].wrapped, backup->wrapped, backup->size);
    to->keys[at].size = backup->size;
    return mv_ok();
}

/* Each vending key of the published tokens once. */
static void import_all(struct hsm *hsm, const struct hsm_keeper *keeper)
{
    for (size_t i = 0; i < PUBLISHED; i++) {
        const struct hsmd_meter *meter = &published[i].meter;
        struct hsm_key_request request = {
            .use = HSM_USE_VENDING, .issued_until_unix_s = INT64_MAX, .accept_host_visible = true};
        struct hsm_key_info made;
        uint8_t key[32];
        request.scope = (struct hsm_vending_scope){.krn = meter->krn,
                                                   .kt = meter->kt,
                                                   .dkga = meter->dkga,
                                                   .base_date = meter->base_date,
                                                   .ken = 255,
                                                   .ea_mask = meter->dkga == 2 ? 0x80 : 0x880};
        memcpy(request.scope.sgc, meter->sgc, sizeof request.scope.sgc);
        size_t size = test_hex(published[i].vending_key, key, sizeof key);
        mv_status status = hsm_key_import(hsm, &request, key, size, NULL, keeper, &made);
        if (status.reason != MV_KEY_EXISTS)
            test_ok(status, published[i].id);
    }
}

static void make_token(void)
{
    test_token_new(&token, NULL);
    struct hsm *hsm = test_token_open(&token);
    const struct hsm_keeper keeper = {collect, image};
    struct hsm_officer officer = {.name = "ann"};
    const struct hsm_amendment amendment = {.what = HSM_AMEND_STATE, .state = HSM_EXPIRED};
    struct hsm_key_request factory = {.use = HSM_USE_FACTORY_KEK, .name = "acme", .issued_until_unix_s = INT64_MAX};
    struct hsm_key_request spare = {.use = HSM_USE_VENDING, .issued_until_unix_s = INT64_MAX, .no_export = true};
    struct hsm_key_info made;
    spare.scope = (struct hsm_vending_scope){
        .sgc = "999901", .krn = 1, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x80};
    test_ok(hsm_catalogue_create(hsm, kek, &keeper), "catalogue");
    import_all(hsm, &keeper);
    test_ok(hsm_officer_add(hsm, &officer), "officer");
    test_ok(hsm_key_generate(hsm, &factory, &keeper, &made), "factory");
    test_ok(hsm_key_generate(hsm, &spare, &keeper, &made), "spare");
    test_ok(hsm_key_amend(hsm, "999901", 1, 2, &amendment, &made), "amend");
    test_ok(hsm_image_read(hsm, other), "image");
    memcpy(image->records, other->records, sizeof image->records); /* the keys are there already */
    image->record_count = other->record_count;
    hsm_close(hsm);
}

/* Tokens and tags of all published meters by a key process. */
static void issue(struct hsmd_token tokens[PUBLISHED])
{
    struct test_process process;
    struct hsmd_client *client = NULL;
    struct hsmd_meter meters[PUBLISHED];
    struct hsmd_prepared prepared[PUBLISHED];
    struct hsmd_block blocks[PUBLISHED];
    process_start(&process, &token);
    test_ok(hsmd_client_new(token.config.socket, 5000, &client), "client");
    for (size_t i = 0; i < PUBLISHED; i++)
        meters[i] = published[i].meter;
    test_ok(hsmd_prepare(client, meters, PUBLISHED, prepared), "prepare");
    for (size_t i = 0; i < PUBLISHED; i++) {
        test_ok(prepared[i].status, published[i].id);
        blocks[i] = (struct hsmd_block){.slot = prepared[i].slot, .clear = published[i].clear};
    }
    test_ok(hsmd_encrypt(client, blocks, PUBLISHED, tokens), "encrypt");
    for (size_t i = 0; i < PUBLISHED; i++)
        assert_string_equal(tokens[i].digits, published[i].digits);
    hsmd_client_free(client);
    assert_int_equal(process_stop(&process), 0);
}

static mv_status restore(const struct hsm_image *from)
{
    struct hsm *hsm = test_token_open(&token);
    mv_status status = hsm_image_restore(hsm, kek, from);
    hsm_close(hsm);
    return status;
}

static void test_same_tokens(void **state)
{
    (void)state;
    struct hsmd_token before[PUBLISHED];
    struct hsmd_token after[PUBLISHED];
    issue(before);
    test_token_free(&token);
    test_token_new(&token, NULL);
    assert_ok(restore(image));
    issue(after);
    for (size_t i = 0; i < PUBLISHED; i++)
        assert_memory_equal(before[i].tag, after[i].tag, sizeof before[i].tag);
    struct hsm *hsm = test_token_open(&token);
    struct hsm_catalogue *catalogue = calloc(1, sizeof *catalogue);
    assert_non_null(catalogue);
    assert_ok(hsm_image_read(hsm, other));
    assert_int_equal(other->record_count, image->record_count);
    assert_memory_equal(other->records, image->records, sizeof image->records);
    assert_ok(hsm_catalogue_read(hsm, catalogue));
    assert_ok(hsm_keys_verify(hsm, catalogue));
    const struct hsm_key_entry *spare = hsm_catalogue_vending(catalogue, "999901", 1, 2);
    assert_non_null(spare);
    assert_int_equal(spare->info.state, HSM_EXPIRED);
    assert_true(spare->info.no_export);
    free(catalogue);
    assert_reason(hsm_image_restore(hsm, kek, image), MV_TOKEN_IN_USE);
    hsm_close(hsm);
}

/* After a refusal the token is as clean as before. */
static void expect_refused(enum mv_reason reason)
{
    assert_reason(restore(other), reason);
    struct hsm *hsm = test_token_open(&token);
    struct hsm_catalogue *catalogue = calloc(1, sizeof *catalogue);
    assert_non_null(catalogue);
    assert_reason(hsm_catalogue_read(hsm, catalogue), MV_KEY_UNKNOWN);
    free(catalogue);
    hsm_close(hsm);
    memcpy(other, image, sizeof *other);
}

static void test_refused(void **state)
{
    (void)state;
    test_token_free(&token);
    test_token_new(&token, NULL);
    memcpy(other, image, sizeof *other);
    other->record_count = 0;
    expect_refused(MV_BACKUP_REFUSED);
    other->record_count--; /* without the head */
    expect_refused(MV_BACKUP_REFUSED);
    other->records[2].data[20] ^= 1;
    expect_refused(MV_BACKUP_REFUSED);
    other->records[2].size--;
    expect_refused(MV_BACKUP_REFUSED);
    other->records[3] = other->records[4]; /* one twice, one not at all */
    expect_refused(MV_BACKUP_REFUSED);
    other->records[1] = other->records[other->record_count - 1]; /* two heads */
    expect_refused(MV_BACKUP_REFUSED);
    other->keys[1].wrapped[0] ^= 1;
    expect_refused(MV_BACKUP_REFUSED);
    other->keys[1].size -= 8;
    expect_refused(MV_BACKUP_REFUSED);
    other->key_count--;
    expect_refused(MV_BACKUP_REFUSED);
    memcpy(other->keys[0].wrapped, image->keys[1].wrapped, sizeof other->keys[0].wrapped);
    expect_refused(MV_BACKUP_REFUSED); /* another key as catalogue-mac proves no entry */
    size_t last = other->key_count - 1;
    memcpy(other->keys[last].wrapped, image->keys[last - 2].wrapped, sizeof other->keys[last].wrapped);
    expect_refused(MV_KCV_MISMATCH);
    kek[0] ^= 1;
    expect_refused(MV_BACKUP_REFUSED);
    kek[0] ^= 1;
    assert_ok(restore(image));
}

static void test_prove(void **state)
{
    (void)state;
    struct hsm *hsm = test_token_open(&token);
    struct hsm_catalogue *catalogue = calloc(1, sizeof *catalogue);
    uint8_t wrapped[HSM_MAX_WRAPPED];
    assert_non_null(catalogue);
    assert_ok(hsm_catalogue_read(hsm, catalogue));
    size_t proven = 0;
    for (size_t k = 0; k < catalogue->key_count; k++)
        for (size_t i = 0; i < image->key_count; i++) {
            const struct hsm_key_info *info = &catalogue->keys[k].info;
            bool same = strcmp(info->label, image->keys[i].label) == 0;
            if (!hsm_image_needs(info)) {
                assert_false(same);
                continue;
            }
            mv_status status = hsm_backup_prove(hsm, info, image->keys[i].wrapped, image->keys[i].size);
            assert_true(status.ok || !same);
            proven += same;
            if (info->use == HSM_USE_VENDING && info->scope.dkga == 2)
                assert_int_equal(status.ok, same); /* its label is in it */
            memcpy(wrapped, image->keys[i].wrapped, sizeof wrapped);
            wrapped[image->keys[i].size - 1] ^= 0x80;
            assert_false(hsm_backup_prove(hsm, info, wrapped, image->keys[i].size).ok);
        }
    assert_int_equal(proven, image->key_count);
    free(catalogue);
    hsm_close(hsm);
}

/* What tokens hold of earlier versions is read: entries ended earlier. */
static void test_older_forms(void **state)
{
    (void)state;
    uint8_t data[512];
    struct hsm_key_info info = {
        .label = "vending/123456/1/2", .use = HSM_USE_VENDING, .version = 1, .no_export = true, .minimum_version = 3};
    struct hsm_key_info read;
    memcpy(info.scope.sgc, "123456", 7);
    info.scope.successor_krn = 2;
    struct mv_writer writer = mv_writer_on(data, sizeof data);
    hsm_info_put(&writer, &info);
    struct mv_reader reader = mv_reader_on(data, writer.used);
    hsm_info_get(&reader, &read);
    assert_true(mv_reader_done(&reader));
    assert_true(read.no_export);
    assert_int_equal(read.scope.successor_krn, 2);
    assert_int_equal(read.minimum_version, 3);
    reader = mv_reader_on(data, writer.used - 4);
    hsm_info_get_third(&reader, &read);
    assert_true(mv_reader_done(&reader));
    assert_true(read.no_export);
    assert_int_equal(read.minimum_version, 0);
    reader = mv_reader_on(data, writer.used - 5);
    hsm_info_get_second(&reader, &read);
    assert_true(mv_reader_done(&reader));
    assert_false(read.no_export);
    assert_int_equal(read.scope.successor_krn, 2);
    reader = mv_reader_on(data, writer.used - 6);
    hsm_info_get_first(&reader, &read);
    assert_true(mv_reader_done(&reader));
    assert_int_equal(read.scope.successor_krn, 0);
    data[writer.used - 5] = 2; /* a flag of a later version */
    reader = mv_reader_on(data, writer.used);
    hsm_info_get(&reader, &read);
    assert_false(mv_reader_done(&reader));
}

static int begin(void **state)
{
    (void)state;
    image = calloc(1, sizeof *image);
    other = calloc(1, sizeof *other);
    if (!mv_secret_init().ok || image == NULL || other == NULL)
        return -1;
    kek = mv_secret_alloc(HSM_BACKUP_KEK_BYTES);
    if (kek == NULL)
        return -1;
    memcpy(kek, TEST_BACKUP_KEK, HSM_BACKUP_KEK_BYTES);
    make_token();
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_token_free(&token);
    mv_secret_free(kek, HSM_BACKUP_KEK_BYTES);
    free(image);
    free(other);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_tokens),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_prove),
        cmocka_unit_test(test_older_forms),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
