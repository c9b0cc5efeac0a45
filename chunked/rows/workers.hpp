// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace slim::chunked {

/// A team of threads that share numbered tasks. Any thread may run any task, and a task must not
/// depend on its thread, so that the number of threads changes no bit.
class Workers {
 public:
  /// The caller is one of the `threads`; the constructor starts the others, and the destructor
  /// joins them.
  explicit Workers(int threads);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  /// Calls body(i) for i = 0 … tasks - 1, each once, and returns when all are done. Allocates
  /// nothing. `body` must not throw and must not call run().
  template <class Body>
  void run(Index tasks, const Body& body) {
    if (helpers_.empty() || tasks < 2) {
      for (Index i = 0; i < tasks; ++i) body(i);
      return;
    }
    share(
        tasks, [](const void* context, Index i) { (*static_cast<const Body*>(context))(i); },
        &body);
  }

 private:
  using Call = void (*)(const void*, Index);
  void share(Index tasks, Call call, const void* context);
  void take_tasks();
  void serve();

  std::vector<std::thread> helpers_;
  Call call_ = nullptr;
  const void* context_ = nullptr;
  Index tasks_ = 0;
  std::atomic<Index> next_{0};
  std::atomic<unsigned> round_{0};  ///< changes when there is new work
  std::atomic<int> busy_{0};        ///< helpers that have not finished the round
  std::atomic<bool> stop_{false};
};

}  // namespace slim::chunked
