// SPDX-License-Identifier: Apache-2.0
/* The interface of a subject of the SLiM harness that is a shared library, in C11.
 *
 * Export one function:
 *
 *     const slim_subject *slim_subject_entry(void);
 *
 * and run it with: slim-verify run --subject-library ./libmine.so
 *
 * Tensors are those of DLPack (Debian: libdlpack-dev): device CPU, of the type in
 * the option "dtype" of the task; masks, tokens and cu_seqlens are int64. Strides are in entries,
 * and inputs need not be contiguous. The caller owns every buffer. Inputs must not be written.
 * Outputs are row-major, have the requested shape, and are filled with NaN. Data are aligned to one
 * entry only, not to DLPack's 256 bytes, since they end at a page boundary. With the feature map
 * "own", attention is verified against the features that the task "features" gives. If the
 * declaration says so, k and v have other numbers of heads or rows than q, or the rows of all
 * sequences are one axis, with the input "cu_seqlens". Names, shapes and options are those of the
 * case file; properties/third_party/README.md of the harness has the table. */
#ifndef SLIM_SUBJECT_H
#define SLIM_SUBJECT_H

#include <dlpack/dlpack.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SLIM_SUBJECT_VERSION 1u

#if defined(__cplusplus)
#define SLIM_SUBJECT_EXPORT extern "C" __attribute__((visibility("default")))
extern "C" {
#else
#define SLIM_SUBJECT_EXPORT __attribute__((visibility("default")))
#endif

typedef struct slim_tensor {
  const char* name;
  const DLTensor* tensor;
} slim_tensor;

typedef struct slim_option {
  const char* name;
  const char* value;
} slim_option;

typedef struct slim_task {
  size_t struct_size; /* sizeof(slim_task) in the caller */
  const char* task;   /* "attention", "features" or "gradient" */
  size_t input_count;
  const slim_tensor* inputs;
  size_t output_count;
  const slim_tensor* outputs;
  size_t option_count;
  const slim_option* options;
} slim_task;

enum { SLIM_OK = 0, SLIM_FAILED = 1, SLIM_UNSUPPORTED = 2 };

typedef struct slim_subject {
  size_t struct_size;      /* sizeof(slim_subject) in the library */
  uint32_t version;        /* SLIM_SUBJECT_VERSION */
  const char* declaration; /* JSON, the answer to `describe` */
  /* Fills every output. Unless it returns SLIM_OK, it writes a line of at most `error_size` bytes
   * to `error`. */
  int (*run)(const slim_task* task, char* error, size_t error_size);
} slim_subject;

/* NULL if there is no tensor of this name; "" if there is no option of this name. */
static inline const DLTensor* slim_input(const slim_task* task, const char* name) {
  for (size_t i = 0; i < task->input_count; ++i) {
    if (strcmp(task->inputs[i].name, name) == 0) return task->inputs[i].tensor;
  }
  return NULL;
}
static inline const DLTensor* slim_output(const slim_task* task, const char* name) {
  for (size_t i = 0; i < task->output_count; ++i) {
    if (strcmp(task->outputs[i].name, name) == 0) return task->outputs[i].tensor;
  }
  return NULL;
}
static inline const char* slim_option_of(const slim_task* task, const char* name) {
  for (size_t i = 0; i < task->option_count; ++i) {
    if (strcmp(task->options[i].name, name) == 0) return task->options[i].value;
  }
  return "";
}

/* The offset of entry (i, j, k, l) of a tensor with four axes. */
static inline size_t slim_place(const DLTensor* t, int64_t i, int64_t j, int64_t k, int64_t l) {
  return (size_t)(i * t->strides[0] + j * t->strides[1] + k * t->strides[2] + l * t->strides[3]);
}
/* A float16 (kDLFloat) or bfloat16 (kDLBfloat) as a double. */
static inline double slim_from_16_bits(uint16_t bits, int is_bfloat) {
  const int digits = is_bfloat ? 7 : 10;
  const int bias = is_bfloat ? 127 : 15;
  const int exponent = (bits >> digits) & (2 * bias + 1);
  const double fraction = (double)(bits & ((1 << digits) - 1));
  const double one = (double)(1 << digits);
  const double size = exponent == 2 * bias + 1 ? (fraction > 0 ? NAN : INFINITY)
                      : exponent == 0          ? ldexp(fraction, 1 - bias - digits)
                                               : ldexp(one + fraction, exponent - bias - digits);
  return bits >> 15 ? -size : size;
}
/* The nearest float16 or bfloat16; ties go to even. */
static inline uint16_t slim_to_16_bits(double value, int is_bfloat) {
  const int digits = is_bfloat ? 7 : 10;
  const int bias = is_bfloat ? 127 : 15;
  const unsigned sign = signbit(value) ? 0x8000u : 0u;
  const unsigned infinite = (unsigned)(2 * bias + 1) << digits;
  int exponent = 0;
  if (isnan(value)) return (uint16_t)(infinite | 1u);
  if (isinf(value)) return (uint16_t)(sign | infinite);
  (void)frexp(value, &exponent); /* |value| < 2^exponent */
  if (exponent < 2 - bias || value == 0) exponent = 2 - bias;
  if (exponent > bias + 1) return (uint16_t)(sign | infinite);
  /* In units of the last digit; a carry into the next binade gives its first number. */
  const double units = ldexp(fabs(value), digits + 1 - exponent);
  const unsigned below = (unsigned)units;
  const double rest = units - (double)below;
  const unsigned up = rest > 0.5 || (rest == 0.5 && below % 2 == 1) ? 1u : 0u;
  const unsigned bits = below + up + ((unsigned)(exponent - 2 + bias) << digits);
  return (uint16_t)(sign | (bits < infinite ? bits : infinite));
}
/* Reads and writes that entry of a tensor of any floating-point type as a double. */
static inline double slim_get(const DLTensor* t, int64_t i, int64_t j, int64_t k, int64_t l) {
  const size_t at = slim_place(t, i, j, k, l);
  if (t->dtype.bits == 16) {
    return slim_from_16_bits(((const uint16_t*)t->data)[at], t->dtype.code == kDLBfloat);
  }
  return t->dtype.bits == 32 ? (double)((const float*)t->data)[at] : ((const double*)t->data)[at];
}
static inline void slim_set(const DLTensor* t, int64_t i, int64_t j, int64_t k, int64_t l,
                            double value) {
  const size_t at = slim_place(t, i, j, k, l);
  if (t->dtype.bits == 16) {
    ((uint16_t*)t->data)[at] = slim_to_16_bits(value, t->dtype.code == kDLBfloat);
  } else if (t->dtype.bits == 32) {
    ((float*)t->data)[at] = (float)value;
  } else {
    ((double*)t->data)[at] = value;
  }
}

#if defined(__cplusplus)
}
#endif
#endif
