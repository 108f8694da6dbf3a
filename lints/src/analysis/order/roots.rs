//! Where paths to locks start: parameters, locals and statics with their types, and which of them
//! nobody else can reach.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::hir::{ItemKind, SelfParam};
use crate::index::lower::TyScope;
use crate::index::ty::{Args, Ty};
use crate::index::{AdtId, FnId, Program};
use crate::walk::facts::{Facts, Place, Root, Step};

use super::class::{Class, ClassId, Classes, Owner};
use super::path::{PEELS, Walk};

/// More uses of one type are not compared.
const USES: usize = 16;

/// A lock of a class in a function's terms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Located {
    /// Its class; `None` where the path does not tell.
    pub class: Option<ClassId>,
    /// How many steps of the path lead to the object that the class's owner is.
    pub owner: usize,
    /// Nobody else can reach it: a local that is not shared yet, or `&mut self`.
    pub unshared: bool,
}

/// What the roots of one function's paths are.
#[derive(Debug, Clone, Default)]
pub(super) struct Roots<'p> {
    params: Vec<Ty>,
    locals: &'p [(u32, Ty)],
    /// By parameter, a bit: nobody else reaches what it owns.
    exclusive: u64,
    /// The function makes what it returns, and nobody has it before.
    constructs: bool,
    /// Types that stand for whatever they hold.
    roles: Arc<BTreeSet<AdtId>>,
    /// What has been located.
    known: RefCell<FxHashMap<Place, Located>>,
}

impl<'p> Roots<'p> {
    /// The roots of function `id`.
    pub(super) fn of(
        program: &Program<'_>,
        id: FnId,
        facts: &'p Facts,
        roles: Arc<BTreeSet<AdtId>>,
    ) -> Self {
        let def = program.function(id);
        let receiver = def
            .function
            .and_then(|function| function.self_param.as_ref());
        Self {
            params: program.param_types(id),
            locals: &facts.local_types,
            exclusive: u64::from(matches!(
                receiver,
                Some(SelfParam::Value | SelfParam::RefMut)
            )),
            constructs: receiver.is_none() && constructs(program, id),
            roles,
            known: RefCell::default(),
        }
    }

    /// Adds what the callers say of the parameters.
    pub(super) fn add_exclusive(&mut self, params: u64) {
        self.exclusive |= params;
        self.known.get_mut().clear();
    }

    /// The class of the lock at `place`.
    pub(super) fn locate(
        &self,
        program: &Program<'_>,
        place: &Place,
        classes: &mut Classes,
    ) -> Located {
        if let Some(known) = self.known.borrow().get(place) {
            return known.clone();
        }
        let located = self.walk(program, place, classes);
        self.known
            .borrow_mut()
            .insert(place.clone(), located.clone());
        located
    }

    /// Whether nobody else can reach what is at `place`, where the callers say more of `params`.
    pub(super) fn is_unshared(&self, program: &Program<'_>, place: &Place, params: u64) -> bool {
        let mut roots = self.clone();
        roots.add_exclusive(params);
        roots.walk(program, place, &mut Classes::default()).unshared
    }

    fn walk(&self, program: &Program<'_>, place: &Place, classes: &mut Classes) -> Located {
        let mut made = false;
        let mut at = match &place.root {
            Root::Param(k) => {
                let ty = usize::try_from(*k).ok().and_then(|k| self.params.get(k));
                let ty = ty.cloned().unwrap_or_default();
                if self.exclusive & param_bit(*k) != 0 {
                    Walk::new(ty.peeled().clone(), true)
                } else {
                    let owned = !matches!(ty, Ty::Ref(_) | Ty::Unknown | Ty::Param(_));
                    Walk::new(ty, owned)
                }
            }
            Root::Local(local) => {
                let found = self.locals.iter().find(|(number, _)| number == local);
                let ty = found.map(|(_, ty)| ty.clone()).unwrap_or_default();
                if self.constructs {
                    made = true;
                }
                let owned = matches!(ty, Ty::Adt(..));
                Walk::new(ty, owned)
            }
            Root::Static(found) => {
                let def = program.static_(*found);
                let scope = TyScope {
                    module: def.module,
                    generics: Vec::new(),
                    self_ty: None,
                    members: None,
                };
                Walk::new(program.lower(def.ty, &scope), false)
            }
            Root::Ext(_) => return Located::default(),
        };
        for (index, step) in place.path.iter().enumerate() {
            at.step(program, &self.roles, index, step);
        }
        at.arrive(program);
        let found = at.owner.or(match &place.root {
            Root::Static(found) => Some((0, Owner::Static(*found))),
            _ => None,
        });
        let loose = found.is_none();
        let found = found.or(at.loose);
        let Some((owner, declared)) = found else {
            return Located {
                unshared: at.unshared || made,
                ..Located::default()
            };
        };
        let path = place
            .path
            .iter()
            .skip(owner)
            .filter_map(|step| match step {
                Step::Field(name) => Some(name.clone()),
                Step::Element | Step::At(_) => None,
            })
            .collect();
        let class = classes.number(Class {
            owner: declared,
            path,
            loose,
        });
        Located {
            class: Some(class),
            owner,
            unshared: at.unshared || made,
        }
    }
}

