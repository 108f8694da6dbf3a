//! The sites there can be, with the region of each.

/// Name and region, in the order in which they were built.
pub const SITES: [(&str, &str); 34] = [
    ("ams", "eu"),
    ("iad", "na"),
    ("sin", "ap"),
    ("fra", "eu"),
    ("lhr", "eu"),
    ("sjc", "na"),
    ("nrt", "ap"),
    ("ord", "na"),
    ("syd", "ap"),
    ("cdg", "eu"),
    ("gru", "sa"),
    ("mad", "eu"),
    ("dfw", "na"),
    ("hkg", "ap"),
    ("waw", "eu"),
    ("arn", "eu"),
    ("yyz", "na"),
    ("jnb", "af"),
    ("bom", "ap"),
    ("mia", "na"),
    ("scl", "sa"),
    ("lax", "na"),
    ("otp", "eu"),
    ("ewr", "na"),
    ("sea", "na"),
    ("den", "na"),
    ("atl", "na"),
    ("bog", "sa"),
    ("phx", "na"),
    ("yul", "na"),
    // Spare ones, that the history adds.
    ("mxp", "eu"),
    ("icn", "ap"),
    ("eze", "sa"),
    ("dub", "eu"),
];

/// How many of them there are when the history begins.
pub const FIRST: usize = 30;
