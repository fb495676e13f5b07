//! An Engine.IO v4 / Socket.IO v5 client; knows nothing of chat.
