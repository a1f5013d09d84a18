//! Echo, the smallest feature: what is said comes back. It stores nothing and is open to strangers, so all that there is
//! to rule is how many may do it at once, and how much memory their messages take meanwhile.
//!
//! How a feature stands on every floor, with this one as the example: its types and limits in `wire::echo`, its rule here,
//! its socket in `server/src/http/sockets/echo.rs`, its page in `app/src/echo/`, its client in `client/src/echo.rs`, its
//! command in `server/src/cli/echo.rs`.

use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};

use parking_lot::Mutex;

use crate::{Error, accounts::Caller};

/// Echo sockets open at once, over all addresses.
pub const MOST_OPEN: usize = 1_024;

/// Echo sockets from one address: enough for a page that measures in several tabs. Each may hold a message of 16 MiB on
/// its way in and out, so that one visitor takes 256 MiB at most.
pub const MOST_OPEN_PER_ADDRESS: usize = 8;

/// What the messages of all echo sockets may take together, counted in steps of [`STEP_BYTES`].
pub const MOST_BYTES: usize = 512 << 20;

/// Less than this, a socket may always hold: small messages need no count.
const STEP_BYTES: usize = 128 << 10;

/// When to try again. Nobody knows when a socket closes; this keeps those who wait from hammering.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// The service. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Echo(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    all: usize,
    bytes: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One open echo socket; its end makes room for another.
#[derive(Debug)]
pub struct Visit {
    echo: Echo,
    address: Option<IpAddr>,
    bytes: usize,
}

impl Visit {
    /// Notes how many bytes of messages this socket holds now; false when all together would be too many.
    #[must_use]
    pub fn hold(&mut self, bytes: usize) -> bool {
        let bytes = bytes / STEP_BYTES * STEP_BYTES;
        if bytes == self.bytes {
            return true;
        }
        let mut open = self.echo.0.lock();
        let all = open.bytes - self.bytes + bytes;
        if bytes > self.bytes && all > MOST_BYTES {
            return false;
        }
        open.bytes = all;
        self.bytes = bytes;
        true
    }
}

impl Echo {
    /// Lets one more socket in, or says when to try again.
    pub fn enter(&self, caller: &Caller) -> Result<Visit, Error> {
        let address = caller.address().limited_as();
        let mut open = self.0.lock();
        let here = address
            .and_then(|address| open.by_address.get(&address))
            .copied()
            .unwrap_or_default();
        if open.all >= MOST_OPEN || here >= MOST_OPEN_PER_ADDRESS {
            return Err(Error::TooMany(TRY_AGAIN));
        }
        open.all += 1;
        if let Some(address) = address {
            open.by_address.insert(address, here + 1);
        }
        Ok(Visit {
            echo: self.clone(),
            address,
            bytes: 0,
        })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut open = self.echo.0.lock();
        open.all -= 1;
        open.bytes -= self.bytes;
        let Some(address) = self.address else { return };
        if let Some(here) = open.by_address.get_mut(&address) {
            *here -= 1;
            if *here == 0 {
                open.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::{accounts::Address, testing};

    #[tokio::test]
    async fn one_address_cannot_take_all_and_a_closed_socket_makes_room() {
        let backend = testing::backend().await;
        let from = |last| {
            backend
                .accounts
                .anonymous(Address::new(Ipv4Addr::new(192, 0, 2, last).into()))
        };
        let mut visits: Vec<_> = (0..MOST_OPEN_PER_ADDRESS)
            .map(|_| backend.echo.enter(&from(1)).unwrap())
            .collect();
        assert!(matches!(backend.echo.enter(&from(1)), Err(Error::TooMany(_))));
        assert!(
            backend.echo.enter(&from(2)).is_ok(),
            "another address has its own count"
        );
        visits.pop();
        assert!(backend.echo.enter(&from(1)).is_ok());
        drop(visits);
        assert!(
            backend.echo.0.lock().by_address.is_empty(),
            "nothing is kept of who has gone"
        );
    }

    #[tokio::test]
    async fn all_together_hold_only_so_much_and_what_has_gone_makes_room() {
        let backend = testing::backend().await;
        let caller = backend
            .accounts
            .anonymous(Address::new(Ipv4Addr::LOCALHOST.into()));
        let [mut one, mut other] = [(); 2].map(|()| backend.echo.enter(&caller).unwrap());
        assert!(one.hold(MOST_BYTES - STEP_BYTES));
        assert!(other.hold(STEP_BYTES));
        assert!(!other.hold(2 * STEP_BYTES), "one step too many");
        assert!(other.hold(2 * STEP_BYTES - 1), "what was refused does not count");
        assert!(one.hold(1));
        assert!(other.hold(MOST_BYTES));
        drop(other);
        assert!(one.hold(MOST_BYTES));
        drop(one);
        assert_eq!(backend.echo.0.lock().bytes, 0);
    }

    #[tokio::test]
    async fn loopback_is_bound_by_the_whole_only() {
        let backend = testing::backend().await;
        let caller = backend
            .accounts
            .anonymous(Address::new(Ipv4Addr::LOCALHOST.into()));
        let visits: Vec<_> = (0..MOST_OPEN)
            .map(|_| backend.echo.enter(&caller).unwrap())
            .collect();
        assert!(backend.echo.enter(&caller).is_err());
        drop(visits);
        assert!(backend.echo.enter(&caller).is_ok());
    }
}
