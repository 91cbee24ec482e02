/* The factory's step: the factory key from its components, the meter's decoder key from its wrapping. */
#ifndef MV_SIM_FACTORY_H
#define MV_SIM_FACTORY_H

#include "metervault/meter.h"

enum { FACTORY_MIN_COMPONENTS = 2, FACTORY_MAX_COMPONENTS = 8 };

struct factory_input {
    const char *provision_path;
    const char *component_paths[FACTORY_MAX_COMPONENTS];
    unsigned components;
    uint8_t measures;
};

/* Prints what is wrong, with the file's name. False then. */
MV_CORE_MUST_USE bool factory_provision(struct mv_meter *meter, const struct factory_input *input);

#endif
