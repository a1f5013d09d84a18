//! What a room's page starts with: carried by the page, so that the first live frame needs no request.

use serde::{Deserialize, Serialize};
use wire::{accounts::Person, chat::Snapshot, time::Time};

use crate::{slot, time::Offset};

/// The slot's name.
pub(super) const SLOT: &str = "chat";

/// A room, who reads it, and the clock that the server drew it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Start {
    pub(super) snapshot: Snapshot,
    pub(super) me: Person,
    pub(super) offset: Offset,
}

impl Start {
    /// What the page carries.
    pub(super) fn find() -> Option<Self> {
        slot::read(SLOT)
    }
}

/// Whose clock the times are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Zone {
    /// As the server drew them.
    Served,
    /// The browser's own.
    Here,
}

impl Zone {
    /// The offset at a moment.
    pub(super) fn at(self, served: Offset, time: Time) -> Offset {
        match self {
            Self::Served => served,
            Self::Here => Offset::at(time),
        }
    }
}
