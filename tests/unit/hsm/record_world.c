#include "record_world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hsm/internal.h"
#include "record_oracle.h"

const uint8_t DOMAIN[3] = {0xA1, 0xB2, 0xC3};
const uint8_t OTHER_DOMAIN[3] = {0, 0, 1};
const char METER[19] = "600727000000000009";

void record_world_value(enum hsm_key_use use, const uint8_t domain[3], uint8_t version, uint8_t value[16])
{
    for (unsigned i = 0; i < 16; i++)
        value[i] = (uint8_t)(i * 17U + version * 3U + (use - HSM_USE_RECORD_MAC) * 101U + domain[2]);
}

mv_status record_world_master(struct hsm *hsm, enum hsm_key_use use, const uint8_t domain[3], uint8_t version)
{
    uint8_t value[16];
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    struct hsm_key_request request = {.use = use, .version = version, .issued_until_unix_s = INT64_MAX};
    memcpy(request.domain, domain, sizeof request.domain);
    record_world_value(use, domain, version, value);
    return hsm_key_import(hsm, &request, value, sizeof value, NULL, &keeper, &made);
}

/* Writes the line again as another one. */
static void amend(struct hsm *hsm, const struct hsm_catalogue *catalogue, enum hsm_key_use use, uint8_t version)
{
    static const enum hsm_key_state states[] = {[BELOW] = HSM_ACTIVE,
                                                [ACTIVE] = HSM_ACTIVE,
                                                [REPLACED] = HSM_ISSUED_UNTIL,
                                                [EXPIRED] = HSM_EXPIRED,
                                                [COMPROMISED] = HSM_COMPROMISED,
                                                [NOT_YET] = HSM_ACTIVE,
                                                [DESTROYED] = HSM_DESTROYED,
                                                [NEWEST] = HSM_ACTIVE};
    char label[HSM_LABEL_SIZE];
    struct hsm_entry entry = {.kind = HSM_ENTRY_KEY};
    hsm_master_label(use, DOMAIN, version, label);
    entry.of.key = *hsm_catalogue_by_label(catalogue, label);
    struct hsm_key_info *info = &entry.of.key.info;
    info->state = states[version];
    if (version == NOT_YET)
        info->active_from_unix_s = (int64_t)time(NULL) + 3600;
    if (version == REPLACED)
        info->issued_until_unix_s = (int64_t)time(NULL) + 3600;
    if (version == NEWEST)
        info->minimum_version = BELOW + 1;
    test_ok(hsm_catalogue_append(hsm, &entry), "amend");
    if (version == DESTROYED)
        test_ok(hsm_destroy_keys(hsm, label), "destroy");
}

void record_world_family(struct hsm *hsm, enum hsm_key_use use)
{
    struct hsm_catalogue *catalogue = calloc(1, sizeof *catalogue);
    for (unsigned version = BELOW; version <= NEWEST; version++)
        test_ok(record_world_master(hsm, use, DOMAIN, (uint8_t)version), "import");
    test_ok(hsm_catalogue_read(hsm, catalogue), "read");
    for (unsigned version = BELOW; version <= NEWEST; version++)
        amend(hsm, catalogue, use, (uint8_t)version);
    free(catalogue);
}

void record_world_import(struct hsm *hsm)
{
    static const enum hsm_key_use uses[] = {HSM_USE_RECORD_MAC, HSM_USE_RECORD_ENC};
    for (unsigned u = 0; u < 2; u++) {
        record_world_family(hsm, uses[u]);
        test_ok(record_world_master(hsm, uses[u], OTHER_DOMAIN, 1), "import");
    }
}

static void put_body(struct mv_record_writer *to, uint8_t kind)
{
    static const uint8_t place[MV_RECORD_KEYS_WRAPPED];
    switch (kind) {
    case MV_KIND_PURCHASE:
        mv_record_put_number(to, MV_TAG_PURCHASE_KIND, MV_PURCHASE_NORMAL, 1);
        mv_record_put_number(to, MV_TAG_AMOUNT, 125000, 8);
        return;
    case MV_KIND_PARAMETERS:
        mv_record_put_number(to, MV_TAG_ALARM_1, 5000, 8);
        return;
    case MV_KIND_CONTROL:
        mv_record_put_number(to, MV_TAG_COMMAND, MV_COMMAND_OPEN, 1);
        return;
    case MV_KIND_READ:
        mv_record_put_number(to, MV_TAG_NONCE, 0x0123456789ABCDEF, 8);
        return;
    case MV_KIND_KEY_UPDATE:
        mv_record_put_number(to, MV_TAG_MAC_VERSION, NEWEST, 1);
        mv_record_put_number(to, MV_TAG_ENC_VERSION, NEWEST, 1);
        mv_record_put(to, MV_TAG_KEYS, place, sizeof place);
        return;
    default:
        mv_record_put_number(to, MV_TAG_ECHO, 0x0123456789ABCDEF, 8);
        return;
    }
}

struct hsmd_record record_of(uint8_t kind, uint8_t version)
{
    struct mv_record_head head = {
        .kind = kind, .key_version = version, .epoch = RECORD_EPOCH, .sequence = 3, .issued_min = 6000000};
    struct mv_record_writer writer;
    struct hsmd_record record = {.size = 0};
    memcpy(head.pan, METER, sizeof head.pan);
    mv_record_begin(&writer, &head);
    put_body(&writer, kind);
    if (mv_record_end(&writer) != MV_DONE)
        abort();
    memcpy(record.domain, DOMAIN, sizeof record.domain);
    memcpy(record.bytes, writer.bytes, writer.size);
    record.size = writer.size;
    return record;
}

void record_mac(const struct hsmd_record *record, uint8_t version, uint16_t epoch, uint8_t mac[16])
{
    uint8_t master[16];
    uint8_t child[16];
    size_t size = 23U + record->bytes[22];
    record_world_value(HSM_USE_RECORD_MAC, record->domain, version, master);
    oracle_child(master, record->bytes[1] == MV_KIND_RETURN ? 0x81 : 0x01, METER, record->domain, epoch, child);
    oracle_cmac(child, record->bytes, size, mac);
}

struct hsmd_record record_return(uint8_t version)
{
    struct hsmd_record record = record_of(MV_KIND_RETURN, version);
    record_mac(&record, version, RECORD_EPOCH, record.bytes + record.size);
    record.size = (uint8_t)(record.size + 16);
    return record;
}
