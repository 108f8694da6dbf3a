//! The body of a rule with what its variables stand for.

use ra_ap_syntax::SyntaxKind as K;

use super::super::{Lowering, TokenId};
use super::matching::{Binding, Matched};
use super::pieces::{Fragment, Piece, Repetition};
use crate::hir::Name;
use crate::syntax::expansion::{Copied, Expansion};
use crate::syntax::tokens::narrow;

/// Bytes of text that an expansion may have for each token that it costs: long strings cost more.
const BYTES: u32 = 16;

/// Variables of a body with what they stand for here.
type Scope<'b> = Vec<(TokenId, &'b Matched)>;

/// An expansion in the making.
struct Transcription<'l, 't> {
    file: &'l mut Lowering<'t>,
    out: Expansion,
    context: u32,
    /// What `$crate` means, where that is another crate.
    krate: Option<&'l Name>,
}

impl Lowering<'_> {
    /// `body` in the place of the call at `call`; its own tokens are of expansion `context`.
    pub(super) fn transcribed(
        &mut self,
        body: &[Piece],
        bindings: &[Binding],
        call: (u32, u32),
        context: u32,
        krate: Option<&Name>,
    ) -> Option<Expansion> {
        let mut transcription = Transcription {
            file: self,
            out: Expansion::new(call),
            context,
            krate,
        };
        let scope: Scope<'_> = bindings.iter().map(|(name, it)| (*name, it)).collect();
        transcription.pieces(body, &scope)?;
        Some(transcription.out)
    }
}

impl Transcription<'_, '_> {
    fn pieces(&mut self, pieces: &[Piece], scope: &Scope<'_>) -> Option<()> {
        for piece in pieces {
            match piece {
                Piece::Tokens { from, to } => {
                    for id in *from..*to {
                        self.own(id, self.file.definition.kind(id))?;
                    }
                }
                Piece::Crate(id) => match self.krate {
                    None => self.own(*id, K::CRATE_KW)?,
                    Some(name) => self.push(&Copied {
                        kind: K::IDENT,
                        text: name.as_str(),
                        place: (0, 0),
                        context: self.context,
                        is_foreign: true,
                        is_joint: self.file.definition.joint(*id),
                    })?,
                },
                Piece::Variable { name, .. } => match self.find(scope, *name) {
                    Some(Matched::One { from, to, fragment }) => {
                        self.fragment(*from, *to, *fragment)?;
                    }
                    // A repeated variable outside a repetition.
                    Some(Matched::Many(_)) => return None,
                    // One of a macro that this one defines.
                    None => {
                        self.own(name - 1, K::DOLLAR)?;
                        self.own(*name, self.file.definition.kind(*name))?;
                    }
                },
                Piece::Repetition(repetition) => self.repetition(repetition, scope)?,
            }
        }
        Some(())
    }

    fn find<'b>(&self, scope: &Scope<'b>, name: TokenId) -> Option<&'b Matched> {
        let text = self.file.definition.token_text(name);
        let is_named = |it: &&(TokenId, &'b Matched)| self.file.definition.token_text(it.0) == text;
        scope.iter().find(is_named).map(|it| it.1)
    }

    fn repetition(&mut self, repetition: &Repetition, scope: &Scope<'_>) -> Option<()> {
        let mut repeated = Vec::new();
        let mut inner: Scope<'_> = Vec::new();
        for &name in &repetition.names {
            self.file.charge(1)?;
            match self.find(scope, name) {
                Some(Matched::Many(all)) => repeated.push((name, all)),
                Some(one) => inner.push((name, one)),
                None => {}
            }
        }
        let count = repeated.first()?.1.len();
        if repeated.iter().any(|(_, all)| all.len() != count) {
            return None;
        }
        for at in 0..count {
            self.file.charge(narrow(repeated.len()) + 1)?;
            let mut scope = inner.clone();
            for (name, all) in &repeated {
                scope.push((*name, all.get(at)?));
            }
            if at > 0 {
                let (from, to) = repetition.separator;
                for id in from..to {
                    self.own(id, self.file.definition.kind(id))?;
                }
            }
            self.pieces(&repetition.pieces, &scope)?;
        }
        Some(())
    }

    /// A token of the definition.
    fn own(&mut self, id: TokenId, kind: K) -> Option<()> {
        let source = self.file.definition;
        self.push(&Copied {
            kind,
            text: source.token_text(id),
            place: (0, 0),
            context: self.context,
            is_foreign: true,
            is_joint: source.joint(id),
        })
    }

    /// Tokens of the arguments.
    fn fragment(&mut self, from: TokenId, to: TokenId, fragment: Fragment) -> Option<()> {
        let tokens = self.file.tokens;
        // An expression stays one, whatever operators stand around it.
        let is_wrapped = fragment == Fragment::Expr && to > from + 1;
        let edge = |kind, text, at: u32| Copied {
            kind,
            text,
            place: (at, at),
            context: 0,
            is_foreign: false,
            is_joint: false,
        };
        let (start, end) = tokens.place(tokens.start(from), tokens.end(to.saturating_sub(1)));
        if is_wrapped {
            self.push(&edge(K::L_PAREN, "(", start))?;
        }
        for id in from..to {
            self.push(&Copied {
                kind: tokens.kind(id),
                text: tokens.token_text(id),
                place: tokens.place(tokens.start(id), tokens.end(id)),
                context: tokens.context(id),
                is_foreign: tokens.is_foreign(id),
                is_joint: id + 1 < to && tokens.joint(id),
            })?;
        }
        if is_wrapped {
            self.push(&edge(K::R_PAREN, ")", end))?;
        }
        Some(())
    }

    fn push(&mut self, token: &Copied<'_>) -> Option<()> {
        self.file.charge(1 + narrow(token.text.len()) / BYTES)?;
        self.out.push(token);
        Some(())
    }
}
