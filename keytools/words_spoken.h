/* Fingerprints as words to be read aloud: a byte is a word, bytes at even places take theirs from one list and bytes at
 * odd places from another of longer words, so that a word that was left out, doubled or exchanged with its neighbour is
 * heard. The lists are our own. */
#ifndef KEYTOOLS_WORDS_SPOKEN_H
#define KEYTOOLS_WORDS_SPOKEN_H

#include <stddef.h>
#include <stdint.h>

enum { WORDS_SPOKEN_LONGEST = 12, WORDS_SPOKEN_BYTES = 32 };
enum { WORDS_SPOKEN_TEXT = WORDS_SPOKEN_BYTES * (WORDS_SPOKEN_LONGEST + 1) };

/* The word of a byte at a place counted from 0. */
const char *words_spoken_one(size_t place, uint8_t byte);
/* Words with blanks between; `text` has WORDS_SPOKEN_TEXT bytes. At most WORDS_SPOKEN_BYTES are said. */
const char *words_spoken(const uint8_t *bytes, size_t size, char text[WORDS_SPOKEN_TEXT]);

#endif
