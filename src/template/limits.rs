//! How much a template may take. Nothing that people write comes near; a mistake such as a macro that calls itself
//! ends with a clear error instead of a crash.

/// The bounds of one machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Statements, calls, operations and turns of loops.
    pub steps: u64,
    /// Macros that are at work at once. dbt itself ends near 130, with Python's recursion limit.
    pub macros: u32,
    /// Expressions and statements that are at work at once, loops and macros counted threefold: bounds the stack. In a
    /// debug build, each takes up to 3 KB of it.
    pub depth: u32,
    /// Items in one collection.
    pub items: usize,
    /// Bytes in one string or output.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 1_000_000, macros: 64, depth: 400, items: 200_000, bytes: 16 << 20 }
    }
}

/// What a run took of the limits that count over all of a machine.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub(super) steps: u64,
    /// How far it went below where it began.
    pub(super) depth: u32,
    pub(super) macros: u32,
}

/// Which limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitKind {
    /// [`Limits::steps`]
    #[error("takes too many steps; a loop or recursion may be without end")]
    Steps,
    /// [`Limits::macros`]
    #[error("too many macros call one another; one may call itself without end")]
    Macros,
    /// [`Limits::depth`]
    #[error("statements and expressions are nested too deeply")]
    Depth,
    /// [`Limits::items`]
    #[error("a list or another collection grows too large")]
    Items,
    /// [`Limits::bytes`]
    #[error("a text grows too large")]
    Bytes,
}
