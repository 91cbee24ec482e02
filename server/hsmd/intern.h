/* Static text for texts that came over the wire: each distinct one is kept once, for the life of the process. */
#ifndef MV_HSMD_INTERN_H
#define MV_HSMD_INTERN_H

/* Any thread. A general text when the table is full, so a strange peer cannot make it grow. */
const char *hsmd_intern(const char *text);

#endif
