#include "operators.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t GAMMA = 0x9E3779B97F4A7C15u;

static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static uint64_t absorb(uint64_t h, uint64_t v) { return mix((h ^ v) + GAMMA); }

uint64_t stream_key(uint64_t seed, enum role role, uint64_t module, uint64_t index) {
  return absorb(absorb(absorb(absorb(0, seed), role), module), index);
}

uint64_t draw(uint64_t key, uint64_t n) { return mix(key + (n + 1) * GAMMA); }

uint32_t below(uint64_t bits, uint32_t bound) { return (uint32_t)(((bits >> 32) * bound) >> 32); }

permutation draw_permutation(uint64_t key, uint32_t blocks) {
  permutation p = {malloc(blocks * sizeof(uint32_t)), malloc(blocks * sizeof(uint32_t))};
  for (uint32_t t = 0; t < blocks; t++) {
    p.source[t] = t;
  }
  for (uint32_t t = blocks; t-- > 0;) {
    uint64_t bits = draw(key, t);
    uint32_t other = below(bits, t + 1);
    uint32_t swap = p.source[t];
    p.source[t] = p.source[other];
    p.source[other] = swap;
    p.flip[t] = (uint32_t)(bits & 1) << 31;
  }
  return p;
}

/* SHA-256, FIPS 180-4. */

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void compress(uint32_t state[8], const unsigned char *chunk) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++) {
    w[i] = (uint32_t)chunk[4 * i] << 24 | (uint32_t)chunk[4 * i + 1] << 16
           | (uint32_t)chunk[4 * i + 2] << 8 | chunk[4 * i + 3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t v[8]; /* a to h */
  memcpy(v, state, sizeof v);
  for (int i = 0; i < 64; i++) {
    uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
    uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
    uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
    uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof v[0]);
    v[0] = t1 + t2;
    v[4] += t1;
  }
  for (int i = 0; i < 8; i++) {
    state[i] += v[i];
  }
}

uint64_t module_hash(const unsigned char *name, size_t length) {
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  size_t whole = length / 64 * 64;
  for (size_t at = 0; at < whole; at += 64) {
    compress(state, name + at);
  }
  unsigned char tail[128] = {0};
  size_t rest = length - whole;
  size_t padded = rest < 56 ? 64 : 128;
  if (rest > 0) {
    memcpy(tail, name + whole, rest);
  }
  tail[rest] = 0x80;
  for (int i = 0; i < 8; i++) {
    tail[padded - 1 - i] = (unsigned char)((uint64_t)length * 8 >> 8 * i);
  }
  for (size_t at = 0; at < padded; at += 64) {
    compress(state, tail + at);
  }
  /* The state is big-endian words; its first 8 bytes are read as one little-endian word. */
  return (uint64_t)__builtin_bswap32(state[1]) << 32 | __builtin_bswap32(state[0]);
}
