// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/distributed/communicator.hpp"
#include "properties/engine/failure.hpp"

#include <exception>
#include <string>

namespace slim::properties {

/// Runs a subject. Throws SubjectError for whatever it throws, except errors of the harness.
template <class Function, class Task, class Result>
void call_subject(const Function& subject, const Task& task, Result& result) {
  try {
    subject(task, result);
  } catch (const SubjectError&) {
    throw;
  } catch (const HarnessError&) {
    throw;
  } catch (const chunked::distributed::RanksError& error) {  // not a fault of the implementation
    throw HarnessError(error.what());
  } catch (const std::exception& error) {
    throw SubjectError(std::string("threw: ") + error.what());
  }
}

}  // namespace slim::properties
