//! Functions, filters, constants and custom attributes.

use super::scope::Symbol;
use super::{Parse, Parser};
use crate::bird::ast::{ItemKind, Policy};
use crate::bird::token::TokenKind;
use crate::filter::ir::{Block, Statement, StatementKind};
use crate::filter::program::{Constant, CustomAttribute, Filter, FilterKind, Frame, Function};
use crate::filter::{AttributeId, ConstantId, FilterId, FunctionId, Type};
use crate::model::Name;
use crate::place::Place;

impl Parser<'_> {
    /// `define NAME = EXPRESSION;`
    pub(super) fn constant(&mut self) -> Parse<ItemKind> {
        self.expect_word("define")?;
        let (name, place) = self.name("a name")?;
        self.expect("=")?;
        let value = self.expression()?;
        let id = ConstantId(index(self.program.constants.len()));
        self.program.constants.push(Constant {
            name: name.clone(),
            place,
            value: value.expression,
            value_type: value.of,
        });
        self.define(&name, Symbol::Constant(id), place);
        self.expect(";")?;
        Ok(ItemKind::Define(id))
    }

    /// `attribute TYPE NAME;`
    pub(super) fn custom_attribute(&mut self) -> Parse<ItemKind> {
        self.expect_word("attribute")?;
        let start = self.place();
        let Some((value_type, length)) = self.declared_type() else {
            return Err(self.expected("a type such as `int`"));
        };
        self.at += length;
        if let Type::Set(_) = value_type {
            let message = format!("a route cannot carry an attribute of type {value_type}");
            self.invalid(start, message);
        }
        let (name, place) = self.name("a name")?;
        let id = AttributeId(index(self.program.attributes.len()));
        self.program.attributes.push(CustomAttribute {
            name: name.clone(),
            place,
            value_type,
        });
        self.define(&name, Symbol::Attribute(id), place);
        self.expect(";")?;
        Ok(ItemKind::Attribute(id))
    }

    /// `function NAME(…) { … }`
    pub(super) fn function(&mut self) -> Parse<ItemKind> {
        self.expect_word("function")?;
        let (name, place) = self.name("a name")?;
        let id = FunctionId(index(self.program.functions.len()));
        self.define(&name, Symbol::Function(id), place);
        self.program.functions.push(Function {
            name: name.clone(),
            place,
            parameters: 0,
            returns: None,
            frame: Frame::default(),
            body: Vec::new(),
        });
        let (body, frame) = self.framed(|parser| {
            let parameters = parser.parameters()?;
            let mut returns = None;
            if parser.eat("->") {
                let Some((of, length)) = parser.declared_type() else {
                    return Err(parser.expected("a type such as `bool`"));
                };
                parser.at += length;
                returns = Some(of);
            }
            // The head is known before the body, which may call the function itself.
            let head = parser.frame.clone();
            parser.complete(id, |function| {
                function.parameters = parameters;
                function.returns = returns;
                function.frame = head;
            });
            parser.declarations()?;
            parser.block()
        });
        // Half a body would be taken for the whole one.
        let block = body.unwrap_or_else(|_| {
            self.skip_definition();
            vec![unread(place)]
        });
        self.complete(id, |function| {
            function.frame = frame;
            function.body = block;
        });
        Ok(ItemKind::Function(id))
    }

    fn complete(&mut self, id: FunctionId, change: impl FnOnce(&mut Function)) {
        let at = usize::try_from(id.0).ok();
        if let Some(function) = at.and_then(|at| self.program.functions.get_mut(at)) {
            change(function);
        }
    }

    /// Takes `(int a; int b)`; newer versions separate with commas.
    fn parameters(&mut self) -> Parse<usize> {
        self.expect("(")?;
        let mut count = 0;
        if self.eat(")") {
            return Ok(count);
        }
        loop {
            let Some((of, length)) = self.declared_type() else {
                return Err(self.expected("a type such as `int`"));
            };
            self.at += length;
            let (name, place) = self.name("the name of a parameter")?;
            self.variable(name, place, of);
            count += 1;
            if self.eat(")") {
                return Ok(count);
            }
            if !self.eat(";") && !self.eat(",") {
                return Err(self.expected("`;` or `)`"));
            }
        }
    }

    /// Takes declarations before a body, an old form.
    fn declarations(&mut self) -> Parse<()> {
        while let Some((of, length)) = self.declared_type() {
            self.at += length;
            let (name, place) = self.name("the name of a variable")?;
            self.variable(name, place, of);
            self.expect(";")?;
        }
        Ok(())
    }

    /// Runs `inner` with variables of its own, and gives them back.
    fn framed<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parse<T>) -> (Parse<T>, Frame) {
        let outer = std::mem::take(&mut self.frame);
        self.scopes.open();
        let result = inner(self);
        self.scopes.close();
        (result, std::mem::replace(&mut self.frame, outer))
    }

    /// `filter NAME { … }`
    pub(super) fn named_filter(&mut self) -> Parse<ItemKind> {
        self.expect_word("filter")?;
        let (name, place) = self.name("a name")?;
        let (body, frame) = self.framed(|parser| {
            parser.declarations()?;
            parser.block()
        });
        let body = body.unwrap_or_else(|_| {
            self.skip_definition();
            vec![unread(place)]
        });
        let id = self.filter(FilterKind::Named(name.clone()), place, frame, body);
        self.define(&name, Symbol::Filter(id), place);
        Ok(ItemKind::Filter(id))
    }

    fn filter(&mut self, kind: FilterKind, place: Place, frame: Frame, body: Block) -> FilterId {
        let id = FilterId(index(self.program.filters.len()));
        self.program.filters.push(Filter {
            kind,
            place,
            frame,
            body,
        });
        id
    }

    /// Skips the rest of a definition: to the end of its body.
    fn skip_definition(&mut self) {
        while !self.is("{") && !self.is("}") && !self.is(";") && self.peek() != TokenKind::End {
            self.advance();
        }
        if self.is("{") {
            // A missing end has been reported, or will be.
            let _ = self.skip_block();
        } else {
            self.eat("}");
        }
    }

    /// Takes `all`, `none`, `filter …`, `where …`.
    pub(super) fn policy(&mut self) -> Parse<Policy> {
        let start = self.place();
        match self.word() {
            Some("all") => {
                self.advance();
                Ok(Policy::All)
            }
            Some("none") => {
                self.advance();
                Ok(Policy::None)
            }
            Some("filter") if self.is_at(1, "{") || self.is_declaration_at(1) => {
                self.advance();
                let (body, frame) = self.framed(|parser| {
                    parser.declarations()?;
                    parser.block()
                });
                let place = self.since(start);
                Ok(Policy::Filter(self.filter(
                    FilterKind::Inline,
                    place,
                    frame,
                    body?,
                )))
            }
            Some("filter") => {
                self.advance();
                let (name, place) = self.name("the name of a filter or `{`")?;
                let Some(Symbol::Filter(id)) = self.scopes.find(&name) else {
                    self.undefined("filter", &name, place);
                    return Ok(Policy::Unresolved);
                };
                Ok(Policy::Filter(id))
            }
            Some("where") => {
                self.advance();
                let (condition, frame) = self.framed(Self::expression);
                let condition = condition?;
                self.wants(Type::Bool, &condition, "a condition");
                let place = self.since(start);
                let accept = Statement {
                    place,
                    kind: StatementKind::Accept(Vec::new()),
                };
                let reject = Statement {
                    place,
                    kind: StatementKind::Reject(Vec::new()),
                };
                let body = vec![
                    Statement {
                        place,
                        kind: StatementKind::If {
                            condition: condition.expression,
                            then: vec![accept],
                            otherwise: Vec::new(),
                        },
                    },
                    reject,
                ];
                Ok(Policy::Filter(self.filter(
                    FilterKind::Where,
                    place,
                    frame,
                    body,
                )))
            }
            _ => Err(self.expected("`all`, `none`, `filter` or `where`")),
        }
    }

    fn is_declaration_at(&self, ahead: usize) -> bool {
        self.word_at(ahead)
            .is_some_and(|word| super::check::type_named(word).is_some())
            && matches!(self.peek_at(ahead + 1), TokenKind::Word(_))
    }

    /// Takes the statements between the braces of a static route.
    pub(super) fn route_block(&mut self) -> Parse<FilterId> {
        let start = self.place();
        let (body, frame) = self.framed(Self::block);
        let place = self.since(start);
        Ok(self.filter(FilterKind::Route, place, frame, body?))
    }
}

/// Stands for a body that cannot be read.
fn unread(place: Place) -> Statement {
    let what: Name = "a body that cannot be read".into();
    Statement {
        place,
        kind: StatementKind::Unmodelled(crate::filter::ir::Unmodelled { what }),
    }
}

pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
