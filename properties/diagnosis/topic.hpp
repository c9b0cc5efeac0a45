#pragma once

namespace slim::properties {

/// What suspects are told apart by.
enum class Topic {
  attention,    ///< answers to attention and features
  models,       ///< gradients of whole models
  refusals,     ///< answers to attention, and what is said to tasks that do not fit together
  bytes,        ///< gradients, and the bytes that they take
  projections,  ///< draws of FAVOR+'s vectors
};

}  // namespace slim::properties
