#include "confirm.h"

#include <string.h>

#include "hsm/catalogue.h"
#include "terminal.h"

bool confirm_possible(const char *given)
{
    return given != NULL || terminal_present();
}

mv_status confirm_label(const char *given, const char *label, const char *what)
{
    char typed[HSM_LABEL_SIZE] = "";
    if (given == NULL) {
        terminal_say("%s %s.\n", label, what);
        MV_TRY(terminal_line("Type the key's label to go on: ", typed, sizeof typed));
        given = typed;
    }
    return strcmp(given, label) == 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "confirm: is not the key's label");
}
