/* Audit records of the domain. Texts that came from outside are cut and cleaned here, so that a record can always be
 * kept. */
#ifndef MV_VENDING_AUDIT_NOTE_H
#define MV_VENDING_AUDIT_NOTE_H

#include "audit/audit.h"
#include "base/status.h"

/* `principal` and `object` may be NULL: "-" and "". */
void vend_note(struct audit_record *record, const char *principal, const char *action, const char *object);
/* "ok" or the reason's name; a refusal's place goes into the detail. */
void vend_note_outcome(struct audit_record *record, mv_status status);
/* Adds " key=value" pairs; cut at the end of the field. */
void vend_note_detail(struct audit_record *record, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds to the last pair, without a blank. */
void vend_note_append(struct audit_record *record, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whether a refusal for this reason belongs in the chain. What the service itself could not do (no ledger, no room, no
 * time) does not: it has no effect, and it may be the ledger that is missing. */
bool vend_noted(mv_status refusal);

#endif
