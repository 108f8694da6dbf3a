use shim::core::{Deadlock, Start, take_recursive_read};

/// Runs a function with every input in the mask and prints what happened, over all of them.
fn probe(name: &str, mask: u32, run: impl Fn(bool, bool, Start, Start) -> u64) {
    let (mut deadlock, mut recursive, mut reborrow) = (false, false, false);
    let mut bits = 0u32;
    loop {
        let on = |bit: u32| bits & (1 << bit) != 0;
        for (at, present) in tools::PRESENT.iter().enumerate() {
            present.store(!on(4 * at as u32 + 1), std::sync::atomic::Ordering::Relaxed);
        }
        let first = Start { busy: on(2), poisoned: on(3) };
        let second = Start { busy: on(6), poisoned: on(7) };
        let (c0, c1) = (on(0), on(4));
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(c0, c1, first, second)));
        if let Err(panic) = result {
            let said = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("");
            deadlock |= panic.is::<Deadlock>();
            reborrow |= said.contains("already borrowed") || said.contains("already mutably borrowed");
        }
        recursive |= take_recursive_read();
        // The next subset of the mask.
        bits = bits.wrapping_sub(mask) & mask;
        if bits == 0 {
            break;
        }
    }
    let mut line = format!("\n@ {name}");
    for (happened, word) in [(deadlock, "deadlock"), (recursive, "recursive-read"), (reborrow, "reborrow")] {
        if happened {
            line.push(' ');
            line.push_str(word);
        }
    }
    println!("{line}");
}

/// Polls a future that never waits for anything but this thread.
fn block_on<F: std::future::Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..1000 {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("a future waits for something that is not a lock")
}
