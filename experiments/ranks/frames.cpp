// SPDX-License-Identifier: Apache-2.0
#include "experiments/ranks/frames.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <thread>

namespace slim::experiments {

Frames::~Frames() {
  ::close(descriptor_);
}

bool Frames::send(const std::string& text) const {
  const std::uint64_t size = text.size();
  std::string frame(sizeof size, '\0');
  std::memcpy(frame.data(), &size, sizeof size);
  frame += text;
  std::size_t done = 0;
  while (done < frame.size()) {
    const ssize_t sent =
        ::send(descriptor_, frame.data() + done, frame.size() - done, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    done += static_cast<std::size_t>(sent);
  }
  return true;
}

std::optional<std::string> Frames::first_frame() {
  std::uint64_t size = 0;
  if (bytes_.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, bytes_.data(), sizeof size);
  if (bytes_.size() - sizeof size < size) return std::nullopt;
  std::string text = bytes_.substr(sizeof size, size);
  bytes_.erase(0, sizeof size + size);
  return text;
}

std::optional<std::string> Frames::receive(std::chrono::milliseconds wait) {
  std::array<char, 65536> part{};
  while (!ended_) {
    if (auto text = first_frame(); text.has_value()) return text;
    pollfd event = {descriptor_, POLLIN, 0};
    const int ready = ::poll(&event, 1, static_cast<int>(wait.count()));
    if (ready == 0) return std::nullopt;
    const ssize_t size = ready < 0 ? -1 : ::recv(descriptor_, part.data(), part.size(), 0);
    if (size > 0) bytes_.append(part.data(), static_cast<std::size_t>(size));
    ended_ = size == 0 || (size < 0 && errno != EINTR);
  }
  return std::nullopt;
}

}  // namespace slim::experiments
