//! The allocator of the WebAssembly module: the standard one, made to grow memory geometrically.
//!
//! By itself it asks the engine for 64 KiB at a time, and in an instance of more than some 64 MiB
//! each such request takes V8 50 to 170 µs: a microsecond or two for every commit. Whenever memory
//! has grown, this one takes and gives back a sixteenth of its size, so that the next requests are
//! served from there.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::memory_size;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::alloc::System;

const PAGE: usize = 64 * 1024;
const LEAST_PAGES: usize = 4;
const MOST_PAGES: usize = 256;

struct Geometric {
    /// The size of memory after the last growth, in pages.
    pages: AtomicUsize,
}

#[global_allocator]
static ALLOCATOR: Geometric = Geometric { pages: AtomicUsize::new(0) };

impl Geometric {
    fn after_allocating(&self) {
        if memory_size::<0>() != self.pages.load(Relaxed) {
            self.reserve();
        }
    }

    /// Makes memory a sixteenth larger, if the engine grants it. What is given back stays with the
    /// allocator: WebAssembly memory never shrinks.
    #[cold]
    #[inline(never)]
    fn reserve(&self) {
        let pages = (memory_size::<0>() / 16).clamp(LEAST_PAGES, MOST_PAGES);
        if let Ok(layout) = Layout::from_size_align(pages.saturating_mul(PAGE), 8) {
            // SAFETY: the layout has a size above zero; the block is given back as it was got.
            unsafe {
                let block = System.alloc(layout);
                if !block.is_null() {
                    System.dealloc(block, layout);
                }
            }
        }
        self.pages.store(memory_size::<0>(), Relaxed);
    }
}

// SAFETY: every call is passed on to the standard allocator as it came; what is done beside it
// touches no block of a caller.
unsafe impl GlobalAlloc for Geometric {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the standard allocator's condition.
        let block = unsafe { System.alloc(layout) };
        self.after_allocating();
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let block = unsafe { System.alloc_zeroed(layout) };
        self.after_allocating();
        block
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        let block = unsafe { System.realloc(block, layout, size) };
        self.after_allocating();
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}
