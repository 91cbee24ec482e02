/* Where the driver tells the key process what time it is: a file of one int64_t, Unix seconds. */
#ifndef MODEL_CLOCK_FILE_H
#define MODEL_CLOCK_FILE_H

#define CLOCK_FILE_VARIABLE "METERVAULT_MODEL_CLOCK"

#endif
