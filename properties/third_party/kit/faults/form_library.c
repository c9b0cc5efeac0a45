// SPDX-License-Identifier: Apache-2.0
/* Causal attention over given features with grouped heads and packed sequences in C11. */
#include <slim_subject.h>

#ifndef MODULO /* else a fault */
#define MODULO 0
#endif

static const char declaration[] =
    "{\"protocol\": 1, \"name\": \"forms-in-c\", \"version\": \"1\", \"tasks\": [\"attention\"],"
    " \"capabilities\": {\"feature_maps\": [\"given\"], \"key_heads\": \"grouped\","
    " \"packed\": true}}";

static int64_t start_of(const DLTensor* starts, int64_t sequence) {
  return ((const int64_t*)starts->data)[sequence * starts->strides[0]];
}

static int run(const slim_task* task, char* error, size_t error_size) {
  const DLTensor *q = slim_input(task, "q"), *k = slim_input(task, "k"), *v = slim_input(task, "v");
  const DLTensor *starts = slim_input(task, "cu_seqlens"), *out = slim_output(task, "out");
  (void)error, (void)error_size;
  for (int64_t b = 0; b + 1 < starts->shape[0]; ++b)
    for (int64_t h = 0; h < q->shape[1]; ++h)
      for (int64_t i = start_of(starts, b); i < start_of(starts, b + 1); ++i)
        for (int64_t c = 0; c < v->shape[3]; ++c) {
          const int64_t of_keys = MODULO ? h % k->shape[1] : h / (q->shape[1] / k->shape[1]);
          double numerator = 0.0, denominator = 0.0;
          for (int64_t j = start_of(starts, b); j <= i; ++j) {
            double weight = 0.0;
            for (int64_t m = 0; m < q->shape[3]; ++m)
              weight += slim_get(q, 0, h, i, m) * slim_get(k, 0, of_keys, j, m);
            numerator += weight * slim_get(v, 0, of_keys, j, c);
            denominator += weight;
          }
          slim_set(out, 0, h, i, c, numerator / (denominator + 1e-16));
        }
  return SLIM_OK;
}

static const slim_subject self = {sizeof self, SLIM_SUBJECT_VERSION, declaration, run};

SLIM_SUBJECT_EXPORT const slim_subject* slim_subject_entry(void) {
  return &self;
}
