// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace slim::properties {

void in_parallel(int count, int threads, const std::function<void(int)>& task) {
  std::atomic<int> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    for (int i = next++; i < count; i = next++) {
      try {
        task(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < std::min(threads, count); ++i) {
      try {
        others.emplace_back(work);
      } catch (const std::system_error&) {
        break;  // no more threads are available: fewer run the same tasks
      }
    }
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace slim::properties
