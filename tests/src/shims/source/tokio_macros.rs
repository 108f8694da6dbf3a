//! `tokio::select!` and `tokio::join!` for two futures, with the scopes of the original.
//!
//! As there, the futures are bound by a `let` before the first poll, and the output of the one that is ready
//! is the scrutinee of a `match` whose arms are the handlers.

#[macro_export]
macro_rules! select {
    ($first:pat = $one:expr => $then:block $second:pat = $other:expr => $otherwise:block) => {{
        enum Output<A, B> {
            First(A),
            Second(B),
        }
        let output = {
            let mut futures = ($one, $other);
            std::future::poll_fn(|context| {
                // SAFETY: the futures are not moved until they are dropped.
                let (one, other) = unsafe {
                    (
                        std::pin::Pin::new_unchecked(&mut futures.0),
                        std::pin::Pin::new_unchecked(&mut futures.1),
                    )
                };
                if let std::task::Poll::Ready(output) = std::future::Future::poll(one, context) {
                    return std::task::Poll::Ready(Output::First(output));
                }
                std::future::Future::poll(other, context).map(Output::Second)
            })
            .await
        };
        match output {
            Output::First($first) => $then,
            Output::Second($second) => $otherwise,
        }
    }};
}

#[macro_export]
macro_rules! join {
    ($one:expr, $other:expr) => {{
        let mut futures = ($one, $other);
        let (mut one, mut other) = (None, None);
        std::future::poll_fn(|context| {
            // SAFETY: the futures are not moved until they are dropped.
            let (first, second) = unsafe {
                (
                    std::pin::Pin::new_unchecked(&mut futures.0),
                    std::pin::Pin::new_unchecked(&mut futures.1),
                )
            };
            if one.is_none() {
                if let std::task::Poll::Ready(output) = std::future::Future::poll(first, context) {
                    one = Some(output);
                }
            }
            if other.is_none() {
                if let std::task::Poll::Ready(output) = std::future::Future::poll(second, context) {
                    other = Some(output);
                }
            }
            if one.is_some() && other.is_some() {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
        (one.take().unwrap(), other.take().unwrap())
    }};
}
