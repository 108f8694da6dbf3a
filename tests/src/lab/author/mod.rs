//! Programs at random from the grammar, typed so that BIRD accepts nearly all of them.

mod expressions;
mod policy;
mod questions;
mod routes;
mod sets;
mod statements;

use std::sync::Arc;

use bgp_ci::filter::attribute::{Attribute, BgpAttribute, OtherAttribute, StaticAttribute};
use bgp_ci::filter::ir::{Expression, ExpressionKind, Literal};
use bgp_ci::filter::program::{
    Constant, ConstantId, CustomAttribute, Filter, FilterKind, Frame, Function, Program, Slot,
    Variable,
};
use bgp_ci::filter::types::{EnumType, SetType, Type};
use bgp_ci::place::{FileId, Place};

use super::dice::Dice;

pub use policy::{policy, received};
pub use routes::{route, route6};

/// The custom attributes that every program here may use.
pub const CUSTOM: [(&str, Type); 7] = [
    ("own_int", Type::Int),
    ("own_ip", Type::Ip),
    ("own_quad", Type::Quad),
    ("own_path", Type::Path),
    ("own_clist", Type::Communities),
    ("own_eclist", Type::ExtendedCommunities),
    ("own_lclist", Type::LargeCommunities),
];

/// The types that variables have here.
const TYPES: [Type; 13] = [
    Type::Bool,
    Type::Int,
    Type::Pair,
    Type::Quad,
    Type::Ip,
    Type::Prefix,
    Type::Extended,
    Type::Large,
    Type::String,
    Type::Path,
    Type::Communities,
    Type::ExtendedCommunities,
    Type::LargeCommunities,
];

/// The types that variables have beside those.
const PATTERNS: [Type; 5] = [
    Type::Set(SetType::Prefix),
    Type::Set(SetType::Int),
    Type::Set(SetType::Pair),
    Type::Set(SetType::Large),
    Type::PathMask,
];

/// Nothing here was read from a file.
const PLACE: Place = Place {
    file: FileId(0),
    start: 0,
    end: 0,
};

/// A program of one filter; its names begin with `name`.
pub fn program(name: &str, seed: u64) -> Program {
    let mut author = Author {
        dice: Dice::new(seed),
        name: name.to_owned(),
        program: empty(),
        frame: Frame::default(),
        scope: Vec::new(),
        functions: Vec::new(),
        returns: None,
        constant: false,
        stale: false,
        numbers: &expressions::NUMBERS,
    };
    for _ in 0..author.dice.below(3) {
        author.constant();
    }
    for _ in 0..author.dice.below(3) {
        author.function();
    }
    author.filter();
    author.program
}

/// A program with nothing but the custom attributes.
pub fn empty() -> Program {
    Program {
        attributes: CUSTOM
            .iter()
            .map(|(name, value_type)| CustomAttribute {
                name: Arc::from(*name),
                place: PLACE,
                value_type: *value_type,
            })
            .collect(),
        ..Program::default()
    }
}

/// Writes one program.
struct Author {
    dice: Dice,
    name: String,
    program: Program,
    frame: Frame,
    /// The variables that may be read here.
    scope: Vec<(Slot, Type)>,
    /// What the functions so far give.
    functions: Vec<Type>,
    /// Inside a function: what it gives.
    returns: Option<Type>,
    /// In a constant: neither variables nor attributes.
    constant: bool,
    /// Whether variables of this frame are gone, or of a function that it called: BIRD 2.0.12
    /// takes what they left for the place of a loop that begins after them.
    stale: bool,
    /// The numbers that meet often.
    numbers: &'static [u32],
}

fn node(kind: ExpressionKind) -> Expression {
    Expression { place: PLACE, kind }
}

fn literal(literal: Literal) -> Expression {
    node(ExpressionKind::Literal(literal))
}

fn index(length: usize) -> u32 {
    u32::try_from(length).expect("programs are short")
}

impl Author {
    fn constant(&mut self) {
        self.constant = true;
        let of = self.dice.pick(&[
            Type::Int,
            Type::Int,
            Type::Bool,
            Type::Pair,
            Type::Ip,
            Type::Prefix,
            Type::Large,
            Type::String,
            Type::Set(SetType::Prefix),
            Type::Set(SetType::Int),
        ]);
        let value = self.expression(of, 2);
        self.constant = false;
        let name = format!("{}_c{}", self.name, self.program.constants.len());
        self.program.constants.push(Constant {
            name: name.into(),
            place: PLACE,
            value,
            value_type: of,
        });
    }

