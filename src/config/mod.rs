//! Profiles, keymap, theme, paths, secrets.
