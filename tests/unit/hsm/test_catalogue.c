/* The catalogue against somebody who has the token and the PIN, but not the key catalogue-mac. */
#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"
#include "../../support/token.h"
#include "hsm/internal.h"
#include "hsmd/channel.h"
#include "hsmd/service.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue catalogue;
static const char KEY_160[] = "ABABABABABABABAB949494949494949401234567";

struct stored {
    CK_OBJECT_HANDLE object;
    uint8_t data[HSM_ENTRY_SIZE];
    size_t size;
};

static void import(const char *sgc)
{
    struct hsm_vending_scope scope = {.krn = 1, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x80};
    memcpy(scope.sgc, sgc, sizeof scope.sgc);
    test_ok(test_token_vending(hsm, scope, KEY_160), "import");
}

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    import("100001");
    import("100002");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsm_close(hsm);
    test_token_free(&token);
    return 0;
}

/* The n-th record of this kind, in order of generation. */
static struct stored take(enum hsm_entry_kind kind, size_t n)
{
    struct hsm_records records;
    struct stored stored = {.object = 0};
    test_ok(hsm_records_load(hsm, &records), "records");
    if (kind == HSM_ENTRY_HEAD) {
        stored.object = records.head.object;
    } else {
        assert_true(n < records.member_count);
        stored.object = records.entries[n].object;
    }
    hsm_records_free(&records);
    CK_ATTRIBUTE value = {CKA_VALUE, stored.data, sizeof stored.data};
    assert_int_equal(hsm->p11->C_GetAttributeValue(hsm->session, stored.object, &value, 1), CKR_OK);
    stored.size = value.ulValueLen;
    return stored;
}

static void put(const uint8_t *data, size_t size)
{
    static const CK_OBJECT_CLASS data_object = CKO_DATA;
    struct hsm_template template = {.count = 0};
    CK_OBJECT_HANDLE object = 0;
    hsm_template_add(&template, CKA_CLASS, &data_object, sizeof data_object);
    hsm_template_flag(&template, CKA_TOKEN, true);
    hsm_template_flag(&template, CKA_PRIVATE, true);
    hsm_template_add(&template, CKA_APPLICATION, HSM_APPLICATION, strlen(HSM_APPLICATION));
    hsm_template_add(&template, CKA_VALUE, data, size);
    assert_int_equal(hsm->p11->C_CreateObject(hsm->session, template.attributes, template.count, &object), CKR_OK);
}

static void take_away(CK_OBJECT_HANDLE object)
{
    assert_int_equal(hsm->p11->C_DestroyObject(hsm->session, object), CKR_OK);
}

static void every_flipped_byte_is_noticed(void **state)
{
    (void)state;
    struct stored entry = take(HSM_ENTRY_KEY, 5);
    for (size_t i = 0; i < entry.size; i += 7) {
        struct stored changed = entry;
        changed.data[i] ^= 0x10;
        take_away(i == 0 ? entry.object : take(HSM_ENTRY_KEY, 5).object);
        put(changed.data, changed.size);
        assert_reason(hsm_catalogue_read(hsm, &catalogue), MV_CATALOGUE_CORRUPT);
        CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
        size_t count = 0;
        test_ok(hsm_find_records(hsm, found, &count), "find");
        for (size_t k = 0; k < count; k++) {
            struct stored other = {.object = found[k]};
            CK_ATTRIBUTE value = {CKA_VALUE, other.data, sizeof other.data};
            assert_int_equal(hsm->p11->C_GetAttributeValue(hsm->session, found[k], &value, 1), CKR_OK);
            if (value.ulValueLen == changed.size && memcmp(other.data, changed.data, changed.size) == 0)
                take_away(found[k]);
        }
        put(entry.data, entry.size);
        test_ok(hsm_catalogue_read(hsm, &catalogue), "restored");
    }
}

