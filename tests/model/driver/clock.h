/* The driver's clock as the domain reads it. */
#ifndef MODEL_CLOCK_H
#define MODEL_CLOCK_H

#include "vending/vending.h"

struct vend_time clock_read(void *self);

#endif
