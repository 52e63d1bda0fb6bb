//! Futures without an executor: polled in turn until they are done, in an order that repeats.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// More turns than any test takes.
const MANY: usize = 100_000;

pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..MANY {
        if let Poll::Ready(value) = poll(future.as_mut()) {
            return value;
        }
    }
    panic!("a future is never done");
}

/// Runs futures at once, each polled once in every round.
pub fn together<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut open: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<T>> = open.iter().map(|_| None).collect();
    for _ in 0..MANY {
        for (future, done) in open.iter_mut().zip(&mut done) {
            if done.is_none()
                && let Poll::Ready(value) = poll(future.as_mut())
            {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) {
            return done.into_iter().flatten().collect();
        }
    }
    panic!("some futures are never done");
}

/// Two futures of different types.
pub fn both<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    for _ in 0..MANY {
        if first.is_none()
            && let Poll::Ready(value) = poll(a.as_mut())
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = poll(b.as_mut())
        {
            second = Some(value);
        }
        if let (Some(_), Some(_)) = (&first, &second) {
            break;
        }
    }
    (first.expect("the first future is never done"), second.expect("the second future is never done"))
}

/// Waits for some rounds.
pub struct Rounds(pub usize);

impl Future for Rounds {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            None => Poll::Ready(()),
            Some(left) => {
                self.0 = left;
                Poll::Pending
            }
        }
    }
}
