//! Every name that a conversation goes by, and which conversation a piece of evidence belongs to.
