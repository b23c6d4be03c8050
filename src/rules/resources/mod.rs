//! RES: macros, variables and other resources.

crate::rules::rules![unused_macro::UnusedMacro, unused_variable::UnusedVariable];
