#![allow(warnings)]

pub mod tools {
    pub use std::fmt::Write;
    use std::collections::BTreeMap;
    use std::ops::AddAssign;
    use std::sync::atomic::{AtomicBool, Ordering};

    pub static PRESENT: [AtomicBool; 2] = [AtomicBool::new(true), AtomicBool::new(true)];

    pub struct Data {
        pub n: u64,
        pub keys: [Option<u64>; 2],
        pub list: [u64; 1],
        pub more: Vec<u64>,
        pub map: BTreeMap<u64, u64>,
        pub tally: Tally,
        pub place: usize,
    }

    pub struct Tally(pub u64);

    impl AddAssign<u64> for Tally {
        fn add_assign(&mut self, more: u64) {
            self.0 += more;
        }
    }

    impl AddAssign<u64> for Data {
        fn add_assign(&mut self, more: u64) {
            self.n += more;
        }
    }

    impl Data {
        pub const fn new() -> Self {
            Self::at(0)
        }
        pub const fn second() -> Self {
            Self::at(1)
        }
        const fn at(place: usize) -> Self {
            Self {
                n: 7,
                keys: [None, Some(7)],
                list: [7],
                more: Vec::new(),
                map: BTreeMap::new(),
                tally: Tally(0),
                place,
            }
        }
        pub fn with(n: u64) -> Self {
            let mut data = Self::new();
            data.n = n;
            data
        }
        pub fn has(&self) -> bool {
            PRESENT[self.place].load(Ordering::Relaxed)
        }
        pub fn get(&self) -> Option<&u64> {
            if self.has() { Some(&self.n) } else { None }
        }
        pub fn val(&self) -> Option<u64> {
            if self.has() { Some(self.n) } else { None }
        }
        pub fn num(&self) -> u64 {
            self.n
        }
        pub fn plus(&self, more: u64) -> u64 {
            self.n + more
        }
        pub fn bump(&mut self) -> u64 {
            self.n += 1;
            self.n
        }
    }

    pub struct Twin {
        pub x: u64,
        pub y: u64,
    }

    pub struct Holder<T> {
        pub g: T,
    }

    pub struct Defer<F: FnMut()>(pub F);

    impl<F: FnMut()> Drop for Defer<F> {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                (self.0)();
            }
        }
    }

    pub trait Succeeded {
        fn is_ok_or_some(&self) -> bool;
    }

    impl<T> Succeeded for Option<T> {
        fn is_ok_or_some(&self) -> bool {
            self.is_some()
        }
    }

    impl<T, E> Succeeded for Result<T, E> {
        fn is_ok_or_some(&self) -> bool {
            self.is_ok()
        }
    }

    pub fn one() -> u64 {
        1
    }

    pub fn pair(left: u64, right: u64) -> u64 {
        left + right
    }

    pub fn sink<T>(value: T) {
        drop(value);
    }

    pub fn keep<T>(value: T) -> T {
        value
    }

    pub fn eat<T>(_value: T) -> u64 {
        1
    }

    pub fn run<F: FnOnce() -> u64>(value: u64, f: F) -> u64 {
        value + f()
    }

    pub fn length(text: std::fmt::Arguments<'_>) -> u64 {
        text.to_string().len() as u64
    }

    pub async fn echo(value: u64) -> u64 {
        value
    }
}
