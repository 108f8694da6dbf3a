//! The vocabulary of operations in which a thread waits for something other than a lock.
//!
//! It is data (`rules/packs/lints/blocking.yaml`), beside the vocabulary of locks, and a policy adds
//! to it. What the policy does not ask for (files, network, callbacks) is not in it at all, so that
//! the walk records only what a rule reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::index::ty::Ty;
use crate::policy::LintsSection;

/// What the thread waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A message.
    Receive,
    /// Room in a channel.
    Send,
    /// The end of another thread.
    Join,
    /// Time.
    Sleep,
    /// Other threads at the same place.
    Rendezvous,
    /// The end of a process.
    Child,
    /// A future.
    BlockOn,
    /// An async lock.
    Lock,
    /// A file.
    File,
    /// The network.
    Network,
    /// Code that it was given: nobody here knows what it does.
    Callback,
}

impl What {
    /// What the thread does, after "while this thread" or "the thread".
    pub fn verb(self) -> &'static str {
        match self {
            Self::Receive => "waits for a message",
            Self::Send => "waits for room in a channel",
            Self::Join => "waits for another thread to end",
            Self::Sleep => "sleeps",
            Self::Rendezvous => "waits for other threads",
            Self::Child => "waits for another process to end",
            Self::BlockOn => "waits for a future",
            Self::Lock => "waits for an async lock",
            Self::File => "waits for a file",
            Self::Network => "waits for the network",
            Self::Callback => "runs code that it was given",
        }
    }

    /// The word in the report's `data`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Send => "send",
            Self::Join => "join",
            Self::Sleep => "sleep",
            Self::Rendezvous => "rendezvous",
            Self::Child => "child",
            Self::BlockOn => "block-on",
            Self::Lock => "lock",
            Self::File => "file",
            Self::Network => "network",
            Self::Callback => "callback",
        }
    }
}

/// What an operation does to a thread that drives async tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InAsync {
    /// It panics.
    Panics,
    /// It hangs where what it waits for needs the executor that it blocks.
    Hangs,
}

/// Operations of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Operation {
    /// What the thread waits for.
    pub what: What,
    /// Canonical paths of the receivers' types.
    #[serde(default)]
    pub types: Vec<String>,
    /// Methods on them.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Functions by canonical path.
    #[serde(default)]
    pub functions: Vec<String>,
    /// Iterating over a value of the types does it too.
    #[serde(default)]
    pub iterates: bool,
    /// Whether a guard should not be alive meanwhile.
    #[serde(default = "yes")]
    pub across: bool,
    /// What it does to the thread of an executor.
    #[serde(default)]
    pub in_async: Option<InAsync>,
}

/// The default of what is true unless said otherwise.
pub(crate) fn yes() -> bool {
    true
}

/// `lints: lock-across-blocking:` in the policy: what else a guard should not be alive across.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Across {
    /// Reading and writing files.
    #[serde(default)]
    pub files: bool,
    /// Reading and writing sockets.
    #[serde(default)]
    pub network: bool,
    /// Calling a closure or function that came in as a parameter or lies in a field.
    #[serde(default)]
    pub callbacks: bool,
}

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    #[serde(rename = "version")]
    _version: u32,
    operations: Vec<Operation>,
    gives: BTreeMap<String, String>,
}

/// Index of an [`Operation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub u32);

/// The vocabulary, indexed.
#[derive(Debug, Default)]
pub struct Operations {
    list: Vec<Operation>,
    /// By type and method.
    methods: FxHashMap<String, FxHashMap<String, OperationId>>,
    functions: FxHashMap<String, OperationId>,
    iterables: FxHashMap<String, OperationId>,
    /// By type (or module) and name.
    gives: FxHashMap<String, FxHashMap<String, Ty>>,
    callback: Option<OperationId>,
    crates: FxHashSet<String>,
}

impl Operations {
    /// The shipped operations with what a policy adds.
    #[expect(clippy::missing_panics_doc, reason = "a test reads the shipped pack")]
    pub fn shipped_with(section: Option<&LintsSection>) -> Self {
        let shipped: Pack =
            serde_saphyr::from_str(rules::packs::BLOCKING).expect("a test reads the shipped pack");
        let asked = section.map_or_else(Across::default, |section| section.lock_across_blocking);
        let mut operations = Self::default();
        let own = section.map_or(&[][..], |section| section.blocking.as_slice());
        for operation in shipped.operations {
            match operation.what {
                What::File if !asked.files => {}
                What::Network if !asked.network => {}
                _ => operations.add(operation),
            }
        }
        // Who names an operation of their own wants it to count.
        for operation in own {
            operations.add(operation.clone());
        }
        for (path, ty) in &shipped.gives {
            let (base, name) = path.rsplit_once("::").unwrap_or(("", path));
            let names = operations.gives.entry(base.to_owned()).or_default();
            names.insert(name.to_owned(), parse(ty));
        }
        operations.crates = operations
            .paths()
            .filter_map(|path| path.split("::").next())
            .map(str::to_owned)
            .collect();
        if asked.callbacks {
            operations.callback = Some(operations.next());
            operations.add(Operation {
                what: What::Callback,
                types: Vec::new(),
                methods: Vec::new(),
                functions: Vec::new(),
                iterates: false,
                across: true,
                in_async: None,
            });
        }
        operations
    }