/// Types with parameters that the program uses for different contents: what they protect is said
/// by the field that holds them.
pub(super) fn roles(program: &Program<'_>) -> BTreeSet<AdtId> {
    let mut uses: BTreeMap<AdtId, Vec<Args>> = BTreeMap::new();
    let mut note = |ty: Ty| {
        let mut stack = vec![ty];
        while let Some(ty) = stack.pop() {
            match ty {
                Ty::Adt(adt, args) => {
                    let known = uses.entry(adt).or_default();
                    if !args.is_empty() && known.len() < USES && !known.contains(&args) {
                        known.push(args.clone());
                    }
                    stack.extend(args.iter().cloned());
                }
                Ty::Ext(_, args) | Ty::Tuple(args) => stack.extend(args.iter().cloned()),
                Ty::Ref(ty) | Ty::Slice(ty) => stack.push((*ty).clone()),
                _ => {}
            }
        }
    };
    for (at, adt) in program.adts.iter().enumerate() {
        let scope = TyScope {
            module: adt.module,
            generics: vec![adt.generics],
            self_ty: None,
            members: None,
        };
        let variants = match &adt.item.kind {
            ItemKind::Enum { variants, .. } => variants.len(),
            _ => 1,
        };
        for variant in (0..variants).filter_map(|at| u32::try_from(at).ok()) {
            for field in program.fields(AdtId::of(at), Some(variant)) {
                note(program.lower(&field.ty, &scope));
            }
        }
    }
    for def in &program.statics {
        let scope = TyScope {
            module: def.module,
            generics: Vec::new(),
            self_ty: None,
            members: None,
        };
        note(program.lower(def.ty, &scope));
    }
    uses.into_iter()
        .filter(|(_, known)| {
            let mut pairs = known.iter().flat_map(|a| known.iter().map(move |b| (a, b)));
            pairs.any(|(a, b)| lists_differ(a, b, PEELS))
        })
        .map(|(adt, _)| adt)
        .collect()
}

/// The bit of parameter `k`; none for those beyond the 64th.
pub(super) fn param_bit(k: u32) -> u64 {
    1_u64.checked_shl(k).unwrap_or(0)
}

/// Whether the function makes a value of its own type: nobody else has it before it returns.
fn constructs(program: &Program<'_>, id: FnId) -> bool {
    let def = program.function(id);
    let named = [
        "new", "with_", "build", "default", "from", "create", "open", "init",
    ];
    let ret = program.return_type(id, &BTreeMap::new());
    let own = program.scope_of(def).self_ty;
    let own = own.as_ref().is_some_and(|own| mentions(&ret, own, PEELS));
    own || named.iter().any(|name| def.name.starts_with(name))
        && !matches!(ret, Ty::Tuple(parts) if parts.is_empty())
}

/// Whether `ty` is `own` or a wrapper of it.
fn mentions(ty: &Ty, own: &Ty, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    match (ty, own) {
        (Ty::Adt(a, _), Ty::Adt(b, _)) if a == b => true,
        (Ty::Ext(_, args) | Ty::Tuple(args) | Ty::Adt(_, args), _) => {
            args.iter().any(|ty| mentions(ty, own, depth))
        }
        (Ty::Future(ty), _) => mentions(ty, own, depth),
        _ => false,
    }
}

/// Whether two lists of arguments are different whatever their parameters stand for.
fn lists_differ(a: &Args, b: &Args, depth: usize) -> bool {
    a.iter().zip(b.iter()).any(|(a, b)| differ(a, b, depth))
}

fn differ(a: &Ty, b: &Ty, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    match (a, b) {
        (Ty::Param(_) | Ty::Unknown, _) | (_, Ty::Param(_) | Ty::Unknown) => false,
        (Ty::Adt(a, xs), Ty::Adt(b, ys)) => a != b || lists_differ(xs, ys, depth),
        (Ty::Ext(a, xs), Ty::Ext(b, ys)) => a != b || lists_differ(xs, ys, depth),
        (Ty::Tuple(xs), Ty::Tuple(ys)) => xs.len() != ys.len() || lists_differ(xs, ys, depth),
        (Ty::Slice(a), Ty::Slice(b)) | (Ty::Ref(a), Ty::Ref(b)) => differ(a, b, depth),
        _ => a != b,
    }
}
