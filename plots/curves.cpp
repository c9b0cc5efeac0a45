#include "plots/curves.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace slim::plots {
namespace {

using Setting = std::vector<std::string>;

/// What may differ between two curves besides the subject, each as it is shown.
Setting setting_of(const Record& r, Along along) {
  Setting setting = {fmt::format("d_model {}", r.hidden),
                     fmt::format("{} {}", r.layers, r.layers == 1 ? "layer" : "layers"),
                     fmt::format("{} {}", r.heads, r.heads == 1 ? "head" : "heads"),
                     fmt::format("d_ff {}", r.ffn),
                     fmt::format("vocabulary {}", r.vocab),
                     fmt::format("batch {}", r.batch),
                     fmt::format("{} features", r.feature_map),
                     fmt::format("norm on {}", r.norm),
                     r.scalar,
                     fmt::format("{} {}", r.threads, r.threads == 1 ? "thread" : "threads")};
  if (along == Along::slice) setting.insert(setting.begin(), fmt::format("L = {}", r.length));
  return setting;
}

struct CurveKey {
  std::string subject;
  bool full_pass = false;
  std::int64_t slice = 0;  ///< along L only; 0 for the full pass
  Setting setting;
  auto operator<=>(const CurveKey&) const = default;
};

CurveKey key_of(const Record& r, Along along) {
  const bool fixed_slice = along == Along::length && !r.full_pass;
  return {r.subject, r.full_pass, fixed_slice ? r.slice : 0, setting_of(r, along)};
}

std::string label_of(const CurveKey& key, const std::vector<bool>& shared) {
  std::string label = key.subject;
  if (key.full_pass) label += ", C = L (full pass)";
  if (key.slice > 0) label += fmt::format(", C = {}", key.slice);
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (!shared[i]) label += ", " + key.setting[i];
  }
  return label;
}

struct Cell {
  Point point;
  std::vector<double> sample;
};

}  // namespace

Curves gather_curves(std::span<const Record> records, Along along, double (*value)(const Record&)) {
  std::map<CurveKey, std::map<std::int64_t, Cell>> cells;
  for (const Record& r : records) {
    const std::int64_t x = along == Along::length ? r.length : std::min(r.slice, r.length);
    Cell& cell = cells[key_of(r, along)][x];
    cell.point = {r.length, std::min(r.slice, r.length), r.slices, static_cast<double>(x), {}};
    cell.sample.push_back(value(r));
  }
  Curves result;
  if (cells.empty()) return result;

  const Setting& first = cells.begin()->first.setting;
  std::vector<bool> shared(first.size(), true);
  for (const auto& [key, ignored] : cells) {
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (key.setting[i] != first[i]) shared[i] = false;
    }
  }
  Setting common;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (shared[i]) common.push_back(first[i]);
  }
  result.common = fmt::format("{}", fmt::join(common, ", "));

  for (auto& [key, column] : cells) {
    Curve curve{label_of(key, shared), key.subject, key.full_pass, {}};
    for (auto& [x, cell] : column) {
      cell.point.y = quartiles(std::move(cell.sample));
      curve.points.push_back(cell.point);
    }
    result.curves.push_back(std::move(curve));
  }
  return result;
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
  double low = curves.front().points.front().y.lower;
  double high = low;
  for (const Curve& curve : curves) {
    for (const Point& point : curve.points) {
      low = std::min(low, point.y.lower);
      high = std::max(high, point.y.upper);
    }
  }
  return {low, high};
}

}  // namespace slim::plots
