#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "channel.h"
#include "grpc/health/v1/health.pb-c.h"
#include "metervault/sts.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "metervault/v1/token_service.pb-c.h"

enum { TILLS = 16, AMOUNT_WH = 25600 };

void bench_pan(uint64_t serial, char pan[BENCH_PAN_SIZE])
{
    enum { IIN = 6, DRN = 11, SERIALS = 100000000 };
    (void)snprintf(pan, BENCH_PAN_SIZE, "60072712%08" PRIu64, serial % SERIALS);
    pan[IIN + DRN - 1] = (char)('0' + mv_luhn_digit(pan + IIN, DRN - 1));
    pan[IIN + DRN] = (char)('0' + mv_luhn_digit(pan, IIN + DRN));
    pan[IIN + DRN + 1] = '\0';
}

static grpc_byte_buffer *echo_request(struct work *work)
{
    const Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    work->next++;
    return mv_buffer_from_message(&request.base);
}

struct work work_echo(void)
{
    return (struct work){.name = "echo", .path = "/grpc.health.v1.Health/Check", .request = echo_request};
}

static grpc_byte_buffer *vend_request(struct work *work)
{
    char id[MV_REQUEST_ID_SIZE];
    char till[16];
    char pan[BENCH_PAN_SIZE];
    if (!mv_client_request_id(id))
        abort();
    (void)snprintf(till, sizeof till, "bench%u", (unsigned)(work->next % TILLS));
    bench_pan(work->first_meter + work->next % work->meters, pan);
    work->next++;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = AMOUNT_WH;
    Metervault__V1__IssueCreditRequest request = METERVAULT__V1__ISSUE_CREDIT_REQUEST__INIT;
    request.request_id = id;
    request.terminal_id = till;
    request.meter_pan = pan;
    request.quantity = &quantity;
    request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    return mv_buffer_from_message(&request.base);
}

struct work work_vend(uint64_t first_meter, uint64_t meters)
{
    return (struct work){.name = "vend",
                         .path = "/metervault.v1.TokenService/IssueCredit",
                         .request = vend_request,
                         .first_meter = first_meter,
                         .meters = meters};
}

static grpc_byte_buffer *register_request(struct work *work)
{
    char pan[BENCH_PAN_SIZE];
    bench_pan(work->first_meter + work->next++, pan);
    Metervault__V1__MeterKey key = METERVAULT__V1__METER_KEY__INIT;
    key.supply_group_code = (char *)work->sgc;
    key.key_revision_number = 1;
    key.tariff_index = 1;
    key.key_type = 2;
    key.key_expiry_number = 255;
    key.base_date = 2014;
    key.encryption_algorithm = 7;
    key.key_generation_algorithm = 4;
    Metervault__V1__RegisterMeterRequest request = METERVAULT__V1__REGISTER_METER_REQUEST__INIT;
    request.meter_pan = pan;
    request.organisation = (char *)work->organisation;
    request.utility = METERVAULT__V1__UTILITY__ELECTRICITY;
    request.key = &key;
    return mv_buffer_from_message(&request.base);
}

struct work work_register(uint64_t first_meter, const char *organisation, const char *sgc)
{
    return (struct work){.name = "setup",
                         .path = "/metervault.v1.MeterService/RegisterMeter",
                         .request = register_request,
                         .first_meter = first_meter,
                         .organisation = organisation,
                         .sgc = sgc};
}
