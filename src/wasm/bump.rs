//! The allocator of the summarizer's module, whose instances live for one call: memory is taken from the end and
//! given back all at once, with the instance. A general allocator would be a fifth of the module.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const PAGE: usize = 64 * 1024;

struct Bump {
    /// Where free memory begins. 0: nothing was taken yet.
    next: AtomicUsize,
}

#[global_allocator]
static ALLOCATOR: Bump = Bump { next: AtomicUsize::new(0) };

impl Bump {
    /// Makes memory reach to `end`. Whether the engine granted it.
    fn reach(&self, end: usize) -> bool {
        let missing = end.div_ceil(PAGE).saturating_sub(memory_size::<0>());
        // Growth costs some time each: an eighth at once.
        missing == 0
            || memory_grow::<0>(missing.max(memory_size::<0>() / 8)) != usize::MAX
            || memory_grow::<0>(missing) != usize::MAX
    }
}

// SAFETY: blocks come from memory that grew for them or lay behind the module's own data, each behind the one before.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let next = match self.next.load(Relaxed) {
            0 => memory_size::<0>() * PAGE, // behind the stack and the data
            next => next,
        };
        let start = next.next_multiple_of(layout.align());
        let Some(end) = start.checked_add(layout.size()).filter(|end| self.reach(*end)) else {
            return core::ptr::null_mut();
        };
        self.next.store(end, Relaxed);
        start as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if block as usize + layout.size() == self.next.load(Relaxed) {
            self.next.store(block as usize, Relaxed);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = block as usize;
        if start + layout.size() == self.next.load(Relaxed) {
            let Some(end) = start.checked_add(size).filter(|end| self.reach(*end)) else {
                return core::ptr::null_mut();
            };
            self.next.store(end, Relaxed);
            return block;
        }
        // SAFETY: the alignment is that of the block, the size the caller's; both blocks are as long as the shorter.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                core::ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
            }
            moved
        }
    }
}
