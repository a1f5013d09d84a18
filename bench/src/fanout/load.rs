//! The load: many sockets that count, and messages in flight among them.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io,
    rc::Rc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use futures::future::try_join_all;
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, timeout},
};

use super::{
    Peer, Target,
    peer::{Frames, Protocol, Seen, message, pong},
};

/// Read at once at most.
const READ_BYTES: usize = 64 << 10;

/// Sockets opened at once.
const OPENING: usize = 50;

/// Latencies are counted in steps of this length, up to a bound.
const STEP: Duration = Duration::from_micros(50);
const STEPS: usize = 100_000;

/// How long the last messages may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What one round found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) deliveries: u64,
    pub(super) elapsed: Duration,
    pub(super) server: Duration,
    pub(super) own: Duration,
    pub(super) p99: Duration,
}

impl Outcome {
    pub(super) fn per_cpu_second(&self) -> f64 {
        self.deliveries as f64 / self.server.as_secs_f64().max(f64::EPSILON)
    }
}

/// The sockets and their tasks, which end with it.
pub(super) struct Load {
    shared: Rc<Shared>,
    _tasks: JoinSet<anyhow::Result<()>>,
}

struct Shared {
    peers: Vec<Peer>,
    frame: Vec<u8>,
    deliveries: Cell<u64>,
    flights: RefCell<Flights>,
    /// Whether a message that has reached all is followed by another.
    going: Cell<bool>,
    landed: Notify,
}

/// The messages on their way, the oldest first.
#[derive(Default)]
struct Flights {
    /// How many have reached every socket.
    landed: u64,
    flying: VecDeque<Flight>,
    latencies: Vec<u32>,
}

struct Flight {
    sent: Instant,
    /// Sockets that have yet to get it.
    left: usize,
}

impl Load {
    pub(super) async fn open(target: &Target, sockets: usize, bytes: usize) -> anyhow::Result<Self> {
        let mut peers = Vec::with_capacity(sockets);
        while peers.len() < sockets {
            let some = (0..OPENING.min(sockets - peers.len())).map(|_| Peer::open(target));
            peers.extend(try_join_all(some).await.with_context(|| target.name.clone())?);
        }
        let frame = message(peers[0].protocol, bytes);
        let shared = Rc::new(Shared {
            peers,
            frame,
            deliveries: Cell::new(0),
            flights: RefCell::new(Flights {
                latencies: vec![0; STEPS],
                ..Flights::default()
            }),
            going: Cell::new(true),
            landed: Notify::new(),
        });
        let mut tasks = JoinSet::new();
        for number in 0..sockets {
            tasks.spawn_local(listen(shared.clone(), number));
        }
        Ok(Self {
            shared,
            _tasks: tasks,
        })
    }

    pub(super) fn start(&self, in_flight: usize) {
        (0..in_flight).for_each(|_| self.shared.send());
    }

    /// Until the first messages have all reached everybody a few times over.
    pub(super) async fn settle(&self, in_flight: usize) {
        let enough = 3 * in_flight as u64;
        while self.shared.flights.borrow().landed < enough {
            self.shared.landed.notified().await;
        }
    }

    pub(super) fn deliveries(&self) -> u64 {
        self.shared.deliveries.get()
    }

    /// Lets the last messages land; the time within which 99 % of deliveries took place.
    pub(super) async fn finish(self) -> anyhow::Result<Duration> {
        self.shared.going.set(false);
        let landing = async {
            while !self.shared.flights.borrow().flying.is_empty() {
                self.shared.landed.notified().await;
            }
        };
        if timeout(PATIENCE, landing).await.is_err() {
            bail!("the last messages were lost");
        }
        let flights = self.shared.flights.borrow();
        let all: u64 = flights.latencies.iter().map(|count| u64::from(*count)).sum();
        let mut seen = 0;
        let step = flights.latencies.iter().position(|count| {
            seen += u64::from(*count);
            seen * 100 >= all * 99
        });
        Ok(STEP * u32::try_from(step.unwrap_or(STEPS)).unwrap_or(u32::MAX))
    }
}

/// Counts what comes to one socket, until it ends.
async fn listen(shared: Rc<Shared>, number: usize) -> anyhow::Result<()> {
    thread_local! {
        static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
    }
    let Peer { stream, protocol } = &shared.peers[number];
    let mut frames = Frames::default();
    // How many messages this socket has had: the place of the next one among all.
    let mut had = 0;
    loop {
        stream.readable().await?;
        let pings = SCRATCH.with_borrow_mut(|scratch| match stream.try_read(scratch) {
            Ok(0) => bail!("the server closed"),
            Ok(len) => Ok(shared.take(&mut frames, *protocol, &scratch[..len], &mut had)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(error) => Err(error.into()),
        })?;
        for _ in 0..pings {
            stream.try_write(&pong(*protocol))?;
        }
    }
}

impl Shared {
    /// Counts what was read; gives how many pings there were.
    fn take(&self, frames: &mut Frames, protocol: Protocol, bytes: &[u8], had: &mut u64) -> usize {
        let (mut count, mut pings) = (0, 0);
        frames.read(bytes, protocol, |seen| match seen {
            Seen::Delivery => count += 1,
            Seen::Ping => pings += 1,
            Seen::Other => {}
        });
        self.deliveries.set(self.deliveries.get() + count);
        let landed = self.flights.borrow_mut().deliver(*had, count);
        *had += count;
        if landed > 0 {
            self.landed.notify_waiters();
            if self.going.get() {
                (0..landed).for_each(|_| self.send());
            }
        }
        pings
    }

    /// Sends the next message, each time by another socket.
    fn send(&self) {
        let mut flights = self.flights.borrow_mut();
        let number = flights.landed + flights.flying.len() as u64;
        flights.flying.push_back(Flight {
            sent: Instant::now(),
            left: self.peers.len(),
        });
        let sender = usize::try_from(number).unwrap_or(0) % self.peers.len();
        // A message is small and the line is empty: it fits, or the run fails for want of its delivery.
        let _sent = self.peers[sender].stream.try_write(&self.frame);
    }
}

impl Flights {
    /// Notes that a socket got the messages from place `from` on; gives how many have thereby reached all.
    fn deliver(&mut self, from: u64, count: u64) -> usize {
        let now = Instant::now();
        let first = usize::try_from(from - self.landed).unwrap_or(0);
        for flight in self
            .flying
            .iter_mut()
            .skip(first)
            .take(usize::try_from(count).unwrap_or(0))
        {
            flight.left -= 1;
            let step = (now - flight.sent).as_micros() / STEP.as_micros();
            self.latencies[usize::try_from(step).unwrap_or(STEPS).min(STEPS - 1)] += 1;
        }
        let mut landed = 0;
        while self.flying.front().is_some_and(|flight| flight.left == 0) {
            self.flying.pop_front();
            landed += 1;
        }
        self.landed += landed as u64;
        landed
    }
}
