/* A meter in RAM and tokens for it. */
#ifndef MV_TEST_METER_SUPPORT_H
#define MV_TEST_METER_SUPPORT_H

#include "../../support/flash_model.h"

enum { TEST_TID = 0x600000, TEST_KEN = 0x9F };

/* An EA07 meter that measures electricity, water and time. */
struct mv_meter_identity test_identity(void);
/* An EA11 one, else the same. */
struct mv_meter_identity test_identity_misty1(void);
/* 20 digits for a class 0 token under the key of the provision. */
void test_token(const struct mv_meter_identity *meter, const struct mv_sts_credit *credit, char digits[21]);
/* The same for any class, subclass and content. */
void test_raw_token(const struct mv_meter_identity *meter, uint8_t token_class, uint8_t subclass, uint64_t content,
                    char digits[21]);
/* `units` of electricity. */
void test_kwh_token(const struct mv_meter_identity *meter, uint32_t tid, uint32_t units, char digits[21]);
/* Class 2; the field as it stands in the token. */
void test_manage_token(const struct mv_meter_identity *meter, uint8_t subclass, uint32_t tid, uint16_t field,
                       char digits[21]);
/* The change to key revision `krn` with a key of its own; a set under the key of `meter`. */
struct mv_sts_key_change test_change(const struct mv_meter_identity *meter, uint8_t krn);
unsigned test_key_set(const struct mv_meter_identity *meter, const struct mv_sts_key_change *change,
                      char digits[MV_KEY_SECTIONS][21]);
/* What the meter is after it. */
struct mv_meter_identity test_changed(const struct mv_meter_identity *meter, const struct mv_sts_key_change *change);

/* ---- a meter on a flash ---- */
struct fixture {
    struct flash flash;
    struct mv_meter_port port;
    struct mv_meter_identity identity; /* of the first provisioning */
    struct mv_meter meter;
    struct mv_meter_answer answer; /* to the last entry */
};
/* cmocka's set-up: *state is a struct fixture, blank or provisioned with test_identity and TEST_TID. */
int fixture_blank(void **state);
int fixture_ready(void **state);
void fixture_reopen(struct fixture *f);
/* Checks that a refusal has an empty answer. */
enum mv_result fixture_enter(struct fixture *f, const char *digits);
enum mv_result fixture_enter_kwh(struct fixture *f, uint32_t tid, uint32_t units);
enum mv_result fixture_enter_manage(struct fixture *f, uint8_t subclass, uint32_t tid, uint16_t field);
/* Lets a lockout pass. */
void fixture_wait_out(struct fixture *f);
/* In all that is kept. */
bool same_state(const struct mv_meter_state *a, const struct mv_meter_state *b);
void check_identity(const struct mv_meter_identity *kept, const struct mv_meter_identity *given);

#endif
