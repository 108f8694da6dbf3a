//! Names: what they stand for, and what the language calls by name.

use super::check::{self, Value};
use super::primary::attribute_named;
use super::scope::Symbol;
use super::{Parse, Parser};
use crate::bird::lexer::{self, Piece};
use crate::bird::token::{Token, TokenKind};
use crate::filter::ir::{AspaDirection, ExpressionKind, Literal, TableName};
use crate::filter::program::Constant;
use crate::filter::{Attribute, ConstantId, EnumType, Enumerated, FunctionId, Type};
use crate::model::Name;
use crate::place::Place;

impl Parser<'_> {
    /// Takes what follows a name that stands for `symbol`.
    pub(super) fn symbol(&mut self, start: Place, name: &Name, symbol: Symbol) -> Parse<Value> {
        let (kind, of) = match symbol {
            Symbol::Variable(slot) => (
                ExpressionKind::Variable(slot),
                self.frame.variable(slot).value_type,
            ),
            Symbol::Constant(id) => (
                ExpressionKind::Constant(id),
                self.program.constant(id).value_type,
            ),
            Symbol::Attribute(id) => (
                ExpressionKind::Attribute(Attribute::Custom(id)),
                self.program.attribute(id).value_type,
            ),
            Symbol::Function(function) => {
                let (kind, of) = self.call(start, name, function)?;
                return Ok(self.value(start, kind, of));
            }
            other => {
                self.invalid(
                    start,
                    format!("`{name}` is a {}, not a value", other.what()),
                );
                return Ok(self.unmodelled(start, &format!("`{name}`"), Type::Unknown));
            }
        };
        Ok(self.value(start, kind, of))
    }

    fn call(
        &mut self,
        start: Place,
        name: &Name,
        function: FunctionId,
    ) -> Parse<(ExpressionKind, Type)> {
        let arguments = self.arguments()?;
        let called = self.program.function(function);
        let returns = called.returns.unwrap_or(Type::Unknown);
        let wanted: Vec<Type> = called
            .frame
            .variables
            .iter()
            .take(called.parameters)
            .map(|variable| variable.value_type)
            .collect();
        if wanted.len() != arguments.len() {
            let message = format!(
                "`{name}` takes {} arguments and is given {}",
                wanted.len(),
                arguments.len()
            );
            self.invalid(self.since(start), message);
            let what = format!("a call of `{name}` with the wrong arguments");
            return Ok((
                self.unmodelled(start, &what, returns).expression.kind,
                returns,
            ));
        }
        for (wanted, argument) in wanted.into_iter().zip(&arguments) {
            self.wants(wanted, argument, "this argument");
        }
        let arguments = arguments
            .into_iter()
            .map(|value| value.expression)
            .collect();
        Ok((
            ExpressionKind::Call {
                function,
                arguments,
            },
            returns,
        ))
    }

    /// Takes the arguments of a call.
    pub(super) fn arguments(&mut self) -> Parse<Vec<Value>> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        if self.eat(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.eat(")") {
                return Ok(arguments);
            }
            self.expect(",")?;
        }
    }

    /// A keyword that is a value, or a function of the language.
    pub(super) fn keyword(&mut self, start: Place, name: &str) -> Parse<Option<Value>> {
        if let Some(attribute) = attribute_named(name) {
            self.advance();
            let of = self.attribute_type(attribute);
            return Ok(Some(self.value(
                start,
                ExpressionKind::Attribute(attribute),
                of,
            )));
        }
        if let Some(constant) = Enumerated::named(name) {
            self.advance();
            return Ok(Some(self.literal(start, Literal::Enum(constant))));
        }
        if let Some(value) = match name {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        } {
            self.advance();
            return Ok(Some(self.literal(start, Literal::Bool(value))));
        }
        if matches!(name, "flow4" | "flow6") && self.is_at(1, "{") {
            self.advance();
            self.skip_block()?;
            return Ok(Some(self.unmodelled(
                start,
                "flow specifications",
                Type::Prefix,
            )));
        }
        if name.starts_with("RA_PREF_") {
            self.advance();
            return Ok(Some(self.unmodelled(
                start,
                "router advertisements",
                Type::Unknown,
            )));
        }
        if !self.is_at(1, "(") {
            return Ok(None);
        }
        if let Some(edit) = check::edit_named(name) {
            self.at += 2;
            let list = self.expression()?;
            self.expect(",")?;
            let operand = self.expression()?;
            self.expect(")")?;
            let of = self.edited(edit, &list, &operand);
            let kind = ExpressionKind::Edit {
                edit,
                list: Box::new(list.expression),
                operand: Box::new(operand.expression),
            };
            return Ok(Some(self.value(start, kind, of)));
        }
        let (kind, of) = match name {
            "defined" | "format" => {
                self.at += 2;
                let inner = Box::new(self.expression()?.expression);
                match name {
                    "defined" => (ExpressionKind::Defined(inner), Type::Bool),
                    _ => (ExpressionKind::Format(inner), Type::String),
                }
            }
            "roa_check" => {
                self.at += 2;
                (self.roa_check()?, Type::Enum(EnumType::Roa))
            }
            "aspa_check" | "aspa_check_upstream" | "aspa_check_downstream" => {
                let name = name.to_owned();
                self.at += 2;
                (self.aspa_check(&name)?, Type::Enum(EnumType::Aspa))
            }
            "from_hex" => {
                self.at += 2;
                self.expression()?;
                (
                    Self::unknown(start, "from_hex").expression.kind,
                    Type::Bytes,
                )
            }
            _ => return Ok(None),
        };
        self.expect(")")?;
        Ok(Some(self.value(start, kind, of)))
    }

    fn roa_check(&mut self) -> Parse<ExpressionKind> {
        let table = self.table_name()?;
        let mut of = None;
        if self.eat(",") {
            let prefix = self.expression()?;
            self.wants(Type::Prefix, &prefix, "what is validated");
            self.expect(",")?;
            let asn = self.number("an origin")?;
            of = Some(Box::new([prefix.expression, asn.expression]));
        }
        Ok(ExpressionKind::RoaCheck { table, of })
    }

    fn aspa_check(&mut self, name: &str) -> Parse<ExpressionKind> {
        let table = self.table_name()?;
        let mut path = None;
        let direction = match name {
            "aspa_check_upstream" => AspaDirection::Upstream,
            "aspa_check_downstream" => AspaDirection::Downstream,
            _ => {
                self.expect(",")?;
                path = Some(Box::new(self.expression()?.expression));
                self.expect(",")?;
                let upstream = self.expression()?;
                self.wants(Type::Bool, &upstream, "whether the path came from below");
                AspaDirection::Given(Box::new(upstream.expression))
            }
        };
        Ok(ExpressionKind::AspaCheck {
            table,
            path,
            direction,
        })
    }

    /// Takes the name of a table that is declared.
    pub(super) fn table_name(&mut self) -> Parse<TableName> {
        let (name, place) = self.name("the name of a table")?;
        if !matches!(self.scopes.find(&name), Some(Symbol::Table(_))) {
            self.undefined("table", &name, place);
        }
        Ok(TableName { name, place })
    }

    /// The constant that the policy gives for a name that nothing defines.
    pub(super) fn given(&mut self, name: &Name, place: Place) -> Option<ConstantId> {
        let text = self.options.vars.get(&**name)?;
        let mut rest = text.as_str();
        let mut tokens = Vec::new();
        loop {
            rest = rest.trim_start();
            match lexer::piece(&mut rest, &mut self.words, false) {
                Piece::Token(kind) => {
                    tokens.push(Token { kind, place });
                }
                Piece::Nothing if rest.is_empty() => break,
                Piece::Nothing => {}
                _ => return None,
            }
        }
        tokens.push(Token {
            kind: TokenKind::End,
            place,
        });
        let outer = std::mem::replace(&mut self.tokens, tokens);
        let at = std::mem::take(&mut self.at);
        let value = self.expression();
        let whole = self.peek() == TokenKind::End;
        self.tokens = outer;
        self.at = at;
        let value = value.ok().filter(|_| whole)?;
        let id = ConstantId(u32::try_from(self.program.constants.len()).ok()?);
        self.program.constants.push(Constant {
            name: name.clone(),
            place,
            value: value.expression,
            value_type: value.of,
        });
        self.scopes
            .define_global(name.clone(), Symbol::Constant(id), place);
        Some(id)
    }
}
