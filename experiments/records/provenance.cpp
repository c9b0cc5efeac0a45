// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/provenance.hpp"

#include "experiments_build.hpp"  // flags, preset: written when configuring
#include "properties/command_line/build_facts.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <fstream>
#include <thread>

namespace slim::experiments {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

std::string host_name() {
  std::array<char, 256> name{};  // ends with a zero, which gethostname leaves in place
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

Provenance provenance() {
  const command_line::BuildFacts facts = command_line::build_facts();
  return {
      .version = facts.version,
      .commit = facts.commit,
      .code = facts.code,
      .compiler = facts.compiler,
      .flags = build::flags,
      .preset = build::preset,
      .processor = fmt::format("{} × {}", processor_name(), std::thread::hardware_concurrency()),
      .date = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))),
      .host = host_name()};
}

}  // namespace slim::experiments