    fn function(&mut self) {
        self.frame = Frame::default();
        self.scope.clear();
        self.stale = false;
        let parameters = self.dice.below(3);
        for _ in 0..parameters {
            let of = self.variable_type();
            let slot = self.variable(of);
            self.scope.push((slot, of));
        }
        let of = self.dice.pick(&TYPES);
        self.returns = Some(of);
        let mut body = self.block(3, 2);
        let value = self.expression(of, 2);
        body.push(statements::returned(value));
        self.returns = None;
        let name = format!("{}_f{}", self.name, self.program.functions.len());
        self.program.functions.push(Function {
            name: name.into(),
            place: PLACE,
            parameters,
            returns: None,
            frame: std::mem::take(&mut self.frame),
            body,
        });
        self.functions.push(of);
    }

    fn filter(&mut self) {
        self.frame = Frame::default();
        self.scope.clear();
        self.stale = false;
        let length = 4 + self.dice.below(6);
        let mut body = self.block(length, 3);
        if !self.dice.one_in(12) {
            body.push(statements::decided(!self.dice.one_in(6)));
        }
        let name = format!("{}_filter", self.name);
        self.program.filters.push(Filter {
            kind: FilterKind::Named(name.into()),
            place: PLACE,
            frame: std::mem::take(&mut self.frame),
            body,
        });
    }

    /// A type for a variable.
    fn variable_type(&mut self) -> Type {
        if self.dice.one_in(8) {
            self.dice.pick(&PATTERNS)
        } else {
            self.dice.pick(&TYPES)
        }
    }

    /// A variable of the frame at hand.
    fn variable(&mut self, of: Type) -> Slot {
        let slot = Slot(index(self.frame.variables.len()));
        self.frame.variables.push(Variable {
            name: format!("var_{}", slot.0).into(),
            place: PLACE,
            value_type: of,
        });
        slot
    }

    /// A readable variable of a type.
    fn readable(&mut self, of: Type) -> Option<Slot> {
        let all: Vec<Slot> = self
            .scope
            .iter()
            .filter(|(_, own)| *own == of)
            .map(|(slot, _)| *slot)
            .collect();
        (!all.is_empty()).then(|| self.dice.pick(&all))
    }

    /// A constant of a type.
    fn known(&mut self, of: Type) -> Option<ConstantId> {
        let all: Vec<ConstantId> = (0..)
            .zip(&self.program.constants)
            .filter(|(_, constant)| constant.value_type == of)
            .map(|(at, _)| ConstantId(at))
            .collect();
        (!all.is_empty()).then(|| self.dice.pick(&all))
    }

    /// An attribute of a type that filters may set too.
    fn attribute(&mut self, of: Type) -> Option<Attribute> {
        let all: Vec<Attribute> = writable(of);
        (!all.is_empty()).then(|| self.dice.pick(&all))
    }
}

/// The attributes of a type that filters may set.
fn writable(of: Type) -> Vec<Attribute> {
    let bgp = |known: &[BgpAttribute]| {
        known
            .iter()
            .copied()
            .map(Attribute::Bgp)
            .collect::<Vec<_>>()
    };
    let mut all = match of {
        Type::Int => {
            let mut all = bgp(&[
                BgpAttribute::Med,
                BgpAttribute::LocalPreference,
                BgpAttribute::OnlyToCustomer,
            ]);
            all.push(Attribute::Static(StaticAttribute::Preference));
            all.push(Attribute::Static(StaticAttribute::IgpMetric));
            all.extend(OtherAttribute::named("krt_metric").map(Attribute::Other));
            all
        }
        Type::Ip => {
            let mut all = bgp(&[BgpAttribute::NextHop]);
            all.push(Attribute::Static(StaticAttribute::From));
            all
        }
        Type::Quad => bgp(&[BgpAttribute::OriginatorId]),
        Type::Path => bgp(&[BgpAttribute::Path]),
        Type::Communities => bgp(&[
            BgpAttribute::Communities,
            BgpAttribute::Communities,
            BgpAttribute::ClusterList,
        ]),
        Type::ExtendedCommunities => bgp(&[BgpAttribute::ExtendedCommunities]),
        Type::LargeCommunities => bgp(&[BgpAttribute::LargeCommunities]),
        Type::Enum(EnumType::Origin) => bgp(&[BgpAttribute::Origin]),
        Type::Enum(EnumType::Scope) => vec![Attribute::Static(StaticAttribute::Scope)],
        _ => Vec::new(),
    };
    for (at, (_, own)) in (0..).zip(CUSTOM) {
        if own == of {
            all.push(Attribute::Custom(bgp_ci::filter::program::AttributeId(at)));
        }
    }
    all
}
