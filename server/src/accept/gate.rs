//! Counts connections and turns away those over the caps.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use ipnet::IpNet;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::Limits;

/// Counts connections by address. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: Limits,
    trusted: Vec<IpNet>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
    total: watch::Sender<usize>,
    turned_away: AtomicU64,
}

/// The right to be connected; given back when dropped.
#[derive(Debug)]
pub(super) struct Pass {
    gate: Gate,
    /// `None` when its address is not counted.
    counted: Option<IpAddr>,
}

impl Gate {
    /// A gate with nobody inside. Addresses in `trusted` (proxies) and loopback ones are not capped each.
    pub fn new(limits: Limits, trusted: Vec<IpNet>) -> Self {
        Self(Arc::new(Inner {
            limits,
            trusted,
            by_address: Mutex::default(),
            total: watch::Sender::new(0),
            turned_away: AtomicU64::new(0),
        }))
    }

    /// What it was made with.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// How many connections there are, sockets included.
    pub fn connections(&self) -> usize {
        *self.0.total.borrow()
    }

    /// How many were turned away since the start.
    pub fn turned_away(&self) -> u64 {
        self.0.turned_away.load(Ordering::Relaxed)
    }

    /// Waits until nobody is left.
    pub async fn empty(&self) {
        let mut total = self.0.total.subscribe();
        let empty = total.wait_for(|total| *total == 0).await;
        debug_assert!(empty.is_ok(), "the sender lives as long as `self`");
    }

    /// Lets a connection in, or `None` when a cap is reached.
    pub(super) fn enter(&self, from: IpAddr) -> Option<Pass> {
        let pass = self.try_enter(from.to_canonical());
        if pass.is_none() {
            self.0.turned_away.fetch_add(1, Ordering::Relaxed);
        }
        pass
    }

    fn try_enter(&self, from: IpAddr) -> Option<Pass> {
        let inner = &self.0;
        if !inner.total.send_if_modified(|total| {
            let room = *total < inner.limits.connections;
            *total += usize::from(room);
            room
        }) {
            return None;
        }
        let exempt = from.is_loopback() || inner.trusted.iter().any(|net| net.contains(&from));
        let mut pass = Pass {
            gate: self.clone(),
            counted: None,
        };
        if !exempt {
            let key = network(from);
            let mut by_address = inner.by_address.lock();
            let count = by_address.entry(key).or_default();
            if *count >= inner.limits.per_address {
                drop(by_address);
                return None;
            }
            *count += 1;
            pass.counted = Some(key);
        }
        Some(pass)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let inner = &self.gate.0;
        if let Some(key) = self.counted {
            let mut by_address = inner.by_address.lock();
            if let Some(count) = by_address.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    by_address.remove(&key);
                }
            }
        }
        inner.total.send_modify(|total| *total -= 1);
    }
}

/// An IPv6 network hands out a /64 to a household, so that is what counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(connections: usize, per_address: usize) -> Gate {
        let limits = Limits {
            connections,
            per_address,
            ..Limits::default()
        };
        Gate::new(limits, vec!["10.0.0.0/8".parse().unwrap()])
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_gets_only_its_share_and_gets_it_back() {
        let gate = gate(10, 2);
        let first = gate.enter(ip("192.0.2.1")).unwrap();
        let _second = gate.enter(ip("192.0.2.1")).unwrap();
        assert!(gate.enter(ip("192.0.2.1")).is_none());
        assert!(
            gate.enter(ip("192.0.2.2")).is_some(),
            "another address is not concerned"
        );
        drop(first);
        assert!(gate.enter(ip("192.0.2.1")).is_some());
    }

    #[test]
    fn one_ipv6_network_counts_as_one_address() {
        let gate = gate(10, 1);
        let _held = gate.enter(ip("2001:db8::1")).unwrap();
        assert!(gate.enter(ip("2001:db8::2")).is_none());
        assert!(gate.enter(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn loopback_and_trusted_proxies_are_only_counted_together() {
        let gate = gate(4, 0);
        let held =
            ["127.0.0.1", "::1", "10.1.2.3", "::ffff:127.0.0.1"].map(|from| gate.enter(ip(from)).unwrap());
        assert!(
            gate.enter(ip("127.0.0.1")).is_none(),
            "the cap over all holds for everybody"
        );
        assert_eq!((gate.connections(), gate.turned_away()), (4, 1));
        drop(held);
        assert_eq!(gate.connections(), 0);
        assert!(gate.0.by_address.lock().is_empty());
    }

    #[test]
    fn one_turned_away_leaves_no_count_behind() {
        let gate = gate(10, 0);
        assert!(gate.enter(ip("192.0.2.1")).is_none());
        assert_eq!(gate.connections(), 0);
    }
}
