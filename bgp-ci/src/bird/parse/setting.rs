//! Settings, read by tables of what each is called and takes.

use super::{Parse, Parser};
use crate::bird::ast::Reference;
use crate::bird::token::TokenKind;
use crate::bird::{Setting, SettingName, SettingValue};
use crate::filter::{Expression, Type};

/// A row of a table of settings.
pub(super) struct Row {
    /// Its keywords.
    pub(super) phrase: &'static str,
    /// What follows them.
    pub(super) shape: Shape,
    /// What it is.
    pub(super) effect: Effect,
}

/// What follows the keywords of a setting.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Nothing.
    Flag,
    /// Nothing, `yes`, `no` and the like, or a number.
    Switch,
    /// A value, with a unit of time after it in some.
    Value(Units),
    /// A value, or nothing.
    MaybeValue,
    /// A text.
    Text,
    /// A text or bytes that nobody may see.
    Secret,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, or as a switch.
    SwitchOrWord(&'static [&'static str]),
    /// The name of a table.
    Table,
    /// Anything up to the end of the statement.
    Rest,
}

/// Whether a unit of time may follow a value.
#[derive(Clone, Copy)]
pub(super) enum Units {
    /// No.
    None,
    /// `s`, `ms`, `us`; further values may follow after a comma.
    Time,
}

/// What a setting is.
#[derive(Clone, Copy)]
pub(super) enum Effect {
    /// It bears on announcements.
    Matters(SettingName),
    /// It does not.
    Inert,
    /// It may, and is not modelled.
    Unmodelled,
}

/// A setting that was read.
pub(super) enum Item {
    Setting(Setting),
    Inert(&'static str),
    Unmodelled(&'static str),
}

impl Parser<'_> {
    /// Takes a setting of `lists` up to its `;`, if one stands here; the longest phrase wins.
    pub(super) fn setting(&mut self, lists: &[&'static [Row]]) -> Parse<Option<Item>> {
        let Some((count, row)) = self.row(lists) else {
            return Ok(None);
        };
        self.at += count;
        let value = self.shaped(row.shape)?;
        Ok(Some(match (row.effect, value) {
            (Effect::Matters(name), Some(value)) => Item::Setting(Setting { name, value }),
            (Effect::Inert, _) => Item::Inert(row.phrase),
            (Effect::Unmodelled, _) | (Effect::Matters(_), None) => Item::Unmodelled(row.phrase),
        }))
    }

    /// The keywords of the setting of `list` that stands here.
    pub(super) fn phrase(&self, list: &'static [Row]) -> Option<&'static str> {
        self.row(&[list]).map(|(_, row)| row.phrase)
    }

    /// The longest phrase of `lists` that stands here, and of how many words it is.
    fn row(&self, lists: &[&'static [Row]]) -> Option<(usize, &'static Row)> {
        let words = |row: &Row| {
            let mut count = 0;
            for word in row.phrase.split(' ') {
                if self.word_at(count) != Some(word) {
                    return None;
                }
                count += 1;
            }
            Some(count)
        };
        let rows = lists.iter().flat_map(|list| list.iter());
        rows.filter_map(|row| words(row).map(|count| (count, row)))
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
    }

    fn shaped(&mut self, shape: Shape) -> Parse<Option<SettingValue>> {
        Ok(Some(match shape {
            Shape::Flag => SettingValue::Switch(true),
            Shape::Switch => self.switch_value()?,
            Shape::Value(units) => SettingValue::Value(self.setting_value(units)?),
            Shape::MaybeValue if self.is(";") => SettingValue::Switch(true),
            Shape::MaybeValue => SettingValue::Value(self.setting_value(Units::None)?),
            Shape::Text => {
                if !matches!(
                    self.peek(),
                    TokenKind::Text(_) | TokenKind::Hole | TokenKind::Word(_)
                ) {
                    return Err(self.expected("a text between quotes"));
                }
                SettingValue::Value(self.plain_value()?)
            }
            Shape::Secret => self.secret()?,
            Shape::Word(words) => match self.one_of(words) {
                Some(word) => SettingValue::Word(word),
                None => return Err(self.expected(&listed(words))),
            },
            Shape::SwitchOrWord(words) => match self.one_of(words) {
                Some(word) => SettingValue::Word(word),
                None => self.switch_value()?,
            },
            Shape::Table => {
                let table = self.table_name()?;
                SettingValue::Reference(Reference {
                    name: table.name,
                    place: table.place,
                })
            }
            Shape::Rest => {
                self.skip_value();
                return Ok(None);
            }
        }))
    }

    /// Takes a secret, of which only is kept that there is one.
    fn secret(&mut self) -> Parse<SettingValue> {
        let known = match self.peek() {
            TokenKind::Text(_) | TokenKind::Bytes(_) | TokenKind::Hole | TokenKind::Mark("(") => {
                true
            }
            TokenKind::Word(id) | TokenKind::Quoted(id) => {
                let name = self.words.text(id);
                self.scopes.find(name).is_some() || self.options.vars.contains_key(&**name)
            }
            _ => false,
        };
        if !known {
            // The message must not say what stands here.
            let fail = self.fail("a secret is a text between quotes, or bytes".to_owned());
            self.skip_value();
            return Err(fail);
        }
        self.plain_value()?;
        Ok(SettingValue::Switch(true))
    }

    fn one_of(&mut self, words: &'static [&'static str]) -> Option<&'static str> {
        let found = words.iter().find(|word| self.word() == Some(**word));
        found.map(|word| {
            self.advance();
            *word
        })
    }

    /// A value, and its unit of time.
    pub(super) fn setting_value(&mut self, units: Units) -> Parse<Expression> {
        let value = self.plain_value()?;
        if let Units::Time = units {
            loop {
                if matches!(self.word(), Some("s" | "ms" | "us")) {
                    self.advance();
                }
                if !self.eat(",") {
                    break;
                }
                self.plain_value()?;
            }
        }
        Ok(value)
    }

    /// Takes `yes`, `no` and the like, where nothing means yes.
    pub(super) fn switch(&mut self) -> Parse<bool> {
        Ok(match self.switch_value()? {
            SettingValue::Switch(on) => on,
            _ => true,
        })
    }

    /// A switch that is calculated: a number, as BIRD has it.
    fn switch_if(&mut self) -> Parse<SettingValue> {
        let value = self.primary()?;
        self.wants(Type::Int, &value, "a switch that is calculated");
        Ok(SettingValue::SwitchIf(value.expression))
    }

    fn switch_value(&mut self) -> Parse<SettingValue> {
        let on = match (self.peek(), self.word()) {
            (_, Some("yes" | "on" | "true")) | (TokenKind::Number(1), _) => true,
            (_, Some("no" | "off" | "false")) | (TokenKind::Number(0), _) => false,
            (TokenKind::Number(_), _) => {
                return Err(self.expected("`yes` or `no`"));
            }
            (TokenKind::Mark("(") | TokenKind::Hole, _) => return self.switch_if(),
            (_, Some(word)) if self.scopes.find(word).is_some() => return self.switch_if(),
            _ => return Ok(SettingValue::Switch(true)),
        };
        self.advance();
        Ok(SettingValue::Switch(on))
    }
}

fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}
