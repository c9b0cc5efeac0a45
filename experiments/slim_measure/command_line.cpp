// SPDX-License-Identifier: Apache-2.0
#include "experiments/slim_measure/command_line.hpp"

#include "experiments/workload/corpus.hpp"
#include "properties/command_line/options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <thread>

namespace slim::experiments {

SettingOptions::SettingOptions(CLI::App& command) : corpus_(default_corpus) {
  setting_.threads = all_threads();
  Model& model = setting_.model;
  const auto option = [&](const char* name, auto& value, const char* help) {
    return command.add_option(name, value, help)->capture_default_str();
  };
  option("--subject", setting_.subject, "Subject to measure: boundary/prefix-sum, or reference");
  option("--vocab", model.vocab_size, "Vocabulary size |Σ|; 256 accepts any text");
  option("--hidden", model.hidden_dim, "Model width d_model, a multiple of 4 and of heads");
  option("--layers", model.layers, "Number of layers s");
  option("--ffn", model.ffn_dim, "Width d_ff of the feed-forward network");
  option("--heads", model.heads, "Number of heads k");
  option("--feature-map", feature_map_, "sqr (or square), relu, elu+1, abs, favor+_m");
  option("--norm", norm_, "branch-output, branch-input");
  option("--length", setting_.length, "Sequence length L, the number of targets");
  option("--slice", setting_.slice, "Slice length C; C >= L is the full pass");
  option(
      "--first-sweep", first_sweep_,
      "lazy: only what the slice boundaries need; plain: the whole forward pass, as in the paper");
  option("--key-scale", setting_.key_scale, "Factor of the drawn key maps");
  option("--batch", setting_.batch, "Batch size B");
  option("--memory-cap", setting_.memory_cap,
         "Address space in bytes of the process that measures its own peak; 0: no cap");
  option("--scalar", scalar_,
         "float32 (or float), float64 (or double), digits50, float16, bfloat16");
  option("--seed", setting_.seed, "Seed of the parameters");
  option("--threads", setting_.threads, "Number of threads; does not affect results");
  command_line::reads_file(
      option("--corpus", corpus_, "Text whose bytes are the tokens, plain or gzip"));
}

Setting SettingOptions::setting() const {
  Setting setting = setting_;
  setting.scalar = parse_scalar(scalar_);
  setting.model.feature_map = parse_feature_map(feature_map_);
  setting.model.norm = parse_norm(norm_);
  setting.first_sweep = parse_first_sweep(first_sweep_);
  setting.corpus = corpus_;
  require_valid(setting);
  return setting;
}

int all_threads() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace slim::experiments
