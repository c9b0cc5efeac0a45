// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/exact_law.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace slim::experiments {
namespace {

using Rational = boost::multiprecision::cpp_rational;

constexpr std::array<std::string_view, 10> law_names = {
    "constant", "linear",       "quadratic",  "logarithmic", "slice",
    "slices",   "slices-depth", "two-sweeps", "recomputed",  "bisected"};

std::int64_t levels(std::int64_t n) {
  return std::bit_width(static_cast<std::uint64_t>(n - 1));
}

struct Term {
  std::string_view name;
  std::int64_t value;
};

std::vector<Term> terms_at(Law law, const CountOf& at) {
  const std::int64_t L = at.length;
  const std::int64_t C = at.slice;
  const std::int64_t N = (L + C - 1) / C;
  switch (law) {
    case Law::constant:
      break;
    case Law::linear:
      return {{"", 1}, {"L", L}};
    case Law::quadratic:
      return {{"", 1}, {"L", L}, {"L²", L * L}};
    case Law::logarithmic:
      return {{"", 1}, {"⌈log₂ L⌉", levels(L)}};
    case Law::slice:
      return {{"", 1}, {"C", C}};
    case Law::slices:
      return {{"", 1}, {"C", C}, {"N", N}, {"L", L}};
    case Law::slices_depth:
      return {{"", 1}, {"⌈log₂ C⌉", levels(C)}, {"N", N}, {"N ⌈log₂ C⌉", N * levels(C)}};
    case Law::two_sweeps:
    case Law::recomputed:
    case Law::bisected: {
      std::vector<Term> terms = {{"", 1},  {"⌈log₂ C⌉", levels(C)},       {"C", C},
                                 {"N", N}, {"N ⌈log₂ C⌉", N * levels(C)}, {"L", L}};
      if (law == Law::recomputed) {
        terms.push_back({"N²", N * N});
        terms.push_back({"N² ⌈log₂ C⌉", N * N * levels(C)});
        terms.push_back({"N L", N * L});
      }
      if (law == Law::bisected) {
        terms.push_back({"N ⌈log₂ N⌉", N * levels(N)});
        terms.push_back({"N ⌈log₂ N⌉ ⌈log₂ C⌉", N * levels(N) * levels(C)});
        terms.push_back({"L ⌈log₂ N⌉", L * levels(N)});
      }
      return terms;
    }
  }
  return {{"", 1}};
}

/// An equation of the system: the values of its terms, then y.
using Equation = std::vector<Rational>;

/// Reduces an equation by the previous ones, which are in echelon form.
Equation reduced(Equation equation, const std::vector<Equation>& before) {
  for (const Equation& known : before) {
    std::size_t pivot = 0;
    while (known[pivot] == 0) ++pivot;
    const Rational factor = equation[pivot] / known[pivot];
    for (std::size_t i = 0; i < equation.size(); ++i) equation[i] -= factor * known[i];
  }
  return equation;
}

std::vector<Rational> solved(const std::vector<Equation>& echelon) {
  std::vector<Rational> constants(echelon.size());
  std::vector<Equation> full = echelon;
  for (std::size_t i = full.size(); i-- > 0;) {
    std::vector<Equation> later(full.begin() + static_cast<std::ptrdiff_t>(i) + 1, full.end());
    full[i] = reduced(full[i], later);
    std::size_t pivot = 0;
    while (full[i][pivot] == 0) ++pivot;
    constants[pivot] = full[i].back() / full[i][pivot];
  }
  return constants;
}

std::string formula_of(const std::vector<double>& constants, const std::vector<Term>& terms) {
  std::string text;
  for (std::size_t i = terms.size(); i-- > 0;) {
    if (constants[i] == 0.0 && terms.size() > 1) continue;
    const bool minus = constants[i] < 0.0;
    if (text.empty()) {
      text = minus ? "−" : "";
    } else {
      text += minus ? " − " : " + ";
    }
    text += fmt::format("{:.6g}{}{}", std::abs(constants[i]), terms[i].name.empty() ? "" : " ",
                        terms[i].name);
  }
  return text;
}

}  // namespace

Law parse_law(std::string_view text) {
  std::string allowed;
  for (std::size_t i = 0; i < law_names.size(); ++i) {
    if (law_names.at(i) == text) return static_cast<Law>(i);
    allowed += (i == 0 ? "" : ", ") + std::string(law_names.at(i));
  }
  throw ContractError("law '" + std::string(text) + "' is unknown: allowed are " + allowed);
}

double value_at(Law law, const ExactLaw& fit, const CountOf& at) {
  const std::vector<Term> terms = terms_at(law, at);
  double value = 0.0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    value += fit.constants[i] * static_cast<double>(terms[i].value);
  }
  return value;
}

std::optional<ExactLaw> fit_exact_law(Law law, std::span<const CountOf> counts) {
  if (counts.empty()) return std::nullopt;
  const std::size_t wanted = terms_at(law, counts.front()).size();
  std::vector<Equation> echelon;
  std::vector<Equation> all;
  for (const CountOf& count : counts) {
    Equation equation;
    for (const Term& term : terms_at(law, count)) equation.emplace_back(term.value);
    equation.emplace_back(count.y);
    all.push_back(equation);
    if (echelon.size() == wanted) continue;
    Equation rest = reduced(equation, echelon);
    const bool independent =
        std::any_of(rest.begin(), rest.end() - 1, [](const Rational& x) { return x != 0; });
    if (independent) echelon.push_back(std::move(rest));
  }
  if (echelon.size() < wanted || all.size() <= wanted) return std::nullopt;

  const std::vector<Rational> constants = solved(echelon);
  ExactLaw fit{.constants = {},
               .residual = 0.0,
               .held_out = static_cast<int>(all.size() - wanted),
               .formula = {}};
  for (const Rational& constant : constants) fit.constants.push_back(static_cast<double>(constant));
  for (const Equation& equation : all) {
    Rational off = equation.back();
    for (std::size_t i = 0; i < wanted; ++i) off -= constants[i] * equation[i];
    if (off != 0) fit.residual = std::max(fit.residual, std::abs(static_cast<double>(off)));
  }
  fit.formula = formula_of(fit.constants, terms_at(law, counts.front()));
  return fit;
}

}  // namespace slim::experiments
