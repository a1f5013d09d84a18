//! Round trips on the `/echo` socket, timed.

use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt as _, Stream, StreamExt as _, TryStreamExt as _};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::tungstenite::{self, Message, protocol::CloseFrame};

use wire::echo::MAX_ECHO_BYTES;

use crate::{Client, Error};

/// How long an echo may take before the measurement is given up.
const ECHO_TIMEOUT: Duration = Duration::from_secs(30);

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many messages; at least 1.
    pub count: u32,
    /// How long each is, in bytes.
    pub size: usize,
    /// How many a second, however slowly the answers come. Without it, the next waits for the echo of the last.
    pub rate: Option<std::num::NonZeroU32>,
}

/// How long the round trips took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timings {
    sorted: Vec<Duration>,
    elapsed: Duration,
    bytes: u64,
}

impl Timings {
    fn new(mut times: Vec<Duration>, elapsed: Duration, size: usize) -> Self {
        times.sort_unstable();
        let bytes = times.len() as u64 * size as u64;
        Self {
            sorted: times,
            elapsed,
            bytes,
        }
    }

    /// How many messages came back.
    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    /// The time within which this share of the round trips took place, 0 for the fastest, 1 for the slowest.
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.sorted.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "rounded, between 0 and last"
        )]
        let at = (share.clamp(0.0, 1.0) * last as f64).round() as usize;
        self.sorted.get(at).copied().unwrap_or_default()
    }

    /// From the first send to the last echo.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Bytes echoed a second, counted once.
    pub fn bytes_per_second(&self) -> f64 {
        self.bytes as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }
}

impl Client {
    /// Times round trips. Every echo is compared with what was sent.
    pub async fn measure_echo(&self, plan: Plan) -> Result<Timings, Error> {
        let mut socket = self.socket("/echo", None, MAX_ECHO_BYTES).await?;
        let start = Instant::now();
        let times = match plan.rate {
            Some(rate) => paced(&mut socket, plan, Duration::from_secs(1) / rate.get()).await?,
            None => one_by_one(&mut socket, plan).await?,
        };
        let elapsed = start.elapsed();
        // The figures stand whether or not the server says goodbye.
        let _ = socket
            .close(Some(CloseFrame {
                code: 1000.into(),
                reason: "".into(),
            }))
            .await;
        Ok(Timings::new(times, elapsed, plan.size))
    }
}

async fn one_by_one(socket: &mut crate::http::Socket, plan: Plan) -> Result<Vec<Duration>, Error> {
    let mut times = Vec::with_capacity(plan.count as usize);
    for index in 0..plan.count {
        let sent = payload(index, plan.size);
        let at = Instant::now();
        socket.send(Message::Binary(sent.clone())).await?;
        expect(socket, &sent).await?;
        times.push(at.elapsed());
    }
    Ok(times)
}

/// Sends on time whatever the answers do, and counts each from when it was due, so that a stalled server is not
/// measured as a few slow answers only ("coordinated omission").
async fn paced(
    socket: &mut crate::http::Socket,
    plan: Plan,
    every: Duration,
) -> Result<Vec<Duration>, Error> {
    let start = Instant::now();
    let (mut sink, mut stream) = socket.split();
    let send = async {
        let mut ticks = tokio::time::interval_at(start, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for index in 0..plan.count {
            ticks.tick().await;
            sink.send(Message::Binary(payload(index, plan.size))).await?;
        }
        Ok::<_, Error>(())
    };
    let receive = async {
        let mut times = Vec::with_capacity(plan.count as usize);
        for index in 0..plan.count {
            expect(&mut stream, &payload(index, plan.size)).await?;
            times.push((start + every * index).elapsed());
        }
        Ok(times)
    };
    Ok(tokio::try_join!(send, receive)?.1)
}

/// Its number, then a pattern, as far as there is room.
fn payload(index: u32, size: usize) -> Bytes {
    index
        .to_be_bytes()
        .into_iter()
        .chain((0..=255).cycle())
        .take(size)
        .collect()
}

/// The next message must be this one.
async fn expect(
    stream: &mut (impl Stream<Item = Result<Message, tungstenite::Error>> + Unpin),
    sent: &Bytes,
) -> Result<(), Error> {
    let next = async {
        loop {
            match stream.try_next().await? {
                Some(Message::Binary(echo)) if echo == *sent => return Ok(()),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                Some(Message::Close(Some(frame))) => {
                    return Err(Error::closed(frame.code.into(), &frame.reason));
                }
                Some(Message::Close(None)) | None => return Err(Error::closed(1006, "")),
                Some(_) => return Err(Error::Unexpected("an echo that is not what was sent".to_owned())),
            }
        }
    };
    tokio::time::timeout(ECHO_TIMEOUT, next)
        .await
        .map_err(|_| Error::NoAnswer("no echo within 30 s".to_owned()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_the_nearest_of_what_was_measured() {
        let times = (1..=101).rev().map(Duration::from_millis).collect();
        let timings = Timings::new(times, Duration::from_secs(2), 100);
        assert_eq!(timings.quantile(0.0), Duration::from_millis(1));
        assert_eq!(timings.quantile(0.5), Duration::from_millis(51));
        assert_eq!(timings.quantile(0.99), Duration::from_millis(100));
        assert_eq!(timings.quantile(1.0), Duration::from_millis(101));
        assert!((timings.bytes_per_second() - 5_050.0).abs() < 0.001);
    }

    #[test]
    fn a_payload_is_as_long_as_asked_and_differs_from_the_next() {
        assert_eq!(payload(1, 0).len(), 0);
        assert_eq!(payload(1, 3).len(), 3);
        assert_eq!(payload(1, 1_000).len(), 1_000);
        assert_ne!(payload(1, 8), payload(2, 8));
    }
}
