#include "csv_order.h"

#include <string.h>

#include "key_options.h"
#include "management.h"
#include "quantity.h"

enum { TEST_MOST = 18 };

static const char *const names[CSV_COLUMNS] = {
    [CSV_REQUEST_ID] = "request_id",
    [CSV_METER] = "meter",
    [CSV_KIND] = "kind",
    [CSV_AMOUNT] = "amount",
    [CSV_UNIT] = "unit",
    [CSV_ACTION] = "action",
    [CSV_VALUE] = "value",
    [CSV_SGC] = "sgc",
    [CSV_KRN] = "krn",
    [CSV_TI] = "ti",
    [CSV_KT] = "kt",
};

static size_t column_of(const char *name)
{
    for (size_t i = 0; i < CSV_COLUMNS; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return CSV_COLUMNS;
}

const char *csv_columns_read(const struct csv_reader *first, struct csv_columns *columns, const char **name)
{
    *columns = (struct csv_columns){.count = first->count};
    for (size_t i = 0; i < first->count; i++) {
        size_t column = column_of(first->fields[i]);
        *name = first->fields[i];
        if (column == CSV_COLUMNS)
            return "there is no such column";
        if (columns->at[column] != 0)
            return "the column is there twice";
        columns->at[column] = i + 1;
    }
    *name = "meter";
    return columns->at[CSV_METER] != 0 ? NULL : "the column is missing";
}

const char *csv_field(const struct csv_reader *row, const struct csv_columns *columns, enum csv_column column)
{
    size_t at = columns->at[column];
    return at != 0 && at <= row->count ? row->fields[at - 1] : "";
}

struct row {
    const struct csv_reader *fields;
    const struct csv_columns *columns;
    const char *terminal;
    const char *request_id;
    const char *meter;
};

static const char *get(const struct row *row, enum csv_column column)
{
    return csv_field(row->fields, row->columns, column);
}

static const char *read_credit(const struct row *row, struct csv_order *order)
{
    const struct quantity_unit *unit = quantity_unit_find(get(row, CSV_UNIT));
    int64_t amount;
    if (unit == NULL)
        return "unit is one of kwh, wh, m3, litres, seconds, currency";
    if (!quantity_parse(get(row, CSV_AMOUNT), unit->decimals, &amount))
        return "amount is a number above 0, with a point and no more decimals than the unit has";
    mv_sale_quantity(unit->unit, amount, &order->quantity);
    metervault__v1__issue_credit_request__init(&order->credit);
    order->credit.request_id = (char *)row->request_id;
    order->credit.terminal_id = (char *)row->terminal;
    order->credit.meter_pan = (char *)row->meter;
    order->credit.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    order->credit.quantity = &order->quantity;
    order->item.order_case = METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT;
    order->item.credit = &order->credit;
    return NULL;
}

static const char *read_management(const struct row *row, struct csv_order *order)
{
    const struct management_action *action = management_find(get(row, CSV_ACTION));
    if (action == NULL)
        return "action is one of max-power, clear-credit, clear-tamper, phase-unbalance, water-factor, tariff-rate, "
               "extended";
    if (!management_parse(action, get(row, CSV_VALUE), &order->management, &order->extended))
        return action->value != NULL ? action->value : "the action has no value";
    Metervault__V1__IssueManagementRequest *request = &order->management_request;
    metervault__v1__issue_management_request__init(request);
    request->request_id = (char *)row->request_id;
    request->terminal_id = (char *)row->terminal;
    request->meter_pan = (char *)row->meter;
    request->carrier = METERVAULT__V1__CARRIER__KEYPAD;
    request->management = &order->management;
    order->item.order_case = METERVAULT__V1__BATCH_ITEM__ORDER_MANAGEMENT;
    order->item.management = request;
    return NULL;
}

static const char *read_test(const struct row *row, struct csv_order *order)
{
    uint64_t number;
    if (!cli_number(get(row, CSV_VALUE), 0, TEST_MOST, &number))
        return "value is the number of a test, from 0 (all) to 18";
    metervault__v1__meter_test__init(&order->test);
    order->test.what_case = METERVAULT__V1__METER_TEST__WHAT_TEST;
    order->test.test = (uint32_t)number;
    metervault__v1__issue_test_request__init(&order->test_request);
    order->test_request.request_id = (char *)row->request_id;
    order->test_request.terminal_id = (char *)row->terminal;
    order->test_request.meter_pan = (char *)row->meter;
    order->test_request.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    order->test_request.test = &order->test;
    order->item.order_case = METERVAULT__V1__BATCH_ITEM__ORDER_TEST;
    order->item.test = &order->test_request;
    return NULL;
}

static const char *read_key_change(const struct row *row, struct csv_order *order)
{
    const struct key_options named = {get(row, CSV_SGC), get(row, CSV_KRN), get(row, CSV_TI), get(row, CSV_KT)};
    struct key_named key;
    if (key_named_read(&named, &key) != NULL)
        return "sgc has 6 digits, krn is 1 to 9, ti 0 to 99, kt 1 or 2";
    metervault__v1__key_target__init(&order->target);
    order->target.supply_group_code = (char *)key.sgc;
    order->target.key_revision_number = key.krn;
    order->target.key_type = key.kt;
    if (key.has_ti) {
        order->target.tariff_case = METERVAULT__V1__KEY_TARGET__TARIFF_TARIFF_INDEX;
        order->target.tariff_index = key.ti;
    }
    metervault__v1__issue_key_change_request__init(&order->key_change);
    order->key_change.request_id = (char *)row->request_id;
    order->key_change.terminal_id = (char *)row->terminal;
    order->key_change.meter_pan = (char *)row->meter;
    order->key_change.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    order->key_change.to = &order->target;
    order->item.order_case = METERVAULT__V1__BATCH_ITEM__ORDER_KEY_CHANGE;
    order->item.key_change = &order->key_change;
    return NULL;
}

/* A kind reads only its own columns; a value in another means that the row says something else than it does. */
static const char *foreign_column(const struct row *row, const char *kind)
{
    static const struct {
        enum csv_column column;
        const char *kinds;
    } owners[] = {
        {CSV_AMOUNT, "credit"},  {CSV_UNIT, "credit"},    {CSV_ACTION, "management"}, {CSV_VALUE, "management test"},
        {CSV_SGC, "key-change"}, {CSV_KRN, "key-change"}, {CSV_TI, "key-change"},     {CSV_KT, "key-change"},
    };
    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++)
        if (get(row, owners[i].column)[0] != '\0' && strstr(owners[i].kinds, kind) == NULL)
            return "a column is filled that does not belong to the kind";
    return NULL;
}

const char *csv_order_read(const struct csv_reader *row, const struct csv_columns *columns, const char *terminal,
                           const char *request_id, struct csv_order *order)
{
    static const struct {
        const char *kind;
        const char *(*read)(const struct row *row, struct csv_order *order);
    } kinds[] = {
        {"credit", read_credit}, {"management", read_management}, {"test", read_test}, {"key-change", read_key_change}};
    const struct row fields = {.fields = row,
                               .columns = columns,
                               .terminal = terminal,
                               .request_id = request_id,
                               .meter = csv_field(row, columns, CSV_METER)};
    const char *kind = get(&fields, CSV_KIND)[0] != '\0' ? get(&fields, CSV_KIND) : kinds[0].kind;
    metervault__v1__batch_item__init(&order->item);
    if (row->count != columns->count)
        return "the row has another number of fields than the first one";
    if (!meter_pan_valid(fields.meter))
        return "meter is a PAN of 18 digits";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        const char *wrong = foreign_column(&fields, kind);
        return wrong != NULL ? wrong : kinds[i].read(&fields, order);
    }
    return "kind is one of credit, management, test, key-change";
}
