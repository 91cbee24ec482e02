/* Where native records go into the panel's meter, and where its returns come out: as hex, typed or in a file. */
#ifndef MV_SIM_RECORD_SLOT_H
#define MV_SIM_RECORD_SLOT_H

#include "metervault/prepay_record.h"

enum { RECORD_SLOT_TEXT = 100 };

/* What the last record was, and what came of it; both empty before there was one. */
struct record_slot {
    char what[RECORD_SLOT_TEXT];
    char outcome[RECORD_SLOT_TEXT];
};

/* `text` is a record in hex, or the name of a file that holds one; spaces and ends of lines between the digits are for
 * the eye. */
void record_slot_put(struct record_slot *slot, struct mv_prepay *p, const char *text);
/* Takes a return into a new file. One that is there already is not touched, and no return is made. */
void record_slot_take(struct record_slot *slot, struct mv_prepay *p, const char *path);

#endif
