//! The only door for text from outside.
//!
//! Whatever a customer, a backend or a file of somebody else gives us becomes a [`Clean`] before it is drawn, copied
//! or put into a title, a notification or a hyperlink. A function that writes such text asks for `Clean`, so that
//! raw text does not compile. What is taken out, and why, stands in [`sanitize`].
//!
//! The room also knows how much room a text takes ([`width()`], [`fit`], [`pad`]), how it breaks into lines
//! ([`wrap()`]), which links and which
//! formatting stand in it ([`links()`], [`markup()`]), and how it is compared when somebody searches ([`search_fold`]).
//! It draws nothing and does no I/O.

mod class;
mod clean;
mod clusters;
mod escape;
mod fold;
mod links;
mod markup;
pub mod sanitize;
mod width;
mod wrap;

#[cfg(test)]
mod tests;

pub use clean::{Clean, LINE_GRAPHEMES, TEXT_BYTES};
pub use clusters::{Graphemes, graphemes};
pub use fold::{Direction, direction, find_folded, initials, search_fold};
pub use links::{Link, links};
pub use markup::{Emphasis, Run, markup};
pub use sanitize::NOTHING_VISIBLE;
pub use width::{degrade, fit, grapheme_width, pad, pad_start, width};
pub use wrap::wrap;
