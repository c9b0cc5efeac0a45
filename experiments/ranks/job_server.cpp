// SPDX-License-Identifier: Apache-2.0
#include "experiments/ranks/job_server.hpp"

#include "experiments/workload/corpus.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <array>

namespace slim::experiments {

std::string to_text(const RemoteJob& job) {
  std::string text;
  for (const std::string& part :
       {to_line(job.record), job.record.setting.corpus.string(), job.folder.string()}) {
    text += part;
    text += '\0';  // occurs in no path
  }
  return text + (job.alone ? "alone" : "");
}

RemoteJob parse_remote_job(const std::string& text) {
  std::array<std::string, 3> parts;
  std::size_t begin = 0;
  for (std::string& part : parts) {
    const std::size_t end = text.find('\0', begin);
    require(end != std::string::npos, "a job has a record, a text and a folder");
    part = text.substr(begin, end - begin);
    begin = end + 1;
  }
  RemoteJob job = {
      .record = parse_record(parts[0]), .folder = parts[2], .alone = text.substr(begin) == "alone"};
  job.record.setting.corpus = parts[1];
  return job;
}

void JobServer::require_same_text(const Record& job) {
  const std::filesystem::path& text = job.setting.corpus;
  if (text == random_tokens) return;
  const auto [known, is_new] = identity_of_.emplace(text, "");
  if (is_new) known->second = corpus_identity(text);
  require(known->second == job.corpus_sha1,
          fmt::format("text '{}' differs from that of rank 0: its SHA-1 is {}, not {}",
                      text.string(), known->second, job.corpus_sha1));
}

std::string JobServer::answer(const std::string& text) {
  RemoteJob job = parse_remote_job(text);
  require_same_text(job.record);
  if (!measurer_.has_value() || job.alone != alone_) {
    alone_ = job.alone;
    measurer_.emplace(job.folder / "training", find_subject_, "/proc/self/exe");
  }
  job.record.measured = measurer_->measure(job.record);
  job.record.provenance = provenance();
  return to_line(job.record);
}

}  // namespace slim::experiments
