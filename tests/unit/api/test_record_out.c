/* What a meter wrote back, as a message: every tag that a return may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/record_convert.h"

static struct vend_return begin(struct mv_record_writer *writer)
{
    struct mv_record_head head = {.kind = MV_KIND_RETURN, .key_version = 3, .epoch = 4, .sequence = 5};
    memcpy(head.pan, "600727000000000009", sizeof head.pan);
    mv_record_begin(writer, &head);
    return (struct vend_return){.pan = "600727000000000009", .head = head};
}

static void end(struct mv_record_writer *writer, struct vend_return *in, struct api_return *out)
{
    assert_int_equal(MV_DONE, mv_record_end(writer));
    memcpy(in->bytes, writer->bytes, writer->size);
    api_return_out(in, out);
}

static void counters_and_state(void **state)
{
    static const uint8_t sequences[] = {0, 0, 0, 2, 0, 0, 1, 3, 0, 0, 0, 4, 0, 0, 0, 5};
    static const uint8_t versions[] = {7, 8};
    static const uint8_t sets[] = {0, 0, 0, 9, 0, 0, 0, 10, 1, 0, 0, 11};
    struct mv_record_writer writer;
    struct vend_return in = begin(&writer);
    struct api_return out;
    (void)state;
    mv_record_put_number(&writer, MV_TAG_REMAINING, (uint64_t)-12, 8);
    mv_record_put_number(&writer, MV_TAG_PURCHASE_SEQUENCE, 6, 4);
    mv_record_put(&writer, MV_TAG_SEQUENCES, sequences, sizeof sequences);
    mv_record_put(&writer, MV_TAG_VERSIONS, versions, sizeof versions);
    mv_record_put(&writer, MV_TAG_SETS, sets, sizeof sets);
    end(&writer, &in, &out);
    const Metervault__V1__MeterReturn *message = &out.message;
    assert_string_equal("600727000000000009", message->meter_pan);
    assert_int_equal(4, message->installation_epoch);
    assert_int_equal(5, message->sequence);
    assert_int_equal(3, message->key_version);
    assert_int_equal(-12, message->remaining);
    assert_int_equal(6, message->purchase_sequence);
    assert_int_equal(2, message->parameter_sequence);
    assert_int_equal(259, message->control_sequence);
    assert_int_equal(4, message->read_request_sequence);
    assert_int_equal(5, message->key_update_sequence);
    assert_int_equal(7, message->mac_version);
    assert_int_equal(8, message->enc_version);
    assert_int_equal(9, message->tariff_set);
    assert_int_equal(10, message->next_tariff_set);
    assert_int_equal(0x0100000B, message->calendar_set);
    assert_null(message->last_refusal);
    assert_null(message->frozen);
    assert_int_equal(0, message->n_events);
}

static void tables(void **state)
{
    static const uint8_t refusal[] = {1, 2, 4, 0, 0, 0, 9, 0, 117};
    static const uint8_t events[] = {0, 0, 1, 0, 12, 1, 1, 0, 0, 0, 255, 13, 0, 2};
    uint8_t rates[64] = {0};
    uint8_t phases[24] = {0};
    uint8_t frozen[37] = {1, 0, 0, 0, 2};
    struct mv_record_writer writer;
    struct vend_return in = begin(&writer);
    struct api_return out;
    (void)state;
    rates[63] = 5;
    phases[7] = 6;
    for (unsigned i = 0; i < 4; i++)
        frozen[12 + 8 * i] = (uint8_t)(3 + i);
    mv_record_put(&writer, MV_TAG_REFUSAL, refusal, sizeof refusal);
    mv_record_put(&writer, MV_TAG_EVENTS, events, sizeof events);
    mv_record_put(&writer, MV_TAG_RATES, rates, sizeof rates);
    mv_record_put(&writer, MV_TAG_PHASES, phases, sizeof phases);
    mv_record_put(&writer, MV_TAG_FROZEN, frozen, sizeof frozen);
    end(&writer, &in, &out);
    const Metervault__V1__MeterReturn *message = &out.message;
    assert_int_equal(258, message->refusals);
    assert_int_equal(4, message->last_refusal->kind);
    assert_int_equal(9, message->last_refusal->sequence);
    assert_int_equal(117, message->last_refusal->result);
    assert_int_equal(2, message->n_events);
    assert_int_equal(256, message->events[0]->time_unix_s);
    assert_int_equal(12, message->events[0]->code);
    assert_int_equal(257, message->events[0]->detail);
    assert_int_equal(13, message->events[1]->code);
    assert_int_equal(8, message->n_total_by_rate);
    assert_int_equal(5, message->total_by_rate[7]);
    assert_int_equal(3, message->n_import_by_phase);
    assert_int_equal(6, message->import_by_phase[0]);
    assert_int_equal(1, message->frozen->which);
    assert_int_equal(2, message->frozen->ended_unix_s);
    assert_int_equal(3, message->frozen->total);
    assert_int_equal(4, message->frozen->month);
    assert_int_equal(5, message->frozen->remaining);
    assert_int_equal(6, message->frozen->taken);
}

/* The MAC is good, but a meter of another make: what is too short or too long is not made up, and nothing is read
 * outside of it. */
static void odd_lengths(void **state)
{
    static const uint8_t bytes[80] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    struct mv_record_writer writer;
    struct vend_return in = begin(&writer);
    struct api_return out;
    (void)state;
    mv_record_put(&writer, MV_TAG_REFUSAL, bytes, 8);
    mv_record_put(&writer, MV_TAG_EVENTS, bytes, 70);
    mv_record_put(&writer, MV_TAG_RATES, bytes, 72);
    mv_record_put(&writer, MV_TAG_FROZEN, bytes, 36);
    end(&writer, &in, &out);
    assert_null(out.message.last_refusal);
    assert_int_equal(0, out.message.refusals);
    assert_int_equal(API_RETURN_EVENTS, out.message.n_events);
    assert_int_equal(API_RETURN_RATES, out.message.n_total_by_rate);
    assert_null(out.message.frozen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_and_state),
        cmocka_unit_test(tables),
        cmocka_unit_test(odd_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
