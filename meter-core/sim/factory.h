/* The factory's step: the factory key from its components, the meter's keys from their wrapping, each proved by its
 * KCV. */
#ifndef MV_SIM_FACTORY_H
#define MV_SIM_FACTORY_H

#include "metervault/prepay.h"

enum { FACTORY_MIN_COMPONENTS = 2, FACTORY_MAX_COMPONENTS = 8 };

struct factory_input {
    const char *provision_path;
    const char *component_paths[FACTORY_MAX_COMPONENTS];
    unsigned components;
    uint8_t measures;
};

/* Prints what is wrong, with the file's name. False then. Its first parameters are the defaults. */
MV_CORE_MUST_USE bool factory_provision_prepay(struct mv_prepay *prepay, const struct factory_input *input);

#endif
