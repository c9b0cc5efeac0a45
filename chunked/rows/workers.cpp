// SPDX-License-Identifier: Apache-2.0
#include "chunked/rows/workers.hpp"

namespace slim::chunked {
namespace {

/// Tells the processor that this thread only waits.
void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits until `value` differs from `old`: spins for some microseconds, the usual gap between two
/// products, then sleeps.
template <class T>
void wait_while(const std::atomic<T>& value, T old) {
  constexpr int spins = 4000;
  for (int i = 0; i < spins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  value.wait(old, std::memory_order_acquire);
}

void end(std::atomic<bool>& stop, std::atomic<unsigned>& round, std::vector<std::thread>& helpers) {
  stop.store(true);
  round.fetch_add(1);
  round.notify_all();
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace

Workers::Workers(int threads) {
  try {
    for (int i = 1; i < threads; ++i) {
      helpers_.emplace_back([this] { serve(); });
    }
  } catch (...) {  // fewer threads than requested would falsify timings
    end(stop_, round_, helpers_);
    throw;
  }
}

Workers::~Workers() {
  end(stop_, round_, helpers_);
}

void Workers::share(Index tasks, Call call, const void* context) {
  call_ = call;
  context_ = context;
  tasks_ = tasks;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(static_cast<int>(helpers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  take_tasks();
  for (int busy = busy_.load(std::memory_order_acquire); busy != 0;
       busy = busy_.load(std::memory_order_acquire)) {
    wait_while(busy_, busy);
  }
}

void Workers::take_tasks() {
  for (Index i = next_.fetch_add(1); i < tasks_; i = next_.fetch_add(1)) call_(context_, i);
}

void Workers::serve() {
  unsigned seen = 0;
  while (true) {
    wait_while(round_, seen);
    seen = round_.load(std::memory_order_acquire);
    if (stop_.load()) return;
    take_tasks();
    busy_.fetch_sub(1, std::memory_order_release);
    busy_.notify_all();
  }
}

}  // namespace slim::chunked
