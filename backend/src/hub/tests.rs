//! What the hub promises.
