//! Statements of filters and functions.

use super::check::Value;
use super::primary::attribute_named;
use super::scope::Symbol;
use super::{Fail, Parse, Parser};
use crate::bird::token::TokenKind;
use crate::filter::ir::{
    Arm, Block, Edit, Expression, ExpressionKind, Method, SetItem, Statement, StatementKind,
    Target, Unmodelled,
};
use crate::filter::program::Variable;
use crate::filter::{Attribute, Slot, StaticAttribute, Type};
use crate::model::Name;
use crate::place::Place;

impl Parser<'_> {
    /// Takes `{ … }`.
    pub(super) fn block(&mut self) -> Parse<Block> {
        self.expect("{")?;
        self.scopes.open();
        let block = self.nested(|parser| Ok(parser.statements()));
        self.scopes.close();
        let block = block?;
        if !self.eat("}") {
            return Err(self.expected("a statement or `}`"));
        }
        Ok(block)
    }

    /// Takes statements up to a `}`.
    fn statements(&mut self) -> Block {
        let mut block = Vec::new();
        while !self.is("}") && self.peek() != TokenKind::End {
            block.push(self.recovered(Self::statement));
        }
        block
    }

    /// Takes a statement; one that makes no sense is skipped, and not modelled.
    fn recovered(&mut self, statement: fn(&mut Self) -> Parse<StatementKind>) -> Statement {
        let start = self.place();
        let at = self.at;
        let kind = self.nested(statement).unwrap_or_else(|Fail| {
            self.skip_statement();
            if self.at == at {
                self.advance();
            }
            StatementKind::Unmodelled(Unmodelled {
                what: "a statement that cannot be read".into(),
            })
        });
        Statement {
            place: self.since(start),
            kind,
        }
    }

    fn statement(&mut self) -> Parse<StatementKind> {
        if let Some((of, length)) = self.declared_type()
            && matches!(
                self.peek_at(length),
                TokenKind::Word(_) | TokenKind::Quoted(_)
            )
        {
            return self.declaration(of, length);
        }
        self.command()
    }

    /// Takes a statement that is no declaration.
    fn command(&mut self) -> Parse<StatementKind> {
        if self.is("{") {
            return self.block().map(StatementKind::Block);
        }
        match self.word() {
            Some("if") => self.conditional(),
            Some("case") => self.case(),
            Some("for") => self.repetition(),
            Some("accept") => self.verdict().map(StatementKind::Accept),
            // `error` rejects too, with another line in the log.
            Some("reject" | "error") => self.verdict().map(StatementKind::Reject),
            Some("print" | "printn") => self.verdict().map(StatementKind::Print),
            Some("return") => {
                self.advance();
                let value = if self.is(";") {
                    None
                } else {
                    Some(self.expression()?.expression)
                };
                self.expect(";")?;
                Ok(StatementKind::Return(value))
            }
            Some("unset") if self.is_at(1, "(") => {
                self.at += 2;
                let attribute = self.attribute()?;
                self.expect(")")?;
                self.expect(";")?;
                Ok(StatementKind::Unset(attribute))
            }
            _ => self.effect(),
        }
    }

    /// `int x;`, `int x = 5;`.
    fn declaration(&mut self, of: Type, length: usize) -> Parse<StatementKind> {
        self.at += length;
        let (name, place) = self.name("a name")?;
        let mut value = None;
        if self.eat("=") {
            // The name is not known in its own value.
            let given = self.expression()?;
            self.wants(of, &given, "the variable");
            value = Some(given.expression);
        }
        let slot = self.variable(name, place, of);
        self.expect(";")?;
        Ok(StatementKind::Declare { slot, value })
    }

    /// Declares a variable in the innermost block.
    pub(super) fn variable(&mut self, name: Name, place: Place, value_type: Type) -> Slot {
        let slot = Slot(u32::try_from(self.frame.variables.len()).unwrap_or(u32::MAX));
        self.define(&name, Symbol::Variable(slot), place);
        self.frame.variables.push(Variable {
            name,
            place,
            value_type,
        });
        slot
    }

    fn conditional(&mut self) -> Parse<StatementKind> {
        self.expect_word("if")?;
        let condition = self.expression()?;
        self.wants(Type::Bool, &condition, "a condition");
        self.expect_word("then")?;
        let then = self.branch();
        let otherwise = if self.word() == Some("else") && !self.is_at(1, ":") {
            self.advance();
            self.branch()
        } else {
            Vec::new()
        };
        Ok(StatementKind::If {
            condition: condition.expression,
            then,
            otherwise,
        })
    }

    /// Takes the statement after a `then`, `else` or `do`.
    fn branch(&mut self) -> Block {
        let statement = self.recovered(Self::command);
        match statement.kind {
            StatementKind::Block(block) => block,
            _ => vec![statement],
        }
    }

    fn case(&mut self) -> Parse<StatementKind> {
        self.expect_word("case")?;
        let value = self.expression()?.expression;
        self.expect("{")?;
        let mut arms = Vec::new();
        let mut otherwise = Vec::new();
        while !self.eat("}") {
            if self.peek() == TokenKind::End {
                return Err(self.expected("`}`"));
            }
            let start = self.place();
            if self.eat_word("else") {
                self.expect(":")?;
                otherwise = self.arm();
                continue;
            }
            let Ok(items) = self.labels() else {
                // What is left of the arm belongs to nothing; the others still do.
                self.skip_statement();
                continue;
            };
            let place = self.since(start);
            let body = self.arm();
            arms.push(Arm { place, items, body });
        }
        Ok(StatementKind::Case {
            value,
            arms,
            otherwise,
        })
    }

    /// Takes `1, 2..3:`.
    fn labels(&mut self) -> Parse<Vec<SetItem>> {
        let mut items = vec![self.plain_item()?.0];
        while self.eat(",") {
            items.push(self.plain_item()?.0);
        }
        self.expect(":")?;
        Ok(items)
    }

    /// Takes the statements of an arm, up to the next.
    fn arm(&mut self) -> Block {
        let mut body = Vec::new();
        self.scopes.open();
        while !self.is("}") && self.peek() != TokenKind::End && !self.at_label() {
            body.push(self.recovered(Self::statement));
        }
        self.scopes.close();
        body
    }

    fn at_label(&self) -> bool {
        match self.peek() {
            TokenKind::Word(_) | TokenKind::Quoted(_) => {
                [":", ",", ".."].iter().any(|mark| self.is_at(1, mark))
            }
            TokenKind::Mark(mark) => mark == "(",
            _ => true,
        }
    }

    fn repetition(&mut self) -> Parse<StatementKind> {
        self.expect_word("for")?;
        self.scopes.open();
        let result = self.repetition_body();
        self.scopes.close();
        result
    }

    fn repetition_body(&mut self) -> Parse<StatementKind> {
        let declared = self
            .declared_type()
            .filter(|(_, length)| self.word_at(*length) != Some("in"));
        if let Some((_, length)) = declared {
            self.at += length;
        }
        let (name, place) = self.name("the name of a variable")?;
        let known = self.scopes.find(&name);
        self.expect_word("in")?;
        let list = self.expression()?;
        let of = match list.of {
            Type::Path => Type::Int,
            Type::Communities => Type::Pair,
            Type::ExtendedCommunities => Type::Extended,
            Type::LargeCommunities => Type::Large,
            Type::Unknown => Type::Unknown,
            of => {
                self.invalid(
                    list.expression.place,
                    format!("only paths and lists of communities can be gone through, and this is of type {of}"),
                );
                Type::Unknown
            }
        };
        let slot = match (declared, known) {
            (Some((declared, _)), _) => {
                let value = Value {
                    expression: Expression {
                        place,
                        ..list.expression.clone()
                    },
                    of: declared,
                };
                self.wants(of, &value, "an element of the list");
                self.variable(name, place, declared)
            }
            (None, Some(Symbol::Variable(slot))) => slot,
            (None, _) => self.variable(name, place, of),
        };
        self.expect_word("do")?;
        let body = self.branch();
        Ok(StatementKind::For {
            slot,
            list: list.expression,
            body,
        })
    }

    /// Takes a keyword, the list of what is printed, and the `;`.
    fn verdict(&mut self) -> Parse<Vec<Expression>> {
        self.advance();
        let mut printed = Vec::new();
        while !self.is(";") {
            if !printed.is_empty() {
                self.expect(",")?;
            }
            printed.push(self.expression()?.expression);
        }
        self.expect(";")?;
        Ok(printed)
    }

    /// Takes the name of an attribute.
    fn attribute(&mut self) -> Parse<Attribute> {
        let (name, place) = self.name("the name of an attribute")?;
        match (self.scopes.find(&name), attribute_named(&name)) {
            (Some(Symbol::Attribute(id)), _) => Ok(Attribute::Custom(id)),
            (None, Some(attribute)) => Ok(attribute),
            _ => {
                self.undefined("attribute", &name, place);
                Err(Fail)
            }
        }
    }

    /// An assignment, a change of a list, a call.
    fn effect(&mut self) -> Parse<StatementKind> {
        let start = self.place();
        let (TokenKind::Word(id) | TokenKind::Quoted(id)) = self.peek() else {
            return Err(self.expected("a statement"));
        };
        let name = self.words.text(id).clone();
        let target = match (self.scopes.find(&name), attribute_named(&name)) {
            (Some(Symbol::Variable(slot)), _) => Target::Variable(slot),
            (Some(Symbol::Attribute(id)), _) => Target::Attribute(Attribute::Custom(id)),
            (Some(Symbol::Function(_)), _) => return self.evaluation(),
            (Some(symbol), _) => {
                let what = symbol.what();
                let done = if self.is_at(1, "(") { "called" } else { "set" };
                let message = format!("`{name}` is a {what} and cannot be {done}");
                self.invalid(start, message);
                self.skip_statement();
                return Ok(unmodelled("a statement about what cannot be changed"));
            }
            (None, Some(attribute)) => Target::Attribute(attribute),
            (None, None) if self.is_at(1, "(") => return self.evaluation(),
            (None, None) if self.is_at(1, "=") || self.is_at(1, ".") => {
                self.undefined("variable", &name, start);
                self.skip_statement();
                return Ok(unmodelled("a statement about what nothing defines"));
            }
            (None, None) => return Err(self.expected("a statement")),
        };
        self.advance();
        let place = self.since(start);
        let (kind, of) = match target {
            Target::Variable(slot) => (
                ExpressionKind::Variable(slot),
                self.frame.variable(slot).value_type,
            ),
            Target::Attribute(attribute) => (
                ExpressionKind::Attribute(attribute),
                self.attribute_type(attribute),
            ),
        };
        let value = if self.eat("=") {
            let value = self.expression()?;
            let what = format!("`{name}`");
            self.wants(of, &value, &what);
            value
        } else {
            let current = Value {
                expression: Expression { place, kind },
                of,
            };
            self.changed(start, current)?
        };
        self.expect(";")?;
        if let Target::Attribute(Attribute::Static(attribute)) = target
            && matches!(
                attribute,
                StaticAttribute::Net
                    | StaticAttribute::Protocol
                    | StaticAttribute::Source
                    | StaticAttribute::InterfaceIndex
            )
        {
            self.invalid(place, format!("`{name}` is read-only"));
        }
        Ok(StatementKind::Assign {
            target,
            value: value.expression,
        })
    }

    /// Takes `.add(…)` and what else changes `current` in its place.
    fn changed(&mut self, start: Place, current: Value) -> Parse<Value> {
        if !self.is(".") {
            return Err(self.expected("`=` or `.`"));
        }
        let mut value = current;
        while self.eat(".") {
            let method = self.place();
            value = self.method(start, value)?;
            let changes = matches!(
                value.expression.kind,
                ExpressionKind::Edit {
                    edit: Edit::Add | Edit::Delete | Edit::Filter | Edit::Prepend,
                    ..
                } | ExpressionKind::Method {
                    method: Method::Empty,
                    ..
                }
            );
            if !changes {
                self.report(
                    crate::bird::ProblemKind::Syntax,
                    method,
                    "this changes nothing: a statement sets, calls or edits something".to_owned(),
                );
                return Err(Fail);
            }
        }
        Ok(value)
    }

    fn evaluation(&mut self) -> Parse<StatementKind> {
        let value = self.primary()?;
        self.expect(";")?;
        Ok(StatementKind::Evaluate(value.expression))
    }
}

fn unmodelled(what: &str) -> StatementKind {
    StatementKind::Unmodelled(Unmodelled { what: what.into() })
}
