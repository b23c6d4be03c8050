//! What an expression may cost. It ends whatever these are; they keep the end near.

/// Bytes of an expression's text.
pub const LENGTH: usize = 10_000;

/// Levels of an expression, and so of the recursion that reads and evaluates it.
pub const DEPTH: usize = 64;

/// Steps of one evaluation: a step is one node of the expression, once for each item of a list it goes through.
pub const STEPS: usize = 1_000_000;

/// Bytes of a text and items of a list that an expression makes.
pub const SIZE: usize = 100_000;
