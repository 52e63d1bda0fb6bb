//! Whose turn it is to write: one at a time, the others wait in the order in which they came. Whoever stops
//! waiting, or is dropped with the turn in hand, leaves it to the next.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A turn that one at a time may have.
#[derive(Default)]
pub(super) struct Turn {
    taken: Cell<bool>,
    waiting: RefCell<Vec<Rc<RefCell<Waker>>>>,
}

impl Turn {
    /// Waits for the turn. It is over when what this gives is dropped.
    pub fn take(&self) -> Waiting<'_> {
        Waiting { turn: self, place: None }
    }

    /// Calls the one who waits longest, if nobody has the turn.
    fn call_next(&self) {
        // Nothing is borrowed while it is called: it may do anything.
        let next = self.waiting.borrow().first().map(|next| next.borrow().clone());
        if let Some(next) = next.filter(|_| !self.taken.get()) {
            next.wake();
        }
    }
}

/// Somebody who waits for the turn.
pub(super) struct Waiting<'a> {
    turn: &'a Turn,
    place: Option<Rc<RefCell<Waker>>>,
}

impl Waiting<'_> {
    fn leave(&mut self) {
        if let Some(place) = self.place.take() {
            self.turn.waiting.borrow_mut().retain(|other| !Rc::ptr_eq(other, &place));
        }
    }
}

impl<'a> Future for Waiting<'a> {
    type Output = Taken<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Taken<'a>> {
        if !self.turn.taken.replace(true) {
            self.leave();
            return Poll::Ready(Taken(self.turn));
        }
        match &self.place {
            Some(place) => place.borrow_mut().clone_from(context.waker()),
            None => {
                let place = Rc::new(RefCell::new(context.waker().clone()));
                self.turn.waiting.borrow_mut().push(place.clone());
                self.place = Some(place);
            }
        }
        Poll::Pending
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.place.is_some() {
            self.leave();
            self.turn.call_next(); // it may have been called, and nobody else was
        }
    }
}

/// The turn, in hand.
pub(super) struct Taken<'a>(&'a Turn);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.taken.set(false);
        self.0.call_next();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;

    /// Counts how often it was called.
    #[derive(Default)]
    struct Calls(AtomicU32);

    impl Wake for Calls {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Somebody who waits, with the calls that came.
    struct Caller<'a> {
        waiting: Pin<Box<Waiting<'a>>>,
        calls: Arc<Calls>,
    }

    impl<'a> Caller<'a> {
        fn of(turn: &'a Turn) -> Self {
            Self { waiting: Box::pin(turn.take()), calls: Arc::default() }
        }

        fn poll(&mut self) -> Option<Taken<'a>> {
            let waker = Waker::from(self.calls.clone());
            match self.waiting.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(taken) => Some(taken),
                Poll::Pending => None,
            }
        }

        fn calls(&self) -> u32 {
            self.calls.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn one_at_a_time_in_the_order_in_which_they_came() {
        let turn = Turn::default();
        let mut callers: Vec<_> = (0..3).map(|_| Caller::of(&turn)).collect();
        let mut taken = callers[0].poll();
        assert!(taken.is_some() && callers[1].poll().is_none() && callers[2].poll().is_none());
        for next in [1, 2] {
            drop(taken.take());
            assert_eq!(callers[next].calls(), 1, "caller {next} is called");
            assert_eq!(callers[2].calls(), u32::from(next == 2), "and nobody else");
            taken = callers[next].poll();
            assert!(taken.is_some());
        }
        drop(taken);
        assert!(Caller::of(&turn).poll().is_some(), "nobody is left");
    }

    #[test]
    fn who_is_called_and_dropped_leaves_the_turn_to_the_next() {
        let turn = Turn::default();
        let (mut first, mut second, mut third) = (Caller::of(&turn), Caller::of(&turn), Caller::of(&turn));
        let taken = first.poll();
        assert!(second.poll().is_none() && third.poll().is_none());
        drop(taken);
        assert_eq!((second.calls(), third.calls()), (1, 0));
        drop(second);
        assert_eq!(third.calls(), 1);
        assert!(third.poll().is_some());
    }

    #[test]
    fn who_stops_waiting_in_the_middle_is_not_called() {
        let turn = Turn::default();
        let (mut first, mut second, mut third) = (Caller::of(&turn), Caller::of(&turn), Caller::of(&turn));
        let taken = first.poll();
        assert!(second.poll().is_none() && third.poll().is_none());
        let calls = second.calls.clone();
        drop(second);
        drop(taken);
        assert_eq!((calls.0.load(Ordering::Relaxed), third.calls()), (0, 1));
    }

    #[test]
    fn who_was_overtaken_is_called_again_with_the_waker_polled_last() {
        let turn = Turn::default();
        let (mut first, mut second) = (Caller::of(&turn), Caller::of(&turn));
        let taken = first.poll();
        assert!(second.poll().is_none());
        drop(taken);
        let overtaking = Caller::of(&turn).poll();
        second.calls = Arc::default();
        assert!(overtaking.is_some() && second.poll().is_none());
        drop(overtaking);
        assert_eq!(second.calls(), 1);
        assert!(second.poll().is_some());
    }
}
