/// Runs a function for `c` and for `!c`, and prints what happened.
fn probe(name: &str, run: impl Fn(&State, bool)) {
    use shim::core::{Start, note, take_log};
    let mut line = format!("\n@ {name}");
    for c in [true, false] {
        tools::PRESENT[0].store(c, std::sync::atomic::Ordering::Relaxed);
        let s = State {
            g: Mutex::new(Data::new()),
            o: Mutex::new(Data::new()),
            l: Mutex::new(Data::new()),
            p: shim::std_sync::Mutex::new(Data::new()),
            v: shim::std_sync::Condvar::new(),
            t: tokio::sync::Mutex::new(Data::new()),
            m: DashMap::new(),
        };
        if c {
            s.m.insert(1, Data::new());
        }
        s.g.core().start(Start { busy: !c, poisoned: false });
        s.p.core().start(Start { busy: false, poisoned: !c });
        s.g.core().call("g");
        s.o.core().call("o");
        s.l.core().call("l");
        s.p.core().call("p");
        s.t.core().call("t");
        s.m.core().call("m");
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&s, c)));
        let log = take_log();
        // What is dropped after the thread has stopped says nothing.
        let log = log.split_inclusive('!').next().unwrap_or_default();
        assert_eq!(ended.is_err(), log.ends_with('!'), "{name} panics: {log}");
        line.push('|');
        line.push_str(log.trim());
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
