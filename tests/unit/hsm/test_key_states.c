/* States and succession of vending keys: what may follow what, what a writer that was cut short leaves, and how soon a
 * running key process obeys. */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../support/status.h"
#include "hsm/internal.h"
#include "hsmd/client.h"
#include "process.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue catalogue;
static const char KEY_160[] = "ABABABABABABABAB949494949494949401234567";
static const char SGC[] = "300000";

static void import(uint8_t krn, uint16_t base_date, uint16_t ea_mask)
{
    struct hsm_vending_scope scope = {.krn = krn, .kt = 2, .dkga = 4, .base_date = base_date, .ken = 255};
    scope.ea_mask = ea_mask;
    memcpy(scope.sgc, SGC, sizeof scope.sgc);
    test_ok(test_token_vending(hsm, scope, KEY_160), "import");
}

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    import(1, 2014, 0x880);
    import(2, 2014, 0x880);
    import(3, 2035, 0x880);
    import(4, 1993, 0x880);
    import(5, 2014, 0x80);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsm_close(hsm);
    test_token_free(&token);
    return 0;
}

static mv_status set_state(uint8_t krn, enum hsm_key_state state, int64_t issued_until)
{
    struct hsm_key_info amended;
    const struct hsm_amendment amendment = {
        .what = HSM_AMEND_STATE, .state = state, .issued_until_unix_s = issued_until};
    return hsm_key_amend(hsm, SGC, krn, 2, &amendment, &amended);
}

static mv_status revive(uint8_t krn, enum hsm_key_state state, int64_t issued_until)
{
    struct hsm_key_info amended;
    const struct hsm_amendment amendment = {
        .what = HSM_AMEND_STATE, .state = state, .issued_until_unix_s = issued_until, .revive = true};
    return hsm_key_amend(hsm, SGC, krn, 2, &amendment, &amended);
}

static mv_status set_successor(uint8_t krn, uint8_t successor)
{
    struct hsm_key_info amended;
    const struct hsm_amendment amendment = {.what = HSM_AMEND_SUCCESSOR, .successor_krn = successor};
    return hsm_key_amend(hsm, SGC, krn, 2, &amendment, &amended);
}

static const struct hsm_key_info *look(uint8_t krn)
{
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    const struct hsm_key_entry *entry = hsm_catalogue_vending(&catalogue, SGC, krn, 2);
    assert_non_null(entry);
    return &entry->info;
}

/* ---- the table ---- */

