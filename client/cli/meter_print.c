#include "meter_print.h"

#include <stdio.h>

#include "metervault/v1/meter_service.pb-c.h"
#include "sale_print.h"

const char *enum_name(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(type, value);
    return known != NULL ? known->name : "?";
}

static void print_key(const char *name, const Metervault__V1__MeterKey *key)
{
    char text[SALE_KEY_TEXT];
    if (key == NULL)
        return;
    sale_key_text(key, text);
    (void)printf("%-13s %s\n", name, text);
}

static void print_wanted(const Metervault__V1__WantedKey *wanted)
{
    (void)fputs("Wanted key   ", stdout);
    if (wanted->supply_group_code[0] != '\0')
        (void)printf(" SGC %s", wanted->supply_group_code);
    if (wanted->key_revision_number != 0)
        (void)printf(" KRN %u", wanted->key_revision_number);
    if (wanted->tariff_case == METERVAULT__V1__WANTED_KEY__TARIFF_TARIFF_INDEX)
        (void)printf(" TI %u", wanted->tariff_index);
    if (wanted->key_type != 0)
        (void)printf(" KT %u", wanted->key_type);
    (void)putchar('\n');
}

static void print_records(const char *name, const Metervault__V1__RecordKeys *keys)
{
    if (keys != NULL)
        (void)printf("%-13s domain %s, MAC version %u, wrapping version %u, epoch %u\n", name, keys->domain,
                     keys->mac_version, keys->enc_version, keys->installation_epoch);
}

static void print_meter(const ProtobufCMessage *answer)
{
    const Metervault__V1__Meter *meter = (const Metervault__V1__Meter *)answer;
    char when[SALE_TIME_TEXT];
    sale_time_text(meter->registered_at_unix_s, when);
    (void)printf("Meter         %s\nOrganisation  %s\nUtility       %s\nState         %s\nRegistered    %s\n",
                 meter->meter_pan, meter->organisation,
                 enum_name(&metervault__v1__utility__descriptor, (int)meter->utility),
                 enum_name(&metervault__v1__meter_state__descriptor, (int)meter->state), when);
    print_key("Key", meter->key);
    print_key("Pending key", meter->pending_key);
    if (meter->wanted != NULL)
        print_wanted(meter->wanted);
    print_records("Record keys", meter->record_keys);
    print_records("Pending keys", meter->pending_record_keys);
    if (meter->card_keys != NULL)
        (void)printf("Card keys     version %u, of tool cards %u\n", meter->card_keys->key_version,
                     meter->card_keys->area_version);
    if (meter->credit_unit == METERVAULT__V1__CREDIT_UNIT__CURRENCY)
        (void)puts("Counts        currency");
}

int meter_show_answer(const struct cli *cli, ProtobufCMessage *answer, int code)
{
    return cli_show(cli, answer, print_meter, code);
}
