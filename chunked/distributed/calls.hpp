// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/distributed/scans.hpp"
#include "chunked/distributed/team.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <span>
#include <string>

namespace slim::chunked::distributed {

/// How a team computes.
struct Method {
  Scan scan = Scan::chain;
  std::string prefix_sum = "blocked";
};

/// A rank's work on a task, for any communicator; the result is that of rank 0.
template <class T>
void work_on(const GradientTask<T>& task, GradientResult<T>& result, Communicator& ranks,
             const Method& method);
template <class T>
void work_on(const AttentionTask<T>& task, AttentionResult<T>& result, Communicator& ranks,
             const Method& method);

/// A gradient or an attention, computed by all ranks of a team: see gradient.hpp and attention.hpp.
template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result, Team& team,
              const Method& method);
template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result, Team& team,
               const Method& method);

/// The work of a rank other than 0 in a process of its own, on a task as a Team's Task gives it.
/// Requires a task of the same build. Throws RanksError if it is incomplete.
void serve(std::span<const std::byte> task, Communicator& ranks);

}  // namespace slim::chunked::distributed
