//! `--graph`: the order of locks, to be drawn.

use rules::Exit;
use testkit::tree;

use crate::parts;

/// Standard output is the graph and nothing else, the report is beside it, and the verdict stands.
#[test]
fn a_graph_in_place_of_the_report() {
    let case = tree::at("tests/fixtures/lints/lock-order-cycle/bad_circle.rs");
    let folder = tree::copied(&[&case]);
    for form in ["dot", "mermaid"] {
        let tool = parts::structlint().tool().cwd(folder.path());
        let ran = tool
            .args(["check", "--format", "concise", "--graph", form, "."])
            .run();
        assert_eq!(ran.exit, Exit::Denied);
        assert!(
            ran.stderr.contains("deny[lock-order-cycle]"),
            "{}",
            ran.stderr
        );
        insta::assert_snapshot!(form, ran.stdout);
    }
}

/// What reads the graph must not fail where there is nothing to draw.
#[test]
fn no_edges_are_a_graph_too() {
    let case = tree::at("tests/fixtures/lints/refcell-reborrow/good.rs");
    let folder = tree::copied(&[&case]);
    let tool = parts::structlint().tool().cwd(folder.path());
    let ran = tool.args(["check", "--graph", "dot", "--quiet", "."]).run();
    assert_eq!(ran.exit, Exit::Clean);
    assert_eq!(
        ran.stdout,
        "digraph \"lock order\" {\n  node [shape=box];\n}\n"
    );
}
