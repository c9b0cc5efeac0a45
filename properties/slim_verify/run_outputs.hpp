// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/report/report.hpp"
#include "properties/slim_verify/commands.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

#include <exception>
#include <functional>
#include <string>

namespace slim::properties {

/// Writes the reports of `slim-verify run` to files, and one of them, or the text, to standard
/// output.
class RunOutputs {
 public:
  /// Throws ContractError if two reports would share standard output or a file, if an option needs
  /// a third-party implementation, or if an output cannot be written.
  explicit RunOutputs(const RunArguments& arguments);

  /// Runs `writing`, which writes another output of the run. Its exception is rethrown by write()
  /// after the reports, so that as much as possible is saved on a full disk.
  void attempt(const std::function<void()>& writing);
  /// Writes all reports; `foreign` is the third-party implementation, if one was run. Continues
  /// after a failure; the first failure is thrown at the end.
  void write(const Report& report, const foreign::ForeignSubject* foreign);
  /// Writes reports on a third-party implementation that did not describe itself, so that reports
  /// of an earlier run are not mistaken for this one's.
  void write(const SubjectError& error);

 private:
  void write_file(const std::string& path, const std::string& text);
  void require_written() const;

  const RunArguments& arguments_;
  bool prints_text_ = true;  ///< no report in another format goes to standard output
  std::exception_ptr failure_;
};

}  // namespace slim::properties
