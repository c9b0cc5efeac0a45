// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/sandbox/guarded_buffer.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>

namespace slim::properties::foreign {
namespace {

constexpr auto pattern = std::byte{0xa5};
constexpr std::size_t most_buffers = 4096;
constexpr std::size_t longest_name = 60;
constexpr std::size_t guard_bytes = std::size_t{1} << 21;  ///< on each side, in whole pages

/// The addresses of a buffer, for the signal handler, in static memory.
struct Range {
  std::uintptr_t first_page;
  std::uintptr_t first;
  std::uintptr_t last;
  std::uintptr_t last_page;
  std::array<char, longest_name + 1> name;
};
std::array<Range, most_buffers> ranges{};
std::size_t range_count = 0;
int fault_answers_to = 1;
std::array<char, 32> fault_id{};

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

void put(char*& at, const char* text) {
  while (*text != '\0') *at++ = *text++;
}

/// The signal handler; async-signal-safe.
void answer_fault(int signal, siginfo_t* info, void* /*context*/) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (std::size_t i = 0; i < range_count; ++i) {
    const Range& range = ranges[i];
    if (address < range.first_page || address >= range.last_page) continue;
    const bool beside = address < range.first || address >= range.last;
    std::array<char, 400> line{};
    char* at = line.data();
    put(at, R"({"jsonrpc":"2.0","id":)");
    put(at, fault_id.data());
    put(at, beside ? R"(,"error":{"code":-32003,"message":"touched memory )"
                   : R"(,"error":{"code":-32004,"message":"wrote into its input )");
    if (beside) put(at, address < range.first ? "before the beginning of " : "past the end of ");
    put(at, range.name.data());
    put(at, "\"}}\n");
    [[maybe_unused]] const ssize_t written =
        ::write(fault_answers_to, line.data(), static_cast<std::size_t>(at - line.data()));
    ::_exit(0);
  }
  std::signal(signal, SIG_DFL);  // the instruction is repeated, and the signal ends the process
}

}  // namespace

GuardedBuffer::GuardedBuffer(std::string name, std::size_t size)
    : name_(std::move(name)), size_(size) {
  const std::size_t page = page_size();
  const std::size_t inner = std::max<std::size_t>(1, (size + page - 1) / page) * page;
  page_bytes_ = inner + 2 * guard_bytes;
  void* mapped = ::mmap(nullptr, page_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED || range_count == most_buffers) throw std::bad_alloc();
  pages_ = static_cast<std::byte*>(mapped);
  if (::mprotect(pages_ + guard_bytes, inner, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  data_ = pages_ + guard_bytes + inner - size;
  std::memset(pages_ + guard_bytes, static_cast<int>(pattern), inner - size);
  Range& range = ranges[range_count++];
  range = {.first_page = reinterpret_cast<std::uintptr_t>(pages_),
           .first = reinterpret_cast<std::uintptr_t>(data_),
           .last = reinterpret_cast<std::uintptr_t>(data_) + size,
           .last_page = reinterpret_cast<std::uintptr_t>(pages_) + page_bytes_,
           .name = {}};
  std::snprintf(range.name.data(), range.name.size(), "%s", name_.c_str());
}

GuardedBuffer::~GuardedBuffer() {
  const auto first = reinterpret_cast<std::uintptr_t>(pages_);
  for (std::size_t i = 0; i < range_count; ++i) {
    if (ranges[i].first_page != first) continue;
    ranges[i] = ranges[--range_count];
    break;
  }
  ::munmap(pages_, page_bytes_);
}

void GuardedBuffer::fill_with_nan() {
  std::memset(data_, static_cast<int>(filling), size_);
}

void GuardedBuffer::forbid_writing() {
  ::mprotect(pages_ + guard_bytes, page_bytes_ - 2 * guard_bytes, PROT_READ);
}

bool GuardedBuffer::is_sound() const {
  return std::all_of(pages_ + guard_bytes, data_, [](std::byte b) { return b == pattern; });
}

void GuardedBuffer::catch_faults() {
  static std::array<char, 65536> stack{};
  stack_t alternative{};
  alternative.ss_sp = stack.data();
  alternative.ss_size = stack.size();
  ::sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_sigaction = answer_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigaction(SIGSEGV, &action, nullptr);
  ::sigaction(SIGBUS, &action, nullptr);
}

void GuardedBuffer::set_answer_of_faults(int descriptor, const std::string& id) {
  fault_answers_to = descriptor;
  std::snprintf(fault_id.data(), fault_id.size(), "%s", id.c_str());
}

}  // namespace slim::properties::foreign
