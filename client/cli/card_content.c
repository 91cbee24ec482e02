#include "card_content.h"

void card_content_options(struct card_content *content, struct cli_option *to)
{
    to[0] = (struct cli_option){.name = "tariff", .text = &content->tariff_file};
    to[1] = (struct cli_option){.name = "calendar", .text = &content->calendar_file};
}

static int read_values(const struct cli *cli, struct card_content *content, char **values, int count)
{
    if (count > RECORD_VALUES)
        return cli_usage(cli, "at most %d parameters", RECORD_VALUES);
    metervault__v1__parameter_record__init(&content->parameters);
    for (int i = 0; i < count; i++) {
        metervault__v1__parameter_value__init(&content->values[i]);
        if (!record_parameter(values[i], &content->values[i]))
            return cli_usage(cli, "'%s' is not NAME=VALUE with a known name and a whole number", values[i]);
        content->pointers[i] = &content->values[i];
    }
    content->parameters.n_values = (size_t)count;
    content->parameters.values = content->pointers;
    return CLI_DONE;
}

/* True without a file. */
static bool read_table(const struct cli *cli, const char *path, const ProtobufCMessageDescriptor *type,
                       ProtobufCMessage **table)
{
    *table = path == NULL ? NULL : record_table_file(cli, path, type);
    return path == NULL || *table != NULL;
}

int card_content_read(const struct cli *cli, struct card_content *content, char **values, int count,
                      Metervault__V1__CardBegin *begin)
{
    if (read_values(cli, content, values, count) != CLI_DONE ||
        !read_table(cli, content->tariff_file, &metervault__v1__tariff_table__descriptor, &content->tariff) ||
        !read_table(cli, content->calendar_file, &metervault__v1__calendar_table__descriptor, &content->calendar))
        return CLI_USAGE;
    begin->parameters = count > 0 ? &content->parameters : NULL;
    begin->tariff = (Metervault__V1__TariffTable *)content->tariff;
    begin->calendar = (Metervault__V1__CalendarTable *)content->calendar;
    return CLI_DONE;
}

void card_content_free(struct card_content *content)
{
    protobuf_c_message_free_unpacked(content->tariff, NULL);
    protobuf_c_message_free_unpacked(content->calendar, NULL);
}
