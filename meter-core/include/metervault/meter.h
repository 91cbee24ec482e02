/* The meter engine: checks a token, credits it once, and keeps that through loss of power at any moment. No allocation,
 * no clock. One caller at a time. The rules and their sources are in meter-core/docs/sts.md. */
#ifndef METERVAULT_METER_H
#define METERVAULT_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "metervault/result.h"
#include "metervault/sts.h"

/* ---- what the board supplies ---- */
enum { MV_METER_RECORD_SIZE = 256, MV_METER_MIN_SECTORS = 2 };

/* Non-volatile memory that behaves like NOR flash: erase sets a whole sector to FF, write only clears bits. A call
 * returns true when it is done and durable; after false the memory may hold any mixture of before and after. The engine
 * never writes a byte twice between two erases. */
struct mv_meter_port {
    void *context;
    uint32_t sectors;     /* at least MV_METER_MIN_SECTORS */
    uint32_t sector_size; /* bytes, at least MV_METER_RECORD_SIZE; more spreads the wear */
    bool (*nv_read)(void *context, uint32_t sector, uint32_t offset, uint8_t *data, uint32_t size);
    bool (*nv_write)(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size);
    bool (*nv_erase)(void *context, uint32_t sector);
};

/* ---- what the meter measures ---- */
/* Numbered as the credit token's subclass. */
enum mv_service { MV_SERVICE_ELECTRICITY = 0, MV_SERVICE_WATER = 1, MV_SERVICE_GAS = 2, MV_SERVICE_TIME = 3 };
enum { MV_SERVICES = 4 };

/* ---- state ---- */
enum { MV_TID_MEMORY = 50 };

/* Who the meter is: injected once by the factory. */
struct mv_meter_identity {
    char pan[18];              /* digits, not terminated */
    struct mv_decoder_key key; /* the meter's own decoder key */
    uint8_t key_type;          /* 0 DITK, 1 DDTK, 2 DUTK; 3 (DCTK) is for magnetic cards and refused */
    uint8_t key_revision;      /* 1..9 */
    uint8_t tariff_index;      /* 0..99 */
    uint8_t key_expiry;        /* 0..255 */
    uint32_t supply_group;     /* 0..MV_SGC_MAX */
    uint8_t measures;          /* bit n: service n; at least one */
};

/* All that outlives a restart. Read it freely, change it only through the functions below. */
struct mv_meter_state {
    uint32_t sequence; /* of the record in memory; rises with every change */
    struct mv_meter_identity identity;
    int64_t credit[MV_SERVICES]; /* Wh, litres, litres, seconds; never negative */
    uint32_t tids[MV_TID_MEMORY];
};

struct mv_meter {
    struct mv_meter_port port;
    const struct mv_sta_tables *tables;
    struct mv_meter_state state; /* meaningful while `loaded` */
    uint32_t sector, slot;       /* where the record of `state` lies */
    bool loaded;
};

/* `tables` stays the caller's and must outlive the meter. DONE, NOT_PROVISIONED (only mv_meter_provision makes sense
 * then), STORAGE_ERROR, RANGE_ERROR for a port that is too small. */
MV_CORE_MUST_USE enum mv_result mv_meter_open(struct mv_meter *meter, const struct mv_meter_port *port,
                                              const struct mv_sta_tables *tables);
/* Forgets the key in RAM; the memory keeps its own. */
void mv_meter_close(struct mv_meter *meter);

/* Tokens up to TID `tid_fill` (the time of making) count as old or used. ALREADY_PROVISIONED when the memory holds a
 * meter; FORMAT_, CHECK_DIGIT_, RANGE_ or KEY_TYPE_ERROR name what is wrong in the input, STORAGE_ERROR the memory. */
MV_CORE_MUST_USE enum mv_result mv_meter_provision(struct mv_meter *meter, const struct mv_meter_identity *identity,
                                                   uint32_t tid_fill);

/* What an accepted credit token did. */
struct mv_meter_answer {
    enum mv_service service;
    int64_t credited; /* Wh, litres or seconds */
    int64_t balance;  /* after it, the same unit */
};

/* Enters a token of 20 digits, terminated. ACCEPT: the credit is durable and `answer` filled; any other result leaves
 * the meter as it was, and `answer` zero. After STORAGE_ERROR the memory decides at the next call whether the token
 * counted: entering it again gives ACCEPT or USED_ERROR, and never credits twice. */
MV_CORE_MUST_USE enum mv_result mv_meter_enter(struct mv_meter *meter, const char *digits,
                                               struct mv_meter_answer *answer);

#endif
