// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace slim::experiments {

/// One end of a socket between two processes that carries texts of any bytes and length.
class Frames {
 public:
  /// Takes over the descriptor.
  explicit Frames(int descriptor) : descriptor_(descriptor) {}
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;
  ~Frames();

  /// False when the other process has ended.
  bool send(const std::string& text) const;
  /// The next text, or nothing if none arrives in time (negative: waits for ever) or if the other
  /// process has ended.
  std::optional<std::string> receive(std::chrono::milliseconds wait);
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  std::optional<std::string> first_frame();

  int descriptor_;
  std::string bytes_;  ///< received, and not returned yet
  bool ended_ = false;
};

}  // namespace slim::experiments
