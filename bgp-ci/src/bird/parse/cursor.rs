//! Looking at tokens, taking them, and saying what is wrong with them.

use super::reserved::is_reserved;
use super::scope::Symbol;
use super::{Fail, MAX_DEPTH, MAX_PROBLEMS, Parse, Parser};
use crate::bird::problem::{Problem, ProblemKind};
use crate::bird::token::TokenKind;
use crate::filter::Type;
use crate::model::Name;
use crate::place::Place;

impl Parser<'_> {
    pub(super) fn peek(&self) -> TokenKind {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> TokenKind {
        self.tokens
            .get(self.at + ahead)
            .map_or(TokenKind::End, |token| token.kind)
    }

    pub(super) fn advance(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    /// Where the next token is.
    pub(super) fn place(&self) -> Place {
        let token = self.tokens.get(self.at).or(self.tokens.last());
        token.expect("the list of tokens ends with its end").place
    }

    /// From `start` to the last token that was taken.
    pub(super) fn since(&self, start: Place) -> Place {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(start, |last| start.to(last.place))
    }

    pub(super) fn word(&self) -> Option<&str> {
        self.word_at(0)
    }

    pub(super) fn word_at(&self, ahead: usize) -> Option<&str> {
        match self.peek_at(ahead) {
            TokenKind::Word(id) => Some(self.words.text(id)),
            _ => None,
        }
    }

    pub(super) fn is(&self, mark: &str) -> bool {
        self.is_at(0, mark)
    }

    pub(super) fn is_at(&self, ahead: usize, mark: &str) -> bool {
        matches!(self.peek_at(ahead), TokenKind::Mark(known) if known == mark)
    }

    pub(super) fn eat(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.word() == Some(word);
        if found {
            self.advance();
        }
        found
    }

    /// Takes the words of `phrase`, or nothing.
    pub(super) fn eat_words(&mut self, phrase: &[&str]) -> bool {
        let found = self.are_words(phrase);
        if found {
            self.at += phrase.len();
        }
        found
    }

    pub(super) fn are_words(&self, phrase: &[&str]) -> bool {
        phrase
            .iter()
            .enumerate()
            .all(|(ahead, word)| self.word_at(ahead) == Some(*word))
    }

    pub(super) fn expect(&mut self, mark: &str) -> Parse<()> {
        if self.eat(mark) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{mark}`")))
        }
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Parse<()> {
        if self.eat_word(word) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{word}`")))
        }
    }

    /// Takes a name.
    pub(super) fn name(&mut self, what: &str) -> Parse<(Name, Place)> {
        let place = self.place();
        let (TokenKind::Word(id) | TokenKind::Quoted(id)) = self.peek() else {
            return Err(self.expected(what));
        };
        let name = self.words.text(id).clone();
        self.advance();
        Ok((name, place))
    }

    /// Takes a text between quotes.
    pub(super) fn text(&mut self) -> Parse<Name> {
        match self.peek() {
            TokenKind::Text(id) => {
                self.advance();
                Ok(self.words.text(id).clone())
            }
            TokenKind::Hole => {
                self.advance();
                Ok("".into())
            }
            _ => Err(self.expected("a text between quotes")),
        }
    }

    /// The next token is not what the grammar asks for.
    pub(super) fn expected(&mut self, what: &str) -> Fail {
        let found = match self.peek() {
            // Whatever it is, it has been reported.
            TokenKind::Hole => return Fail,
            TokenKind::Word(id) | TokenKind::Quoted(id) => format!("`{}`", self.words.text(id)),
            TokenKind::Number(number) => format!("`{number}`"),
            TokenKind::Ip(ip) => format!("`{ip}`"),
            TokenKind::RouteDistinguisher(_) => "a route distinguisher".to_owned(),
            TokenKind::Text(_) => "a text".to_owned(),
            TokenKind::Bytes(_) => "bytes".to_owned(),
            TokenKind::Mark(mark) => format!("`{mark}`"),
            TokenKind::End => "the end of the configuration".to_owned(),
        };
        self.fail(format!("expected {what}, found {found}"))
    }

    /// The next token stands where it must not.
    pub(super) fn fail(&mut self, message: String) -> Fail {
        let place = self.place();
        self.report(ProblemKind::Syntax, place, message);
        Fail
    }

    pub(super) fn report(&mut self, kind: ProblemKind, place: Place, message: String) {
        self.push(Problem {
            kind,
            place,
            message,
            help: None,
        });
    }

    /// Keeps a problem, if there are not too many to be read by anybody.
    fn push(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS && !self.abandoned {
            self.problems.push(problem);
        }
    }

    /// It can be read and makes no sense: BIRD would refuse it.
    pub(super) fn invalid(&mut self, place: Place, message: String) {
        self.report(ProblemKind::Invalid, place, message);
    }

    /// Nothing defines `name`.
    pub(super) fn undefined(&mut self, what: &'static str, name: &Name, place: Place) {
        let other = self.scopes.find(name).map(Symbol::what);
        let help = match (other, self.scopes.like(name, what)) {
            (Some(other), _) => Some(format!("`{name}` is a {other}")),
            (None, Some(like)) => Some(format!("did you mean `{like}`?")),
            (None, None) if self.unseen => {
                Some("a file that could not be read may define it".to_owned())
            }
            (None, None) => None,
        };
        let kind = if self.unseen {
            // What was not seen may define it: nothing is known to be wrong.
            ProblemKind::Unresolved
        } else {
            ProblemKind::Undefined {
                what,
                name: name.clone(),
            }
        };
        self.push(Problem {
            kind,
            place,
            message: format!("no {what} `{name}` is defined before this line"),
            help,
        });
    }

    /// Gives `name` a meaning.
    pub(super) fn define(&mut self, name: &Name, symbol: Symbol, place: Place) {
        if is_reserved(name) {
            let message = format!("`{name}` is a word of BIRD's own and cannot be a name");
            self.invalid(place, message);
        }
        if let Err(before) = self.scopes.define(name.clone(), symbol, place) {
            let before = self.sources.span(before);
            self.invalid(
                place,
                format!(
                    "`{name}` is defined already, at {}:{}",
                    before.path, before.start.line
                ),
            );
        }
    }

    /// Runs `inner` one level deeper.
    pub(super) fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= MAX_DEPTH {
            let fail = self.fail(format!(
                "this is nested deeper than {MAX_DEPTH} levels: nothing after it is read"
            ));
            // Whatever closes the levels would be looked for once from each of them.
            self.at = self.tokens.len().saturating_sub(1);
            self.abandoned = true;
            return Err(fail);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Skips to the end of the statement: its `;`, which is taken, or the `}` around it.
    pub(super) fn skip_statement(&mut self) {
        let mut open = 0_u32;
        loop {
            match self.peek() {
                TokenKind::End => return,
                TokenKind::Mark("{") => open += 1,
                TokenKind::Mark("}") if open == 0 => return,
                TokenKind::Mark("}") => open -= 1,
                TokenKind::Mark(";") if open == 0 => return self.advance(),
                _ => {}
            }
            self.advance();
        }
    }

    /// Skips to the `;` or `}` that ends the statement, without taking it.
    pub(super) fn skip_value(&mut self) {
        let mut open = 0_u32;
        loop {
            match self.peek() {
                TokenKind::End => return,
                TokenKind::Mark("{") => open += 1,
                TokenKind::Mark("}" | ";") if open == 0 => return,
                TokenKind::Mark("}") => open -= 1,
                _ => {}
            }
            self.advance();
        }
    }

    /// Skips `{ … }`.
    pub(super) fn skip_block(&mut self) -> Parse<()> {
        self.expect("{")?;
        while !self.is("}") && self.peek() != TokenKind::End {
            self.skip_statement();
        }
        self.expect("}")
    }

    /// Types as they are declared: `int`, `prefix set`.
    pub(super) fn declared_type(&self) -> Option<(Type, usize)> {
        let word = self.word()?;
        if self.word_at(1) == Some("set")
            && let Some(of) = super::check::set_named(word)
        {
            return Some((Type::Set(of), 2));
        }
        super::check::type_named(word).map(|of| (of, 1))
    }
}
