//! Macros with patterns: `matches!`, and unknown ones that look like the arms of a match.

use ra_ap_parser::{PrefixEntryPoint, TopEntryPoint};
use ra_ap_syntax::SyntaxKind as K;

use super::args::Args;
use super::{
    Arm, BodyLowering, ExprKind, Feed, Lowering, MacroScope, Name, PatKind, Range, TokenId, Tree,
};
use crate::syntax::tokens::narrow;

impl<'t> Lowering<'t> {
    /// Parses one `entry` from `from` on, before `to`: its tree and the token after it.
    pub(super) fn prefix(
        &mut self,
        from: TokenId,
        to: TokenId,
        entry: &PrefixEntryPoint,
    ) -> Option<(Tree<'t>, TokenId)> {
        let feed = Feed::range(self.tokens, from, to);
        self.spend(&feed)?;
        let tree = Tree::prefix(self.tokens, &feed, entry);
        let next = from.saturating_add(narrow(tree.consumed));
        (tree.is_sound() && next > from).then_some((tree, next))
    }
}

impl BodyLowering<'_, '_> {
    /// `matches!(e, pat if guard)`: a match with two arms; a message may follow the pattern, for
    /// the assertions of the same form.
    pub(super) fn matches(&mut self, args: &Args, range: Range) -> Option<ExprKind> {
        let tokens = self.tokens();
        let end = args.close;
        let (value, next) = self
            .file
            .prefix(args.first(), end, &PrefixEntryPoint::Expr)?;
        if tokens.kind(next) != K::COMMA {
            return None;
        }
        let from = next + 1;
        let (pat, mut next) = self.file.prefix(from, end, &PrefixEntryPoint::PatTop)?;
        let mut guard = None;
        if next < end && tokens.kind(next) == K::IF_KW {
            let (tree, after) = self.file.prefix(next + 1, end, &PrefixEntryPoint::Expr)?;
            guard = Some(tree);
            next = after;
        }
        let arm_range = self.file.shifted(tokens.start(from), tokens.end(next - 1));
        if next < end && tokens.kind(next) != K::COMMA {
            return None;
        }
        let message = Args {
            open: next.min(end - 1),
            close: end,
        };
        let message = if next + 1 < end {
            self.values(&message, super::Delimiter::Paren)?
        } else {
            Vec::new()
        };
        let value = self.expr(value.root()?);
        let pat = self.pat(pat.root()?);
        let guard = match &guard {
            Some(guard) => Some(self.expr(guard.root()?)),
            None => None,
        };
        let truth = Name::new_static("bool");
        let body = self.push(range, ExprKind::Literal(Some(truth.clone())));
        let other = if message.is_empty() {
            self.push(range, ExprKind::Literal(Some(truth)))
        } else {
            self.push(range, ExprKind::Diverge(message))
        };
        let arms = vec![
            Arm {
                pat,
                guard,
                body,
                range: arm_range,
            },
            Arm {
                pat: self.synthetic_pat(range, PatKind::Wild),
                guard: None,
                body: other,
                range,
            },
        ];
        Some(ExprKind::Match(value, arms))
    }

    /// Arms of a match over something that is not an argument.
    pub(super) fn arm_list(&mut self, name: &Name, args: &Args) -> Option<ExprKind> {
        let mut feed = Feed::default();
        feed.push_synthetic(K::MATCH_KW);
        feed.push_synthetic(K::UNDERSCORE);
        feed.push(args.open, K::L_CURLY);
        feed.extend(self.tokens(), args.first(), args.close);
        feed.push(args.close, K::R_CURLY);
        let tree = self.file.parse(&feed, &TopEntryPoint::Expr)?;
        let list = tree.root()?.child(K::MATCH_ARM_LIST)?;
        if !list.has(K::MATCH_ARM) {
            return None;
        }
        let range = self.file.range(list);
        let arms = self.arms(list);
        let scrutinee = self.push(range, ExprKind::Missing);
        let matched = self.push(range, ExprKind::Match(scrutinee, arms));
        Some(ExprKind::Macro(
            name.clone(),
            MacroScope::Unknown,
            vec![matched],
        ))
    }
}
