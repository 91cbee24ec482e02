/* Purchases that a card carries to a meter, and the returns it brings back, when the card may be pulled out at any APDU,
 * lost and replaced, and when somebody keeps an old content of the card and puts it back. Contents are MACed end to end
 * and written by one commit, so nobody makes one up and none is half there.
 *
 * Sale n is worth bit n. A record with the sequence number `top` covers the sales `low` to `top` with their amounts; the
 * meter takes what it lacks of them. What -D WITHOUT_... leaves out is what the rules rest on; each must make the proof
 * fail. Compare meter-core/docs/records.md and cards.md. */

#define SALES 4
#define CAP 2   /* earlier sales that a record has room for */
#define STEPS 9 /* of the day, in any order, before everything is put right */
#define BIT(n) (1 << (n))
#define SAFE (twice == 0 && (credited & refunded) == 0 && (credited & ~sold) == 0)
#define BEHIND (last - shown)
#ifdef WITHOUT_PLACE
#define MAY_SELL (BEHIND <= CAP)
#else
#define MAY_SELL (BEHIND <= CAP - 1) /* a place is left for the replacement of a lost card */
#endif
#define RANGE(low, top) ((BIT((top) + 1) - 1) & ~(BIT(low) - 1))

typedef Content {
    byte top, low;   /* of the record; top 0: none */
    byte amounts;    /* of the sales it covers: those that are not void */
    byte ask;        /* nonce of the read request beside it */
    bool answered;   /* the meter's return is there: */
    byte echo;       /* its nonce */
    byte count;      /* purchase sequence in it */
    byte credited;   /* total purchased in it */
    byte serial      /* card version that the record is bound to */
};
Content card;  /* the customer's card */
Content kept;  /* what somebody copied of it */

/* the server */
byte last = 0;        /* highest sequence number signed */
byte low_of[SALES + 2], amounts_of[SALES + 2]; /* what was signed under each: the same bytes whenever it is written */
byte sold = 0;        /* sales whose money was taken */
byte voided = 0;      /* sales that a later record covers with no amount */
byte refunded = 0;
byte shown = 0;       /* a return showed these sequence numbers as taken */
byte nonce = 0;
byte version = 1;     /* of the customer's card */

/* the meter */
byte taken = 0;       /* purchase sequence */
byte credited = 0;
byte twice = 0;       /* sales that counted again */
byte card_of_meter = 1;
byte steps = 0;

/* What the office reads first of all, before anything is written. */
inline read_back()
{
    if
    :: card.answered ->
        if
        :: card.count > shown -> shown = card.count
        :: else
        fi;
        assert(shown <= taken);
        /* money goes back for what was voided, once a fresh return shows that the voiding record was taken and that the
         * sale had not been before it */
        if
#ifdef WITHOUT_NONCE
        :: (sold & voided & ~refunded & ~card.credited) -> refunded = refunded | (sold & voided & ~card.credited)
#else
        :: card.echo == nonce && card.count == last && (sold & voided & ~refunded & ~card.credited) ->
            refunded = refunded | (sold & voided & ~card.credited)
#endif
        :: else
        fi
    :: else
    fi
}

/* Signs the next record; it covers what no return shows as taken, as far as it has room. */
inline sign()
{
    last++;
#ifdef WITHOUT_COVERING
    low_of[last] = last;
#else
    low_of[last] = (BEHIND - 1 > CAP -> last - CAP : shown + 1);
#endif
    amounts_of[last] = sold & ~voided & RANGE(low_of[last], last)
}

/* The newest record onto the card, by one commit. */
inline write()
{
    nonce++;
    card.top = last;
    card.low = low_of[last];
    card.amounts = amounts_of[last];
    card.serial = version;
    card.ask = nonce;
    card.answered = false
}

inline sell()
{
    sold = sold | BIT(last + 1);
    sign()
}

/* Somebody wants the money of the last sale back: it is voided by a record without it, and paid back later. */
inline void_last()
{
    voided = voided | BIT(last);
#ifdef WITHOUT_VOIDING_RECORD
    refunded = refunded | BIT(last)
#else
    sign()
#endif
}

inline take()
{
    if
    :: card.top > taken && card.serial >= card_of_meter && card.low <= taken + 1 ->
        card_of_meter = card.serial;
#ifdef WITHOUT_SEQUENCE
        twice = twice | (credited & card.amounts);
        credited = credited | card.amounts;
#else
        twice = twice | (credited & card.amounts & RANGE(taken + 1, card.top));
        credited = credited | (card.amounts & RANGE(taken + 1, card.top));
#endif
        taken = card.top
    :: else
    fi
}

/* The return, by one commit. A card that the meter knows as lost gets none. */
inline give_back()
{
    if
    :: card.top != 0 && card.serial >= card_of_meter ->
        card.answered = true;
        card.echo = card.ask;
        card.count = taken;
        card.credited = credited
    :: else
    fi
}

init
{
    do
    :: steps < STEPS -> atomic {
        steps++;
        if
        /* at the office; each may end before the card is written */
        :: last < SALES -> read_back();
            if
            :: MAY_SELL -> sell(); if :: write() :: skip fi
            :: MAY_SELL && last > 0 && !(voided & BIT(last)) -> void_last(); if :: write() :: skip fi
            :: else
            fi
        :: last > 0 -> read_back(); if :: write() :: skip fi
        /* the card is lost; a new one is written in its place, by a number of its own */
        :: last > 0 && version < 2 -> version++; sign(); write()
        /* at the meter; the card may be gone before the return */
        :: card.top != 0 -> take(); if :: give_back() :: skip fi
        /* a copy of the card */
        :: kept.top = card.top; kept.low = card.low; kept.amounts = card.amounts; kept.ask = card.ask;
            kept.answered = card.answered; kept.echo = card.echo; kept.count = card.count; kept.credited = card.credited;
            kept.serial = card.serial
        :: kept.serial == version -> card.top = kept.top; card.low = kept.low; card.amounts = kept.amounts;
            card.ask = kept.ask; card.answered = kept.answered; card.echo = kept.echo; card.count = kept.count;
            card.credited = kept.credited; card.serial = kept.serial
        fi;
        assert(SAFE)
      }
    :: steps >= 1 -> break
    od;
    /* whatever happened: one more visit to office, meter and office, and all is right */
    atomic {
        if
        :: last > 0 ->
            read_back(); write(); take(); give_back(); read_back();
            assert(SAFE);
            assert(taken == last && shown == last);
            assert((sold & ~credited & ~voided) == 0);
            assert((sold & voided & ~credited & ~refunded) == 0)
        :: else
        fi
    }
}
