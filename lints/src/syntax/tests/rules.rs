//! Macros that the file defines, as what they expand to.
use super::{block, items, parse};

#[test]
fn probe() {
    for t in [
        "macro_rules! again { ($s:expr) => { $s.shared.lock().bump() }; } again!(self); f(again!(a + b))",
        "macro_rules! m { ($g:ident) => { let $g = a.lock(); let t = b.lock(); t.x($g, u, t) } } let t = 1; m!(g); m!(h) ; g.h(t); m! { z }",
        "macro_rules! m { ($($k:ident = $v:expr),* $(,)?) => {{ $(self.set(stringify!($k), $v * 2);)* }}; (@in $($t:tt)*) => { m!($($t)*) } } m!(a = 1 + 1, b = c.d(),); m!(@in x = 1); let x = m!(y = z);",
    ] {
        println!("{}\n", block(t));
    }
    for t in [
        "macro_rules! i { ($($v:vis fn $n:ident($($a:ident: $t:ty),*) $b:block)*) => { $($v fn $n($($a: $t),*) { let g = L.lock(); $b })* } } i! { pub fn f(a: Vec<u8>, b: B) { g(a) } fn h() {} }",
    ] {
        println!("{}\n", items(t));
    }
    let f = parse(
        "fn f() {} macro_rules! m { ($e:expr) => { a.lock().b($e.c()) } } fn g() { m!(x.y); }",
    );
    println!("{f:#?}");
    panic!();
}
