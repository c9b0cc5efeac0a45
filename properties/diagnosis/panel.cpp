#include "properties/diagnosis/panel.hpp"

#include "properties/catalogue.hpp"
#include "properties/engine/numbered_case.hpp"
#include "reference/vocabulary/contract.hpp"
#include "reference/vocabulary/gradient_case.hpp"

#include <algorithm>
#include <array>

namespace slim::properties {
namespace {

constexpr int most_cases_of_models = 5;     ///< a law
constexpr int most_cases_of_attention = 8;  ///< a law
constexpr int most_cases_at_the_edge = 32;  ///< of stays-finite: few maps and sizes reach infinity

constexpr int most_draws = 64;

/// Laws that are not about numbers answered, which tell nobody apart.
constexpr std::array<std::string_view, 3> left_out = {"refuses-bad-tasks", "projection-as-declared",
                                                      "bytes-as-claimed"};

/// Whether a law asks for the gradient of whole models. A draw that its subject does not claim has
/// no case to tell by.
bool is_of_models(const Law& law) {
  for (int attempt = 0; attempt < most_draws; ++attempt) {
    const CaseFile file = law.draw(1, attempt, 20)->trial()->file();
    if (!file.tensors.empty()) return file.has("tokens");
  }
  return false;
}

/// The reference, of whole models under the conventions of this case.
Subject reference_for(const Trial& trial) {
  Subject reference = reference_subject();
  const CaseFile file = trial.file();
  const auto text = file.metadata.find("conventions");
  if (file.has("tokens") && text != file.metadata.end()) {
    reference.conventions = parse_conventions(text->second);
  }
  return reference;
}

/// Numbers spread over the sizes that are drawn, other ones for each law, since laws draw alike.
int number_of(int i, int law) {
  return 7 * i + 3 + 61 * law;
}

}  // namespace

const Law& Panel::law(const std::string& name) const {
  const auto found = std::ranges::find(laws_, name, &Law::name);
  require(found != laws_.end(), "law '" + name + "' is not one that subjects are compared by");
  return *found;
}

std::vector<Panel::Case>& Panel::cases(bool of_models, Scalar scalar) {
  const auto found = cases_.find({of_models, scalar});
  if (found != cases_.end()) return found->second;
  std::vector<Case>& cases = cases_[{of_models, scalar}];
  for (int i = 0; i < most_cases_at_the_edge; ++i) {
    int index = 0;
    for (const Law& law : laws_) {
      const int number = number_of(i, index++);
      if (std::ranges::find(left_out, law.name) != left_out.end()) continue;
      if (is_of_models(law) != of_models) continue;
      const int most = of_models                    ? most_cases_of_models
                       : law.name == "stays-finite" ? most_cases_at_the_edge
                                                    : most_cases_of_attention;
      if (i >= most) continue;
      NumberedCase numbered(law, seed_, number);
      const NumberedCase::Usable usable = numbered.usable(scalar);
      if (usable.trial == nullptr) continue;
      const std::unique_ptr<Draw> draw = numbered.draw(usable.attempt);
      cases.push_back({.law = &law,
                       .readable = draw->readable(),
                       .trial = draw->trial(),
                       .yardstick = std::nullopt});
    }
  }
  return cases;
}

const Yardstick& Panel::yardstick(Case& c, Scalar scalar) {
  if (!c.yardstick) {
    c.yardstick.emplace(interview(*c.trial, reference_for(*c.trial), scalar), scalar);
  }
  return *c.yardstick;
}

}  // namespace slim::properties
