//! What a path says about a file: whether it is there to hold certificates, or a fixture.

/// Extensions of files that exist to hold certificates.
const CONTAINERS: [&str; 6] = ["ca-bundle", "cer", "cert", "crt", "der", "pem"];

/// Extensions of keystores.
const KEYSTORES: [&str; 8] = [
    "jceks",
    "jks",
    "keystore",
    "p12",
    "p7b",
    "p7c",
    "pfx",
    "truststore",
];

/// Extensions of programs and prose: what stands in them is data of a program, a test vector, or an
/// example, and no server loads it from there.
const SOURCES: [&str; 38] = [
    "adoc", "c", "cc", "cjs", "cpp", "cs", "cxx", "dart", "erl", "ex", "exs", "go", "h", "hh",
    "hpp", "hs", "inc", "java", "js", "jsx", "kt", "lua", "m", "md", "mjs", "mm", "php", "pl",
    "pm", "py", "rb", "rs", "rst", "scala", "swift", "ts", "tsx", "zig",
];

/// Folders whose content other people, or tests, put there.
const FIXTURES: [&str; 7] = [
    "examples",
    "fixtures",
    "node_modules",
    "site-packages",
    "testdata",
    "third_party",
    "vendor",
];

/// Whether a path below the one given lies in a folder of fixtures, by the names of its folders.
///
/// The path given itself does not count, so that a project that lies in `tests/` can be audited.
pub fn is_fixture(below: &str) -> bool {
    let Some((folders, _)) = below.rsplit_once('/') else {
        return false;
    };
    folders
        .split('/')
        .any(|folder| folder.starts_with("test") || FIXTURES.contains(&folder))
}

/// Whether the name says that the file is certificate material, so that it must be readable.
pub fn is_named_container(path: &str) -> bool {
    extension(path).is_some_and(|found| {
        CONTAINERS.contains(&found.as_str()) || KEYSTORES.contains(&found.as_str())
    })
}

/// Whether the name says that the file is a certificate, and nothing else like one.
pub fn is_named_certificate(path: &str) -> bool {
    extension(path).is_some_and(|found| ["cer", "cert", "crt"].contains(&found.as_str()))
}

/// Whether the name says that the file is a program or prose.
pub fn is_source(path: &str) -> bool {
    extension(path).is_some_and(|found| SOURCES.contains(&found.as_str()))
}

/// The extension in lower case.
fn extension(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty()).then(|| extension.to_ascii_lowercase())
}

/// The folder of a path; empty at the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_below_make_a_fixture() {
        for path in [
            "tests/a.pem",
            "x/testdata/a.pem",
            "test-keys/a.pem",
            "vendor/a/b.pem",
            "a/node_modules/b/c.pem",
        ] {
            assert!(is_fixture(path), "{path}");
        }
        for path in [
            "test.pem",
            "deploy/tls/test.pem",
            "latest/a.pem",
            "vendors/a.pem",
            "a.pem",
        ] {
            assert!(!is_fixture(path), "{path}");
        }
    }

    #[test]
    fn extensions_name_containers_in_any_case() {
        for path in ["a.pem", "A.CRT", "x/tls.crt", "b.p12"] {
            assert!(is_named_container(path), "{path}");
        }
        for path in ["a.rs", "pem", ".pem", "a.pem/b", "a.pem.bak"] {
            assert!(!is_named_container(path), "{path}");
        }
    }
}
