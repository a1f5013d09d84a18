//! The seam between the nodes of one site.

use super::{Disconnect, Publication};

/// What one node tells the others.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// A durable topic grew. The log holds the event; this only says "look".
    Grew(&'a Publication),
    /// A signal, for those who listen now.
    Signal(&'a Publication),
    /// A latest value, which replaces any earlier one of its topic.
    Latest(&'a Publication),
    /// A sign-in session ended: its connections are to be closed.
    SessionEnded(i64),
    /// All connections of a person are to be closed, for this reason.
    PersonDisconnected(i64, Disconnect),
}

/// Carries news to the other nodes.
///
/// What an implementation promises:
/// - [`Bus::tell`] returns at once. It is called on database threads and inside a socket's turn: it must not block and
///   must not call back into the hub.
/// - A node never hears its own news: the hub has delivered it here already.
///
/// What it does not promise, so that nobody may rely on it:
/// - News may be lost, doubled or reordered. Durable topics bear that: offsets are put in order, doubles are dropped,
///   and a gap that stays open sends subscribers back to the log. Signals and latest values may be lost by their nature.
/// - That a crash loses nothing that was told: the bus only wakes, the log holds the truth.
pub trait Bus: Send + Sync + 'static {
    /// Tells every other node.
    fn tell(&self, news: News<'_>);
}

/// One node alone: nobody else to tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

impl Bus for Local {
    fn tell(&self, _news: News<'_>) {}
}
