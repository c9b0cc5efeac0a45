#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <optional>
#include <string>

namespace slim::experiments {

// A checkpoint is a case file but for its tokens: parameters under PyTorch's state_dict names with
// "param." in front, Adam's moments under "optimiser.exp_avg." and "optimiser.exp_avg_sq.", model,
// step and all else in its metadata. A file that another program wrote may have the bare names, as
// safetensors.torch.save_file(model.state_dict(), …) leaves them.

void write_model(CaseFile& file, const Model& model, Index slice, Scalar scalar);

/// Every tensor in the scalar it is trained in.
template <class T>
void write_parameters(CaseFile& file, const std::string& prefix, const Parameters<T>& values);
template <class T>
void write_projection(CaseFile& file, const Projection<T>& omega, const Model& model);

/// "param.", or nothing when the names are bare.
std::string parameter_prefix(const CaseFile& file);

/// Requires `values` of the model's sizes. Throws ContractError that names the tensor which is
/// missing or misshapen.
template <class T>
void read_parameters(const CaseFile& file, const std::string& prefix, Parameters<T>& values);

/// The model of a checkpoint: sizes from its tensors; heads, feature map and norm from its metadata
/// where there is any, else the paper's: heads 64 wide, squares, norm on the branch output.
/// Throws ContractError when there is no such model.
Model model_of(const CaseFile& file);

}  // namespace slim::experiments
