// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/capped_training.hpp"

#include "experiments/training/no_network.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <stdexcept>

namespace slim::experiments {
namespace {

/// Writable memory of this process except its stack: VmData of /proc/self/status. Units: bytes.
std::int64_t data_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::int64_t kibibytes = 0;
    if (word == "VmData:" && status >> kibibytes) return kibibytes * 1024;
  }
  throw std::runtime_error("/proc/self/status has no VmData");
}

/// Files that are only read, such as the checkpoint, do not count, because their pages can be
/// evicted at any time.
void cap_data(std::int64_t bytes) {
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  if (::setrlimit(RLIMIT_DATA, &limit) != 0) {
    throw std::runtime_error("the memory of this process cannot be limited");
  }
}

/// A job in a temporary file of one line, which the training process reads.
class JobFile {
 public:
  explicit JobFile(const Record& job)
      : path_((std::filesystem::temp_directory_path() / "slim-job-XXXXXX").string()) {
    const int descriptor = ::mkstemp(path_.data());
    if (descriptor < 0) fail();
    ::close(descriptor);
    std::ofstream stream(path_);
    stream << to_line(job) << '\n';
    stream.close();
    if (stream.good()) return;
    ::unlink(path_.c_str());
    fail();
  }
  JobFile(const JobFile&) = delete;
  JobFile& operator=(const JobFile&) = delete;
  ~JobFile() { ::unlink(path_.c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[noreturn]] void fail() const {
    throw std::runtime_error(path_ + ": cannot be written: " + std::strerror(errno) +
                             "; set TMPDIR to a folder with free space");
  }
  std::string path_;
};

}  // namespace

std::int64_t least_training_bytes(const Subject& subject, const Setting& setting) {
  const std::int64_t scalar = setting.scalar == Scalar::float32 ? sizeof(float) : sizeof(double);
  const std::int64_t tokens =
      setting.batch * (setting.length + 1) * static_cast<std::int64_t>(sizeof(std::int32_t));
  const std::int64_t pass = subject.least_bytes
                                ? subject.least_bytes({.model = setting.model,
                                                       .scalar = setting.scalar,
                                                       .length = setting.length,
                                                       .slice_length = setting.slice})
                                : 0;
  constexpr int copies = 4;  // parameters, gradient, two moments
  return copies * parameter_count(setting.model) * scalar + tokens + pass;
}

TrainingLeg train_capped_here(Record job, const std::filesystem::path& corpus,
                              const std::filesystem::path& start, const FindSubject& find_subject) {
  Setting& setting = job.setting;
  require(setting.memory_cap > 0 && setting.training.steps > 0,
          "a capped training needs steps and a memory cap");
  setting.corpus = corpus;
  setting.threads = 1;
  const Subject& subject = find_subject(setting.subject);
  const std::string isolation = leave_network();
  // Freed memory is returned to the system immediately, so that only memory in use counts.
  mallopt(M_MMAP_THRESHOLD, 1 << 16);
  malloc_trim(0);
  cap_data(data_bytes() + setting.memory_cap);
  try {
    const std::unique_ptr<TrainingData> data = training_data(setting);
    const std::unique_ptr<Trainer> trainer = make_trainer(subject, setting);
    trainer->resume(read_case_file(start));
    TrainingLeg leg = trainer->run(*data, setting.training.steps);
    leg.isolation = isolation;
    return leg;
  } catch (const std::bad_alloc&) {
    TrainingLeg leg;
    leg.first_step = setting.training.switch_at;
    leg.wanted = least_training_bytes(subject, setting);
    leg.refusal = fmt::format("out of memory: at least {} bytes are needed, and {} are available",
                              leg.wanted, setting.memory_cap);
    return leg;
  }
}

TrainingLeg train_in_capped_process(const Record& job, const std::filesystem::path& start,
                                    const std::filesystem::path& program) {
  const JobFile file(job);
  const ChildOutcome outcome =
      run_child({.program = program.string(),
                 .arguments = {"train-leg", "--job", file.path(), "--start", start.string(),
                               "--corpus", job.setting.corpus.string()}});
  if (outcome.status != 0) {
    throw std::runtime_error(fmt::format("the capped training failed ({}): {}",
                                         summary(job.setting), outcome.output + outcome.errors));
  }
  const std::string line = outcome.output.substr(0, outcome.output.find('\n'));
  return std::get<TrainingLeg>(parse_record(line).measured);
}

}  // namespace slim::experiments
