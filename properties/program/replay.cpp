#include "properties/program/replay.hpp"

#include "properties/catalogue.hpp"
#include "properties/engine/shrink.hpp"
#include "properties/judgement/expected.hpp"
#include "properties/judgement/gradient_evidence.hpp"
#include "properties/laws/catalogue.hpp"
#include "reference/vocabulary/contract.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace slim::properties {
namespace {

/// Who is asked, in which arithmetic.
struct Witnesses {
  std::vector<const Subject*> subjects;
  std::vector<Scalar> scalars;
  bool named = false;  ///< by the file
};

Witnesses witnesses_for(const CaseFile& file, const Subject* guest) {
  const auto subject = file.metadata.find("subject");
  const auto dtype = file.metadata.find("dtype");
  Witnesses witnesses;
  witnesses.named = guest != nullptr || subject != file.metadata.end();
  if (guest != nullptr) {
    witnesses.subjects.push_back(guest);
  } else if (witnesses.named) {
    witnesses.subjects.push_back(&find_subject(subject->second));
  } else {
    for (const Subject& candidate : catalogue()) {
      if (!is_mutant(candidate)) witnesses.subjects.push_back(&candidate);
    }
  }
  witnesses.scalars.push_back(dtype == file.metadata.end() ? Scalar::float64
                                                           : parse_scalar(dtype->second));
  if (!witnesses.named && witnesses.scalars.front() != Scalar::digits50) {
    witnesses.scalars.push_back(Scalar::digits50);
  }
  return witnesses;
}

using Check = std::function<Finding(const Subject&, Scalar)>;

std::vector<Replayed> asked(const Witnesses& witnesses, const std::string& against,
                            const Check& check) {
  std::vector<Replayed> lines;
  for (const Subject* subject : witnesses.subjects) {
    for (const Scalar scalar : witnesses.scalars) {
      lines.push_back({subject->name, scalar, against, check(*subject, scalar)});
    }
  }
  return lines;
}

const Law& law_named(const std::string& name, std::span<const Law> laws_of_guest) {
  const auto own = std::ranges::find(laws_of_guest, name, &Law::name);
  return own == laws_of_guest.end() ? laws::find_law(name) : *own;
}

std::vector<Replayed> replay_law(const CaseFile& file, const Witnesses& witnesses,
                                 std::span<const Law> laws_of_guest) {
  const Law& law = law_named(file.text("law"), laws_of_guest);
  const std::unique_ptr<Trial> trial = law.load(file);
  return asked(witnesses, law.name, [&](const Subject& subject, Scalar scalar) {
    std::string unusable = trial->unusable(scalar);
    if (!unusable.empty()) return skipped(std::move(unusable));
    return check_safely(*trial, subject, scalar);
  });
}

/// A case without a law: whole, with its logits.
class PlainCase final : public Trial {
 public:
  PlainCase(const CaseFile& file, bool named)
      : named_(named),
        evidence_(to_gradient_case(file), GradientEvidence::Compares::gradient_and_logits) {
    const ExpectedGradient expected = to_expected_gradient(file, evidence_.given());
    if (!expected.empty()) expected_ = expected;
  }
  [[nodiscard]] bool has_expected() const { return expected_.has_value(); }

  std::string unusable(Scalar scalar) override {
    const bool needs_ensemble = !expected_ || scalar == Scalar::float32;
    return needs_ensemble ? evidence_.unusable(scalar) : std::string();
  }
  Finding check(const Subject& subject, Scalar scalar) override {
    if (std::string reason = unclaimed(subject, scalar, evidence_.given()); !reason.empty()) {
      return not_claimed(std::move(reason));
    }
    const std::optional<Finding> excuse = excused(subject, scalar, evidence_);
    if (excuse && !named_) return *excuse;
    if (expected_) return held_against_expected(subject, scalar);
    return judge(subject, scalar, evidence_, [&](Scalar in, const GradientBounds& allowed) {
      const GradientAnswer answer = ask(subject, in, evidence_.given(), {.wants_logits = true});
      return worst_discrepancy(answer, evidence_.truth(), allowed);
    });
  }
  [[nodiscard]] CaseFile file() const override { return to_case_file(evidence_.given()); }

 private:
  /// Pass or wrong, nothing between. In float32 what rounding may do comes on top of the bound.
  Finding held_against_expected(const Subject& subject, Scalar scalar) {
    const GradientAnswer answer = ask(subject, scalar, evidence_.given(), {.wants_logits = true});
    GradientBounds bounds = expected_bounds(*expected_, evidence_.given().model);
    if (scalar == Scalar::float32) bounds = sum(std::move(bounds), evidence_.bounds(scalar));
    const Discrepancy worst = worst_discrepancy(answer, truth_from(*expected_, answer), bounds);
    return {.outcome = worst.error <= worst.bound ? Outcome::pass : Outcome::wrong,
            .worst = worst,
            .note = {}};
  }

  bool named_;
  GradientEvidence evidence_;
  std::optional<ExpectedGradient> expected_;
};

std::vector<Replayed> replay_plain(const CaseFile& file, const Witnesses& witnesses) {
  PlainCase plain(file, witnesses.named);
  const std::string against = plain.has_expected() ? "expected" : "reference in 50 digits";
  return asked(witnesses, against, [&](const Subject& subject, Scalar scalar) {
    std::string unusable = plain.unusable(scalar);
    if (!unusable.empty()) return skipped(std::move(unusable));
    return check_safely(plain, subject, scalar);
  });
}

}  // namespace

std::vector<Replayed> replay(const std::filesystem::path& path, const Subject* guest,
                             std::span<const Law> laws_of_guest) {
  const CaseFile file = read_case_file(path);
  try {
    const Witnesses witnesses = witnesses_for(file, guest);
    return file.metadata.contains("law") ? replay_law(file, witnesses, laws_of_guest)
                                         : replay_plain(file, witnesses);
  } catch (const ContractError& error) {
    throw ContractError(path.string() + ": " + error.what());
  }
}

}  // namespace slim::properties
