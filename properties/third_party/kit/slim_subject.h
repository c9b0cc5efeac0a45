// SPDX-License-Identifier: Apache-2.0
/* The interface of a subject of the SLiM harness that is a shared library, in C11.
 *
 * Export one function:
 *
 *     const slim_subject *slim_subject_entry(void);
 *
 * and run it with: slim-verify run --subject-library ./libmine.so
 *
 * Tensors are those of DLPack (Debian: libdlpack-dev): device CPU, float32 or float64 according to
 * the option "dtype" of the task; masks and tokens are int64. Strides are in entries, and inputs
 * need not be contiguous. The caller owns every buffer. Inputs must not be written. Outputs are
 * row-major, have the requested shape, and are filled with NaN. Data are aligned to one entry only,
 * not to DLPack's 256 bytes, since they end at a page boundary. Names, shapes and options are those
 * of the case file; properties/third_party/README.md of the harness has the table. */
#ifndef SLIM_SUBJECT_H
#define SLIM_SUBJECT_H

#include <dlpack/dlpack.h>
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
/* Reads and writes that entry of a float32 or float64 tensor as a double. */
static inline double slim_get(const DLTensor* t, int64_t i, int64_t j, int64_t k, int64_t l) {
  const size_t at = slim_place(t, i, j, k, l);
  return t->dtype.bits == 32 ? (double)((const float*)t->data)[at] : ((const double*)t->data)[at];
}
static inline void slim_set(const DLTensor* t, int64_t i, int64_t j, int64_t k, int64_t l,
                            double value) {
  const size_t at = slim_place(t, i, j, k, l);
  if (t->dtype.bits == 32) {
    ((float*)t->data)[at] = (float)value;
  } else {
    ((double*)t->data)[at] = value;
  }
}

#if defined(__cplusplus)
}
#endif
#endif
