/* The three-pass authentication of a card (EV2 first and non-first) between readers and one card that share a key which
 * the attacker does not have. The attacker carries every message: drops, replays, reflects and mixes them between two
 * readers' sessions that run at once and two sessions of the card, one after the other. Everybody may stop at any pass.
 *
 *   1  card -> reader   E(RndB)
 *   2  reader -> card   E(RndA | RndB'), CBC: its first block is E(RndA), its second depends on the first
 *   3  card -> reader   E(TI | RndA' | ...)  first;  E(RndA') non-first
 *
 * X' is X rotated by a byte. Every message is encrypted with IV 0, so a block of one may be handed in as another: that is
 * what the attacker tries here. A block is known by what is in it: the number of a random value and how often it was
 * rotated. What only -D WITHOUT_... leaves out is what the protocol rests on; each must make the proof fail. */

#define READERS 2
#define SESSIONS 2 /* of the card */
#define VALUES 4   /* random values: RndA of reader r is r, RndB of session s is READERS + s */
#define TURNS 4    /* rotations that are told apart; more gain nothing with so few values */
#define BLOCKS (VALUES * TURNS)
#define NONE 255

#define BLOCK(value, turns) ((value) * TURNS + (turns))
#ifdef WITHOUT_ROTATION
#define ROTATED(block) (block)
#else
#define ROTATED(block) ((block) / TURNS * TURNS + ((block) % TURNS + 1) % TURNS)
#endif
#ifdef WITHOUT_FRESH_CHALLENGE
#define CHALLENGE(session) BLOCK(READERS, 0)
#else
#define CHALLENGE(session) BLOCK(READERS + (session), 0)
#endif

/* What the attacker has seen. */
bool alone[BLOCKS];              /* E(block), a message of one block */
bool pair[READERS * BLOCKS];     /* pass 2 of a reader with this second part */
bool closing[SESSIONS * BLOCKS]; /* pass 3 of a first authentication: TI of the session, RndA' */

/* What each side believes; NONE before. */
byte reader_rnd_b[READERS] = NONE;
bool reader_done[READERS];
byte reader_ti[READERS] = NONE;
byte card_rnd_a[SESSIONS] = NONE;
bool card_done[SESSIONS];

/* A session of the card that stands behind what reader r believes. */
#define AGREES(r, s) (card_done[s] && card_rnd_a[s] == BLOCK(r, 0) && reader_rnd_b[r] == CHALLENGE(s))

proctype Reader(byte me)
{
    byte block = 0, session = 0;
    /* pass 1: whatever block is at hand */
    do
    :: block < BLOCKS && alone[block] -> break
    :: block < BLOCKS - 1 -> block++
    :: goto cut
    od;
    atomic {
        reader_rnd_b[me] = block;
        alone[BLOCK(me, 0)] = true; /* the first block of pass 2 */
        pair[me * BLOCKS + ROTATED(block)] = true;
#ifdef WITHOUT_CHAINING
        alone[ROTATED(block)] = true; /* the second one too stands for itself */
#endif
    }
    /* pass 3 */
    do
#ifndef NON_FIRST
    :: closing[session * BLOCKS + ROTATED(BLOCK(me, 0))] -> atomic { reader_ti[me] = session; break }
    :: session < SESSIONS - 1 -> session++
#else
    :: alone[ROTATED(BLOCK(me, 0))] -> break
#endif
#ifdef WITHOUT_READERS_CHECK
    :: break
#endif
    :: goto cut
    od;
    atomic {
        reader_done[me] = true;
        /* a session of the card has proved itself to just this reader, by these values */
        assert(AGREES(me, 0) || AGREES(me, 1));
        assert(reader_ti[me] == NONE || AGREES(me, reader_ti[me]));
        /* and to no other one */
        assert(!reader_done[1 - me] || reader_rnd_b[1 - me] != reader_rnd_b[me])
    }
cut:
    skip
}

proctype Card()
{
    byte session = 0, reader, block;
    do
    :: session == SESSIONS -> break
    :: session < SESSIONS ->
        alone[CHALLENGE(session)] = true; /* pass 1 */
        reader = 0;
        do /* pass 2: from whatever reader */
        :: pair[reader * BLOCKS + ROTATED(CHALLENGE(session))] -> break
        :: reader < READERS - 1 -> reader++
#ifdef WITHOUT_CARDS_CHECK
        :: break
#endif
        :: goto over
        od;
        atomic {
            block = BLOCK(reader, 0);
            card_rnd_a[session] = block;
            card_done[session] = true;
            /* this reader has answered this very challenge */
            assert(reader_rnd_b[reader] == CHALLENGE(session));
            /* and its answer served once */
            assert(session == 0 || !card_done[0] || card_rnd_a[0] != block);
#ifndef NON_FIRST
            closing[session * BLOCKS + ROTATED(block)] = true
#else
            alone[ROTATED(block)] = true
#endif
        }
over:
        session++
    od
}

init
{
    atomic {
        run Reader(0);
        run Reader(1);
        run Card()
    }
}
