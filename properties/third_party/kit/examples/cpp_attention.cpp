// SPDX-License-Identifier: Apache-2.0
// Causal attention over ReLU features in C++ by running prefix sums:
// slim-verify run --subject-library ./libcpp_attention.so
#include <slim_subject.h>

#include <algorithm>
#include <vector>

static const char* const declaration =
    R"({"protocol": 1, "name": "cpp-attention", "version": "1", "tasks": ["attention"],
  "capabilities": {"feature_maps": ["relu", "given"], "causal": true}})";

static int run(const slim_task* task, char* /*error*/, size_t /*error_size*/) {
  const DLTensor *q = slim_input(task, "q"), *k = slim_input(task, "k"), *v = slim_input(task, "v");
  const DLTensor* out = slim_output(task, "out");
  const int64_t M = q->shape[3], D = v->shape[3];
  for (int64_t b = 0; b < q->shape[0]; ++b)
    for (int64_t h = 0; h < q->shape[1]; ++h) {
      std::vector<double> R(static_cast<size_t>(M * D)), S(static_cast<size_t>(M));
      for (int64_t l = 0; l < q->shape[2]; ++l) {
        std::vector<double> y(static_cast<size_t>(D));
        double denominator = 1e-16;
        for (int64_t m = 0; m < M; ++m) {
          const double gk = std::max(slim_get(k, b, h, l, m), 0.0),
                       gq = std::max(slim_get(q, b, h, l, m), 0.0);
          denominator += gq * (S[m] += gk);
          for (int64_t d = 0; d < D; ++d)
            y[d] += gq * (R[m * D + d] += gk * slim_get(v, b, h, l, d));
        }
        for (int64_t d = 0; d < D; ++d) slim_set(out, b, h, l, d, y[d] / denominator);
      }
    }
  return SLIM_OK;
}

static const slim_subject self = {sizeof self, SLIM_SUBJECT_VERSION, declaration, run};

SLIM_SUBJECT_EXPORT const slim_subject* slim_subject_entry(void) {
  return &self;
}
