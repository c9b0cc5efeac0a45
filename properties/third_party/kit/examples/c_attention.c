// SPDX-License-Identifier: Apache-2.0
/* Attention over given features in C11, for inputs with any strides. */
#include <slim_subject.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FIRST_VISIBLE_KEY /* c_attention_buggy.c sets another value */
#define FIRST_VISIBLE_KEY 0
#endif

#ifndef DTYPES /* slim_get and slim_set also read and write float16 and bfloat16 */
#define DTYPES "[\"float32\", \"float64\"]"
#endif

static const char declaration[] =
    "{\"protocol\": 1, \"name\": \"c-attention\", \"version\": \"1\", \"tasks\": [\"attention\"],"
    " \"capabilities\": {\"feature_maps\": [\"given\"], \"causal\": true, \"bidirectional\": true,"
    " \"dtypes\": " DTYPES "}}";

static int run(const slim_task* task, char* error, size_t error_size) {
  const DLTensor *q = slim_input(task, "q"), *k = slim_input(task, "k"), *v = slim_input(task, "v");
  const DLTensor* out = slim_output(task, "out");
  const int causal = slim_option_of(task, "causal")[0] == '1';
  double* numerators = malloc((size_t)v->shape[3] * sizeof *numerators);
  if (numerators == NULL) {
    snprintf(error, error_size, "no memory for a row of the output");
    return SLIM_FAILED;
  }
  for (int64_t b = 0; b < q->shape[0]; ++b)
    for (int64_t h = 0; h < q->shape[1]; ++h)
      for (int64_t i = 0; i < q->shape[2]; ++i) {
        double denominator = 0.0;
        memset(numerators, 0, (size_t)v->shape[3] * sizeof *numerators);
        for (int64_t j = FIRST_VISIBLE_KEY; j < (causal ? i + 1 : q->shape[2]); ++j) {
          double weight = 0.0;
          for (int64_t m = 0; m < q->shape[3]; ++m)
            weight += slim_get(q, b, h, i, m) * slim_get(k, b, h, j, m);
          for (int64_t c = 0; c < v->shape[3]; ++c)
            numerators[c] += weight * slim_get(v, b, h, j, c);
          denominator += weight;
        }
        for (int64_t c = 0; c < v->shape[3]; ++c)
          slim_set(out, b, h, i, c, numerators[c] / (denominator + 1e-16));
      }
  free(numerators);
  return SLIM_OK;
}

static const slim_subject self = {sizeof self, SLIM_SUBJECT_VERSION, declaration, run};

SLIM_SUBJECT_EXPORT const slim_subject* slim_subject_entry(void) {
  return &self;
}
