//! Dialects (data) and what decodes and encodes by them: JSON to chat types and back; no I/O.
