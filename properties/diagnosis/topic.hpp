// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace slim::properties {

/// The kind of results by which a subject is compared with suspects.
enum class Topic {
  attention,    ///< results of attention and feature maps
  models,       ///< gradients of whole models
  refusals,     ///< results of attention, and errors for inconsistent tasks
  bytes,        ///< gradients, and the bytes that they use
  projections,  ///< random projections of FAVOR+
};

}  // namespace slim::properties
