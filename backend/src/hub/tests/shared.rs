//! Bytes are made once and shared, and their reader is woken once.

use super::*;

#[test]
fn bytes_are_made_once_for_each_encoding_and_shared() {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    static COUNTING: Encoding = Encoding {
        slot: 0,
        encode: |_| {
            MADE.fetch_add(1, Ordering::Relaxed);
            Some(Bytes::from_static(b"x"))
        },
    };
    let hub = hub();
    let open = |encoding| {
        let mut connection = hub.connect(Client {
            person: None,
            session: None,
            encoding,
        });
        connection.subscribe(&room(), true).unwrap();
        connection.begin(&room(), 0);
        connection
    };
    let counted: Vec<_> = (0..100).map(|_| open(&COUNTING)).collect();
    let quiet = open(&QUIET);
    let before = MADE.load(Ordering::Relaxed);
    hub.publish(event(1));
    assert_eq!(MADE.load(Ordering::Relaxed), before + 1);
    assert_eq!(queued(&quiet), lines("1"));
    drop(counted);
}

#[test]
fn the_reader_is_woken_once_for_all_that_is_queued_before_it_reads() {
    struct Count(AtomicUsize);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let hub = hub();
    let ada = follower(&hub, 1, "ada");
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(count.clone());
    let mut cx = Context::from_waker(&waker);
    let mut out = Vec::new();
    assert!(ada.poll_drain(&mut cx, &mut out, usize::MAX).is_pending());
    (1..=50).for_each(|offset| hub.publish(event(offset)));
    assert_eq!(count.0.load(Ordering::Relaxed), 1);
    assert!(ada.poll_drain(&mut cx, &mut out, 10).is_ready());
    assert!(
        (10..20).contains(&out.len()),
        "a bounded drain stops soon after its bound"
    );
    assert!(ada.poll_drain(&mut cx, &mut out, usize::MAX).is_ready());
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 50);
}
