// SPDX-License-Identifier: Apache-2.0
// For tests: a rank of an MPI program of slim-verify that fails during its first task, as the first
// argument says. The others are those of slim-verify.

#include "chunked/distributed/mpi_messages.hpp"
#include "chunked/distributed/mpi_process.hpp"
#include "properties/command_line/build_facts.hpp"

#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string>
#include <vector>

namespace {

using slim::chunked::distributed::MessageTag;
using slim::chunked::distributed::MpiMessages;

std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

[[noreturn]] void wait_for_the_end() {
  while (true) ::pause();
}

void fail_in_first_task(const std::string& fault, const std::string& arguments) {
  const slim::command_line::BuildFacts facts = slim::command_line::build_facts();
  MpiMessages messages(60.0);
  const std::string code = facts.code + ", " + facts.compiler;
  messages.send(0, MessageTag::program, bytes_of(fault == "other-code" ? "other " + code : code));
  messages.send(0, MessageTag::program, bytes_of(arguments));
  std::vector<std::byte> task = messages.await(0, MessageTag::task);
  if (fault == "dies") std::raise(SIGKILL);
  if (fault == "stops") std::raise(SIGSTOP);
  if (fault == "fails") messages.send(0, MessageTag::failure, bytes_of("no memory"));
  if (fault == "other-task") {  // the numbers of another one, to every rank
    for (int rank = 0; rank < messages.size(); ++rank) {
      if (rank != messages.rank()) messages.send(rank, MessageTag::numbers, task);
    }
  }
  wait_for_the_end();
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = slim::chunked::distributed::supervised("faulty-rank")) return *code;
  std::string arguments;
  for (int i = 2; i < argc; ++i) arguments += std::string(i == 2 ? "" : " ") + argv[i];
  fail_in_first_task(argc > 1 ? argv[1] : "", arguments);
}
