// SPDX-License-Identifier: Apache-2.0
/* Causal linear attention without a normaliser in C11, with SiLU features and grouped heads:
 * out_i = 1/sqrt(D) R_i g(q_i) with the running sum R_i = R_(i-1) + v_i g(k_i)^T of each key head.
 */
#include <slim_subject.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef SCALED /* 0: a fault, the output is not scaled */
#define SCALED 1
#endif

static const char declaration[] =
    "{\"protocol\": 1, \"name\": \"c-linear-attention\", \"tasks\": [\"attention\"],"
    " \"capabilities\": {\"feature_maps\": [\"silu\"], \"key_heads\": \"grouped\"},"
    " \"conventions\": {\"attention\": {\"normaliser\": \"none\","
    " \"output_scale\": \"1/sqrt(d)\"}}}";

static double silu(double x) {
  return x / (1.0 + exp(-x));
}

static int run(const slim_task* task, char* error, size_t error_size) {
  const DLTensor *q = slim_input(task, "q"), *k = slim_input(task, "k"), *v = slim_input(task, "v");
  const DLTensor* out = slim_output(task, "out");
  const int64_t D = q->shape[3], D_v = v->shape[3], group = q->shape[1] / k->shape[1];
  const double scale = SCALED ? 1.0 / sqrt((double)D) : 1.0;
  for (int64_t b = 0; b < q->shape[0]; ++b)
    for (int64_t h = 0; h < k->shape[1]; ++h) {
      double* R = calloc((size_t)(D_v * D), sizeof *R);
      if (R == NULL) {
        snprintf(error, error_size, "no memory for the running sum");
        return SLIM_FAILED;
      }
      for (int64_t i = 0; i < q->shape[2]; ++i)
        for (int64_t c = 0; c < D_v; ++c) {
          for (int64_t m = 0; m < D; ++m)
            R[c * D + m] += slim_get(v, b, h, i, c) * silu(slim_get(k, b, h, i, m));
          for (int64_t of_q = h * group; of_q < (h + 1) * group; ++of_q) {
            double sum = 0.0;
            for (int64_t m = 0; m < D; ++m) sum += R[c * D + m] * silu(slim_get(q, b, of_q, i, m));
            slim_set(out, b, of_q, i, c, scale * sum);
          }
        }
      free(R);
    }
  return SLIM_OK;
}

static const slim_subject self = {sizeof self, SLIM_SUBJECT_VERSION, declaration, run};

SLIM_SUBJECT_EXPORT const slim_subject* slim_subject_entry(void) {
  return &self;
}
