//! The editions that programs are made for.

/// A Rust edition. 2015 drops as 2018 does, and has no `async`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// 2018.
    E2018,
    /// 2021.
    E2021,
    /// 2024.
    E2024,
}

impl Edition {
    /// Every edition, oldest first.
    pub const ALL: [Self; 3] = [Self::E2018, Self::E2021, Self::E2024];

    /// As `Cargo.toml` and `rustc --edition` write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::E2018 => "2018",
            Self::E2021 => "2021",
            Self::E2024 => "2024",
        }
    }

    /// The year.
    pub fn since(self) -> u64 {
        match self {
            Self::E2018 => 2018,
            Self::E2021 => 2021,
            Self::E2024 => 2024,
        }
    }
}
