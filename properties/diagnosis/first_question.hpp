#pragma once

#include "properties/diagnosis/panel.hpp"

#include <functional>

namespace slim::properties {

/// Ends the process of a subject, so that its next question is the first one of a new process.
using Restart = std::function<void()>;

/// How answers to a failing case depend on whether it is the first question of a new process: empty
/// if they do not. The process is started anew twice: once asked the case alone, once after a case
/// of other widths from the panel. A program that keeps what it computes at its first call, such as
/// a factor that depends on a width, differs.
std::string dependence_on_first_question(const Subject& subject, const Restart& restart,
                                         Scalar scalar, const Law& law, Trial& trial,
                                         std::span<Panel::Case> panel, const Yardstick& yardstick);

}  // namespace slim::properties
