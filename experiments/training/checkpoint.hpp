// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <optional>
#include <string>

namespace slim::experiments {

// A checkpoint is a case file without tokens: parameters under PyTorch's state_dict names with the
// prefix "param.", Adam's moments under "optimiser.exp_avg." and "optimiser.exp_avg_sq.", and
// model, step and all else in its metadata. Files of other programs may have plain names, as
// written by safetensors.torch.save_file(model.state_dict(), …).

void write_model(CaseFile& file, const Model& model, Index slice, Scalar scalar);

/// Writes every tensor in the scalar T.
template <class T>
void write_parameters(CaseFile& file, const std::string& prefix, const Parameters<T>& values);
template <class T>
void write_projection(CaseFile& file, const Projection<T>& omega, const Model& model);

/// "param.", or empty when the names are plain.
std::string parameter_prefix(const CaseFile& file);

/// Requires `values` with the sizes of the model. Throws ContractError that names a tensor that is
/// missing or has the wrong shape.
template <class T>
void read_parameters(const CaseFile& file, const std::string& prefix, Parameters<T>& values);

/// The model of a checkpoint. Sizes are those of its tensors; heads, feature map and norm are read
/// from its metadata, with the paper's as default: heads of width 64, squares, norm on the branch
/// output.
/// Throws ContractError when the tensors match no model.
Model model_of(const CaseFile& file);

}  // namespace slim::experiments
