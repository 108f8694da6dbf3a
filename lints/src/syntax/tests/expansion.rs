//! Macros in expressions: each as what it expands to.

use super::block;

fn all(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(block(text), *expected, "{text}");
    }
}

#[test]
fn formatting_and_logging() {
    all(&[
        ("println!()", "{println!stmt()}"),
        (
            "println!(\"{} {x}\", a.b(), n = c.d(),)",
            "{println!stmt(#str, a.b(), c.d())}",
        ),
        (
            "std::write!(f, \"{}\", g.v())?;",
            "{write!borrow(f, #str, g.v())?;}",
        ),
        (
            "format_args!(\"{}\", a.b())",
            "{format_args!borrow(#str, a.b())}",
        ),
        (
            "info!(target: \"t\", id = %a.b(), ?c.d, x.y = 1, \"m {}\", e.f())",
            "{info!stmt(#str, a.b(), c.d, #i32, #str, e.f())}",
        ),
        (
            "tracing::debug!({ a = ?b.c(), %d }, \"m\")",
            "{debug!stmt(b.c(), d, #str)}",
        ),
        (
            "log::warn!(k:? = a.b(), v:err = c; \"m {}\", d.e())",
            "{warn!stmt(a.b(), c, #str, d.e())}",
        ),
        (
            "event!(Level::INFO, type = ?a.b())",
            "{event!stmt(Level::INFO, a.b())}",
        ),
        (
            "info_span!(parent: &p, \"n\", ?a)",
            "{info_span!stmt(&p, #str, a)}",
        ),
    ]);
}

#[test]
fn generics_and_closures_hold_commas() {
    all(&[
        (
            "format!(\"{}\", a::<B, C>(d, e), )",
            "{format!stmt(#str, a<B, C>(d, e))}",
        ),
        (
            "vec![f(|a, b| a), c.d::<E, F>()]",
            "{vec!move(f(|a: _, b: _| a), c.d::<E, F>())}",
        ),
        (
            "custom!(|a, b| c, d < e, f > g)",
            "{custom!unknown(|a: _, b: _| c, (d == e), (f == g))}",
        ),
    ]);
}

#[test]
fn assertions() {
    all(&[
        (
            "assert!(a.b(), \"m {}\", c.d());",
            "{if !a.b() diverge(#str, c.d());}",
        ),
        ("debug_assert!(a.b());", "{if !a.b() diverge();}"),
        ("ensure!(a.b(), E);", "{if !a.b() diverge(E);}"),
        (
            "assert_eq!(a.b(), c.d());",
            "{assert_eq!borrow(a.b(), c.d());}",
        ),
        (
            "matches!(a.b(), Some(x) | X(x) if x.c())",
            "{match a.b() {Some(x) | X(x) if x.c() => #bool, _ => #bool}}",
        ),
        (
            "matches!(a, |A | B,)",
            "{match a {A | B => #bool, _ => #bool}}",
        ),
        (
            "assert_matches!(a.b(), Ok(_), \"m {}\", c.d());",
            "{match a.b() {Ok(_) => #bool, _ => diverge(#str, c.d())};}",
        ),
    ]);
}

