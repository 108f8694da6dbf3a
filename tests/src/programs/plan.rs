//! A function to be: which construct, with which lock, taken again where and by which way.

use super::construct::{Birth, Construct, Hole, ITSELF, Need, Sight};
use super::edition::Edition;
use super::lock::{Event, Form, Lock, Mode, clash};

/// A function of a program, before it is text.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Unique in its program, an identifier.
    pub name: String,
    /// The edition of the program.
    pub edition: Edition,
    /// The lock that every layer uses.
    pub lock: &'static Lock,
    /// Constructs, each in the hole of the one before it; the first has the locks of [`Root`], later ones others.
    pub layers: Vec<Layer>,
    /// Which layer's lock is taken again in the last layer's hole.
    pub target: usize,
    /// How it is taken again.
    pub taken: Taken,
    /// Where the first layer's lock is.
    pub root: Root,
    /// How the second acquisition is reached.
    pub route: Route,
}

/// A construct, with one of its holes to fill.
#[derive(Debug, Clone, Copy)]
pub struct Layer {
    /// The construct.
    pub construct: &'static Construct,
    /// One of its holes.
    pub hole: &'static Hole,
    /// How its guard is made.
    pub held: &'static Form,
    /// Which of `Form::unwraps`.
    pub unwrap: &'static str,
    /// Whether its guard comes from a function of its own.
    pub getter: bool,
}

/// The second acquisition.
#[derive(Debug, Clone, Copy)]
pub enum Taken {
    /// The same lock, by that form.
    Again(&'static Form),
    /// The same lock is only tried.
    Tried(&'static Form),
    /// Another lock of the same type is taken: nothing happens.
    Other(&'static Form),
}

impl Taken {
    fn form(self) -> &'static Form {
        match self {
            Self::Again(form) | Self::Tried(form) | Self::Other(form) => form,
        }
    }
}

/// Where a lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// `self.a`.
    Field,
    /// `self.shared`, an `Arc`.
    Shared,
    /// `self.inner.a`.
    Nested,
    /// `self.wrapped.0`.
    Newtype,
    /// A local reference to `self.a`; the second acquisition says `self.a`.
    Local,
    /// A parameter of the function.
    Parameter,
    /// A static.
    Static,
    /// `self.boxed`, a `Box`.
    Boxed,
    /// `self.listed[0]`.
    Element,
    /// `self.keyed[&1]`.
    Keyed,
    /// `self.slot`, an `Option`.
    Optional,
    /// A local clone of `self.shared`; the second acquisition says `self.shared`.
    Cloned,
    /// A static in a `LazyLock`.
    Lazy,
    /// A static in a `OnceLock`, made when it is asked for.
    Once,
    /// A static of `lazy_static!`.
    LazyStatic,
    /// A static of `thread_local!`, inside `with`.
    ThreadLocal,
}

impl Root {
    /// Whether the lock is made once for all runs.
    pub fn is_static(self) -> bool {
        matches!(
            self,
            Self::Static | Self::Lazy | Self::Once | Self::LazyStatic | Self::ThreadLocal
        )
    }
}

/// The way from the hole to the second acquisition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// In the hole.
    InPlace,
    /// Down a chain of that many methods.
    Methods(u8),
    /// A function that takes the state.
    Function,
    /// A trait's method.
    Trait,
    /// A closure bound before the construct.
    Closure,
    /// A macro.
    Macro,
    /// A method that returns the guard.
    Getter,
    /// A function that takes anything with the trait.
    Bound,
    /// A function that takes a trait object.
    Object,
    /// A method that the trait itself has, over one that it asks for.
    Provided,
    /// A closure that is passed down that many functions.
    Passed(u8),
    /// A closure that is kept in a struct.
    Stored,
    /// A method that calls its closure under the guard.
    With,
    /// An argument of `format!`.
    Format,
    /// An `async` block, awaited.
    Block,
    /// One of the futures of `join!`.
    Joined,
    /// One of the futures of `select!`.
    Selected,
}

impl Plan {
    /// What the table says happens, for some input.
    pub fn claim(&self) -> Option<Event> {
        let layer = self.struck();
        if !layer.hole.held.in_edition(self.edition) {
            return None;
        }
        let held = layer.hole.mode.unwrap_or(layer.held.mode);
        let taken = match self.taken {
            Taken::Again(_) if layer.hole.name == ITSELF => layer.held.mode,
            Taken::Again(form) => form.mode,
            Taken::Tried(_) => Mode::Attempt,
            Taken::Other(_) => return None,
        };
        // Assigning in place turns it round: what is assigned is taken first.
        let (held, taken) = if layer.construct.wants(Need::InPlace) {
            (taken, held)
        } else {
            (held, taken)
        };
        clash(self.lock.family, held, taken)
    }

    /// The layer whose lock is taken again.
    fn struck(&self) -> &Layer {
        self.layers
            .get(self.target)
            .expect("the target is one of the layers")
    }

    /// The rules of which one must fire if the event happens.
    pub fn rules(&self, event: Event) -> &'static [&'static str] {
        let layer = self.struck();
        match (event, layer.hole.birth) {
            (Event::RecursiveRead, _) => &["recursive-read"],
            (Event::Reborrow, _) => &["refcell-reborrow"],
            (Event::Deadlock, Birth::Head) => &["relock-in-scrutinee"],
            (Event::Deadlock, Birth::Plain) => &["relock"],
            (Event::Deadlock, Birth::Open) => &["relock-in-scrutinee", "relock"],
        }
    }

    /// Whether a linter that reads only text can be asked.
    pub fn in_sight(&self) -> bool {
        self.layers
            .iter()
            .all(|layer| layer.hole.sight == Sight::Plain)
    }

    /// Whether the function is async.
    pub fn is_async(&self) -> bool {
        !Need::Blocking.met_by(self.lock) || self.wants(Need::Async)
    }

    /// Whether some layer asks for this.
    pub fn wants(&self, need: Need) -> bool {
        self.layers.iter().any(|layer| layer.construct.wants(need))
    }

    /// One line: what is where.
    pub fn summary(&self) -> String {
        let layers: Vec<String> = self
            .layers
            .iter()
            .map(|layer| {
                format!(
                    "{}/{} of {}",
                    layer.construct.name, layer.hole.name, layer.held.name
                )
            })
            .collect();
        let taken = match self.taken {
            Taken::Again(_) => "again",
            Taken::Tried(_) => "tried",
            Taken::Other(_) => "other",
        };
        format!(
            "{} (edition {}): {} in {}, {taken} by {} of layer {}, {:?}, {:?}",
            self.name,
            self.edition.name(),
            layers.join(" > "),
            self.lock.name,
            self.taken.form().name,
            self.target,
            self.root,
            self.route,
        )
    }
}

impl Need {
    /// Whether every form of a lock meets the need.
    fn met_by(self, lock: &Lock) -> bool {
        lock.forms.iter().all(|form| form.offers(lock, self))
    }
}
