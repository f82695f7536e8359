/*
 * The BLOCK_SPARSE sketch of one computation, written by hand: the baseline that the Java sketcher
 * is measured against, and an implementation of docs/mechanism.md that shares nothing with it.
 *
 *   sketch ORDER GRAPH D C SEED TRANSPARENCY SECONDS OUT
 *
 * ORDER is "columns": attribute by attribute, as the product does it; or "blocks": block by block,
 * for which all columns of a module are filed by block. GRAPH is what GraphFile.java writes; inputs must come before the objects that use them. Writes
 * the D floats of the sketch to OUT and prints the least and the median nanoseconds of a sketch and
 * the number of sketches made in SECONDS.
 */
#define _POSIX_C_SOURCE 200809L
#include "operators.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A block of 16 floats is one vector register with AVX-512, else two. */
#define LANES 16
#ifdef __AVX512F__
#define WIDTH 16
#else
#define WIDTH 8
#endif
#define VECTORS (LANES / WIDTH)
typedef float vector __attribute__((vector_size(4 * WIDTH)));
typedef uint32_t words __attribute__((vector_size(4 * WIDTH)));
typedef struct {
  vector v[VECTORS];
} block;

/* One block of one column. Four bytes, so that one load brings both halves to all lanes. */
typedef struct {
  uint16_t place; /* in order of columns the block; filed by block the attribute, whose number is
                     the number of attributes for the signature */
  uint16_t signs; /* bit l is set where lane l is negative */
} term;

typedef struct {
  uint32_t attributes;
  float *x;
  float half_own;  /* of the own weight */
  float half_rest; /* of 1 - the own weight */
  uint32_t inputs;
  uint32_t *input;
  float *half_weight;
  uint32_t *position; /* as it is stated, then its index in the graph's rotations */
  /* All columns, the signature last: in order of columns, or sorted by block and then by attribute.
     Then terms of blocks with as many terms stand together, so that the inner loop's length seldom
     changes. */
  term *terms;
  uint16_t *order; /* of blocks, NULL in order of columns */
  uint16_t *count; /* terms of block order[b] */
  block *slot;
} object;

typedef struct {
  uint32_t blocks;
  uint32_t columns; /* blocks of a column */
  uint64_t seed;
  float magnitude;
  uint32_t objects;
  object *object; /* one more than objects: the last one's inputs are the roots */
  permutation *rotation; /* of every position that is used */
  float rotated;         /* 2 - 2t, t the transparency */
  float direct;          /* 4t - 2, 0 where t is 1/2 */
  permutation own_attributes;
  permutation own_inputs;
  float *scaled;
  block *own;
  block *tuple;
} graph;

static void fail(const char *what) {
  fprintf(stderr, "sketch: %s\n", what);
  exit(1);
}

static void *allocate(size_t bytes) {
  void *p = aligned_alloc(64, (bytes / 64 + 1) * 64);
  if (p == NULL) {
    fail("out of memory");
  }
  return p;
}

/* p in all lanes of vector i of a block, negated where the term says so: a shift brings the lane's
   bit of the upper half of the term to the place of the sign. */