#[test]
fn values_and_control() {
    all(&[
        ("vec![a.b(); n.c()]", "{vec!move(a.b(), n.c())}"),
        ("vec!(a.b(), c)", "{vec!move(a.b(), c)}"),
        ("vec!{a}", "{vec!move(a)}"),
        ("dbg!(a.b())", "{dbg!move(a.b())}"),
        ("panic!(\"{}\", a.b())", "{diverge(#str, a.b())}"),
        ("unreachable!()", "{diverge()}"),
        ("bail!(a.b());", "{diverge(a.b());}"),
        ("r#try!(a.b())", "{a.b()?}"),
        (
            "ready!(a.poll(cx))",
            "{match a.poll(cx) {Poll::Ready(ready) => ready, Poll::Pending => \
             return(Poll::Pending)}}",
        ),
        ("let a = pin!(b.c());", "{let a = pin(b.c());}"),
        ("pin!(a);", "{pin!borrow(a);}"),
        (
            "tokio::pin! { let a = b.c(); }",
            "{pin!borrow({let a = b.c();})}",
        ),
        ("addr_of_mut!(a.b)", "{&a.b}"),
        ("tokio::join!(a.b(), c)", "{join(a.b(), c)}"),
        ("try_join!(a.b(), c)?", "{join(a.b(), c)?}"),
        ("concat!(\"a\", 1)", "{#str}"),
        ("stringify!(a b)", "{#str}"),
        ("cfg!(test)", "{#bool}"),
        ("quote! { #a fn #b }", "{quote!stmt()}"),
        (
            "json!({ \"a\": b.c(), \"d\": [e::f(), { (g): -1 }], h: null })",
            "{json!stmt(#str, b.c(), #str, [e::f(), (g, !#i32)], h, null)}",
        ),
        (
            "cfg_if! { if #[cfg(a)] { b.c(); d } else { e } }",
            "{{if #bool {b.c(); d} else {e}}}",
        ),
        (
            "thread_local! { static A: T = b; } A",
            "{thread_local!stmt(); A} where static A: std::thread::LocalKey<T> = b",
        ),
    ]);
}

#[test]
fn select_of_futures() {
    all(&[
        (
            "tokio::select! { biased; Some(x) = a.next(), if c.d() => e(x), \
             _ = &mut f => { g() } (h, _) = i.j() => k, else => l }",
            "{select {Some(x) = a.next() if c.d() => e(x), _ = &f => {g()}, (h, _) = i.j() => k, \
             else => l}}",
        ),
        (
            "futures::select! { x = a.next() => b(x), complete => break, default => c() }",
            "{select {x = a.next() => b(x), _ = ? => c(), else => break()}}",
        ),
        (
            "select! { _ = a == b => c, y = f::<A, B>(|p, q| p) => d.e::<A, B>(), }",
            "{select {_ = (a == b) => c, y = f<A, B>(|p: _, q: _| p) => d.e::<A, B>()}}",
        ),
        (
            "crossbeam::select! { recv(a.b()) -> m => c(m), send(d, e) -> _ => {} \
             default(f) => g }",
            "{match select!borrow(recv(a.b()), send(d, e), default(f)) \
             {m => c(m), _ => {}, _ => g}}",
        ),
    ]);
}

#[test]
fn unknown_macros_are_read_whole_or_not_at_all() {
    all(&[
        (
            "custom!(a.b(), c = d.e())",
            "{custom!unknown(a.b(), d.e())}",
        ),
        (
            "custom!{ a => b.c(), d => e }",
            "{custom!unknown(a, b.c(), d, e)}",
        ),
        (
            "custom!(x: a.b(), y: c; d)",
            "{custom!unknown(a.b(), c, d)}",
        ),
        (
            "custom!(content in input)",
            "{custom!unknown(content, input)}",
        ),
        (
            "custom! { let x = a.b(); x.c() }",
            "{custom!unknown({let x = a.b(); x.c()})}",
        ),
        (
            "custom! { fn g() {} }",
            "{custom!unknown({})} where fn g() -> () {}",
        ),
        (
            "custom! { Some(x) if y => a.b(), Ok(_) | Err(_) => c }",
            "{custom!unknown(match ? {Some(x) if y => a.b(), Ok(_) | Err(_) => c})}",
        ),
        ("insta!(a.b(), @r\"x\")", "{insta!unknown(a.b(), #str)}"),
        ("Token![=>]", "{Token!unknown()}"),
        (
            "custom!(select a from b.lock())",
            "{custom!unknown()} opaque custom",
        ),
        (
            "custom!(<div>{ a.lock() }</div>)",
            "{custom!unknown()} opaque custom",
        ),
        // A name from the table with arguments that it does not take.
        ("ready!(a.b(), c)", "{ready!unknown(a.b(), c)}"),
    ]);
}

#[test]
fn macros_inside_macros() {
    all(&[(
        "println!(\"{}\", format!(\"{}\", vec![a.b()].len()))",
        "{println!stmt(#str, format!stmt(#str, vec!move(a.b()).len()))}",
    )]);
}
