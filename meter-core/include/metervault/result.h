/* The one result type of meter-core. */
#ifndef METERVAULT_RESULT_H
#define METERVAULT_RESULT_H

#define MV_CORE_MUST_USE __attribute__((warn_unused_result))

/* Names of facts about tokens follow IEC 62055-41; values 1..15 are the token status register as meter manuals print it
 * (1 accept ... 14 MfrCodeError, then lockout active). */
enum mv_result {
    MV_DONE = 0, /* a function that is not about accepting a token succeeded */
    MV_ACCEPT = 1,
    MV_KCT_1ST = 2, /* a section of a key change is taken, others are missing */
    MV_KCT_2ND = 3,
    MV_OVERFLOW_ERROR = 4,
    MV_KEY_TYPE_ERROR = 5,
    MV_FORMAT_ERROR = 6,
    MV_RANGE_ERROR = 7,
    MV_FUNCTION_ERROR = 8,
    MV_OLD_ERROR = 9,
    MV_USED_ERROR = 10,
    MV_KEY_EXPIRED_ERROR = 11,
    MV_DDTK_ERROR = 12,
    MV_CRC_ERROR = 13,
    MV_MFR_CODE_ERROR = 14,
    MV_LOCKOUT_ACTIVE = 15,      /* too many wrong entries: class 1 only, for a while */
    MV_STORAGE_ERROR = 32,       /* the port could not read or write, or the newest record is damaged */
    MV_CHECK_DIGIT_ERROR = 33,   /* PAN or DRN */
    MV_KEY_INTEGRITY_ERROR = 34, /* RFC 3394 unwrap */
    MV_NOT_PROVISIONED = 35,
    MV_ALREADY_PROVISIONED = 36,
    MV_OTHER_FORMAT = 37, /* the memory is another firmware's */
    /* UNCERTAIN: the register's own numbers of these two; no manual at hand shows them. */
    MV_KCT_3RD = 48,
    MV_KCT_4TH = 49,
    /* Native records and cards: 100 + the decimal detail of the display codes Err-31 to Err-36, table of 2013. */
    MV_SLOT_CIPHER = 102,        /* the meter's own cipher or source of random numbers failed */
    MV_SLOT_RESET = 104,         /* a card that never answered */
    MV_RECORD_KEY_VERSION = 105, /* the meter has the key of another version; a card that does not have the key */
    MV_SLOT_REFUSED = 106,       /* the card does not take the meter for genuine */
    MV_SLOT_UNISSUED = 107,      /* no application or files of ours on the card */
    MV_RECORD_KIND = 108,        /* no kind that a meter takes */
    MV_SLOT_NOT_AUTHORISED = 109,
    MV_RECORD_MAC_ERROR = 110,
    MV_RECORD_METER = 111,
    MV_RECORD_CLIENT = 112,
    MV_RECORD_CARD = 113,                 /* card serial */
    MV_RECORD_FILE = 114,                 /* format */
    MV_RECORD_NOT_OPEN = 115,             /* purchase, and no account is open */
    MV_RECORD_NOT_OPEN_REPLACEMENT = 116, /* replacement, the same */
    MV_RECORD_COUNT = 117,                /* purchases are missing before this one, or the account is open already */
    MV_SLOT_NOT_CLEARED = 118,            /* the card still holds the return to what was before */
    MV_SLOT_CONTACT = 119,                /* the card's answers make no sense */
    MV_SLOT_REMOVED = 120,                /* before all was done */
    MV_RECORD_HOARD = 121,                /* over the hoard limit */
    /* Native records: what that table has no number for. */
    MV_RECORD_EPOCH = 131, /* of another installation */
    MV_RECORD_AGAIN = 132, /* the last one taken of its kind: nothing is lost */
    MV_RECORD_OLD = 133,   /* below the last one taken of its kind */
    MV_RECORD_TAG =
        134, /* a tag that is not known or of another length; one is missing, or not together with another */
    MV_RECORD_VALUE = 135, /* a value is out of range, or does not fit this meter */
    MV_RECORD_PARTS = 136, /* not a part of the set that is being put together */
    MV_RECORD_TIME = 137,  /* too far from the clock outside a read session, or back across a monthly freeze */
    MV_RECORD_KEYS = 138,  /* the wrapped keys are not whole */
    MV_SLOT_BLOCKED = 139, /* the office blocked the card */
    MV_SLOT_EMPTY = 140,   /* nothing for a meter is on the card */
};

#endif