static inline vector signed_lanes(float p, const term *e, int i) {
#if WIDTH == 16
  const words first = {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
#else
  const words first = {15, 14, 13, 12, 11, 10, 9, 8};
#endif
  const words shift = first - (uint32_t)(WIDTH * i);
  uint32_t both;
  memcpy(&both, e, sizeof both);
  words sign = (((words){0} + both) << shift) & 0x80000000u;
  return (vector)((words)(p - (vector){0}) ^ sign);
}

static inline void add_column(uint32_t columns, const term *e, float p, block *restrict out) {
  for (uint32_t k = 0; k < columns; k++) {
    for (int i = 0; i < VECTORS; i++) {
      out[e[k].place].v[i] += signed_lanes(p, &e[k], i);
    }
  }
}

/* out = 1/2 R_{M,1} x + 1/2 R_{M,2} e_1, column by column. */
static void own_by_columns(const graph *g, const object *o, block *restrict out) {
  memset(out, 0, g->blocks * sizeof *out);
  const term *e = o->terms;
  for (uint32_t j = 0; j < o->attributes; j++, e += g->columns) {
    if (o->x[j] != 0) {
      add_column(g->columns, e, g->magnitude * o->x[j], out);
    }
  }
  add_column(g->columns, e, g->magnitude, out);
}

/* The same block by block. */
static void own_by_blocks(const graph *g, const object *o, block *restrict out) {
  float *p = g->scaled;
  for (uint32_t j = 0; j < o->attributes; j++) {
    p[j] = g->magnitude * o->x[j];
  }
  p[o->attributes] = g->magnitude;
  const term *e = o->terms;
  for (uint32_t b = 0; b < g->blocks; b++) {
    const term *end = e + o->count[b];
    block sum = {0};
    for (; e < end; e++) {
      for (int i = 0; i < VECTORS; i++) {
        sum.v[i] += signed_lanes(p[e->place], e, i);
      }
    }
    out[o->order[b]] = sum;
  }
}

static void own_vector(const graph *g, const object *o, block *out) {
  if (o->order == NULL) {
    own_by_columns(g, o, out);
  } else {
    own_by_blocks(g, o, out);
  }
}

typedef struct {
  const block *in;
  float h;
  const permutation *rotation;
} part;

/* out = the sum over the parts of h (in + R in), all in registers. */
static inline __attribute__((always_inline)) void add_parts(
    uint32_t blocks, const part *parts, uint32_t n, block *restrict out) {
  for (uint32_t t = 0; t < blocks; t++) {
    block sum = {0};
    for (uint32_t k = 0; k < n; k++) {
      const block *in = parts[k].in;
      const permutation *r = parts[k].rotation;
      for (int i = 0; i < VECTORS; i++) {
        vector rotated = (vector)((words)in[r->source[t]].v[i] ^ r->flip[t]);
        sum.v[i] += parts[k].h * (in[t].v[i] + rotated);
      }
    }
    out[t] = sum;
  }
}

/* The same of 2 h T in, T = t I + (1 - t) R. */
static __attribute__((noinline)) void add_weighted_parts(
    const graph *g, const part *parts, uint32_t n, block *restrict out) {
  for (uint32_t t = 0; t < g->blocks; t++) {
    block sum = {0};
    for (uint32_t k = 0; k < n; k++) {
      const block *in = parts[k].in;
      const permutation *r = parts[k].rotation;
      float rotated = g->rotated * parts[k].h, direct = g->direct * parts[k].h;
      for (int i = 0; i < VECTORS; i++) {
        vector other = (vector)((words)in[r->source[t]].v[i] ^ r->flip[t]);
        sum.v[i] += rotated * (in[t].v[i] + other);
        sum.v[i] += direct * in[t].v[i];
      }
    }
    out[t] = sum;
  }
}

/* The compiler unrolls what it knows the length of. */
static void transparent(const graph *g, const part *parts, uint32_t n, block *restrict out) {
  if (g->direct != 0) {
    add_weighted_parts(g, parts, n, out);
    return;
  }
  switch (n) {
    case 2: add_parts(g->blocks, parts, 2, out); break;
    case 4: add_parts(g->blocks, parts, 4, out); break;
    default: add_parts(g->blocks, parts, n, out);
  }
}

static void tuple(const graph *g, const object *o, block *out) {
  part parts[o->inputs];
  for (uint32_t k = 0; k < o->inputs; k++) {
    const permutation *rotation = &g->rotation[o->position[k]];
    parts[k] = (part){g->object[o->input[k]].slot, o->half_weight[k], rotation};
  }
  transparent(g, parts, o->inputs, out);
}

static void sketch(const graph *g, block *out) {
  for (uint32_t i = 0; i < g->objects; i++) {
    const object *o = &g->object[i];
    if (o->inputs == 0) {
      own_vector(g, o, o->slot);
      continue;
    }
    own_vector(g, o, g->own);
    tuple(g, o, g->tuple);
    part parts[2] = {{g->own, o->half_own, &g->own_attributes},
                     {g->tuple, o->half_rest, &g->own_inputs}};
    transparent(g, parts, 2, o->slot);
  }
  tuple(g, &g->object[g->objects], out);
}

static uint32_t read_word(FILE *in) {
  uint32_t word;
  if (fread(&word, sizeof word, 1, in) != 1) {
    fail("the graph ends early");
  }
  return word;
}

static float read_float(FILE *in) {
  uint32_t word = read_word(in);
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
}

static void read_inputs(FILE *in, object *o, uint32_t number) {
  o->inputs = read_word(in);
  o->input = allocate(o->inputs * sizeof(uint32_t));
  o->half_weight = allocate(o->inputs * sizeof(float));
  o->position = allocate(o->inputs * sizeof(uint32_t));
  for (uint32_t k = 0; k < o->inputs; k++) {
    o->input[k] = read_word(in);
    o->half_weight[k] = 0.5f * read_float(in);
    o->position[k] = read_word(in);
    if (o->input[k] >= number) {
      fail("an input comes after the object that uses it");
    }
  }
}

/* Draws all columns of a module, in order. */
static void draw_columns(const graph *g, object *o, uint64_t module) {
  uint32_t c = g->columns, q = g->blocks / c, total = (o->attributes + 1) * c;
  o->terms = allocate(total * sizeof *o->terms);
  for (uint32_t i = 0; i < total; i++) {
    uint32_t j = i / c, k = i % c;
    uint64_t key = j < o->attributes ? stream_key(g->seed, ATTRIBUTE, module, j)
                                     : stream_key(g->seed, SIGNATURE, module, 0);
    uint64_t bits = draw(key, k);
    o->terms[i] = (term){(uint16_t)(k * q + below(bits, q)), (uint16_t)bits};
  }
  o->order = NULL;
  o->count = NULL;
}

/* Files drawn columns by the block they are added to. */
static void file_by_block(const graph *g, object *o) {
  uint32_t total = (o->attributes + 1) * g->columns;
  uint32_t *count = allocate(g->blocks * sizeof *count);
  uint32_t *start = allocate(g->blocks * sizeof *start);
  memset(count, 0, g->blocks * sizeof *count);
  uint32_t most = 0;
  for (uint32_t i = 0; i < total; i++) {
    uint32_t n = ++count[o->terms[i].place];
    most = n > most ? n : most;
  }
  o->order = allocate(g->blocks * sizeof *o->order);
  o->count = allocate(g->blocks * sizeof *o->count);
  uint32_t b = 0, filed = 0;
  for (uint32_t n = 0; n <= most; n++) {
    for (uint32_t t = 0; t < g->blocks; t++) {
      if (count[t] == n) {
        o->order[b] = (uint16_t)t;
        o->count[b++] = (uint16_t)n;
        start[t] = filed;
        filed += n;
      }
    }
  }
  term *terms = allocate(total * sizeof *terms);
  for (uint32_t i = 0; i < total; i++) {
    term e = o->terms[i];
    terms[start[e.place]++] = (term){(uint16_t)(i / g->columns), e.signs};
  }
  free(o->terms);
  o->terms = terms;
  free(count);
  free(start);
}

static void read_graph(FILE *in, graph *g, bool by_block) {
  g->objects = read_word(in);
  g->object = allocate((g->objects + 1) * sizeof(object));
  uint32_t most_attributes = 0;
  for (uint32_t i = 0; i < g->objects; i++) {
    object *o = &g->object[i];
    uint32_t length = read_word(in);
    unsigned char *name = allocate(length);
    if (fread(name, 1, length, in) != length) {
      fail("the graph ends early");
    }
    o->attributes = read_word(in);
    if (o->attributes > UINT16_MAX) {
      fail("more than 65,535 attributes");
    }
    o->x = allocate(o->attributes * sizeof(float));
    for (uint32_t j = 0; j < o->attributes; j++) {
      o->x[j] = read_float(in);
    }
    most_attributes = o->attributes > most_attributes ? o->attributes : most_attributes;
    float own_weight = read_float(in);
    o->half_own = 0.5f * own_weight;
    o->half_rest = 0.5f * (1 - own_weight);
    read_inputs(in, o, i);
    draw_columns(g, o, module_hash(name, length));
    if (by_block) {
      file_by_block(g, o);
    }
    free(name);
  }
  read_inputs(in, &g->object[g->objects], g->objects);
  g->scaled = allocate((most_attributes + 1) * sizeof(float));
}

static int compare_words(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* Draws the rotation of every position that is used, and makes positions its index. */
static void draw_positions(graph *g) {
  size_t edges = 0;
  for (uint32_t i = 0; i <= g->objects; i++) {
    edges += g->object[i].inputs;
  }
  uint32_t *used = allocate(edges * sizeof *used);
  edges = 0;
  for (uint32_t i = 0; i <= g->objects; i++) {
    const object *o = &g->object[i];
    memcpy(used + edges, o->position, o->inputs * sizeof *used);
    edges += o->inputs;
  }
  qsort(used, edges, sizeof *used, compare_words);
  size_t n = 0;
  for (size_t k = 0; k < edges; k++) {
    if (n == 0 || used[n - 1] != used[k]) {
      used[n++] = used[k];
    }
  }
  g->rotation = allocate(n * sizeof *g->rotation);
  for (size_t k = 0; k < n; k++) {
    g->rotation[k] = draw_permutation(stream_key(g->seed, POSITION, 0, used[k]), g->blocks);
  }
  for (uint32_t i = 0; i <= g->objects; i++) {
    object *o = &g->object[i];
    for (uint32_t k = 0; k < o->inputs; k++) {
      const uint32_t *at = bsearch(&o->position[k], used, n, sizeof *used, compare_words);
      o->position[k] = (uint32_t)(at - used);
    }
  }
  free(used);
  g->own_attributes = draw_permutation(stream_key(g->seed, OWN_POSITION, 0, 0), g->blocks);
  g->own_inputs = draw_permutation(stream_key(g->seed, OWN_POSITION, 0, 1), g->blocks);
}

/* Gives every object a slot; a slot is taken again, last in first out, after its last use. */
static void assign_slots(graph *g) {
  size_t bytes = g->blocks * sizeof(block);
  uint32_t *last_use = allocate(g->objects * sizeof *last_use);
  block **free_slots = allocate(g->objects * sizeof *free_slots);
  uint32_t free_count = 0;
  for (uint32_t i = 0; i <= g->objects; i++) {
    for (uint32_t k = 0; k < g->object[i].inputs; k++) {
      last_use[g->object[i].input[k]] = i;
    }
  }
  for (uint32_t i = 0; i < g->objects; i++) {
    object *o = &g->object[i];
    for (uint32_t k = 0; k < o->inputs; k++) {
      uint32_t child = o->input[k];
      if (last_use[child] == i) {
        free_slots[free_count++] = g->object[child].slot;
        last_use[child] = UINT32_MAX;
      }
    }
    o->slot = free_count > 0 ? free_slots[--free_count] : allocate(bytes);
  }
  free(last_use);
  free(free_slots);
  g->own = allocate(bytes);
  g->tuple = allocate(bytes);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int compare(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void measure(const graph *g, double seconds, block *out) {
  size_t limit = 1 << 22, n = 0;
  uint64_t *times = allocate(limit * sizeof *times);
  uint64_t start = now();
  uint64_t end = start + (uint64_t)(seconds * 1e9);
  while (n < limit && start < end) {
    sketch(g, out);
    uint64_t stop = now();
    times[n++] = stop - start;
    start = stop;
  }
  qsort(times, n, sizeof *times, compare);
  printf("%llu %llu %zu\n", (unsigned long long)times[0], (unsigned long long)times[n / 2], n);
  free(times);
}

int main(int argc, char **argv) {
  if (argc != 9 || (strcmp(argv[1], "columns") != 0 && strcmp(argv[1], "blocks") != 0)) {
    fail("usage: sketch columns|blocks GRAPH D C SEED TRANSPARENCY SECONDS OUT");
  }
  graph g = {.blocks = (uint32_t)strtoul(argv[3], NULL, 10) / LANES,
             .columns = (uint32_t)strtoul(argv[4], NULL, 10),
             .seed = strtoull(argv[5], NULL, 10)};
  if (g.blocks == 0 || g.blocks > UINT16_MAX || g.columns == 0 || g.blocks % g.columns != 0) {
    fail("D must be a multiple of 16 C below 1,048,576");
  }
  double transparency = strtod(argv[6], NULL);
  g.rotated = (float)(2 - 2 * transparency);
  g.direct = (float)(4 * transparency - 2);
  g.magnitude = 0.5f * (float)(1 / sqrt((double)LANES * g.columns));
  FILE *in = fopen(argv[2], "rb");
  if (in == NULL) {
    fail("cannot read the graph");
  }
  read_graph(in, &g, strcmp(argv[1], "blocks") == 0);
  fclose(in);
  draw_positions(&g);
  assign_slots(&g);
  block *out = allocate(g.blocks * sizeof(block));
  measure(&g, strtod(argv[7], NULL), out);
  FILE *result = fopen(argv[8], "wb");
  if (result == NULL || fwrite(out, sizeof(block), g.blocks, result) != g.blocks
      || fclose(result) != 0) {
    fail("cannot write the sketch");
  }
  return 0;
}
