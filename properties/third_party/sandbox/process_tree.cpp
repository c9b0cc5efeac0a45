// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/sandbox/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace slim::properties::foreign {
namespace {

constexpr std::size_t most_listed = 10'000;

void append_children_of(pid_t pid, std::vector<pid_t>& list) {
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task/";
  for (const pid_t thread : numbers_in(tasks)) {
    const std::string children = text_of_proc(tasks + std::to_string(thread) + "/children");
    for (const char* at = children.c_str(); *at != '\0';) {
      char* end = nullptr;
      const long child = std::strtol(at, &end, 10);
      if (end == at || list.size() >= most_listed) return;
      list.push_back(static_cast<pid_t>(child));
      at = end + (*end == ' ' ? 1 : 0);
    }
  }
}

}  // namespace

std::vector<pid_t> numbers_in(const std::string& folder) {
  std::vector<pid_t> numbers;
  DIR* entries = ::opendir(folder.c_str());
  if (entries == nullptr) return numbers;
  while (const dirent* entry = ::readdir(entries)) {
    const std::size_t size = std::strlen(entry->d_name);
    pid_t number = 0;
    const auto [end, error] = std::from_chars(entry->d_name, entry->d_name + size, number);
    if (error == std::errc() && *end == '\0') numbers.push_back(number);
  }
  ::closedir(entries);
  return numbers;
}

std::int64_t bytes_of_field(const std::string& text, const char* field) {
  const std::size_t at = text.find(field);
  long kilobytes = 0;
  if (at == std::string::npos ||
      std::sscanf(text.c_str() + at + std::strlen(field), "%ld kB", &kilobytes) != 1) {
    return -1;
  }
  return std::int64_t{1024} * kilobytes;
}

std::string text_of_proc(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::string text;
  std::array<char, 4096> bytes{};
  for (ssize_t size = 0; (size = ::read(file, bytes.data(), bytes.size())) > 0;) {
    text.append(bytes.data(), static_cast<std::size_t>(size));
  }
  ::close(file);
  return text;
}

/// Fields 3, 4, 6 and 10 to 13 of /proc/PID/stat; the name before them may contain anything.
ProcessEntry entry_of(pid_t pid) {
  ProcessEntry entry{.pid = pid};
  const std::string stat = text_of_proc("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = stat.rfind(')');
  char state = 'X';
  std::array<unsigned long, 4> faults{};
  if (name_end == std::string::npos ||
      std::sscanf(stat.c_str() + name_end + 1, " %c %d %*d %d %*d %*d %*u %lu %lu %lu %lu", &state,
                  &entry.parent, &entry.session, &faults[0], &faults[1], &faults[2],
                  &faults[3]) != 7) {
    return ProcessEntry{.pid = pid, .ended = true};
  }
  entry.ended = state == 'Z' || state == 'X';
  entry.faults = faults[0] + faults[2];
  entry.faults_of_ended_children = faults[1] + faults[3];
  return entry;
}

std::vector<ProcessEntry> all_processes() {
  std::vector<ProcessEntry> all;
  for (const pid_t pid : numbers_in("/proc")) all.push_back(entry_of(pid));
  return all;
}

std::vector<ProcessEntry> below(pid_t ancestor, const std::vector<ProcessEntry>& all) {
  std::vector<ProcessEntry> found = {ProcessEntry{.pid = ancestor}};
  // `all` is not a snapshot: a reused process number must not lead to an endless loop.
  for (std::size_t i = 0; i < found.size() && found.size() <= all.size(); ++i) {
    for (const ProcessEntry& entry : all) {
      if (entry.parent == found[i].pid) found.push_back(entry);
    }
  }
  found.erase(found.begin());
  return found;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> list;
  append_children_of(parent, list);
  return list;
}

std::vector<pid_t> listed_below(pid_t ancestor) {
  std::vector<pid_t> list = children_of(ancestor);
  for (std::size_t i = 0; i < list.size(); ++i) append_children_of(list[i], list);
  return list;
}

}  // namespace slim::properties::foreign