    fn next(&self) -> OperationId {
        OperationId(u32::try_from(self.list.len()).unwrap_or(u32::MAX))
    }

    fn add(&mut self, operation: Operation) {
        let id = self.next();
        for ty in &operation.types {
            let methods = self.methods.entry(ty.clone()).or_default();
            methods.extend(operation.methods.iter().map(|method| (method.clone(), id)));
            if operation.iterates {
                self.iterables.insert(ty.clone(), id);
            }
        }
        let functions = operation.functions.iter();
        self.functions
            .extend(functions.map(|function| (function.clone(), id)));
        self.list.push(operation);
    }

    /// The operation `id`.
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.list.get(usize::try_from(id.0).ok()?)
    }

    /// Method `name` on a receiver of type `ty`.
    pub fn method(&self, ty: &str, name: &str) -> Option<OperationId> {
        self.methods.get(ty)?.get(name).copied()
    }

    /// The function `path`, or the method by its path (`Receiver::recv`).
    pub fn function(&self, path: &str) -> Option<OperationId> {
        if let Some(&id) = self.functions.get(path) {
            return Some(id);
        }
        let (ty, name) = path.rsplit_once("::")?;
        self.method(ty, name)
    }

    /// Iterating over a value of type `ty`.
    pub fn iteration(&self, ty: &str) -> Option<OperationId> {
        self.iterables.get(ty).copied()
    }

    /// Calling what came from outside, where the policy wants to know of it.
    pub fn callback(&self) -> Option<OperationId> {
        self.callback
    }

    /// What `base::name` gives, as a function or as a method of type `base`.
    pub fn gives(&self, base: &str, name: &str) -> Option<&Ty> {
        self.gives.get(base)?.get(name)
    }

    /// Whether `name` is a crate that an operation comes from.
    pub fn is_crate(&self, name: &str) -> bool {
        self.crates.contains(name)
    }

    /// Every path that is named, for globs of external modules.
    pub fn paths(&self) -> impl Iterator<Item = &String> {
        self.list
            .iter()
            .flat_map(|operation| operation.types.iter().chain(&operation.functions))
    }
}

/// `(a::B, c::D<e::F>)` as a type; what is not in this form is unknown.
fn parse(text: &str) -> Ty {
    let text = text.trim();
    if let Some(items) = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return Ty::Tuple(items.split(',').map(parse).collect());
    }
    match text.split_once('<') {
        Some((path, rest)) => match rest.strip_suffix('>') {
            Some(arg) => Ty::Ext(path.into(), Arc::new([parse(arg)])),
            None => Ty::Unknown,
        },
        None => Ty::ext(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_operations_load_and_agree_with_themselves() {
        let operations = Operations::shipped_with(None);
        for operation in &operations.list {
            assert_eq!(
                operation.types.is_empty(),
                operation.methods.is_empty(),
                "{operation:?}"
            );
            assert_ne!(
                operation.types.is_empty(),
                operation.functions.is_empty(),
                "{operation:?}"
            );
            assert!(
                operation.across || operation.in_async.is_some(),
                "no rule reports {operation:?}"
            );
        }
        let mut given = operations.gives.values().flat_map(FxHashMap::values);
        assert!(given.all(|ty| *ty != Ty::Unknown));
    }

    #[test]
    fn files_network_and_callbacks_count_only_where_the_policy_says_so() {
        let operations = Operations::shipped_with(None);
        assert_eq!(operations.function("std::fs::read"), None);
        assert_eq!(operations.callback(), None);
        let section = LintsSection {
            lock_across_blocking: Across {
                files: true,
                network: false,
                callbacks: true,
            },
            ..LintsSection::default()
        };
        let operations = Operations::shipped_with(Some(&section));
        assert!(operations.function("std::fs::read").is_some());
        assert!(operations.method("std::net::TcpStream", "read").is_none());
        assert!(operations.callback().is_some());
    }

    #[test]
    fn a_method_is_found_by_its_path_too() {
        let operations = Operations::shipped_with(None);
        let by_method = operations.method("std::sync::mpsc::Receiver", "recv");
        assert!(by_method.is_some());
        assert_eq!(
            operations.function("std::sync::mpsc::Receiver::recv"),
            by_method
        );
        assert_eq!(operations.method("std::vec::Vec", "join"), None);
    }
}