static void truncated_and_overlong_records_are_noticed(void **state)
{
    (void)state;
    struct stored entry = take(HSM_ENTRY_KEY, 5);
    const size_t sizes[] = {1, HSM_ENTRY_MAC, entry.size - 1, HSM_ENTRY_SIZE};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct stored odd = entry;
        put(odd.data, sizes[i]);
        assert_reason(hsm_catalogue_read(hsm, &catalogue), MV_CATALOGUE_CORRUPT);
        CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
        size_t count = 0;
        test_ok(hsm_find_records(hsm, found, &count), "find");
        for (size_t k = 0; k < count; k++) {
            CK_ATTRIBUTE value = {CKA_VALUE, NULL, 0};
            assert_int_equal(hsm->p11->C_GetAttributeValue(hsm->session, found[k], &value, 1), CKR_OK);
            if (value.ulValueLen == sizes[i])
                take_away(found[k]);
        }
        test_ok(hsm_catalogue_read(hsm, &catalogue), "restored");
    }
}

static void a_removed_entry_is_noticed(void **state)
{
    (void)state;
    take_away(take(HSM_ENTRY_KEY, 4).object);
    assert_reason(hsm_catalogue_read(hsm, &catalogue), MV_CATALOGUE_CORRUPT);
}

static void the_last_entry_removed_is_noticed(void **state)
{
    (void)state;
    take_away(take(HSM_ENTRY_KEY, 5).object);
    assert_reason(hsm_catalogue_read(hsm, &catalogue), MV_CATALOGUE_CORRUPT);
}

static void a_doubled_entry_is_noticed(void **state)
{
    (void)state;
    struct stored entry = take(HSM_ENTRY_KEY, 5);
    put(entry.data, entry.size);
    assert_reason(hsm_catalogue_read(hsm, &catalogue), MV_CATALOGUE_CORRUPT);
}

static void a_missing_head_is_noticed(void **state)
{
    (void)state;
    take_away(take(HSM_ENTRY_HEAD, 0).object);
    assert_reason(hsm_catalogue_read(hsm, &catalogue), MV_CATALOGUE_CORRUPT);
}

/* A creation that was cut short is made anew; a catalogue in use that lost its head is not. */
static void only_a_creation_cut_short_is_made_anew(void **state)
{
    (void)state;
    struct hsm_backup backup;
    const struct hsm_keeper keeper = test_keeper(&backup);
    struct stored head = take(HSM_ENTRY_HEAD, 0);
    CK_OBJECT_HANDLE fifth = take(HSM_ENTRY_KEY, 4).object;
    CK_OBJECT_HANDLE sixth = take(HSM_ENTRY_KEY, 5).object;
    take_away(head.object);
    assert_reason(hsm_catalogue_create(hsm, TEST_BACKUP_KEK, &keeper), MV_CATALOGUE_CORRUPT);
    put(head.data, head.size);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "all is still there");
    take_away(take(HSM_ENTRY_HEAD, 0).object);
    take_away(fifth);
    take_away(sixth);
    assert_reason(hsm_catalogue_read(hsm, &catalogue), MV_KEY_UNKNOWN);
    test_ok(hsm_catalogue_create(hsm, TEST_BACKUP_KEK, &keeper), "anew");
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    assert_int_equal(catalogue.generation, 4);
}

static void an_old_head_is_noticed(void **state)
{
    (void)state;
    struct stored old = take(HSM_ENTRY_HEAD, 0);
    import("100003");
    /* beside the new one it changes nothing: that is an interrupted writer */
    put(old.data, old.size);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "two heads");
    assert_int_equal(catalogue.generation, 7);
    struct stored current = take(HSM_ENTRY_HEAD, 0);
    struct hsmd_keyring keyring;
    test_ok(hsmd_keyring_init(&keyring, hsm), "keyring");
    take_away(current.object);
    /* an old state, well formed: who saw the newer one refuses it, others can tell by the generation */
    assert_reason(hsmd_keyring_refresh(&keyring, 0, true), MV_TOKEN_ROLLED_BACK);
    assert_reason(hsmd_keyring_refresh(&keyring, 1000000, true), MV_TOKEN_ROLLED_BACK);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "old state");
    assert_int_equal(catalogue.generation, 6);
    put(current.data, current.size);
    test_ok(hsmd_keyring_refresh(&keyring, 2000000, true), "restored");
    hsmd_keyring_wipe(&keyring);
}

