/* The random operators of BLOCK_SPARSE, derived from the seed as docs/mechanism.md sections 3 and 4 say. */
#ifndef RESKETCH_OPERATORS_H
#define RESKETCH_OPERATORS_H

#include <stddef.h>
#include <stdint.h>

enum role { ATTRIBUTE = 1, SIGNATURE = 2, POSITION = 3, OWN_POSITION = 4 };

/* First 8 bytes, little-endian, of the SHA-256 of a module's name. */
uint64_t module_hash(const unsigned char *name, size_t length);

uint64_t stream_key(uint64_t seed, enum role role, uint64_t module, uint64_t index);

/* Draw n of the stream with this key. */
uint64_t draw(uint64_t key, uint64_t n);

/* An integer of 0 to bound - 1. */
uint32_t below(uint64_t bits, uint32_t bound);

/* Block t of the rotated vector is block source[t], negated where flip[t] is 0x80000000, not 0. */
typedef struct {
  uint32_t *source;
  uint32_t *flip;
} permutation;

permutation draw_permutation(uint64_t key, uint32_t blocks);

#endif
