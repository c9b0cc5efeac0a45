// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/figure_command.hpp"

#include "experiments/plans/catalogue.hpp"
#include "experiments/workload/corpus.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

namespace slim::plots {
namespace {

/// Properties of records that depend on the options of the sweep.
struct Decided {
  std::set<std::uint64_t> seeds;
  int threads = 1;  ///< the most

  void add(const experiments::Setting& setting) {
    seeds.insert(setting.seed);
    threads = std::max(threads, setting.threads);
  }
};

Decided planned(const Figure& figure, const std::string& experiment,
                const experiments::Conditions& conditions) {
  Decided decided;
  for (const experiments::Plan& plan :
       experiments::find_experiments(experiment).front().plans(conditions)) {
    if (plan.quantity == figure.quantity || plan.quantity == figure.or_quantity) {
      decided.add(plan.setting);
    }
  }
  return decided;
}

/// Threads of a processor as provenance names it, "NAME × 8"; 1 if the name does not contain them.
int threads_of(std::string_view processor) {
  constexpr std::string_view times = "× ";
  int threads = 1;
  const std::size_t at = processor.rfind(times);
  if (at == std::string_view::npos) return threads;
  std::from_chars(processor.data() + at + times.size(), processor.data() + processor.size(),
                  threads);
  return std::max(1, threads);
}

/// Quotes a word for a shell if necessary.
std::string shell_word(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+/";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? R"('\'')" : std::string(1, c);
  return quoted + "'";
}

/// The options without which a sweep would produce other records.
std::string changed_options(const Figure& figure, std::span<const Record* const> own) {
  const Record& any = *own.front();
  std::string options;
  const std::string text = any.setting.corpus.filename().string();
  if (text != std::filesystem::path(experiments::default_corpus).filename()) {
    options += " --corpus " + shell_word(text);
  }
  const auto scale = std::find_if(
      experiments::all_scales.begin(), experiments::all_scales.end(),
      [&](experiments::Scale candidate) { return experiments::name(candidate) == any.scale; });
  if (scale == experiments::all_scales.end()) return options;  // the file may contain any scale

  Decided measured;
  for (const Record* record : own) measured.add(record->setting);
  experiments::Conditions conditions{.scale = *scale,
                                     .threads = threads_of(any.provenance.processor)};
  const Decided usual = planned(figure, any.experiment, conditions);
  const std::uint64_t first = *measured.seeds.begin();
  if (first != conditions.seed) options += fmt::format(" --seed {}", first);
  conditions.seeds = measured.seeds.size();
  const bool takes_seeds =
      planned(figure, any.experiment, conditions).seeds.size() == measured.seeds.size();
  if (takes_seeds && usual.seeds.size() != measured.seeds.size()) {
    options += fmt::format(" --seeds {}", measured.seeds.size());
  }
  if (usual.threads != measured.threads) options += fmt::format(" --threads {}", measured.threads);
  return options;
}

/// The command that measures sizes of one's own again.
std::string own_command(std::span<const Record* const> own) {
  std::set<Index> lengths;
  std::set<Index> slices;
  std::set<std::string> subjects;
  for (const Record* record : own) {
    const experiments::Setting& setting = record->setting;
    lengths.insert(setting.length);
    if (!setting.full_pass()) slices.insert(setting.slice);
    if (!setting.subject.starts_with("foreign/")) subjects.insert(setting.subject);
  }
  if (subjects.empty()) {
    return fmt::format(
        "slim-measure foreign --subject-command '…' --lengths {} --slices {} --out results && ",
        fmt::join(lengths, " "), fmt::join(slices, " "));
  }
  const Model& model = own.front()->setting.model;
  return fmt::format(
      "slim-measure sweep --lengths {} --slices {} --subject {} --hidden {} --layers {} --ffn {} "
      "--heads {} --feature-map {} --out results && ",
      fmt::join(lengths, ","), fmt::join(slices, ","), fmt::join(subjects, ","), model.hidden_dim,
      model.layers, model.ffn_dim, model.heads, name(model.feature_map));
}

}  // namespace

std::string figure_command(const Figure& figure, std::span<const Record> records) {
  std::string line;
  for (const std::string& experiment : {figure.experiment, figure.or_experiment}) {
    std::vector<const Record*> own;
    for (const Record& record : records) {
      if (record.experiment == experiment) own.push_back(&record);
    }
    if (own.empty()) continue;
    if (own.front()->scale == experiments::own_scale) {
      line += own_command(own);
      continue;
    }
    line += fmt::format("slim-measure sweep --experiment {} --scale {}{} --out results && ",
                        experiment, own.front()->scale, changed_options(figure, own));
  }
  return line +
         fmt::format("slim-plot figures --figure {} --records results --out figures", figure.name);
}

}  // namespace slim::plots
