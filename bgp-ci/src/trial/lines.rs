//! Lines of one router's files, without what they keep secret.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::configured::Planned;
use crate::model::Secret;
use crate::model::secret::redacted;
use crate::place::Place;
use crate::router::Router;
use crate::why::Line;

/// Longest line that is shown, in characters.
const SHOWN: usize = 200;

/// The lines of a router's files.
pub(crate) struct Lines<'a> {
    router: &'a Router,
    secrets: Vec<Secret>,
    /// The texts by path, redacted as they are asked for.
    texts: BTreeMap<Arc<str>, Arc<str>>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(router: &'a Router, planned: &Planned<'_>) -> Self {
        let secrets = router.secrets.iter().map(|secret| Secret {
            span: router.sources.span(secret.place),
            site: planned.site.clone(),
            router: planned.router.clone(),
            of: secret.of.clone(),
        });
        Self {
            router,
            secrets: secrets.collect(),
            texts: BTreeMap::new(),
        }
    }

    pub(crate) fn line(&mut self, place: Place) -> Line {
        let span = self.router.sources.span(place);
        let text = self.text(&span.path);
        let number = usize::try_from(span.start.line).unwrap_or(usize::MAX);
        let line = text
            .lines()
            .nth(number.saturating_sub(1))
            .unwrap_or_default();
        Line {
            path: span.path.to_string(),
            line: span.start.line,
            column: span.start.column,
            text: line.trim().chars().take(SHOWN).collect(),
        }
    }

    fn text(&mut self, path: &Arc<str>) -> Arc<str> {
        if let Some(known) = self.texts.get(path) {
            return known.clone();
        }
        // A file that is included twice has one text.
        let mut files = self.router.sources.files();
        let text = files.find(|(_, known, _)| *known == path);
        let text = text.map_or_else(|| Arc::from(""), |(_, _, text)| text.clone());
        let text = redacted(path, &text, &self.secrets).map_or(text, Arc::from);
        self.texts.insert(path.clone(), text.clone());
        text
    }
}
