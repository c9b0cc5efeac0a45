// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/curves.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace slim::plots {
namespace {

using Shown = std::vector<std::string>;

/// The settings besides the subject that may differ between two curves, as they are shown.
Shown shown_setting(const experiments::Setting& setting, Along along) {
  const Model& model = setting.model;
  const auto counted = [](auto count, const char* one, const char* many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
  };
  Shown shown = {fmt::format("d_model {}", model.hidden_dim),
                 counted(model.layers, "layer", "layers"),
                 counted(model.heads, "head", "heads"),
                 fmt::format("d_ff {}", model.ffn_dim),
                 fmt::format("vocabulary {}", model.vocab_size),
                 fmt::format("batch {}", setting.batch),
                 fmt::format("{} features", name(model.feature_map)),
                 fmt::format("norm on {}", name(model.norm)),
                 std::string(name(setting.scalar)),
                 counted(setting.threads, "thread", "threads")};
  if (along == Along::slice) shown.insert(shown.begin(), fmt::format("L = {}", setting.length));
  return shown;
}

struct CurveKey {
  std::string subject;
  bool full_pass = false;  ///< along L only
  Index slice = 0;         ///< along L only, and 0 for the full pass
  Shown setting;
  auto operator<=>(const CurveKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

CurveKey key_of(const experiments::Setting& setting, Along along) {
  const bool full_pass = along == Along::length && setting.full_pass();
  const bool fixed_slice = along == Along::length && !full_pass;
  return {setting.subject, full_pass, fixed_slice ? setting.slice : 0,
          shown_setting(setting, along)};
}

/// Marks the entries of the setting that all curves share.
template <class Cells>
std::vector<bool> shared_entries(const Cells& cells) {
  const Shown& first = cells.begin()->first.setting;
  std::vector<bool> shared(first.size(), true);
  for (const auto& [key, column] : cells) {
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (key.setting[i] != first[i]) shared[i] = false;
    }
  }
  return shared;
}

Shown chosen(const Shown& setting, const std::vector<bool>& shared, bool wanted) {
  Shown result;
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (shared[i] == wanted) result.push_back(setting[i]);
  }
  return result;
}

std::string label_of(const CurveKey& key, const Shown& differing) {
  std::string label = key.subject;
  if (key.full_pass) label += ", full pass";
  if (key.slice > 0) label += fmt::format(", C = {}", key.slice);
  for (const std::string& entry : differing) label += ", " + entry;
  return label;
}

struct Cell {
  Point point;
  std::vector<double> sample;
};

}  // namespace

Curves gather_curves(std::span<const Record> records, Along along, double (*value)(const Record&),
                     Spread spread) {
  std::map<CurveKey, std::map<Index, Cell>> cells;
  for (const Record& record : records) {
    const experiments::Setting& setting = record.setting;
    const Index slice = std::min(setting.slice, setting.length);
    const Index x = along == Along::length ? setting.length : slice;
    Cell& cell = cells[key_of(setting, along)][x];
    cell.point = {setting.length, slice, setting.slices(), static_cast<double>(x), {}};
    cell.sample.push_back(value(record));
  }
  Curves result;
  if (cells.empty()) return result;

  const std::vector<bool> shared = shared_entries(cells);
  result.common =
      fmt::format("{}", fmt::join(chosen(cells.begin()->first.setting, shared, true), ", "));

  std::set<Shown> with_full_pass;
  std::vector<Curve> full_passes;
  for (auto& [key, column] : cells) {
    const Shown differing = chosen(key.setting, shared, false);
    Curve curve{label_of(key, differing), key.subject, key.full_pass, {}};
    for (auto& [x, cell] : column) {
      cell.point.y = summarised(std::move(cell.sample), spread);
      curve.points.push_back(cell.point);
    }
    const Point& last = curve.points.back();
    if (along == Along::slice && last.slices == 1 && with_full_pass.insert(key.setting).second) {
      full_passes.push_back(
          {label_of({"full pass (C = L)", false, 0, {}}, differing), key.subject, true, {last}});
    }
    result.curves.push_back(std::move(curve));
  }
  result.curves.insert(result.curves.end(), full_passes.begin(), full_passes.end());
  return result;
}

void LabelledCurves::add(const std::string& label, const Record& record, double x, double value) {
  auto found = std::find_if(named_.begin(), named_.end(),
                            [&](const Named& named) { return named.curve.label == label; });
  if (found == named_.end()) {
    const Curve curve{.label = label, .subject = record.setting.subject, .points = {}};
    found = named_.insert(named_.end(), {curve, {}});
  }
  Sampled& at = found->by_x[x];
  at.point = {record.setting.length,
              std::min(record.setting.slice, record.setting.length),
              record.setting.slices(),
              x,
              {}};
  at.sample.push_back(value);
}

std::vector<Curve> LabelledCurves::curves(Spread spread) const {
  std::vector<Curve> curves;
  for (const Named& named : named_) {
    curves.push_back(named.curve);
    for (const auto& [x, at] : named.by_x) {
      curves.back().points.push_back(at.point);
      curves.back().points.back().y = summarised(at.sample, spread);
    }
  }
  return curves;
}

std::pair<double, double> x_range(std::span<const Curve> curves) {
  double low = curves.front().points.front().x;
  double high = low;
  for (const Curve& curve : curves) {
    low = std::min(low, curve.points.front().x);
    high = std::max(high, curve.points.back().x);
  }
  return {low, high};
}

std::pair<double, double> y_range(std::span<const Curve> curves) {
  double low = curves.front().points.front().y.median;
  double high = low;
  for (const Curve& curve : curves) {
    for (const Point& point : curve.points) {
      low = std::min(low, point.y.lower > 0.0 ? point.y.lower : point.y.median);
      high = std::max(high, point.y.upper);
    }
  }
  return {low, high};
}

}  // namespace slim::plots
