//! The only door for text from outside: sanitize, width, wrap, links.
