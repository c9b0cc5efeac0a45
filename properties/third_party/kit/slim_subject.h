/* A subject of the SLiM harness as a shared library, in plain C11.
 *
 * Export one function:
 *
 *     const slim_subject *slim_subject_entry(void);
 *
 * and run it with: slim-verify run --subject-library ./libmine.so
 *
 * Tensors are DLPack's (Debian: libdlpack-dev): device CPU, float32 or float64 as the task's option
 * "dtype" says, masks and tokens int64, with strides in entries, which are not always those of a
 * row-major array without gaps. The caller owns every buffer. Inputs must not be written. Outputs
 * are row-major, of the shape that is wanted, full of NaN. Data are aligned to one entry only,
 * since they end where a page does, and not to DLPack's 256 bytes. Names, shapes and options are
 * those of the case file; README.md beside this file has the table. */
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
  size_t struct_size; /* sizeof(slim_task) as the caller has it */
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
  size_t struct_size;      /* sizeof(slim_subject) as the library has it */
  uint32_t version;        /* SLIM_SUBJECT_VERSION */
  const char* declaration; /* JSON, the answer to `describe` */
  /* Fills every output. On anything but SLIM_OK, `error` is a line of at most `error_size` bytes.
   */
  int (*run)(const slim_task* task, char* error, size_t error_size);
} slim_subject;

/* Null when there is none of this name. */
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

/* Where entry (i, j, k, l) of a tensor of four axes lies. */
static inline size_t slim_place(const DLTensor* t, int64_t i, int64_t j, int64_t k, int64_t l) {
  return (size_t)(i * t->strides[0] + j * t->strides[1] + k * t->strides[2] + l * t->strides[3]);
}
/* That entry of a tensor of float32 or float64, as a double; and writing it. */
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