static void what_each_state_allows(void **state)
{
    (void)state;
    static const struct {
        enum hsm_key_state state;
        const char *allowed; /* issue, leave, enter, check, open */
    } expected[] = {
        {HSM_PRE_ACTIVE, "----o"},        {HSM_ACTIVE, "ileco"},
        {HSM_ISSUED_UNTIL, "il-co"},      {HSM_EXPIRED, "-l-co"},
        {HSM_COMPROMISED, "-l--o"},       {HSM_DESTROYED, "-----"},
        {(enum hsm_key_state)0, "-----"}, {(enum hsm_key_state)7, "-----"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        for (int purpose = HSM_TO_ISSUE; purpose <= HSM_TO_OPEN; purpose++)
            assert_int_equal(hsm_state_allows(expected[i].state, (enum hsm_purpose)purpose),
                             expected[i].allowed[purpose] != '-');
}

static void dates_make_states(void **state)
{
    (void)state;
    struct hsm_key_info key = {.state = HSM_ACTIVE, .active_from_unix_s = 100, .issued_until_unix_s = 200};
    assert_int_equal(hsm_key_state_at(&key, 99), HSM_PRE_ACTIVE);
    assert_int_equal(hsm_key_state_at(&key, 100), HSM_ACTIVE);
    assert_int_equal(hsm_key_state_at(&key, 199), HSM_ACTIVE);
    assert_int_equal(hsm_key_state_at(&key, 200), HSM_EXPIRED);
    assert_reason_at(hsm_key_current(&key, HSM_TO_ISSUE, 99), MV_VENDING_KEY_NOT_ACTIVE, "active_from");
    assert_reason_at(hsm_key_current(&key, HSM_TO_LEAVE, 99), MV_VENDING_KEY_NOT_ACTIVE, "active_from");
    assert_reason_at(hsm_key_current(&key, HSM_TO_ISSUE, 200), MV_VENDING_KEY_NOT_ACTIVE, "issued_until");
    test_ok(hsm_key_current(&key, HSM_TO_LEAVE, 200), "leave");
    key.state = HSM_ISSUED_UNTIL;
    assert_int_equal(hsm_key_state_at(&key, 150), HSM_ISSUED_UNTIL);
    assert_int_equal(hsm_key_state_at(&key, 200), HSM_EXPIRED);
    assert_reason_at(hsm_key_current(&key, HSM_TO_ENTER, 150), MV_VENDING_KEY_NOT_ACTIVE, "state");
    key.state = HSM_COMPROMISED; /* whatever its dates */
    assert_int_equal(hsm_key_state_at(&key, 99), HSM_COMPROMISED);
    assert_int_equal(hsm_key_state_at(&key, 200), HSM_COMPROMISED);
    key.state = HSM_EXPIRED;
    assert_int_equal(hsm_key_state_at(&key, 99), HSM_EXPIRED);
}

/* ---- amendments ---- */

static void a_change_is_a_new_generation(void **state)
{
    (void)state;
    const struct hsm_key_info before = *look(1);
    uint64_t generation = catalogue.generation;
    size_t count = catalogue.key_count;
    struct hsm_key_info amended;
    const struct hsm_amendment amendment = {.what = HSM_AMEND_STATE | HSM_AMEND_SUCCESSOR,
                                            .state = HSM_ISSUED_UNTIL,
                                            .issued_until_unix_s = 5000000000,
                                            .successor_krn = 2};
    test_ok(hsm_key_amend(hsm, SGC, 1, 2, &amendment, &amended), "amend");
    const struct hsm_key_info *after = look(1);
    assert_int_equal(catalogue.generation, generation + 1);
    assert_int_equal(catalogue.key_count, count);
    assert_int_equal(after->generation, generation + 1);
    assert_memory_equal(after, &amended, sizeof amended);
    assert_int_equal(after->state, HSM_ISSUED_UNTIL);
    assert_int_equal(after->issued_until_unix_s, 5000000000);
    assert_int_equal(after->scope.successor_krn, 2);
    assert_memory_equal(after->kcv, before.kcv, HSM_KCV_BYTES);
    assert_int_equal(after->created_unix_s, before.created_unix_s);
    assert_string_equal(after->label, before.label);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    size_t stored = 0;
    test_ok(hsm_find_records(hsm, found, &stored), "records");
    assert_int_equal(stored, count + 1); /* and the head: nothing old is left */
    test_ok(set_successor(1, 0), "no successor");
    assert_int_equal(look(1)->scope.successor_krn, 0);
    assert_int_equal(look(1)->state, HSM_ISSUED_UNTIL);
}

static void states_that_may_follow(void **state)
{
    (void)state;
    test_ok(set_state(1, HSM_ISSUED_UNTIL, 5000000000), "issued until");
    test_ok(set_state(1, HSM_EXPIRED, 0), "expired");
    assert_int_equal(look(1)->issued_until_unix_s, 5000000000);
    test_ok(revive(1, HSM_ACTIVE, INT64_MAX), "active again");
    assert_int_equal(look(1)->issued_until_unix_s, INT64_MAX);
    assert_reason_at(set_state(1, HSM_ISSUED_UNTIL, -1), MV_INVALID_FIELD, "issued_until");
    assert_reason_at(set_state(1, HSM_PRE_ACTIVE, INT64_MAX), MV_INVALID_FIELD, "state");
    assert_reason_at(set_state(1, HSM_DESTROYED, INT64_MAX), MV_INVALID_FIELD, "state");
    assert_reason(set_state(9, HSM_EXPIRED, 0), MV_VENDING_KEY_UNKNOWN);
    test_ok(set_state(1, HSM_COMPROMISED, 0), "compromised");
    uint64_t generation = look(1)->generation;
    assert_reason(set_state(1, HSM_ACTIVE, INT64_MAX), MV_VENDING_KEY_NOT_ACTIVE);
    assert_reason(set_state(1, HSM_EXPIRED, 0), MV_VENDING_KEY_NOT_ACTIVE);
    assert_reason(set_state(1, HSM_ISSUED_UNTIL, 5000000000), MV_VENDING_KEY_NOT_ACTIVE);
    assert_int_equal(look(1)->generation, generation);
    test_ok(set_successor(1, 2), "a way out of it");
    assert_int_equal(look(1)->state, HSM_COMPROMISED);
}

/* Whether it was told so or its date has come. */
static void an_expired_key_comes_back_only_when_asked_for(void **state)
{
    (void)state;
    static const char where[] = "expired; to let it issue again set its state";
    const struct hsm_amendment replace = {.what = HSM_AMEND_SUCCESSOR | HSM_AMEND_STATE,
                                          .state = HSM_ISSUED_UNTIL,
                                          .issued_until_unix_s = 5000000000,
                                          .successor_krn = 2};
    struct hsm_key_info amended;
    for (int by_date = 0; by_date < 2; by_date++) {
        enum hsm_key_state stored = by_date ? HSM_ISSUED_UNTIL : HSM_EXPIRED;
        test_ok(set_state(1, stored, (int64_t)time(NULL) - 1), "expired");
        assert_reason_at(set_state(1, HSM_ACTIVE, INT64_MAX), MV_VENDING_KEY_NOT_ACTIVE, where);
        assert_reason_at(set_state(1, HSM_ISSUED_UNTIL, 5000000000), MV_VENDING_KEY_NOT_ACTIVE, where);
        assert_reason_at(hsm_key_amend(hsm, SGC, 1, 2, &replace, &amended), MV_VENDING_KEY_NOT_ACTIVE, where);
        assert_int_equal(look(1)->state, stored);
        assert_int_equal(look(1)->scope.successor_krn, 0);
        test_ok(revive(1, HSM_ISSUED_UNTIL, 5000000000), "asked for");
        assert_int_equal(look(1)->state, HSM_ISSUED_UNTIL);
    }
    test_ok(set_state(1, HSM_COMPROMISED, 0), "compromised");
    assert_reason_at(revive(1, HSM_ACTIVE, INT64_MAX), MV_VENDING_KEY_NOT_ACTIVE,
                     "compromised and destroyed are for ever");
}

static void meters_do_not_go_back_to_an_older_derivation(void **state)
{
    (void)state;
    const struct hsm_vending_scope des = {.dkga = 2, .base_date = 2014, .ea_mask = 0x80};
    const struct hsm_vending_scope hmac = {.dkga = 4, .base_date = 2014, .ea_mask = 0x80};
    test_ok(hsm_scope_may_follow(&des, &hmac), "newer");
    test_ok(hsm_scope_may_follow(&des, &des), "the same");
    assert_reason_at(hsm_scope_may_follow(&hmac, &des), MV_VENDING_KEY_MISMATCH, "successor: dkga");
}

static mv_status make(uint8_t krn, uint8_t kt, uint16_t base_date)
{
    struct hsm_vending_scope scope = {
        .krn = krn, .kt = kt, .dkga = 4, .base_date = base_date, .ken = 255, .ea_mask = 0x80};
    memcpy(scope.sgc, SGC, sizeof scope.sgc);
    return test_token_vending(hsm, scope, KEY_160);
}

static void one_revision_has_one_base_date(void **state)
{
    (void)state;
    static const char where[] = "base_date: this supply group and revision has another";
    uint64_t generation = look(1)->generation;
    assert_reason_at(make(1, 1, 2035), MV_INVALID_FIELD, where);
    assert_reason_at(make(1, 3, 1993), MV_INVALID_FIELD, where);
    assert_int_equal(look(1)->generation, generation);
    assert_reason(make(1, 2, 2035), MV_KEY_EXISTS);
    test_ok(make(1, 1, 2014), "another key type");
    test_ok(make(8, 1, 2035), "another revision");
}

static void successors_that_may_be(void **state)
{
    (void)state;
    assert_reason_at(set_successor(1, 9), MV_VENDING_KEY_UNKNOWN, "successor");
    assert_reason(set_successor(1, 1), MV_INVALID_FIELD);
    assert_reason_at(set_successor(1, 4), MV_VENDING_KEY_MISMATCH, "successor: base_date");
    assert_reason_at(set_successor(1, 5), MV_VENDING_KEY_MISMATCH, "successor: ea");
    test_ok(set_successor(5, 1), "more algorithms");
    test_ok(set_successor(1, 2), "chain");
    test_ok(set_successor(2, 3), "chain, later base date");
    assert_reason_at(set_successor(2, 1), MV_INVALID_FIELD, "successor: leads back to this key");
    assert_reason(set_successor(2, 5), MV_VENDING_KEY_MISMATCH);
    test_ok(set_state(3, HSM_COMPROMISED, 0), "compromised");
    assert_reason_at(set_successor(1, 3), MV_VENDING_KEY_NOT_ACTIVE, "successor: state");
}

/* ---- the stored form ---- */

static void take(CK_OBJECT_HANDLE object, uint8_t data[HSM_ENTRY_SIZE], size_t *size)
{
    CK_ATTRIBUTE value = {CKA_VALUE, data, HSM_ENTRY_SIZE};
    assert_int_equal(hsm->p11->C_GetAttributeValue(hsm->session, object, &value, 1), CKR_OK);
    *size = value.ulValueLen;
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

struct stored {
    uint8_t head[HSM_ENTRY_SIZE], entry[HSM_ENTRY_SIZE];
    size_t head_size, entry_size;
    CK_OBJECT_HANDLE head_object, entry_object;
};

/* The head, and the entry of the key `krn`. */
static void take_both(uint8_t krn, struct stored *stored)
{
    struct hsm_records records;
    uint64_t generation = look(krn)->generation;
    test_ok(hsm_records_load(hsm, &records), "records");
    stored->head_object = records.head.object;
    stored->entry_object = 0;
    for (size_t i = 0; i < records.member_count; i++)
        if (records.entries[i].generation == generation)
            stored->entry_object = records.entries[i].object;
    hsm_records_free(&records);
    take(stored->head_object, stored->head, &stored->head_size);
    take(stored->entry_object, stored->entry, &stored->entry_size);
}

static void destroy(CK_OBJECT_HANDLE object)
{
    assert_int_equal(hsm->p11->C_DestroyObject(hsm->session, object), CKR_OK);
}

static void an_old_entry_does_not_come_back(void **state)
{
    (void)state;
    struct stored old;
    struct stored current;
    take_both(1, &old);
    test_ok(set_state(1, HSM_COMPROMISED, 0), "compromised");
    /* beside the new one it is what a writer that was cut short leaves, and counts for nothing */
    put(old.entry, old.entry_size);
    assert_int_equal(look(1)->state, HSM_COMPROMISED);
    assert_int_equal(catalogue.key_count, 9);
    take_both(1, &current);
    /* in the place of the new one it is noticed */
    destroy(current.entry_object);
    assert_reason(hsm_catalogue_read(hsm, &catalogue), MV_CATALOGUE_CORRUPT);
    put(current.entry, current.entry_size);
    assert_int_equal(look(1)->state, HSM_COMPROMISED);
    /* with its head it is the old state, whole: the generation tells */
    uint64_t generation = catalogue.generation;
    take_both(1, &current);
    destroy(current.head_object);
    put(old.head, old.head_size);
    assert_int_equal(look(1)->state, HSM_ACTIVE);
    assert_int_equal(catalogue.generation, generation - 1);
    destroy(current.entry_object);
    put(current.entry, current.entry_size);
    put(current.head, current.head_size);
    assert_int_equal(look(1)->state, HSM_COMPROMISED);
    /* the next writer clears all of it away */
    test_ok(set_state(2, HSM_EXPIRED, 0), "next");
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    size_t count = 0;
    test_ok(hsm_find_records(hsm, found, &count), "records");
    assert_int_equal(count, 10); /* 9 keys and the head */
    assert_int_equal(look(1)->state, HSM_COMPROMISED);
}

static void a_writer_cut_short_before_its_head_changed_nothing(void **state)
{
    (void)state;
    struct stored old;
    struct stored current;
    take_both(1, &old);
    test_ok(set_state(1, HSM_COMPROMISED, 0), "compromised");
    take_both(1, &current);
    destroy(current.head_object);
    put(old.head, old.head_size);
    put(old.entry, old.entry_size);
    assert_int_equal(look(1)->state, HSM_ACTIVE);
    test_ok(set_state(1, HSM_EXPIRED, 0), "done again");
    assert_int_equal(look(1)->state, HSM_EXPIRED);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
}

static void write_for_ever(int told)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct hsm *mine = test_token_open(&token);
    for (uint8_t turn = 1;; turn = (uint8_t)(turn % 200 + 1)) {
        struct hsm_key_info amended;
        const struct hsm_amendment amendment = {.what = HSM_AMEND_STATE | HSM_AMEND_SUCCESSOR,
                                                .state = HSM_ISSUED_UNTIL,
                                                .issued_until_unix_s = INT64_MAX - turn,
                                                .successor_krn = turn % 2 == 0 ? 2 : 0};
        if (!hsm_key_amend(mine, SGC, 1, 2, &amendment, &amended).ok || write(told, "", 1) != 1)
            _exit(1);
    }
}

static void kill_a_writer_after(long delay_ns)
{
    int told[2];
    char written;
    assert_int_equal(pipe(told), 0);
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0)
        write_for_ever(told[1]);
    assert_int_equal(read(told[0], &written, 1), 1);
    const struct timespec delay = {.tv_nsec = delay_ns};
    (void)nanosleep(&delay, NULL);
    assert_int_equal(kill(writer, SIGKILL), 0);
    int code = 0;
    assert_int_equal(waitpid(writer, &code, 0), writer);
    assert_true(WIFSIGNALED(code)); /* it did not end by itself before */
    (void)close(told[0]);
    (void)close(told[1]);
}

/* Wherever the writer was, the catalogue is whole: one line of the key, its two fields from one change. */
static void a_killed_writer_leaves_a_whole_catalogue(void **state)
{
    (void)state;
    hsm_close(hsm); /* a child of a process that uses the module may not use it */
    uint64_t generation = 0;
    for (long round = 0; round < 12; round++) {
        kill_a_writer_after(20000000 + 1370000 * round);
        hsm = test_token_open(&token);
        const struct hsm_key_info *key = look(1);
        assert_int_equal(catalogue.key_count, 9);
        assert_true(catalogue.generation > generation);
        generation = catalogue.generation;
        assert_int_equal(key->scope.successor_krn, (INT64_MAX - key->issued_until_unix_s) % 2 == 0 ? 2 : 0);
        test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
        hsm_close(hsm);
    }
    hsm = test_token_open(&token);
    test_ok(set_state(1, HSM_EXPIRED, 0), "the next writer");
    assert_int_equal(look(1)->state, HSM_EXPIRED);
}

/* Rewrites every entry in an older form: the first ended before successor, flags and minimum version, the second before
 * the last two, the third before the last. */
static void make_older(char form, struct hsm_records *records)
{
    uint8_t data[HSM_ENTRY_SIZE];
    static const size_t cuts[] = {6, 5, 4};
    size_t cut = cuts[form - '1'];
    test_ok(hsm_records_load(hsm, records), "records");
    for (size_t i = 0; i < records->member_count; i++) {
        size_t size = 0;
        take(records->entries[i].object, data, &size);
        destroy(records->entries[i].object);
        /* the bytes before the sealed key and the MAC are what was added */
        size_t tail = HSM_SEALED_BYTES + HSM_ENTRY_MAC;
        memmove(data + size - tail - cut, data + size - tail, HSM_SEALED_BYTES);
        size_t body = size - HSM_ENTRY_MAC - cut;
        data[3] = (uint8_t)form;
        test_ok(hsm_cmac(hsm, records->mac_key, data, body, data + body), "MAC");
        memcpy(records->entries[i].mac, data + body, HSM_ENTRY_MAC);
        put(data, body + HSM_ENTRY_MAC);
    }
    destroy(records->head.object);
    test_ok(hsm_head_store(hsm, records->mac_key, records->entries, records->member_count), "head");
}

static void the_first_form_is_read(void **state)
{
    (void)state;
    struct hsm_records records;
    make_older('1', &records);
    const struct hsm_key_info *key = look(5);
    assert_int_equal(key->scope.successor_krn, 0);
    assert_int_equal(key->scope.ea_mask, 0x80);
    assert_int_equal(key->kcv_method, HSM_KCV_HMAC_SHA256);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
    test_ok(set_successor(5, 1), "written in the present form");
    assert_int_equal(look(5)->scope.successor_krn, 1);
    assert_int_equal(look(1)->scope.successor_krn, 0);
    /* the present form under the first one's name is refused, not misread */
    struct stored present;
    take_both(5, &present);
    present.entry[3] = '1';
    size_t body = present.entry_size - HSM_ENTRY_MAC;
    test_ok(hsm_cmac(hsm, records.mac_key, present.entry, body, present.entry + body), "MAC");
    destroy(present.entry_object);
    put(present.entry, present.entry_size);
    assert_reason_at(hsm_catalogue_read(hsm, &catalogue), MV_CATALOGUE_CORRUPT, "catalogue entry: form");
    hsm_records_free(&records);
}

static void the_second_form_is_read(void **state)
{
    (void)state;
    struct hsm_records records;
    test_ok(set_successor(1, 2), "successor");
    make_older('2', &records);
    assert_int_equal(look(1)->scope.successor_krn, 2);
    assert_false(look(1)->no_export);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
    test_ok(set_successor(1, 0), "written in the present form");
    assert_int_equal(look(1)->scope.successor_krn, 0);
    hsm_records_free(&records);
}

static void the_third_form_is_read(void **state)
{
    (void)state;
    struct hsm_records records;
    test_ok(set_successor(1, 2), "successor");
    make_older('3', &records);
    assert_int_equal(look(1)->scope.successor_krn, 2);
    assert_int_equal(look(1)->minimum_version, 0);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
    hsm_records_free(&records);
}

/* ---- a running key process ---- */

static mv_status prepared(struct hsmd_client *client, uint8_t krn)
{
    struct hsmd_meter meter = {
        .pan = "600727000000000009", .krn = krn, .ti = 1, .kt = 2, .ken = 255, .ea = 7, .dkga = 4, .base_date = 2014};
    struct hsmd_prepared slot;
    memcpy(meter.sgc, SGC, sizeof meter.sgc);
    test_ok(hsmd_prepare(client, &meter, 1, &slot), "prepare");
    if (slot.status.ok)
        hsmd_release(client, &slot.slot, 1);
    return slot.status;
}

static void a_running_process_obeys_within_a_second(void **state)
{
    (void)state;
    struct test_process process;
    struct hsmd_client *client = NULL;
    process_start(&process, &token);
    test_ok(hsmd_client_new(token.config.socket, 5000, &client), "client");
    test_ok(prepared(client, 1), "active");
    test_ok(prepared(client, 2), "active");
    test_ok(set_state(1, HSM_COMPROMISED, 0), "compromised");
    const struct timespec second = {.tv_sec = 1, .tv_nsec = 50000000};
    (void)nanosleep(&second, NULL);
    assert_reason_at(prepared(client, 1), MV_VENDING_KEY_NOT_ACTIVE, "state");
    test_ok(prepared(client, 2), "the others go on");
    static struct hsmd_catalogue seen;
    test_ok(set_successor(1, 2), "successor");
    test_ok(hsmd_catalogue(client, &seen), "catalogue");
    assert_int_equal(seen.generation, look(1)->generation);
    assert_int_equal(seen.keys[seen.key_count - 1].scope.successor_krn, 2);
    assert_int_equal(seen.keys[seen.key_count - 1].state, HSM_COMPROMISED);
    hsmd_client_free(client);
    assert_int_equal(process_stop(&process), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_each_state_allows),
        cmocka_unit_test(dates_make_states),
        cmocka_unit_test_setup_teardown(a_change_is_a_new_generation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(states_that_may_follow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_expired_key_comes_back_only_when_asked_for, set_up, tear_down),
        cmocka_unit_test(meters_do_not_go_back_to_an_older_derivation),
        cmocka_unit_test_setup_teardown(one_revision_has_one_base_date, set_up, tear_down),
        cmocka_unit_test_setup_teardown(successors_that_may_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_entry_does_not_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_writer_cut_short_before_its_head_changed_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_killed_writer_leaves_a_whole_catalogue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_form_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_second_form_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_third_form_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_running_process_obeys_within_a_second, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
