#include "receipt_number.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"

bool receipt_number_read(const char *text, char parts[RECEIPT_NUMBER], Metervault__V1__ReceiptNumber *receipt)
{
    int length = snprintf(parts, RECEIPT_NUMBER, "%s", text);
    char *terminal = strchr(parts, '/');
    char *number = terminal != NULL ? strchr(terminal + 1, '/') : NULL;
    if (length < 0 || length >= RECEIPT_NUMBER || number == NULL ||
        !cli_number(number + 1, 1, INT64_MAX, &receipt->number))
        return false;
    *terminal = '\0';
    *number = '\0';
    receipt->organisation = parts;
    receipt->terminal_id = terminal + 1;
    return true;
}
