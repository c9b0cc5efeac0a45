// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/refuses_bad_requests.hpp"

#include "properties/engine/cases/stratified_size.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/atomic_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace slim::properties::foreign {
namespace {

constexpr int request_number = 1'000'001;

constexpr std::array<const char*, 6> probes = {
    "an unknown method",   "a line that is no JSON", "a task that is not declared",
    "a missing case file", "a truncated case file",  "a case without its first tensor"};

constexpr std::size_t probe_of_invalid_json = 1;

std::string request_line(const std::string& method, const nlohmann::json& parameters) {
  const nlohmann::json request = {
      {"jsonrpc", "2.0"}, {"id", request_number}, {"method", method}, {"params", parameters}};
  return request.dump();
}

nlohmann::json run_parameters(const Session& session, const std::string& task,
                              const std::string& file) {
  const auto scratch = session.process().scratch();
  return {{"task", task},
          {"case", (scratch / file).string()},
          {"result", (scratch / "result-bad.safetensors").string()},
          {"deadline_s", 1.0},
          {"results", {{"out", {{"dtype", "F32"}, {"shape", {1, 1, 1, 1}}}}}}};
}

std::string first_task(const Declaration& declared) {
  if (!declared.has_reference()) return "own_model";
  return declared.attention ? "attention" : declared.features ? "features" : "gradient";
}

/// Writes the case file of a probe and returns its request.
std::string probe_line(Session& session, std::size_t probe) {
  const std::string task = first_task(session.declaration());
  const std::string file = "bad.safetensors";
  const auto path = session.process().scratch() / file;
  constexpr std::int64_t bytes = 1 << 16;
  switch (probe) {
    case 0:
      return request_line("dance", nlohmann::json::object());
    case probe_of_invalid_json:
      return R"({"jsonrpc": "2.0", "id": )";
    case 2:
      session.write_for_it(bytes, [&] { write_case_file(path, CaseFile()); });
      return request_line("run", run_parameters(session, "dance", file));
    case 3:
      return request_line("run", run_parameters(session, task, "missing.safetensors"));
    case 4:
      session.write_for_it(bytes,
                           [&] { write_file(path, std::string("\x40\0\0\0\0\0\0\0{\"q\":", 13)); });
      return request_line("run", run_parameters(session, task, file));
    default: {
      CaseFile bare;
      bare.metadata = {{"task", task},        {"dtype", "float32"},     {"causal", "1"},
                       {"pullback", "0"},     {"feature_map", "given"}, {"chunk", "1"},
                       {"conventions", "{}"}, {"layout", "BHLD"}};
      session.write_for_it(bytes, [&] { write_case_file(path, bare); });
      return request_line("run", run_parameters(session, task, file));
    }
  }
}

class ProbeTrial final : public Trial {
 public:
  ProbeTrial(std::shared_ptr<SessionPool> pool, std::size_t probe)
      : pool_(std::move(pool)), probe_(probe) {}

  std::string unusable(Scalar /*scalar*/) override { return {}; }
  Finding check(const Subject& /*subject*/, Scalar /*scalar*/) override {
    Finding finding{.worst = {.tensor = std::string(no_tensor)}, .note = {}};
    with_session(*pool_, [&](Session& session) {
      if (probe_ == probe_of_invalid_json && !session.is_of_library() &&
          !session.declaration().answers_invalid_json) {
        finding = not_claimed("to answer a line that is no JSON");
      } else if (!session.refuses(probe_line(session, probe_), request_number)) {
        finding.outcome = Outcome::wrong;
        finding.failure = Failure::protocol_error;
        finding.note = fmt::format("did not refuse {}", probes.at(probe_));
      } else if (session.describe_again() != session.declaration().text) {
        finding.outcome = Outcome::wrong;
        finding.failure = Failure::protocol_error;
        finding.note = fmt::format("gave another declaration after {}", probes.at(probe_));
      }
    });
    return finding;
  }
  [[nodiscard]] CaseFile file() const override {
    CaseFile file;
    file.metadata["request"] = probes.at(probe_);
    return file;
  }

 private:
  std::shared_ptr<SessionPool> pool_;
  std::size_t probe_;
};

/// The index of the probe with this name. Throws ContractError if there is none.
std::size_t probe_named(const std::string& name) {
  const auto found = std::ranges::find(probes, name);
  require(found != probes.end(), "metadata 'request' is '" + on_one_line(name) + "': allowed are " +
                                     fmt::format("{}", fmt::join(probes, ", ")));
  return static_cast<std::size_t>(found - probes.begin());
}

class ProbeDraw final : public Draw {
 public:
  ProbeDraw(std::shared_ptr<SessionPool> pool, std::size_t probe)
      : pool_(std::move(pool)), probe_(probe) {}
  [[nodiscard]] std::string readable() const override { return probes.at(probe_); }
  [[nodiscard]] std::unique_ptr<Trial> trial() const override {
    return std::make_unique<ProbeTrial>(pool_, probe_);
  }
  [[nodiscard]] Shrinks shrinks() const override {
    return [] { return std::unique_ptr<Draw>(); };
  }

 private:
  std::shared_ptr<SessionPool> pool_;
  std::size_t probe_;
};

}  // namespace

Law refuses_bad_requests(const ForeignSubject& foreign) {
  Law law;
  law.name = refuses_bad_requests_name;
  law.statement = "a bad request gets an error with a message, and the next one its answer";
  law.source = "JSON-RPC 2.0, section 5.1";
  law.generator =
      "unknown method, invalid JSON, unknown task; case missing, truncated, or incomplete";
  law.tolerance = "none";
  law.judges_answers = false;
  law.draw = [pool = foreign.pool](std::uint64_t /*seed*/, int /*attempt*/,
                                   const CaseShape& shape) -> std::unique_ptr<Draw> {
    const auto place = static_cast<std::size_t>(place_of(shape.size));
    return std::make_unique<ProbeDraw>(pool, place % probes.size());
  };
  law.load = [pool = foreign.pool](const CaseFile& file) -> std::unique_ptr<Trial> {
    return std::make_unique<ProbeTrial>(pool, probe_named(file.text("request")));
  };
  return law;
}

}  // namespace slim::properties::foreign
