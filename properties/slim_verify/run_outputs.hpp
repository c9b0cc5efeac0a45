#pragma once

#include "properties/report/report.hpp"
#include "properties/slim_verify/commands.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

#include <exception>
#include <functional>
#include <string>

namespace slim::properties {

/// Where the reports of `slim-verify run` go: files, and one of them, or the text, on standard
/// output.
class RunOutputs {
 public:
  /// Throws ContractError where two reports would share standard output, where an option needs a
  /// foreign subject, or where an output cannot be written.
  explicit RunOutputs(const RunArguments& arguments);

  /// Writes something else of the run. What it throws is thrown by write(), after the reports, so
  /// that a full disk does not take all of a run.
  void attempt(const std::function<void()>& writing);
  /// Of a foreign subject where `foreign` is given. Each report is written, also after one that
  /// failed; the first failure is thrown at the end.
  void write(const Report& report, const foreign::ForeignSubject* foreign);
  /// Of a foreign subject that did not describe itself, so that no report of an earlier run is
  /// taken for one of this.
  void write(const SubjectError& error);

 private:
  void write_file(const std::string& path, const std::string& text);
  void require_written() const;

  const RunArguments& arguments_;
  bool prints_text_ = true;  ///< no report in another format goes to standard output
  std::exception_ptr failure_;
};

}  // namespace slim::properties