static void an_interrupted_writer_leaves_the_old_state(void **state)
{
    (void)state;
    struct stored old = take(HSM_ENTRY_HEAD, 0);
    import("100003");
    take_away(take(HSM_ENTRY_HEAD, 0).object);
    put(old.data, old.size); /* key and entry are there, the new head is not */
    test_ok(hsm_catalogue_read(hsm, &catalogue), "old state");
    assert_int_equal(catalogue.key_count, 6);
    assert_null(hsm_catalogue_vending(&catalogue, "100003", 1, 2));
    import("100003"); /* done again, it clears what was left */
    test_ok(hsm_catalogue_read(hsm, &catalogue), "new state");
    assert_int_equal(catalogue.key_count, 7);
    assert_int_equal(catalogue.generation, 7);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
}

/* The token's files go back to an old copy, and other keys come: the same generation, other entries. */
static void a_fork_of_an_old_copy_is_noticed(void **state)
{
    (void)state;
    struct stored old = take(HSM_ENTRY_HEAD, 0);
    import("100003");
    struct hsmd_keyring keyring;
    test_ok(hsmd_keyring_init(&keyring, hsm), "keyring");
    struct stored entry = take(HSM_ENTRY_KEY, 6);
    struct stored head = take(HSM_ENTRY_HEAD, 0);
    take_away(head.object);
    take_away(entry.object);
    put(old.data, old.size);
    import("100004");
    assert_reason(hsmd_keyring_refresh(&keyring, 0, true), MV_TOKEN_ROLLED_BACK);
    assert_reason(hsmd_keyring_refresh(&keyring, 1000000, true), MV_TOKEN_ROLLED_BACK);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "well formed");
    assert_int_equal(catalogue.generation, keyring.catalogue->generation);
    hsmd_keyring_wipe(&keyring);
}

static mv_status prepared(struct mv_reader *reply)
{
    uint8_t kcv[HSM_KCV_BYTES];
    mv_status status = hsmd_get_status(reply);
    if (status.ok) {
        (void)mv_get_u32(reply);
        mv_get_bytes(reply, kcv, sizeof kcv);
    }
    return status;
}

/* The first meter's key is unknown, so the worker looks at the catalogue: what it sees holds for the second meter too.
 */
static void prepare_two(struct hsmd_service *service, mv_status *unknown, mv_status *known)
{
    uint8_t in[128];
    uint8_t out[512];
    struct hsmd_meter meter = {.pan = "600727000000000009",
                               .sgc = "999999",
                               .krn = 1,
                               .ti = 1,
                               .kt = 2,
                               .ken = 255,
                               .ea = 7,
                               .dkga = 4,
                               .base_date = 2014};
    struct mv_writer request = mv_writer_on(in, sizeof in);
    struct mv_writer reply = mv_writer_on(out, sizeof out);
    mv_put_u16(&request, 2);
    hsmd_put_meter(&request, &meter);
    memcpy(meter.sgc, "100001", sizeof meter.sgc);
    hsmd_put_meter(&request, &meter);
    struct mv_reader asked = mv_reader_on(in, request.used);
    assert_true(hsmd_serve_prepare(service, 1, &asked, &reply));
    struct mv_reader answer = mv_reader_on(out, reply.used);
    test_ok(hsmd_get_status(&answer), "batch");
    *unknown = prepared(&answer);
    *known = prepared(&answer);
    assert_true(mv_reader_done(&answer));
}

static void a_batch_stops_where_the_catalogue_does(void **state)
{
    (void)state;
    struct hsmd_service service = {.hsm = hsm};
    mv_status unknown;
    mv_status known;
    test_ok(hsmd_slots_new(&service.slots), "slots");
    test_ok(hsmd_keyring_init(&service.keyring, hsm), "keyring");
    service.keyring.checked_ms = hsmd_now_ms();
    prepare_two(&service, &unknown, &known);
    assert_reason(unknown, MV_VENDING_KEY_UNKNOWN);
    test_ok(known, "known key");
    take_away(take(HSM_ENTRY_HEAD, 0).object);
    prepare_two(&service, &unknown, &known);
    assert_reason(unknown, MV_CATALOGUE_CORRUPT);
    assert_reason(known, MV_CATALOGUE_CORRUPT);
    hsmd_keyring_wipe(&service.keyring);
    hsmd_slots_free(service.slots);
}

