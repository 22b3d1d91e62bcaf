//! Course to plan to output trees.
