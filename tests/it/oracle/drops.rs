//! The table of drop scopes, row by row: the compiler says what happens, and structlint's walk must say the same.
//!
//! One test compiles every case of [the table](testkit::drops::table) in three editions, runs it and compares the log,
//! word by word, with what the table says. Then each row has a test for each group of editions, in which the walk
//! must agree with the same words: which guards are alive at each moment of each run, and which ends first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use testkit::drops::program::{cases, group, program};
use testkit::drops::resolver::{Believed, believed};
use testkit::drops::row::Group;
use testkit::drops::table;
use testkit::programs::edition::Edition;
use testkit::shims::Shims;

use super::rustc;

#[test]
fn the_compiler_drops_as_the_table_says() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let shims = Shims::compile(folder.path(), rustc());
    let mut wrong = Vec::new();
    for edition in Edition::ALL {
        let program = program(edition);
        let logs = shims.output(&format!("table_{}", edition.name()), edition, &program.twin);
        let logs: BTreeMap<&str, [&str; 2]> = logs
            .lines()
            .filter_map(|line| {
                let mut parts = line.strip_prefix("@ ")?.split('|');
                Some((parts.next()?, [parts.next()?, parts.next()?]))
            })
            .collect();
        for case in cases(edition) {
            let claimed = case.happens(group(edition)).expect("the edition has it");
            let logged = logs.get(case.name).expect("every case is run");
            if claimed != *logged {
                wrong.push(format!(
                    "{} {} {logged:?} but the table says {claimed:?}",
                    edition.name(),
                    case.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

static UNTIL_2021: LazyLock<BTreeMap<String, Believed>> =
    LazyLock::new(|| believed(Edition::E2021));
static SINCE_2024: LazyLock<BTreeMap<String, Believed>> =
    LazyLock::new(|| believed(Edition::E2024));

/// Asks the walk about every case of a row.
fn resolve(row: &str, group: Group) {
    let believed = match group {
        Group::Until2021 => &*UNTIL_2021,
        Group::Since2024 => &*SINCE_2024,
    };
    let row = table::rows()
        .find(|found| found.id == row)
        .expect("the table has the row");
    let mut wrong = Vec::new();
    for case in row.cases {
        let Some(happens) = case.happens(group) else {
            continue;
        };
        let found = believed.get(case.name).expect("every case is walked");
        let difference = found.difference(happens);
        match (difference, case.known) {
            // FIXME: see the reasons in the table. When one is mended it must go.
            (None, Some(known)) if case.until_2021.is_none_or(|other| other == case.since_2024) => {
                wrong.push(format!(
                    "{} is right now, and no longer: {}",
                    case.name, known.reason
                ));
            }
            (Some(difference), None) => wrong.push(format!(
                "{}: {}\n  happens  {happens:?}\n  but {difference}\n  believed {:?}",
                case.name, case.text, found.moments
            )),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", row.name, wrong.join("\n"));
}

macro_rules! rows {
    ($($row:ident,)*) => {
        $(mod $row {
            use super::{Group, resolve};

            #[test]
            fn until_2021() {
                resolve(stringify!($row), Group::Until2021);
            }

            #[test]
            fn since_2024() {
                resolve(stringify!($row), Group::Since2024);
            }
        })*

        #[test]
        fn every_row_has_its_tests() {
            let tested = BTreeSet::from([$(stringify!($row)),*]);
            let rows: BTreeSet<&str> = table::rows().map(|row| row.id).collect();
            assert_eq!(tested, rows);
        }
    };
}

rows! {
    plain_condition,
    if_let_then,
    if_let_else,
    failure_with_guard,
    failure_without_guard,
    let_chain,
    match_arms,
    match_guards,
    match_guard_let,
    while_let,
    for_head,
    block_value,
    branch_value,
    let_in_block,
    let_else,
    statement,
    assign_through,
    assign_operator,
    assign_from_itself,
    reassigned,
    extended,
    let_underscore,
    let_underscore_name,
    adaptor_closure,
    guard_consumed,
    receiver,
    argument,
    printing,
    macro_of_statement,
    select_join,
    moved_into_call,
    block_tail,
    function_tail,
    return_statement,
    bodies,
    named,
    named_dropped,
    named_shadowed,
    named_option,
    partial_move,
    loops,
    released,
}