static void entry_kinds_cannot_be_exchanged(void **state)
{
    (void)state;
    struct hsm_officer officer = {.name = "first", .certificate_sha256 = {1}};
    test_ok(hsm_officer_add(hsm, &officer), "officer");
    assert_int_equal(officer.generation, 7);
    assert_reason(hsm_officer_add(hsm, &officer), MV_KEY_EXISTS);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    assert_int_equal(catalogue.officer_count, 1);
    assert_string_equal(catalogue.officers[0].name, "first");
    struct stored entry = take(HSM_ENTRY_OFFICER, 6);
    take_away(entry.object);
    entry.data[4] = HSM_ENTRY_KEY;
    put(entry.data, entry.size);
    assert_reason(hsm_catalogue_read(hsm, &catalogue), MV_CATALOGUE_CORRUPT);
}

static void a_second_catalogue_is_refused(void **state)
{
    (void)state;
    struct hsm_backup backup;
    const struct hsm_keeper keeper = test_keeper(&backup);
    assert_reason(hsm_catalogue_create(hsm, TEST_BACKUP_KEK, &keeper), MV_TOKEN_IN_USE);
    char serial[HSM_SERIAL_SIZE];
    hsm_close(hsm);
    assert_reason(hsm_token_init(&token.config, TEST_SO_PIN, TEST_PIN, serial), MV_TOKEN_IN_USE);
    hsm = test_token_open(&token);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "still there");
}

/* The linker puts this in the place of the search for records. At the search that is counted down to, another writer,
 * whom no lock kept out, has put a head of its own in the place of the one that was read. */
mv_status __real_hsm_find_records(struct hsm *session, CK_OBJECT_HANDLE *found, size_t *count);
mv_status __wrap_hsm_find_records(struct hsm *session, CK_OBJECT_HANDLE *found, size_t *count);
static unsigned searches_left;
static struct stored head_before;

mv_status __wrap_hsm_find_records(struct hsm *session, CK_OBJECT_HANDLE *found, size_t *count)
{
    if (searches_left > 0 && --searches_left == 0) {
        take_away(head_before.object);
        put(head_before.data, head_before.size);
    }
    return __real_hsm_find_records(session, found, count);
}

static void two_writers_leave_one_whole_catalogue(void **state)
{
    (void)state;
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    size_t before = 0;
    size_t after = 0;
    struct hsm_officer officer = {.name = "first", .certificate_sha256 = {1}};
    test_ok(hsm_find_records(hsm, found, &before), "find");
    head_before = take(HSM_ENTRY_HEAD, 0);
    struct hsm_entry entry = {.kind = HSM_ENTRY_OFFICER, .of.officer = officer};
    searches_left = 1; /* the one before the new head is stored */
    assert_reason(hsm_catalogue_append(hsm, &entry), MV_CATALOGUE_CORRUPT);
    assert_int_equal(searches_left, 0);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "the other writer's catalogue");
    assert_int_equal(catalogue.officer_count, 0);
    test_ok(hsm_find_records(hsm, found, &after), "find");
    assert_int_equal(after, before);
    test_ok(hsm_officer_add(hsm, &officer), "again");
}

static void a_swapped_key_is_noticed(void **state)
{
    (void)state;
    CK_OBJECT_HANDLE first = 0;
    test_ok(hsm_find_key(hsm, "vending/100001/1/2", &first), "find");
    take_away(first);
    uint8_t other[32] = {1};
    test_ok(hsm_place(hsm, hsm_policy_of(HSM_USE_VENDING), other, "vending/100001/1/2"), "place");
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    assert_reason(hsm_keys_verify(hsm, &catalogue), MV_CATALOGUE_CORRUPT);
    struct hsmd_keyring keyring;
    assert_reason(hsmd_keyring_init(&keyring, hsm), MV_CATALOGUE_CORRUPT);
    hsmd_keyring_wipe(&keyring);
    test_ok(hsm_place(hsm, hsm_policy_of(HSM_USE_VENDING), other, "vending/100002/1/2"), "second of a label");
    assert_reason(hsm_key_verify(hsm, &hsm_catalogue_vending(&catalogue, "100002", 1, 2)->info), MV_CATALOGUE_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_flipped_byte_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(truncated_and_overlong_records_are_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_removed_entry_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_entry_removed_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_doubled_entry_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_head_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_a_creation_cut_short_is_made_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_head_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_interrupted_writer_leaves_the_old_state, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fork_of_an_old_copy_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_batch_stops_where_the_catalogue_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entry_kinds_cannot_be_exchanged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_catalogue_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_writers_leave_one_whole_catalogue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_swapped_key_is_noticed, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
