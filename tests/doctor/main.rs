//! The diagnosis against the laboratory: every fault is named, and nothing is where there is none.

mod healthy;
mod matrix;
mod page;
