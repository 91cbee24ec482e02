/* The meter engine: checks a token, obeys it once, and keeps that through loss of power at any moment. No allocation.
 * One caller at a time. The rules and their sources are in meter-core/docs/sts.md. */
#ifndef METERVAULT_METER_H
#define METERVAULT_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "metervault/display.h"
#include "metervault/result.h"
#include "metervault/sts.h"
#include "metervault/sts_key_change.h"
#include "metervault/sts_manage.h"

/* major * 10000 + minor * 100 + patch */
enum { MV_METER_SOFTWARE = 100 };

/* ---- what the board supplies ---- */
enum { MV_METER_MIN_SECTOR_SIZE = 512, MV_METER_MIN_SECTORS = 2 };

/* Non-volatile memory that behaves like NOR flash: erase sets a whole sector to FF, write only clears bits. A call
 * returns true when it is done and durable; after false the memory may hold any mixture of before and after. The engine
 * never writes a byte twice between two erases, and writes a multiple of 8 bytes at a multiple of 8 from the sector's
 * start. It passes over places that do not come out blank or do not read back as written. A sector may be several of
 * the chip's, erased one after the other; larger ones spread the wear, ones of twice the least size bear bad cells. */
struct mv_meter_port {
    void *context;
    uint32_t sectors;     /* at least MV_METER_MIN_SECTORS */
    uint32_t sector_size; /* bytes, at least MV_METER_MIN_SECTOR_SIZE */
    bool (*nv_read)(void *context, uint32_t sector, uint32_t offset, uint8_t *data, uint32_t size);
    bool (*nv_write)(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size);
    bool (*nv_erase)(void *context, uint32_t sector);
    /* Seconds that never run backwards between mv_meter_open and mv_meter_close; time since power-on will do. */
    uint32_t (*seconds)(void *context);
};

/* ---- what the meter measures ---- */
/* Numbered as the credit token's subclass. */
enum mv_service { MV_SERVICE_ELECTRICITY = 0, MV_SERVICE_WATER = 1, MV_SERVICE_GAS = 2, MV_SERVICE_TIME = 3 };
enum { MV_SERVICES = 4, MV_REGISTERS = 2 * MV_SERVICES };

/* ---- state ---- */
enum { MV_TID_MEMORY = 50, MV_EXTENDED_VALUES = 63, MV_EXTENDED_FLAGS = 512, MV_SGC_UNKNOWN = 0xFFFFFF };
#define MV_LIMIT_NONE UINT32_MAX

/* Who the meter is: injected once by the factory; key changes replace the key and what belongs to it. */
struct mv_meter_identity {
    char pan[18];              /* digits, not terminated */
    struct mv_decoder_key key; /* the meter's own decoder key */
    uint8_t key_type;          /* 0 DITK, 1 DDTK, 2 DUTK; 3 (DCTK) is for magnetic cards and refused */
    uint8_t key_revision;      /* 1..9 */
    uint8_t tariff_index;      /* 0..99 */
    uint8_t key_expiry;        /* 0..255 */
    uint32_t supply_group;     /* 0..MV_SGC_MAX; MV_SGC_UNKNOWN after a key change of two sections */
    uint8_t measures;          /* bit n: the meter has enum mv_credit_register n; at least one */
};

/* Whether it has that register; false for what is no register. */
static inline bool mv_meter_has(const struct mv_meter_identity *identity, unsigned credit_register)
{
    return credit_register < MV_REGISTERS && ((unsigned)identity->measures >> credit_register & 1U) != 0;
}

/* What class 2 tokens set. What the load side makes of it is the board's. */
struct mv_meter_settings {
    uint32_t maximum_power_w;   /* MV_LIMIT_NONE: no limit set */
    uint32_t phase_unbalance_w; /* the same */
    uint16_t tariff_rate, water_factor;
    bool tampered; /* see mv_meter_tamper */
    uint16_t extended[MV_EXTENDED_VALUES];
    uint8_t flags[MV_EXTENDED_FLAGS / 8]; /* bit n % 8 of byte n / 8: flag n */
};

/* All that outlives a restart. Read it freely, change it only through the functions below. */
struct mv_meter_state {
    struct mv_meter_identity identity;
    /* What tokens brought since it was cleared; what was consumed is the board's to count. Wh, litres, litres, seconds;
     * the same in 0.00001 of the currency; never negative. */
    int64_t credit[MV_REGISTERS];
    uint32_t tids[MV_TID_MEMORY];
    struct mv_sts_key_sections sections; /* of a key change that is not yet whole */
    struct mv_meter_settings settings;
    uint8_t wrong; /* entries with a wrong CRC since the last accepted token, up to the longest lockout */
};

/* Where the newest state lies. */
struct mv_nv_journal {
    uint32_t sector, end; /* the sector in use, and where it is free */
    uint32_t generation;  /* of that sector: rises with each that is begun */
    uint16_t entries;     /* in it */
    uint32_t commits;     /* since the meter was opened */
    bool mended;          /* a bit had rotted when it was opened */
};

