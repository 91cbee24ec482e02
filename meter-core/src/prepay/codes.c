#include "metervault/codes.h"

#include <stddef.h>

#include "codes_text.h"

enum { FAULT_GROUP = 31, FAULT_DETAIL = 99 };

#define ROW(name, err, nn, words) {.result = MV_##name, .group = (err), .detail = (nn)},
static const struct mv_code codes[] = {
#include "codes_table.h"
};
#undef ROW

struct mv_code mv_code_of(enum mv_result result)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].result == result)
            return codes[i];
    }
    return (struct mv_code){.result = result, .group = FAULT_GROUP, .detail = FAULT_DETAIL};
}

bool mv_code_at(unsigned index, struct mv_code *code)
{
    if (index >= sizeof codes / sizeof codes[0])
        return false;
    *code = codes[index];
    return true;
}

void mv_code_text(struct mv_text *text, struct mv_code code)
{
    mv_text_add(text, "Err-");
    mv_text_number(text, code.group, 2);
    if (code.detail == 0)
        return;
    mv_text_char(text, ' ');
    mv_text_number(text, code.detail, 2);
}
