//! Command-line definitions; man pages and completions come from them.