/* A larger engine around this one: its objects ride in the same journal, and it hears of credit. Stays the caller's and
 * outlives the meter. The functions may be NULL. */
struct mv_nv_object; /* src/nv/nv.h */
struct mv_meter_companion {
    void *context;                             /* the state of `objects`, too */
    const struct mv_nv_object *const *objects; /* each owner defines its own; ids from 1 on */
    unsigned count;
    /* Asked before credit is accepted, by whatever carrier: DONE, or what the carrier is to be refused with. */
    enum mv_result (*may_credit)(void *context, enum mv_credit_register target, int64_t amount);
    /* Credit came in, or was cleared (`target` may be MV_REGISTER_ALL). Changes the own state; returns the mask of own
     * objects that go into the same commit. */
    uint32_t (*credited)(void *context, enum mv_credit_register target, int64_t amount);
    uint32_t (*cleared)(void *context, uint16_t target);
    bool renews; /* another decoder key is its to commit, so that no copy of the old one stays (mv_store_renew) */
};

struct mv_meter {
    struct mv_meter_port port;
    const struct mv_sta_tables *tables;
    const struct mv_meter_companion *companion; /* or NULL */
    struct mv_meter_state state;                /* meaningful while `loaded` */
    struct mv_nv_journal journal;
    uint32_t companion_mask;               /* the companion's objects that belong to the next commit */
    uint32_t sections_since, locked_since; /* the port's seconds */
    bool renew;                            /* a key went: the engine around this one is to leave no copy */
    bool loaded;
};

/* `tables` stays the caller's and must outlive the meter. DONE; NOT_PROVISIONED: only mv_meter_provision makes sense
 * then; OTHER_FORMAT: the memory holds another firmware's meter; STORAGE_ERROR: it cannot be read, or what may be the
 * newest in it is damaged by more than one bit, and going on with an older one would let used tokens count again;
 * RANGE_ERROR for a port that is too small or lacks a function, and without tables: then every other function answers
 * NOT_PROVISIONED (provisioning: RANGE_ERROR) and does nothing. */
MV_CORE_MUST_USE enum mv_result mv_meter_open(struct mv_meter *meter, const struct mv_meter_port *port,
                                              const struct mv_sta_tables *tables);
/* Forgets the key in RAM; the memory keeps its own. */
void mv_meter_close(struct mv_meter *meter);

/* Tokens up to TID `tid_fill` (the time of making) count as old or used. ALREADY_PROVISIONED when the memory holds a
 * meter, OTHER_FORMAT when it holds another firmware's; FORMAT_, CHECK_DIGIT_, RANGE_ or KEY_TYPE_ERROR name what is
 * wrong in the input, STORAGE_ERROR the memory. */
MV_CORE_MUST_USE enum mv_result mv_meter_provision(struct mv_meter *meter, const struct mv_meter_identity *identity,
                                                   uint32_t tid_fill);

/* ---- tokens ---- */
enum mv_answer_kind {
    MV_ANSWER_NONE = 0,
    MV_ANSWER_CREDIT,      /* credit_register, credited, balance */
    MV_ANSWER_MANAGEMENT,  /* management */
    MV_ANSWER_KEY_SECTION, /* section, sections */
    MV_ANSWER_KEY_CHANGED, /* section: the one that made the set whole */
    MV_ANSWER_DISPLAY,     /* display */
};

/* What a token did. */
struct mv_meter_answer {
    enum mv_answer_kind kind;
    enum mv_credit_register credit_register;
    int64_t credited;                /* Wh, litres, seconds, or 0.00001 of the currency */
    int64_t balance;                 /* after it, the same unit */
    struct mv_sts_manage management; /* as it stood in the token */
    unsigned section;                /* 1..4 */
    uint8_t sections;                /* bit n: section n + 1 is there */
    struct mv_display display;
};

/* Enters a token of 20 digits, terminated. ACCEPT and KCT_...: what it says is durable and `answer` filled; any other
 * result leaves the meter as it was but for the count of wrong entries and sections whose time is over, and `answer`
 * empty. After STORAGE_ERROR the memory decides at the next call whether the token counted: entering it again gives
 * ACCEPT or USED_ERROR, and never credits twice. LOCKOUT_ACTIVE: nothing was looked at. */
MV_CORE_MUST_USE enum mv_result mv_meter_enter(struct mv_meter *meter, const char *digits,
                                               struct mv_meter_answer *answer);

/* ---- time ---- */
enum { MV_SECTION_TIMEOUT_S = 600 };
/* To be called now and then: forgets sections of a key change to which none was added for MV_SECTION_TIMEOUT_S. DONE,
 * NOT_PROVISIONED or STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_meter_tick(struct mv_meter *meter);
/* Seconds until tokens of class 0 and 2 are taken again; 0 when they are. */
uint32_t mv_meter_lockout_left(const struct mv_meter *meter);

/* ---- events ---- */
/* The board saw somebody open the case or the like; a class 2 token clears it. DONE, NOT_PROVISIONED, STORAGE_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_meter_tamper(struct mv_meter *meter);

#endif
